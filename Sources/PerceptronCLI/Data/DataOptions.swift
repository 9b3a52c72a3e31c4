import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// The options that name a data set.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: .init(
      "\(DatasetLibrary.names.joined(separator: ", ")), or a folder of \(formatTitles). (default: that of the run or model, if any, else digits)",
      valueName: "name"))
  var givenData: String?
  @Option(help: "Format of the folder. (default: detected by the names of its files)")
  var format: DatasetLibrary.Format?

  /// The data set that is meant.
  var data: String { givenData ?? "digits" }

  private var isNamed: Bool { DatasetLibrary.names.contains(data) }

  func validate() throws {
    if data.isEmpty {
      throw ValidationError("--data is empty, expected the name of a data set or a folder")
    }
    if let format, givenData != nil, isNamed {
      throw ValidationError(
        "--format is \(format.rawValue), but --data \(data) is no folder whose format is in question"
      )
    }
  }

  /// The training set with, where there is one, its test set.
  func load() throws -> LoadedData {
    if let format, givenData == nil {
      throw ValidationError(
        "--format is \(format.rawValue), but no --data names a folder whose format is in question")
    }
    try requireData(data)
    return try DatasetLibrary.load(data, format: format)
  }

  /// The test set, whose training set need not be there.
  func loadTest() throws -> Dataset {
    try requireData(data)
    return try DatasetLibrary.loadTest(data, format: format)
  }

  /// A part of the data.
  enum Split: String, ExpressibleByArgument, CaseIterable, Encodable {
    case train, test
  }

  /// One of the parts; of a test set, the training set need not be there.
  func load(_ split: Split) throws -> Dataset {
    if split == .train { return try load().training }
    do {
      return try loadTest()
    } catch let error as FileError where error.message == DatasetLibrary.noTestSet {
      throw Self.noTestSet(error.path)
    }
  }

  /// One of the parts of data that is loaded.
  static func part(_ split: Split, of data: LoadedData) throws -> Dataset {
    if split == .train { return data.training }
    guard let test = data.test else { throw noTestSet(data.name) }
    return test
  }

  private static func noTestSet(_ source: String) -> FileError {
    FileError(source, DatasetLibrary.noTestSet + "; --split train takes them")
  }
}

/// What files of data are called.
private let formatTitles = DatasetLibrary.Format.all.map(\.title).joined(separator: " or ")

/// Throws unless `source` is the name of a data set or a folder that may have one.
func requireData(_ source: String) throws {
  if DatasetLibrary.names.contains(source) { return }
  let names = DatasetLibrary.names.joined(separator: " and ")
  let taken =
    "--data takes a folder of \(formatTitles), and by name there are \(names)"
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
    found = "this is \(kind)" + (kind.unpacking(source).map { ", to be unpacked: \($0)" } ?? "")
  case nil:
    found = FileManager.default.fileExists(atPath: source) ? "this is a file" : "no such folder"
  }
  let help =
    kind?.isArrays == true
    ? "; Sources/Datasets/README.md, Data of your own, has a way from NumPy" : ""
  throw FileError(source, "\(found); \(taken)\(help)")
}

/// Folders that are taken for something else: those of runs and studies, and those that such are in.
enum RunFolders {
  /// What a folder is that belongs to runs, as a sentence; nil for any other.
  static func describe(_ path: String) -> String? {
    if isRun(path) { return "this is the folder of a run or a study" }
    let runs = runs(in: path)
    return runs.isEmpty ? nil : "this is a folder of runs"
  }

  /// The paths of the folders in a folder that hold a run or a study, sorted.
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
