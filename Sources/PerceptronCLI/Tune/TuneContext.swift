import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// The data and the settings that all trials of a study share. They stand in the study's journal, so
/// that `perceptron tune --resume` makes the same trials again.
struct TuneContext {
  /// Has as its source the data set's name, or its folder's absolute path.
  let trials: TrialSettings
  /// The digest of the training set, held-out rows included.
  let digest: String
  /// The digest of all trials' experiments, with defaults that another version may have changed.
  private(set) var settings: String
  let training: NetworkSearch.Method

  private enum Key: String, CaseIterable {
    case data, format, task, weights, groups, reading, test, digest, settings, training
  }

  init(
    identity: DataIdentity, trials: TrialSettings, experiments: [Experiment],
    training: NetworkSearch.Method
  ) throws {
    self.trials = trials.at(identity.folder ?? trials.source)
    digest = identity.digest
    settings = try Self.digest(of: experiments)
    self.training = training
  }

  /// The context of a study; nil for one that another program began.
  init?(of study: Study) {
    let values = study.definition.context
    guard let data = values[Key.data.rawValue], let digest = values[Key.digest.rawValue],
      let settings = values[Key.settings.rawValue],
      let training = values[Key.training.rawValue].flatMap(NetworkSearch.Method.init(rawValue:))
    else { return nil }
    var choice = DataSettings(
      source: data,
      format: values[Key.format.rawValue].flatMap(DatasetLibrary.Format.init(rawValue:)),
      task: values[Key.task.rawValue].flatMap(TargetKind.init(rawValue:)))
    choice.weights = values[Key.weights.rawValue]
    choice.groups = values[Key.groups.rawValue]
    choice.reading =
      values[Key.reading.rawValue].flatMap { try? ReadingOptions(json: $0.utf8) } ?? .none
    choice.test = values[Key.test.rawValue].flatMap { try? TestSplit(json: $0.utf8) }
    trials = TrialSettings(data: choice, fixed: values.filter { Key(rawValue: $0.key) == nil })
    (self.digest, self.settings, self.training) = (digest, settings, training)
  }

  /// The context in the form that a study's definition has.
  var values: [String: String] {
    var values = trials.fixed
    values[Key.data.rawValue] = trials.source
    values[Key.format.rawValue] = trials.format?.rawValue
    values[Key.task.rawValue] = trials.data.task?.rawValue
    values[Key.weights.rawValue] = trials.data.weights
    values[Key.groups.rawValue] = trials.data.groups
    let reading = trials.data.reading
    values[Key.reading.rawValue] = reading == .none ? nil : try? reading.jsonLine
    values[Key.test.rawValue] = trials.data.test.flatMap { try? $0.jsonLine }
    values[Key.digest.rawValue] = digest
    values[Key.settings.rawValue] = settings
    values[Key.training.rawValue] = training.rawValue
    return values
  }

  /// Throws `FileError` unless the study began with these experiments.
  func demand(_ experiments: [Experiment], in folder: String) throws {
    if try Self.digest(of: experiments) != settings {
      throw FileError(
        folder,
        "this version of perceptron has different defaults from the one that started the study")
    }
  }

  /// Takes the experiments of a study that was extended.
  mutating func take(_ experiments: [Experiment]) throws {
    settings = try Self.digest(of: experiments)
  }

  private static func digest(of experiments: [Experiment]) throws -> String {
    let lines = try experiments.map { own in
      // The data may have been moved.
      var own = own
      own.data = ""
      own.format = nil
      return try own.json
    }
    return try SHA256.digest(of: Array(lines.joined().utf8))
  }
}

/// Makes the experiments of trials: shared settings, those of each trial, and the defaults of
/// `perceptron train` for the others.
struct TrialSettings {
  /// The data that all are trained on.
  let data: DataSettings
  /// The shared values, as text by hyperparameter.
  let fixed: [String: String]

  /// The data set's name or folder.
  var source: String { data.source }
  /// The data's format, where it was given.
  var format: DatasetLibrary.Format? { data.format }

  /// The same with the data at another place.
  func at(_ source: String) -> TrialSettings {
    var data = data
    data.source = source
    return TrialSettings(data: data, fixed: fixed)
  }

  /// The shared values.
  private var shared: Hyperparameters {
    get throws {
      var chosen = Hyperparameters()
      for (name, text) in fixed {
        let hyperparameter = try Hyperparameter.known(name)
        try hyperparameter.choose(&chosen, hyperparameter.value(parsing: text))
      }
      return chosen
    }
  }

  /// The choice of the rows that all trials hold out.
  func validationSplit(of loaded: LoadedData) throws -> ValidationSplit {
    try namingOptions { try shared.validationSplit(of: loaded) }
  }

  private func hyperparameters(of trial: Assignment) throws -> Hyperparameters {
    var chosen = try shared
    for entry in trial.entries {
      try Hyperparameter.known(entry.name).choose(&chosen, entry.value)
    }
    return try chosen.withLayers()
  }

  /// The command line that trains a trial's network alone; nil for values that make no network.
  func trainCommand(of trial: Assignment) -> String? {
    guard let arguments = try? hyperparameters(of: trial).arguments else { return nil }
    return ShellCommand.line(["perceptron", "train"] + data.arguments + arguments)
  }

  /// The experiment of each trial; throws `ValidationError` for one that cannot be trained.
  func experiments(of trials: [Assignment], for data: LoadedData) throws -> [Experiment] {
    let all = try trials.map { trial in
      do {
        return try namingOptions { try experiment(of: trial, for: data) }
      } catch let error as ValidationError {
        throw ValidationError("\(error.message); in the trial with \(trial)")
      }
    }
    let splits = Dictionary(grouping: all) { own -> [AnyHashable] in
      // All folds are held out in turn.
      [own.fold.map { $0.count } ?? own.validation, own.fold == nil, own.split]
    }
    if splits.count > 1 {
      throw ValidationError(
        "the trials hold out different rows for validation, and results on different rows cannot be "
          + "ranked; give --validation, --split and --split-seed one value each"
      )
    }
    if let first = all.first { try naming(data.name) { _ = try first.parts(of: data.training) } }
    return all
  }

  private func experiment(of trial: Assignment, for data: LoadedData) throws -> Experiment {
    let chosen = try hyperparameters(of: trial)
    var experiment = try chosen.experiment(for: data, format: format)
    experiment.record(self.data)
    if experiment.validation == 0 {
      throw HyperparameterError(
        "validation", is: 0,
        expected: "at least 1: networks are ranked by their results on these rows")
    }
    try experiment.checkMemory(on: data, sizes: chosen.sizes(of: experiment.network))
    return experiment
  }
}
