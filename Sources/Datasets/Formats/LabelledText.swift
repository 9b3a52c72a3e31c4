import Foundation
import PerceptronFiles

/// Text files with one example per line: its class, a number from 0 to 255, and its features, separated
/// by spaces or tabs. Empty lines are skipped.
public enum LabelledText {
  /// Reads `train.txt` and `test.txt` of a directory. Both sets have the classes that occur in either.
  ///
  /// - Returns: each set with rows of numbers, nil where it has no file.
  /// - Throws: `FileError` where the directory or a file cannot be read, or a line is not a class and
  ///   as many finite numbers as in the first line of the training set.
  public static func readDirectory(_ path: String) throws -> DatasetFiles {
    let names = try fileNames(path)
    func read(_ name: String, width: Int?) throws -> Dataset? {
      names.contains(name) ? try readFile(join(path, name), width: width) : nil
    }
    let training = try read("train.txt", width: nil)
    let test = try read("test.txt", width: training?.featureCount)
    let classes = Dataset.numbered(max(training?.classCount ?? 0, test?.classCount ?? 0))
    return DatasetFiles(
      training: training?.naming(classes: classes), test: test?.naming(classes: classes))
  }

  /// Reads one file, with examples of `width` features, or as many as the first one has.
  static func readFile(_ path: String, width: Int? = nil) throws -> Dataset {
    let reader = try ByteReader(path: path)
    var bytes: [UInt8] = []
    try reader.forEachChunk { bytes += $0 }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var (features, labels, width): ([Double], [Int], Int?) = ([], [], width)
    for (index, line) in lines.enumerated() {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard let first = fields.first else { continue }
      let row = fields.dropFirst().compactMap { Double($0) }.filter(\.isFinite)
      guard let label = Int(first), 0...255 ~= label, row.count == fields.count - 1, !row.isEmpty,
        row.count == width ?? row.count
      else {
        let count = width.map { "\($0)" } ?? "its"
        throw FileError(
          path,
          "line \(index + 1): expected a class from 0 to 255 and \(count) features, found "
            + String(line.prefix(60)).debugDescription)
      }
      width = row.count
      labels.append(label)
      features += row
    }
    guard let width else { throw FileError(path, "expected lines of numbers, found none") }
    return Dataset(Features(.doubles(features), exampleShape: [width]), labels: labels)
  }
}

extension DatasetLibrary.Format {
  /// Text files of labelled examples.
  public static let labelledText = Self(
    rawValue: "text", title: "labelled text files", fileNames: "train.txt, test.txt",
    fileSuffix: ".txt", detects: { $0.contains("train.txt") || $0.contains("test.txt") },
    readDirectory: LabelledText.readDirectory,
    readFile: {
      let dataset = try LabelledText.readFile($0)
      return FeatureFile(features: dataset.features, labels: dataset.labels)
    })
}
