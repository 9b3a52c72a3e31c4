import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The choice of a data set: where it is, what its targets are, the weights and groups of its rows, and
/// its test set. It loads the same rows again whenever a run or a study needs them.
struct DataSettings: Hashable, Sendable {
  /// The data set's name, file or folder.
  var source: String
  /// The files' format; nil to detect it from their names.
  var format: DatasetLibrary.Format?
  /// How the files are read, where there is a choice.
  var reading = ReadingOptions.none
  /// The features and classes of a model that is to be used on the data.
  var expected = ExpectedFeatures()
  /// What the targets are; nil for what they are by themselves.
  var task: TargetKind?
  /// The training rows' weights, or nil: a file, by its absolute path or its name within the folder; or a
  /// column or an array.
  var weights: String?
  /// The training rows' groups, or nil, likewise.
  var groups: String?
  /// The rows held out as a test set; nil for none.
  var test: TestSplit?

  init(source: String, format: DatasetLibrary.Format? = nil, task: TargetKind? = nil) {
    self.source = source
    self.format = format
    self.task = task
  }

  /// The data of an experiment.
  init(of experiment: Experiment) {
    self.init(source: experiment.data, format: experiment.format, task: experiment.task)
    reading = experiment.reading ?? .none
    weights = experiment.weights
    groups = experiment.groups
    test = experiment.test
  }

  /// The format that is given, or else that of the name.
  var detectedFormat: DatasetLibrary.Format? {
    format ?? DatasetLibrary.detectedFormat(of: source)
      // The files may have been moved.
      ?? DatasetLibrary.Format.all.first { $0.isWholeInFile && $0.fits(fileNamed: source) }
  }

  /// What is read.
  var request: DataRequest {
    var request = DataRequest(
      source, task: task, weights: weights, groups: groups, reading: reading)
    request.expected = expected
    return request
  }

  /// The same with the choices of options that are given; files are located.
  func reading<Default>(_ options: DataOptions<Default>) throws -> DataSettings {
    var same = self
    try options.columns.complete(&same.reading)
    options.cells.complete(&same.reading)
    same.reading.features = same.reading.features.map(located)
    same.reading.targets = same.reading.targets.map(located)
    return same
  }

  /// The same with columns of a table by their names, where positions were given: further tables may have
  /// them in another order.
  func namingColumns() throws -> DataSettings {
    guard detectedFormat == .csv, !isDirectory(source) else { return self }
    var same = self
    let named = try naming(source) { try Table.namingColumns(of: request) }
    (same.reading, same.weights, same.groups) = (named.reading, named.weights, named.groups)
    return same
  }

  /// The training set and, if there is one, the test set.
  func load() throws -> LoadedData {
    try requireData(source, format: format)
    let loaded = try naming(source) {
      try DatasetLibrary.load(request, format: format)
    }
    guard let test else { return loaded }
    return try naming(source) { try loaded.holdingOut(test) }
  }

  /// The path of a file of weights or groups.
  func path(_ file: String) -> String {
    file.hasPrefix("/") || !isDirectory(source) ? file : source + "/" + file
  }

  /// A file's name within the folder of the data, if it is there, or else its absolute path: so it is
  /// found from anywhere, and in a folder that has moved. The name of a column or an array stays what it is.
  func located(_ file: String) -> String {
    switch format ?? DatasetLibrary.detectedFormat(of: source) {
    case .csv?: return file
    case .numpy? where !file.lowercased().hasSuffix(".npy") && !file.lowercased().hasSuffix(".npz"):
      return file
    default: break
    }
    if !FileManager.default.fileExists(atPath: file) || isDirectory(file) { return file }
    let path = URL(fileURLWithPath: file).standardizedFileURL.path
    let folder = URL(fileURLWithPath: source).standardizedFileURL.path + "/"
    return isDirectory(source) && path.hasPrefix(folder)
      ? String(path.dropFirst(folder.count)) : path
  }

  /// The options of `perceptron train` that choose this data.
  var arguments: [String] {
    let options: [(String, String?)] = [
      ("--data", source), ("--format", format?.rawValue), ("--task", task?.rawValue),
      ("--weights", weights), ("--group", groups), ("--test", test?.size.description),
    ]
    return options.flatMap { name, value in value.map { [name, $0] } ?? [] } + reading.arguments
  }
}

extension Experiment {
  /// Records how its data was chosen.
  mutating func record(_ data: DataSettings) {
    format = data.format
    reading = data.reading == .none ? nil : data.reading
    weights = data.weights
    groups = data.groups
    test = data.test
  }
}

/// The options about the rows of a data set that networks are trained on.
struct RowOptions: ParsableArguments {
  @Option(
    help: .init(
      "Weight of each training row, in the loss and in metrics: a table's column, an array, or an IDX file, by its path or its name within the data's folder. (default: 1 each)",
      valueName: "column"))
  var weights: String?
  @Option(
    help: .init(
      "Group of each training row: a table's column, an array, or an IDX file of integers. Rows of a group are all held out or all trained on. (default: none)",
      valueName: "column"))
  var group: String?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Number or share of the training rows held out as the test set of data that has none, chosen as --split says. (default: none)",
      valueName: "size"))
  var test: SplitSize?

  /// The option that is given, or nil.
  var given: String? {
    weights.map { _ in "--weights" } ?? group.map { _ in "--group" } ?? test.map { _ in "--test" }
  }

  func validate() throws {
    for (option, file) in [("--weights", weights), ("--group", group)] where file?.isEmpty == true {
      throw ValidationError("\(option) is empty, expected a column, an array or a file")
    }
    if let test, test == .rows(0) {
      throw ValidationError(
        "--test is 0, expected a number of rows, or a share below 1 such as 0.2")
    }
  }

  /// Loads data with these options.
  ///
  /// - Parameter rule: the choice of held-out rows of the data.
  /// - Returns: the data, and its choice with the rows held out.
  func load(
    _ choice: DataSettings, heldOutBy rule: (LoadedData) throws -> ValidationSplit
  ) throws -> (data: LoadedData, choice: DataSettings) {
    var choice = choice
    choice.weights = weights.map(choice.located)
    choice.groups = group.map(choice.located)
    let data = try choice.load()
    choice = try choice.namingColumns()
    guard let test else { return (data, choice) }
    let split = try TestSplit(test, by: rule(data))
    choice.test = split
    return (try naming(choice.source) { try data.holdingOut(split) }, choice)
  }
}

extension SplitSize: ExpressibleByArgument {}
extension TargetKind: ExpressibleByArgument {}
