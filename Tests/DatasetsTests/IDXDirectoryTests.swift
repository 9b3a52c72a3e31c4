import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("IDX folders")
struct IDXDirectoryTests {
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

  private func readingError() -> FileError? {
    #expect(throws: FileError.self) { try IDX.readDirectory(directory.path) }
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

  @Test("A folder is not a candidate, whatever its name: beside a file, alone, or in place of one")
  func folders() throws {
    try write(["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images", "t10k-labels"])
    for name in ["train-images", "train-labels.gz", "t10k-images-idx3-ubyte", "test-labels"] {
      _ = try directory.makeDirectory(name)
    }
    let files = try IDX.readDirectory(directory.path)
    #expect(files.training?.count == 2 && files.test?.count == 2)
    try FileManager.default.removeItem(atPath: directory.file("t10k-labels"))
    #expect(
      readingError()?.message
        == "found t10k-images, expected labels (t10k-labels…) beside it; test-labels is a folder")
  }

  @Test("Names that fit twice are refused, with both")
  func ambiguous() throws {
    try write(["train-images-a", "train-images-b", "train-labels"])
    #expect(readingError()?.message.contains("train-images-a, train-images-b") == true)
  }

  @Test("Half of a pair is refused")
  func half() throws {
    try write(["train-images"])
    #expect(readingError()?.message.contains("expected labels") == true)
    try write(["train-labels", "t10k-labels"])
    #expect(readingError()?.message.contains("expected images") == true)
  }

  @Test("Counts that differ are refused with both files and counts, and the count's place")
  func counts() throws {
    try write(["train-images"])
    for labels in [[], [1], [1, 2, 3]] as [[UInt8]] {
      try directory.write(
        IDXTests.file(0x08, [UInt32(labels.count)], labels), to: "train-labels")
      #expect(
        readingError()?.description
          == "\(directory.file("train-labels")): byte 4: expected a label for each of the 2 "
          + "examples in train-images, found \(labels.count)")
    }
  }

  @Test("Training and test examples of different shapes are refused")
  func shapes() throws {
    try write(["train-images", "train-labels", "test-labels"])
    try directory.write(IDXTests.file(0x08, [2, 1, 1], [1, 2]), to: "test-images")
    #expect(
      readingError()?.description
        == "\(directory.file("test-images")): byte 8: expected examples of the training set's "
        + "shape, [1, 2], found [1, 1]")
  }

  @Test("A training set without examples is refused")
  func empty() throws {
    try directory.write(IDXTests.file(0x08, [0, 2], []), to: "train-images")
    try directory.write(IDXTests.file(0x08, [0], []), to: "train-labels")
    let error = #expect(throws: FileError.self) { try DatasetLibrary.load(directory.path) }
    #expect(error?.message == "the training set has no examples")
  }

  @Test("A label beyond the known classes is refused with its position")
  func labels() throws {
    try write(["train-images", "train-labels"])
    let error = #expect(throws: FileError.self) {
      try IDX.readDirectory(directory.path, classNames: ["a", "b"])
    }
    #expect(
      error?.description
        == "\(directory.file("train-labels")): byte 8: expected a label from 0 to 1, found 3")
  }

  @Test("A label beyond Fashion-MNIST's ten classes is refused, compressed or in the test set")
  func fashionLabels() throws {
    try write(["train-images", "train-labels", "t10k-images"])
    let labels = IDXTests.file(0x08, [2], [9, 10])
    for (name, bytes) in [("t10k-labels", labels), ("t10k-labels.gz", try directory.gzip(labels))] {
      let path = try directory.write(bytes, to: name)
      let error = #expect(throws: FileError.self) { try FashionMNIST.read(from: directory.path) }
      #expect(
        error?.description == "\(path): byte 9: expected a label from 0 to 9, found 10")
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("A path that is not a directory is refused")
  func noDirectory() throws {
    for path in [try directory.write([1], to: "file"), directory.file("none")] {
      let error = #expect(throws: FileError.self) { try IDX.readDirectory(path) }
      #expect(error?.path == path)
      #expect(error?.message.hasPrefix("expected a directory") == true)
    }
  }
}
