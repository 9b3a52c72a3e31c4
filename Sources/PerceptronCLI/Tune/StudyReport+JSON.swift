import Perceptron

/// What a study has shown, for programs.
extension StudyReport {
  fileprivate struct Summary: Encodable {
    let folder: String
    /// What was run; data and what is fixed where `perceptron tune` began the study.
    let data: String?
    let format: String?
    let fixed: [String: String]?
    let space: SearchSpace
    /// What each point of the space is repeated with, where it is.
    let seeds: [Int]?
    let method: SearchMethod
    let pruning: String
    let training: String?
    let goal: Goal
    let counts: [String: Int]
    /// The best trial's number.
    let best: Int?
    /// Of how many points of the space it was chosen.
    let chosenOf: Int
    /// What it is worth on the validation rows, the mean over its repeats, and its network on the
    /// test set.
    let validation: Accuracy?
    let test: Accuracy?
    /// The command lines that train the best trial's network alone, and measure it.
    let trainCommand: String?
    let evaluateCommand: String?
    /// The points of the space with means over their repeats, where they are repeated.
    let configurations: [Point]?
    let trials: [Row]
    /// Where effects are told from; without an iteration from the results of trials that are done.
    let effectBasis: Basis
    let effects: [Effect]
    let warnings: [String]
  }

  fileprivate struct Row: Encodable {
    let trial: Int
    let state: Trial.State
    let parameters: [String: ParameterValue]
    let value: Double?
    let trainAccuracy: Double?
    let finalLoss: Double?
    let iterations: Int?
    let seconds: Double
  }

  /// A point of the space: the mean of its repeats that are done, and their standard deviation.
  fileprivate struct Point: Encodable {
    let trials: [Int]
    let done: Int
    let state: Trial.State
    let parameters: [String: ParameterValue]
    let value: Double?
    let deviation: Double?
    let trainAccuracy: Double?
    let finalLoss: Double?
    let iterations: Int?
    let seconds: Double
  }

  /// An accuracy with its 95 % interval.
  fileprivate struct Accuracy: Encodable {
    let accuracy: Double
    let loss: Double?
    let rows: Int
    let lower: Double?
    let upper: Double?

    /// - Parameter isMean: whether it is a mean over repeats, of which there is no such interval.
    init(_ accuracy: Double, loss: Double? = nil, rows: Int, isMean: Bool = false) {
      let interval = isMean ? nil : accuracyInterval(accuracy, rowCount: rows)
      self.accuracy = accuracy
      self.loss = loss
      self.rows = rows
      lower = interval?.lowerBound
      upper = interval?.upperBound
    }
  }

  fileprivate struct Basis: Encodable {
    let iteration: Int?
    let compared: Int
  }

  fileprivate struct Effect: Encodable {
    let name: String
    let importance: Double?
    let levels: [Level]
  }

  fileprivate struct Level: Encodable {
    let value: String
    let compared: Int
    let diverged: Int
    let mean: Double?
    let best: Double?
  }

  /// The counts, the first trials of the leaderboard, each parameter's effect, and the warnings.
  var json: String { get throws { try json(top: .max) } }

  /// The same with `count` trials only.
  func json(top count: Int) throws -> String {
    let commands = StudyCommands(study, in: folder)
    let basis = study.effectBasis
    let seeds = study.definition.seeds
    let board = study.leaderboard.prefix(count)
    return try Summary(
      folder: folder, data: context?.data, format: context?.format?.rawValue,
      fixed: context?.fixed, space: study.definition.space,
      seeds: seeds.isEmpty ? nil : seeds, method: study.definition.method,
      pruning: study.definition.pruning.words, training: context?.training.words,
      goal: study.definition.goal,
      counts: Dictionary(
        uniqueKeysWithValues: study.counts.map { ($0.key.rawValue, $0.value) }),
      best: study.best?.id, chosenOf: study.choiceCount, validation: validation,
      test: study.test.map { Accuracy($0.accuracy, loss: $0.loss, rows: $0.rowCount) },
      trainCommand: commands.train, evaluateCommand: commands.evaluate,
      configurations: seeds.isEmpty ? nil : board.configurations.map(Point.init),
      trials: board.trials.map(Row.init),
      effectBasis: Basis(iteration: basis.iteration, compared: basis.count),
      effects: study.marginalEffects.map(Effect.init), warnings: edges
    ).json
  }

  private var validation: Accuracy? {
    guard let result = study.bestConfiguration?.result, let rows = result.rowCount else {
      return nil
    }
    return Accuracy(
      result.value, rows: rows, isMean: study.bestConfiguration.map { $0.trials.count > 1 } ?? false
    )
  }
}

extension StudyReport.Point {
  fileprivate init(_ point: Configuration) {
    self.init(
      trials: point.trials.map(\.id), done: point.doneCount, state: point.state,
      parameters: point.parameters.values, value: point.value, deviation: point.deviation,
      trainAccuracy: point.trainAccuracy, finalLoss: point.finalLoss,
      iterations: point.iterations, seconds: point.seconds)
  }
}

extension Assignment {
  /// The values by their names.
  fileprivate var values: [String: ParameterValue] {
    Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.value) })
  }
}

extension StudyReport.Row {
  fileprivate init(_ trial: Trial) {
    self.init(
      trial: trial.id, state: trial.state,
      parameters: trial.parameters.values, value: trial.value, trainAccuracy: trial.trainAccuracy,
      finalLoss: trial.finalLoss,
      iterations: trial.iterations, seconds: trial.seconds)
  }
}

extension StudyReport.Effect {
  fileprivate init(_ effect: MarginalEffect) {
    self.init(
      name: effect.name, importance: effect.importance,
      levels: effect.levels.map {
        .init(
          value: "\($0.extent)", compared: $0.trials, diverged: $0.diverged, mean: $0.mean,
          best: $0.best)
      })
  }
}
