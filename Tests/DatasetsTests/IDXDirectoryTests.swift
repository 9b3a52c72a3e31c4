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

  @Test(
    "The name of a data set may stand before the files' names",
    arguments: ["emnist-letters-", "qmnist-", "my set ", "a_", "x."])
  func setNames(set: String) throws {
    try write(["train-images-idx3-ubyte", "train-labels-idx1-ubyte"].map { set + $0 })
    try write(
      ["test-images-idx3-ubyte", "test-labels-idx1-ubyte"].map { set + $0 }, compressed: true)
    #expect(try DatasetLibrary.load(directory.path).test?.labels == [3, 1])
    try FileManager.default.removeItem(atPath: directory.file(set + "train-labels-idx1-ubyte"))
    #expect(
      readingError()?.message
        == "found \(set)train-images-idx3-ubyte, expected labels (\(set)train-labels…) beside it")
  }

  @Test("Files of several data sets are refused with their names, unless some have none")
  func severalSets() throws {
    for set in ["emnist-letters-", "emnist-digits-"] {
      try write(["train-images", "train-labels"].map { set + $0 })
    }
    #expect(
      readingError()?.message
        == "expected the files of one data set, found those of 2: emnist-digits-…, "
        + "emnist-letters-…; keep each in a folder of its own")
    try write(["train-images", "train-labels"])
    #expect(try IDX.readDirectory(directory.path).training?.count == 2)
  }

  @Test(
    "A part of a word is not the beginning of a name", arguments: ["latest-images", "1test-labels"])
  func words(name: String) throws {
    try write([name])
    #expect(!DatasetLibrary.holdsData(in: directory.path))
  }

  private func write(_ labels: [UInt8], to part: String) throws {
    let count = UInt32(labels.count)
    try directory.write(IDXTests.file(0x08, [count], labels), to: part + "-labels")
    try directory.write(IDXTests.file(0x08, [count, 1], labels), to: part + "-images")
  }

  @Test("Labels that begin with 1 are classes of these names, in both sets")
  func fromOne() throws {
    try write([1, 3, 2, 1], to: "train")
    try write([2, 4], to: "test")
    let files = try IDX.readDirectory(directory.path)
    #expect(files.training?.labels == [0, 2, 1, 0] && files.test?.labels == [1, 3])
    for part in [files.training, files.test] {
      #expect(part?.classNames == ["1", "2", "3", "4"])
    }
  }

  @Test(
    "Labels are counted from 0 where 0 or another occurs in neither set, or there is no training set",
    arguments: [
      ([1, 2, 0], [1]), ([1, 2], [0]), ([1, 3], [1]), ([1, 1], [1]), (nil, [1, 2, 3]),
    ]
      as [([UInt8]?, [UInt8])])
  func fromZero(training: [UInt8]?, test: [UInt8]) throws {
    if let training { try write(training, to: "train") }
    try write(test, to: "test")
    let files = try IDX.readDirectory(directory.path)
    #expect(files.test?.labels == test.map { Int($0) })
    #expect(files.test?.classNames.first == "0")
  }

  @Test("A model's classes tell whether there is a class 0")
  func knownClasses() throws {
    try write([2, 3], to: "test")
    let fromOne = try IDX.readDirectory(directory.path, knownClasses: ["1", "2", "3", "4"])
    #expect(fromOne.test?.labels == [1, 2] && fromOne.test?.classNames == ["1", "2", "3"])
    try write([1, 2], to: "train")
    let fromZero = try IDX.readDirectory(directory.path, knownClasses: ["0", "1", "2", "3"])
    #expect(fromZero.test?.labels == [2, 3] && fromZero.training?.labels == [1, 2])
  }

  @Test("Labels of several columns, as QMNIST's, are one column of them")
  func columns() throws {
    let rows: [[Int32]] = [[5, 3, 2607, 33, 35, 61_009, 0, 0], [0, 0, 924, 17, 48, 28_544, 0, 0]]
    try directory.write(
      IDXTests.file(0x0C, [2, 8], IDXTests.bigEndian(rows.flatMap(\.self))),
      to: "qmnist-train-labels-idx2-int")
    try directory.write(
      IDXTests.file(0x08, [2, 1], [1, 2]), to: "qmnist-train-images-idx3-ubyte")
    let path = directory.file("qmnist-train-labels-idx2-int")
    #expect(
      readingError()?.description
        == "\(path): byte 12: expected labels, each 0 or 1, found 5; choose one of the 8 columns "
        + "where that is the label; choose the task `numbers` where they are numbers")
    var reading = ReadingOptions.none
    reading.targetColumn = 0
    let training = try DatasetLibrary.load(directory.path, reading: reading).training
    #expect(training.labels == [5, 0] && training.classNames == ["0", "1", "2", "3", "4", "5"])
    let numbers = try IDX.readDirectory(directory.path, task: .numbers, targetColumn: 2)
    #expect(numbers.training?.targets == .numbers([2607, 924], names: ["value"]))
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
