import Foundation
import Serialization

/// The data sets that a directory holds.
public struct DatasetFiles: Sendable {
  /// The training set, if its files are there.
  public var training: Dataset?
  /// The test set, if its files are there.
  public var test: Dataset?
}

extension IDX {
  /// Reads a directory of MNIST's kind: files whose names begin with `train-images` and
  /// `train-labels`, and with `t10k-` or `test-` in place of `train-`, each plain or `.gz`.
  ///
  /// - Parameter classNames: the classes' names, or nil to number those that occur in either set.
  /// - Throws: `FileError` where the directory or a file cannot be read, names are ambiguous, one
  ///   file of a pair is missing, the counts of a pair differ, or the shapes of the two sets.
  public static func readDirectory(
    _ path: String, classNames: [String]? = nil
  ) throws -> DatasetFiles {
    let names = try directoryNames(path)
    let classCount = classNames?.count
    let training = try readPart(["train-"], names, path, classCount)
    let test = try readPart(["t10k-", "test-"], names, path, classCount)
    if let training, let test, training.features.exampleShape != test.features.exampleShape {
      throw FileError(
        path,
        "the training examples have the shape \(training.features.exampleShape) and the test "
          + "examples \(test.features.exampleShape)")
    }
    let largest = [training, test].compactMap { $0?.labels.max() }.max() ?? -1
    let classes = classNames ?? Dataset.numbered(largest + 1)
    func dataset(_ part: Part) -> Dataset {
      Dataset(part.features, labels: part.labels, classNames: classes)
    }
    return DatasetFiles(training: training.map(dataset), test: test.map(dataset))
  }

  private struct Part {
    var features: Features
    var labels: [Int]
  }

  private static func readPart(
    _ prefixes: [String], _ names: [String], _ path: String, _ classCount: Int?
  ) throws -> Part? {
    let images = try file(prefixes.map { $0 + "images" }, among: names, of: path)
    let labels = try file(prefixes.map { $0 + "labels" }, among: names, of: path)
    switch (images, labels) {
    case (nil, nil): return nil
    case (let images?, nil):
      throw FileError(path, "found \(images), expected labels (\(prefixes[0])labels…) beside it")
    case (nil, let labels?):
      throw FileError(path, "found \(labels), expected images (\(prefixes[0])images…) beside it")
    case (let images?, let labels?):
      let part = Part(
        features: try readFeatures(join(path, images)),
        labels: try readLabels(join(path, labels), classCount: classCount))
      if part.features.count != part.labels.count {
        throw FileError(
          path,
          "\(images) has \(part.features.count) examples and \(labels) has "
            + "\(part.labels.count) labels")
      }
      return part
    }
  }

  /// The one file whose name begins with one of `prefixes`; the plain one where it is there both
  /// plain and compressed.
  private static func file(
    _ prefixes: [String], among names: [String], of path: String
  ) throws -> String? {
    let candidates = names.filter { name in prefixes.contains { name.hasPrefix($0) } }
    let found = candidates.filter { name in
      !(name.hasSuffix(".gz") && candidates.contains(String(name.dropLast(3))))
    }
    if found.count > 1 {
      throw FileError(
        path, "expected one file named \(prefixes[0])…, found \(found.joined(separator: ", "))")
    }
    return found.first
  }
}

/// The names in a directory, sorted.
///
/// - Throws: `FileError` where it cannot be read.
func directoryNames(_ path: String) throws -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  } catch {
    throw FileError(path, "expected a directory: \(error.localizedDescription)")
  }
}

func join(_ directory: String, _ name: String) -> String {
  (directory as NSString).appendingPathComponent(name)
}
