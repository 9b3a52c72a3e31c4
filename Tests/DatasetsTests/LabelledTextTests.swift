import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Labelled text files")
struct LabelledTextTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String, to name: String) throws {
    try directory.write(Array(text.utf8), to: name)
  }

  @Test("A folder of them is detected, and read with the classes of both sets")
  func reads() throws {
    try write("2 0.5 -1\r\n\n0\t1e3  4\n", to: "train.txt")
    try write("3 7 8", to: "test.txt")
    let data = try DatasetLibrary.load(directory.path)
    #expect(data.training.labels == [2, 0] && data.training.exampleShape == [2])
    guard case .doubles(let features) = data.training.features.storage else {
      Issue.record("the features are no doubles")
      return
    }
    #expect(features == [0.5, -1, 1000, 4])
    #expect(data.training.classCount == 4 && data.test?.classCount == 4)
    let file = try DatasetLibrary.readFeatures(directory.file("test.txt"))
    #expect(file.labels == [3] && file.features.count == 1)
  }

  @Test(
    "A line of another kind is refused with its number",
    arguments: ["1 2", "256 1 2", "-1 1 2", "1 1 nan", "1 1 x", "a 1 2", "1"])
  func damaged(line: String) throws {
    try write("0 1 2\n\n\(line)\n", to: "train.txt")
    let error = #expect(throws: FileError.self) { try DatasetLibrary.load(directory.path) }
    #expect(
      error?.message
        == "line 3: expected a class from 0 to 255 and 2 features, found \"\(line)\"")
  }

  @Test("A test set of another width and a file without lines are refused")
  func mismatched() throws {
    try write("0 1 2", to: "train.txt")
    try write("0 1", to: "test.txt")
    let width = #expect(throws: FileError.self) { try DatasetLibrary.load(directory.path) }
    #expect(width?.message.contains("and 2 features") == true)
    try write("\n", to: "train.txt")
    let empty = #expect(throws: FileError.self) { try DatasetLibrary.load(directory.path) }
    #expect(empty?.message == "expected lines of numbers, found none")
  }
}
