import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The data that a command takes without --data, in words for its help.
protocol DefaultData { static var help: String { get } }

enum DigitsByDefault: DefaultData { static let help = "digits" }
enum RunDataByDefault: DefaultData {
  static let help = "the data of the run, or digits without one"
}
enum StudyDataByDefault: DefaultData {
  static let help = "digits, or with --resume the data of the study"
}
enum ModelDataByDefault: DefaultData { static let help = "the data that the model was trained on" }

/// A part of a data set.
enum DataSplit: String, ExpressibleByArgument, CaseIterable, Encodable {
  case train, test
}

/// The options that name a data set.
struct DataOptions<Default: DefaultData>: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: .init(
      "\(DatasetLibrary.names.joined(separator: ", ")), or a folder of \(formatTitles). (default: \(Default.help))",
      valueName: "name"))
  var givenData: String?
  @Option(help: "Format of the folder's files. (default: detected from their names)")
  var format: DatasetLibrary.Format?

  /// The name or folder of the data set.
  var data: String { givenData ?? "digits" }

  func validate() throws {
    if data.isEmpty {
      throw ValidationError("--data is empty, expected the name of a data set or a folder")
    }
    if let format, let givenData, DatasetLibrary.names.contains(givenData) {
      throw ValidationError(
        "--format is \(format.rawValue), but --data \(givenData) is not a folder"
      )
    }
  }

  /// The training set and, if there is one, the test set.
  func load() throws -> LoadedData {
    if let format, givenData == nil {
      throw ValidationError(
        "--format is \(format.rawValue), but no folder is given with --data")
    }
    try requireData(data)
    return try DatasetLibrary.load(data, format: format)
  }

  /// One of the parts. A test set may stand without a training set.
  func load(_ split: DataSplit) throws -> Dataset {
    if split == .train { return try load().training }
    try requireData(data)
    do {
      return try DatasetLibrary.loadTest(data, format: format)
    } catch let error as FileError where error.message == DatasetLibrary.noTestSet {
      throw noTestSet(error.path)
    }
  }

}

extension LoadedData {
  /// A part of the data; throws `FileError` where there is no test set.
  func part(_ split: DataSplit) throws -> Dataset {
    if split == .train { return training }
    guard let test else { throw noTestSet(name) }
    return test
  }
}

private func noTestSet(_ source: String) -> FileError {
  FileError(source, DatasetLibrary.noTestSet + "; use --split train")
}

private let formatTitles = DatasetLibrary.Format.all.map(\.title).joined(separator: " or ")

/// Throws unless `source` is the name of a data set or a folder that may have one.
func requireData(_ source: String) throws {
  if DatasetLibrary.names.contains(source) { return }
  let names = DatasetLibrary.names.joined(separator: ", ")
  let taken = "--data takes \(names), or a folder of \(formatTitles)"
  let kind = FileKind(of: source)
  let found: String
  switch kind {
  case .folder:
    if DatasetLibrary.holdsData(in: source) { return }
    guard let runs = RunFolders.describe(source) else { return }
    found = runs
  case .idx, .cifar10:
    found = "this is \(kind?.description ?? ""), which belongs in a folder with its labels"
  case let kind?:
    found = "this is \(kind)" + (kind.unpacking(source).map { "; unpack it with \($0)" } ?? "")
  case nil:
    found = FileManager.default.fileExists(atPath: source) ? "this is a file" : "no such folder"
  }
  let help =
    kind?.isArrays == true
    ? "; Sources/Datasets/README.md shows how to write IDX files from NumPy" : ""
  throw FileError(source, "\(found); \(taken)\(help)")
}

/// Folders that may be mistaken for data: those of runs and studies, and the folders that contain them.
enum RunFolders {
  /// Describes a folder of a run, of a study, or of runs; nil for any other.
  static func describe(_ path: String) -> String? {
    if isRun(path) { return "this is the folder of a run or a study" }
    let runs = runs(in: path)
    return runs.isEmpty ? nil : "this is a folder of runs"
  }

  /// The sorted paths of the folders in `path` that hold a run or a study.
  static func runs(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let base = path.hasSuffix("/") ? path : path + "/"
    return names.sorted().map { base + $0 }.filter(isRun)
  }

  private static func isRun(_ path: String) -> Bool {
    RunDirectory(path: path).holdsRun || Study.exists(at: path)
  }
}

/// Calls `body`; errors about data name the data set.
func naming<Result>(_ data: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DatasetError {
    throw DatasetError("\(data): \(error.message)")
  }
}

extension DatasetLibrary.Format: ExpressibleByArgument {}
