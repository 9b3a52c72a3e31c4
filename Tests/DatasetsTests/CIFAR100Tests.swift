import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("CIFAR-100")
struct CIFAR100Tests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Records of the given groups and classes; a record's pixels tell its place.
  private func records(_ labels: [(UInt8, UInt8)]) -> [UInt8] {
    labels.enumerated().flatMap { index, label in
      [label.0, label.1] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + index * 7) }
    }
  }

  @Test("Classes are the fine ones, or the coarse ones where they are chosen")
  func labels() throws {
    try directory.write(records([(19, 99), (0, 51)]), to: "train.bin")
    try directory.write(records([(3, 0)]), to: "test.bin")
    let fine = try CIFAR100.readDirectory(directory.path)
    #expect(fine.training?.labels == [99, 51] && fine.test?.labels == [0])
    #expect(fine.training?.classNames == CIFAR100.fineNames)
    #expect(fine.training?.classNames[99] == "worm" && fine.test?.classCount == 100)
    let coarse = try CIFAR100.readDirectory(directory.path, labels: .coarse)
    #expect(coarse.training?.labels == [19, 0] && coarse.test?.labels == [3])
    #expect(coarse.training?.classNames == CIFAR100.coarseNames)
    let training = try #require(fine.training)
    #expect(training.exampleShape == [3, 32, 32] && training.image == CIFAR10.image)
    #expect(Samples.rows(training.features).map { $0[1] } == [1, 8])
  }

  @Test("Names come from the file of the chosen classes")
  func names() throws {
    try directory.write(records([(1, 2)]), to: "train.bin")
    let fine = (0..<100).map { "kind \($0)" }
    let coarse = (0..<20).map { "group \($0)" }
    try directory.write(Array(fine.joined(separator: "\n").utf8), to: "fine_label_names.txt")
    try directory.write(Array(coarse.joined(separator: "\n").utf8), to: "coarse_label_names.txt")
    #expect(try CIFAR100.readDirectory(directory.path).training?.classNames == fine)
    #expect(
      try CIFAR100.readDirectory(directory.path, labels: .coarse).training?.classNames == coarse)
    try directory.write(Array("one\n".utf8), to: "fine_label_names.txt")
    let error = #expect(throws: FileError.self) { try CIFAR100.readDirectory(directory.path) }
    #expect(error?.message == "expected 100 class names, one per line, found 1")
  }

  @Test("The published names are as many as the classes, and differ")
  func publishedNames() {
    #expect(Set(CIFAR100.fineNames).count == 100 && Set(CIFAR100.coarseNames).count == 20)
    #expect(CIFAR100.fineNames.sorted() == CIFAR100.fineNames)
    #expect(CIFAR100.coarseNames.sorted() == CIFAR100.coarseNames)
  }

  @Test("Classes that are too large are refused with their place, whichever are read")
  func badLabels() throws {
    for (label, place, message) in [
      ((20, 0), 3074, "expected a class from 0 to 19, found 20"),
      ((0, 100), 3075, "expected a class from 0 to 99, found 100"),
    ] as [((UInt8, UInt8), Int, String)] {
      let path = try directory.write(records([(1, 1), label]), to: "train.bin")
      for labels in CIFAR100.Labels.allCases {
        let error = #expect(throws: FileError.self) {
          try CIFAR100.readFile(path, labels: labels)
        }
        #expect(error?.byte == place)
        #expect(error?.message == message)
      }
    }
  }

  @Test("A file cut anywhere but between records is refused with the last record's place")
  func cuts() throws {
    for damage in Damage.cuts(of: records([(1, 1), (2, 2)]), every: 70)
    where damage.bytes.count != 3074 {
      let path = try directory.write(damage.bytes, to: "train.bin")
      let error = #expect(throws: FileError.self, "\(damage)") { try CIFAR100.readFile(path) }
      if !damage.bytes.isEmpty {
        #expect(error?.byte == damage.bytes.count / 3074 * 3074, "\(damage)")
      }
    }
  }
}
