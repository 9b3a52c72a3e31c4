import Foundation
import Perceptron

/// A folder's files held against the published ones of Fashion-MNIST and CIFAR-10.
struct PublishedDataCheck: Encodable {
  let folder: String
  /// What is found of each published file, in words.
  let files: [String]
  /// Whether every file that is there is as published.
  let passed: Bool

  /// Compares the files in `folder` with those of the data set, of the two, that it has files of.
  ///
  /// - Returns: nil where it has files of neither.
  init?(of folder: String) {
    let checks = [FashionMNIST.published, CIFAR10.published]
      .map { PublishedFile.verify($0, in: folder) }
      .first { checks in checks.contains { $0.outcome != .missing } }
    guard let checks else { return nil }
    self.folder = folder
    files = checks.map { "\($0)" }
    passed = checks.allSatisfy { $0.outcome == .matches || $0.outcome == .missing }
  }
}
