import Datasets
import Serialization
import TestSupport
import Testing

@Suite struct IDXDirectoryTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ names: [String], compressed: Bool = false) throws {
    for name in names {
      let data =
        name.contains("labels")
        ? IDXTests.file(0x08, [2], [3, 1]) : IDXTests.file(0x08, [2, 1, 2], [1, 2, 3, 4])
      try directory.write(
        compressed ? directory.gzip(data) : data, to: compressed ? name + ".gz" : name)
    }
  }

  private func readingError() -> String? {
    let error = #expect(throws: FileError.self) { try IDX.readDirectory(directory.path) }
    return error?.message
  }

  @Test(
    "Training and test files are found by the beginnings of their names",
    arguments: [
      "t10k", "test",
    ])
  func both(test: String) throws {
    try write(["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], compressed: true)
    try write(["\(test)-images.idx3-ubyte", "\(test)-labels.idx1-ubyte"])
    try directory.write([1], to: "notes.txt")
    let files = try IDX.readDirectory(directory.path)
    #expect(files.training?.labels == [3, 1])
    #expect(files.test?.exampleShape == [1, 2])
    #expect(files.test?.classNames == ["0", "1", "2", "3"])
  }

  @Test("Either set may be missing; classes are counted over both")
  func one() throws {
    #expect(try IDX.readDirectory(directory.path).training == nil)
    try write(["test-images", "test-labels"])
    #expect(try IDX.readDirectory(directory.path).training == nil)
    try write(["train-images"])
    try directory.write(IDXTests.file(0x08, [2], [0, 9]), to: "train-labels")
    let files = try IDX.readDirectory(directory.path)
    #expect(files.training?.classCount == 10)
    #expect(files.test?.classCount == 10)
  }

  @Test("A plain file is preferred to the same one compressed")
  func plainFirst() throws {
    try write(["train-images", "train-labels"])
    try directory.write([1, 2, 3], to: "train-images.gz")
    #expect(try IDX.readDirectory(directory.path).training?.count == 2)
  }

  @Test("Names that fit twice are refused, with both")
  func ambiguous() throws {
    try write(["train-images-a", "train-images-b", "train-labels"])
    #expect(readingError()?.contains("train-images-a, train-images-b") == true)
  }

  @Test("Half of a pair is refused")
  func half() throws {
    try write(["train-images"])
    #expect(readingError()?.contains("expected labels") == true)
    try write(["train-labels", "t10k-labels"])
    #expect(readingError()?.contains("expected images") == true)
  }

  @Test("Counts that differ are refused with both files and counts")
  func counts() throws {
    try write(["train-images"])
    try directory.write(IDXTests.file(0x08, [3], [1, 2, 3]), to: "train-labels")
    #expect(readingError() == "train-images has 2 examples and train-labels has 3 labels")
  }

  @Test("Training and test examples of different shapes are refused")
  func shapes() throws {
    try write(["train-images", "train-labels", "test-labels"])
    try directory.write(IDXTests.file(0x08, [2, 1, 1], [1, 2]), to: "test-images")
    #expect(
      readingError()
        == "the training examples have the shape [1, 2] and the test examples [1, 1]")
  }

  @Test("A training set without examples is refused")
  func empty() throws {
    try directory.write(IDXTests.file(0x08, [0, 2], []), to: "train-images")
    try directory.write(IDXTests.file(0x08, [0], []), to: "train-labels")
    #expect(throws: FileError.self) { try DatasetLibrary.load(directory.path) }
  }

  @Test("A label beyond the known classes is refused with its place")
  func labels() throws {
    try write(["train-images", "train-labels"])
    let error = #expect(throws: FileError.self) {
      try IDX.readDirectory(directory.path, classNames: ["a", "b"])
    }
    #expect(error?.location == .byte(8))
    let file = try directory.write([1], to: "file")
    #expect(throws: FileError.self) { try IDX.readDirectory(file) }
    #expect(throws: FileError.self) { try IDX.readDirectory(directory.file("none")) }
  }
}
