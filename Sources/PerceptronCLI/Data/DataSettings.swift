import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The choice of a data set: where it is, what its targets are, the weights and groups of its rows, and
/// its test set. It loads the same rows again whenever a run or a study needs them.
struct DataSettings: Hashable, Sendable {
  /// The data set's name or folder.
  var source: String
  /// The folder's format; nil to detect it from the files.
  var format: DatasetLibrary.Format?
  /// What the targets are; nil for what they are by themselves.
  var task: TargetKind?
  /// The file of the training rows' weights, or nil: an absolute path, or a name within the folder.
  var weights: String?
  /// The file of the training rows' groups, or nil, likewise.
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
    weights = experiment.weights
    groups = experiment.groups
    test = experiment.test
  }

  /// The training set and, if there is one, the test set.
  func load() throws -> LoadedData {
    try requireData(source)
    let loaded = try naming(source) {
      try DatasetLibrary.load(
        source, format: format, task: task, weights: weights.map(path), groups: groups.map(path))
    }
    guard let test else { return loaded }
    return try naming(source) { try loaded.holdingOut(test) }
  }

  /// The path of a file of weights or groups.
  func path(_ file: String) -> String {
    file.hasPrefix("/") || !isDirectory(source) ? file : source + "/" + file
  }

  /// A file's name within the folder of the data, if it is there, or else its absolute path: so it is
  /// found from anywhere, and in a folder that has moved.
  func located(_ file: String) -> String {
    if !FileManager.default.fileExists(atPath: file) { return file }
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
    return options.flatMap { name, value in value.map { [name, $0] } ?? [] }
  }
}

extension Experiment {
  /// Records how its data was chosen.
  mutating func record(_ data: DataSettings) {
    format = data.format
    weights = data.weights
    groups = data.groups
    test = data.test
  }
}

/// The options about the rows of a data set that networks are trained on.
struct RowOptions: ParsableArguments {
  @Option(
    help: .init(
      "IDX file with a weight for each training row, in the loss and in metrics: a path, or a name within the data's folder. (default: 1 each)",
      valueName: "file"))
  var weights: String?
  @Option(
    help: .init(
      "IDX file with the group of each training row, an integer: rows of a group are all held out or all trained on. (default: none)",
      valueName: "file"))
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
      throw ValidationError("\(option) is empty, expected a file")
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
    guard let test else { return (data, choice) }
    let split = try TestSplit(test, by: rule(data))
    choice.test = split
    return (try naming(choice.source) { try data.holdingOut(split) }, choice)
  }
}

extension SplitSize: ExpressibleByArgument {}
extension TargetKind: ExpressibleByArgument {}
