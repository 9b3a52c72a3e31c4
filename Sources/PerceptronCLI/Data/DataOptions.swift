import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The data that a command takes without --data, in words for its help.
protocol DefaultData {
  static var help: String { get }
  /// The default of --task.
  static var taskHelp: String { get }
}

extension DefaultData {
  static var taskHelp: String {
    "classes for texts and for whole numbers with few different values, labels for several columns of 0 and 1, else numbers"
  }
}

enum DigitsByDefault: DefaultData { static let help = "digits" }
enum RunDataByDefault: DefaultData {
  static let help = "the data of the run, or digits without one"
}
enum StudyDataByDefault: DefaultData {
  static let help = "digits, or with --resume the data of the study"
}
enum ModelDataByDefault: DefaultData {
  static let help = "the data that the model was trained on"
  static let taskHelp = "what the model predicts"
}

/// A part of a data set.
enum DataSplit: String, ExpressibleByArgument, CaseIterable, Encodable {
  case train, test
}

/// The options that name a data set.
struct DataOptions<Default: DefaultData>: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: .init(
      "\(DatasetLibrary.names.joined(separator: ", ")) (spiral:7 is of seed 7), or a file or folder of \(formatTitles). (default: \(Default.help))",
      valueName: "name"))
  var givenData: String?
  @Option(help: "Format of the files. (default: detected from their names)")
  var format: DatasetLibrary.Format?
  @Option(
    help: .init(
      "What the targets are: one class of several, numbers, or labels that are each 0 or 1. (default: \(Default.taskHelp))",
      valueName: "kind"))
  var task: TargetKind?
  @OptionGroup(title: "Data") var columns: ColumnOptions
  @OptionGroup(title: "Data") var cells: CellOptions

  /// The name, file or folder of the data set.
  var data: String { givenData ?? "digits" }
  /// The data set as chosen.
  var settings: DataSettings {
    get throws { try DataSettings(source: data, format: format, task: task).reading(self) }
  }

  func validate() throws {
    if data.isEmpty {
      throw ValidationError("--data is empty, expected the name of a data set, a file or a folder")
    }
    if let format, let givenData, DatasetLibrary.isName(givenData) {
      throw ValidationError(
        "--format is \(format.rawValue), but --data \(givenData) is not a file or a folder"
      )
    }
  }

  /// The training set and, if there is one, the test set.
  ///
  /// - Parameter weights: the file of the training rows' weights, or nil.
  func load(weights: String? = nil) throws -> LoadedData {
    try checkFormat()
    var settings = try settings
    settings.weights = weights.map(settings.located)
    return try settings.load()
  }

  /// The training set and, if there is one, the test set, with weights, groups and held-out rows.
  ///
  /// - Parameter rule: the choice of held-out rows of the data.
  func load(
    _ rows: RowOptions, heldOutBy rule: (LoadedData) throws -> ValidationSplit
  ) throws -> (data: LoadedData, choice: DataSettings) {
    try checkFormat()
    return try rows.load(try settings, heldOutBy: rule)
  }

  private func checkFormat() throws {
    guard let format, givenData == nil else { return }
    throw ValidationError(
      "--format is \(format.rawValue), but no file or folder is given with --data")
  }

  /// One of the parts. A test set may stand without a training set.
  ///
  /// - Parameters:
  ///   - kind: what the targets are, where --task does not say.
  ///   - known: the choices of the run of a model that is to be used, which hold where no option is given.
  ///   - expected: the features and classes of the model.
  ///   - weights: the column or the array of the rows' weights, or nil.
  func load(
    _ split: DataSplit, as kind: TargetKind? = nil, reading known: ReadingOptions = .none,
    like expected: ExpectedFeatures = ExpectedFeatures(), weights: String? = nil
  ) throws -> Dataset {
    var settings = DataSettings(source: data, format: format, task: task ?? kind)
    settings.reading = known
    settings = try settings.reading(self)
    settings.expected = expected
    settings.weights = weights
    if split == .train { return try settings.load().training }
    try requireData(data, format: format)
    do {
      return try naming(data) { try DatasetLibrary.loadTest(settings.request, format: format) }
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
  FileError(
    source, DatasetLibrary.noTestSet + "; name another data set with --data, or use --split train")
}

private let formatTitles = DatasetLibrary.Format.all.map(\.title).joined(separator: " or ")

/// Throws unless `source` is the name of a data set, or a file or a folder that may have one.
///
/// - Parameter format: the format of the files, where it is given.
func requireData(_ source: String, format: DatasetLibrary.Format? = nil) throws {
  if DatasetLibrary.isName(source) || DatasetLibrary.holdsData(in: source) { return }
  if let format, format.isWholeInFile, FileManager.default.fileExists(atPath: source) { return }
  let names = DatasetLibrary.names.joined(separator: ", ")
  let taken = "--data takes \(names), or a file or folder of \(formatTitles)"
  let kind = FileKind(of: source)
  let found: String
  switch kind {
  case .folder:
    guard let runs = RunFolders.describe(source) else { return }
    found = runs
  case .idx, .cifar10, .cifar100:
    found = "this is \(kind?.description ?? ""), which belongs in a folder with its labels"
  case .png: found = "this is \(FileKind.png), which belongs in a folder of its class"
  case let kind?:
    found = "this is \(kind)" + (kind.advice(for: source).map { "; " + $0 } ?? "")
  case nil:
    found =
      FileManager.default.fileExists(atPath: source) ? "this is a file" : "no such file or folder"
  }
  let help =
    kind?.isArrays == true && kind != .png && kind?.advice(for: source) == nil
    ? "; Sources/Datasets/README.md shows how NumPy writes data that is read" : ""
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

/// Calls `body`; errors about data name the data set, and the options that choose how it is read.
func naming<Result>(_ data: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DatasetError {
    throw DatasetError("\(data): \(error.message)")
  } catch let error as FileError {
    throw FileError(error.path, atByte: error.byte, ReadingOptions.namingOptions(error.message))
  } catch let error as UnsuitableOption {
    throw FileError(
      error.path, "found \(error.format), with which --\(error.option) cannot be used")
  }
}

extension DatasetLibrary.Format: ExpressibleByArgument {}
