import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("CIFAR-10")
struct CIFAR10Tests {
  /// The real data, which cannot be shipped: PERCEPTRON_CIFAR10 names its directory.
  static let real = ProcessInfo.processInfo.environment["PERCEPTRON_CIFAR10"] ?? ""
  static var hasReal: Bool { FileManager.default.fileExists(atPath: real + "/data_batch_1.bin") }

  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A file of records with the given classes; a record's pixels tell its class and place.
  private func batch(_ labels: [UInt8]) -> [UInt8] {
    labels.enumerated().flatMap { index, label in
      [label] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + index * 7 + Int(label)) }
    }
  }

  /// The pixels, which are bytes or the test fails.
  private func pixels(of dataset: Dataset) throws -> [UInt8] {
    guard case .bytes(let pixels) = dataset.features.storage else {
      Issue.record("the pixels are no bytes: \(dataset)")
      throw NoBytes()
    }
    return pixels
  }

  private struct NoBytes: Error {}

  @Test("Batches are read in the order of their numbers")
  func order() throws {
    try directory.write(batch([1]), to: "data_batch_10.bin")
    try directory.write(batch([2, 3]), to: "data_batch_2.bin")
    try directory.write(batch([9]), to: "test_batch.bin")
    let files = try CIFAR10.readDirectory(directory.path)
    let training = try #require(files.training)
    #expect(training.labels == [2, 3, 1])
    #expect(training.exampleShape == [3, 32, 32])
    #expect(training.image == CIFAR10.image)
    #expect(training.classNames == CIFAR10.classNames)
    #expect(files.test?.labels == [9])
    #expect(
      try pixels(of: training)
        == Array(batch([2])[1...]) + Array(batch([2, 3])[3074...]) + batch([1])[1...])
  }

  @Test("More records than one read takes are read whole")
  func many() throws {
    let labels = (0..<600).map { UInt8($0 % 10) }
    let path = try directory.write(batch(labels), to: "data_batch_1.bin")
    let dataset = try CIFAR10.readFiles([path])
    #expect(dataset.labels == labels.map { Int($0) })
    let pixels = try pixels(of: dataset)
    for row in [0, 255, 256, 599] {
      #expect(pixels[row * 3072] == UInt8(truncatingIfNeeded: row * 7 + row % 10), "row \(row)")
    }
  }

  @Test("Names come from batches.meta.txt, of which there must be ten")
  func names() throws {
    try directory.write(batch([1]), to: "data_batch_1.bin")
    let names = (0..<10).map { "kind \($0)" }
    try directory.write(
      Array((names.joined(separator: "\n") + "\n\n").utf8), to: "batches.meta.txt")
    #expect(try CIFAR10.readDirectory(directory.path).training?.classNames == names)
    try directory.write(Array("one\ntwo\n".utf8), to: "batches.meta.txt")
    let error = #expect(throws: FileError.self) { try CIFAR10.readDirectory(directory.path) }
    #expect(error?.message.contains("ten class names, one per line, found 2") == true)
    try directory.write([UInt8](repeating: 0x0a, count: 65_537), to: "batches.meta.txt")
    let large = #expect(throws: FileError.self) { try CIFAR10.readDirectory(directory.path) }
    #expect(large?.message == "expected at most 65536 bytes, found 65537")
  }

  @Test("Class names are unique UTF-8 text; a byte order mark is ignored")
  func oddNames() throws {
    try directory.write(batch([1]), to: "data_batch_1.bin")
    let names = (0..<10).map { "kind \($0)" }
    func read(_ bytes: [UInt8]) throws -> [String]? {
      try directory.write(bytes, to: "batches.meta.txt")
      return try CIFAR10.readDirectory(directory.path).training?.classNames
    }
    let text = Array(names.joined(separator: "\r\n").utf8)
    #expect(try read([0xEF, 0xBB, 0xBF] + text) == names)
    for (last, complaint): ([UInt8], String) in [
      ([0x63, 0x61, 0x66, 0xE9], "expected class names in UTF-8"),
      (Array("kind 3".utf8), "expected class names that differ, found kind 3 twice"),
      (Array("a\tb".utf8), #"expected class names of characters to be seen, found "a\tb""#),
    ] {
      let bytes = Array((names.dropLast().joined(separator: "\n") + "\n").utf8) + last
      let error = #expect(throws: FileError.self) { try read(bytes) }
      #expect(error?.message == complaint)
    }
  }

  @Test("A file cut anywhere but between records is refused with the last record's place")
  func cuts() throws {
    let data = batch([1, 2])
    for damage in Damage.cuts(of: data, every: 10)
      + Damage.cuts(of: Array(data[..<3073]), every: 70)
    {
      let path = try directory.write(damage.bytes, to: "data_batch_1.bin")
      let error = #expect(throws: FileError.self, "\(damage)") { try CIFAR10.readFiles([path]) }
      if !damage.bytes.isEmpty {
        #expect(error?.byte == damage.bytes.count / 3073 * 3073, "\(damage)")
      }
    }
  }

  @Test("A class above 9 is refused with its place")
  func badLabel() throws {
    let path = try directory.write(batch([1, 2, 10]), to: "data_batch_1.bin")
    let error = #expect(throws: FileError.self) { try CIFAR10.readFiles([path]) }
    #expect(error?.byte == 6146)
    #expect(error?.message == "expected a class from 0 to 9, found 10")
    for damage in Damage.flips(of: batch([1]), in: 0..<1) {
      let path = try directory.write(damage.bytes, to: "data_batch_1.bin")
      if damage.bytes[0] > 9 {
        #expect(throws: FileError.self, "\(damage)") { try CIFAR10.readFiles([path]) }
      } else {
        #expect(try CIFAR10.readFiles([path]).labels == [Int(damage.bytes[0])])
      }
    }
  }

  @Test("Empty files, directories and missing files are refused")
  func noFile() throws {
    let empty = try directory.write([], to: "empty.bin")
    for (path, reason) in [
      (empty, "the file is empty"), (directory.path, "found a directory"),
      (directory.file("none.bin"), "No such file"),
    ] {
      let error = #expect(throws: FileError.self) { try CIFAR10.readFiles([path]) }
      #expect(error?.path == path)
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "no error")")
    }
    let error = #expect(throws: FileError.self) {
      try CIFAR10.readDirectory(directory.file("none"))
    }
    #expect(error?.message.hasPrefix("expected a directory") == true)
  }

  @Test(
    "The published training batches are read and have their sums",
    .requires(.cifar10, hasReal, "PERCEPTRON_CIFAR10 names no folder with CIFAR-10"))
  func realData() throws {
    let files = try CIFAR10.readDirectory(CIFAR10Tests.real)
    let training = try #require(files.training)
    #expect(training.count == 50_000)
    #expect(training.classCounts == [Int](repeating: 5_000, count: 10))
    #expect(Array(training.labels[..<10]) == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
    let checks = PublishedFile.verify(CIFAR10.published, in: CIFAR10Tests.real)
    for check in checks where check.file.name != "test_batch.bin" {
      #expect(check.outcome == .matches, "\(check)")
    }
  }
}
