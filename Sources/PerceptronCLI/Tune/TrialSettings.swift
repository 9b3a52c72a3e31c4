import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// Makes the settings of trials as `perceptron train` makes its own: by its options, with its
/// defaults and its checks.
struct TrialSettings {
  let arguments: TrialArguments

  init(source: String, format: DatasetLibrary.Format?, fixed: [String: String]) {
    arguments = TrialArguments(source: source, format: format, fixed: fixed)
  }

  /// The data set.
  ///
  /// - Throws: `FileError` where it is not there or damaged; `ValidationError` for a wrong name.
  func load() throws -> LoadedData { try parse(arguments.ofData).source.load() }

  /// The settings of each trial.
  ///
  /// - Throws: `ValidationError` for the first trial that `perceptron train` would refuse, with its
  ///   reason and the trial's parameters.
  func settings(of trials: [Assignment], for data: LoadedData) throws -> [Experiment] {
    let all = try trials.map { trial in
      do {
        let command = try parse(try arguments(of: trial))
        let settings = try command.settings(for: data)
        if settings.validation == 0 {
          throw ValidationError(
            "--validation is 0, expected at least 1: the networks are compared by these rows")
        }
        try command.checkMemory(settings, data)
        return settings
      } catch let error as ValidationError {
        throw ValidationError("\(error.message); in the trial with \(trial)")
      }
    }
    let splits = Dictionary(grouping: all) { [AnyHashable($0.validation), AnyHashable($0.split)] }
    if splits.count > 1 {
      throw ValidationError(
        "the trials hold out different rows for validation, and accuracies on different rows cannot be "
          + "ranked; --validation, --split and --split-seed with one value each hold out the same ones"
      )
    }
    for settings in splits.values.compactMap(\.first) {
      try naming(data.name) {
        _ = try data.training.split(settings.validation, by: settings.split)
      }
    }
    return all
  }

  /// The trial's options.
  private func arguments(of trial: Assignment) throws -> [String] {
    do {
      return try arguments.of(trial)
    } catch let error as TrialArguments.Refusal {
      throw ValidationError(error.message)
    }
  }

  private func parse(_ arguments: [String]) throws -> TrainCommand {
    do {
      return try TrainCommand.parse(arguments)
    } catch {
      throw ValidationError(TrainCommand.message(for: error))
    }
  }
}
