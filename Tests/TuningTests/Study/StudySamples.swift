import Foundation
import PerceptronFiles
import PerceptronTuning
import TestSupport

/// Studies whose trials' numbers are known beforehand.
enum StudySamples {
  static let space = SearchSpace([
    .init("learning-rate", .values([.number(0.5), .number(1)])),
    .init("hidden", .values([.integer(10), .integer(20), .integer(30)])),
  ])

  /// Six trials.
  static let trials: [Assignment] = [0.5, 1].flatMap { rate in
    [10, 20, 30].map { ["learning-rate": .number(rate), "hidden": .integer($0)] }
  }

  static func definition(
    _ pruning: Pruning = .none, goal: Goal = .validationAccuracy,
    context: [String: String] = ["data": "abc"]
  ) -> StudyDefinition {
    StudyDefinition(
      space: space, method: .grid, goal: goal, pruning: pruning, context: context)
  }

  static func study(_ pruning: Pruning = .none, goal: Goal = .validationAccuracy) throws -> Study {
    try Study(definition: definition(pruning, goal: goal), trials: trials)
  }

  static func result(_ value: Double) -> TrialResult { TrialResult(value: value, seconds: 1) }

  /// A study in memory of which some trials are done with these values, in this order.
  static func study(
    done: [(trial: Int, value: Double)], goal: Goal = .validationAccuracy
  ) throws -> Study {
    let study = try study(goal: goal)
    for (trial, value) in done {
      try study.begin(trial)
      try study.finish(trial, result(value))
    }
    return study
  }

  /// Runs all trials that wait: 2 fails, 4 diverges, the others are measured at 1, 2 and 4
  /// iterations and given up where the study says so. The best one's number is saved as its model.
  static func run(_ study: Study) throws {
    let accuracies = [0.5, 0.25, 0, 0.75, 0, 0.625]
    for trial in study.trials where trial.state == .waiting {
      try study.begin(trial.id)
      try run(trial.id, of: study, accuracy: accuracies[trial.id])
    }
  }

  private static func run(_ trial: Int, of study: Study, accuracy: Double) throws {
    if trial == 2 { return try study.fail(trial, message: "out of \"luck\"", seconds: 0.5) }
    for iteration in [1, 2, 4] {
      let share = Double(iteration) / 4
      try study.record(
        Measurement(
          iteration: iteration, loss: 1 - share, trainingValue: share,
          value: accuracy * share, seconds: share), of: trial)
      if trial == 4 {
        return try study.diverge(trial, iteration: iteration, loss: .nan, seconds: share)
      }
      if study.shouldPrune(trial, at: iteration) {
        return try study.prune(trial, at: iteration, seconds: share)
      }
    }
    let result = TrialResult(
      value: accuracy, trainingValue: 1, finalLoss: 0, iterations: 4, seconds: 1)
    try study.finish(trial, result) {
      try Data("\(trial)".utf8).write(to: URL(fileURLWithPath: $0))
    }
  }
}

extension TemporaryDirectory {
  /// The names in one of the directory's directories, sorted; hidden ones too.
  func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(folder)).sorted()
  }
}
