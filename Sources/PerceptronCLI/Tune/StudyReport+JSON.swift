import Perceptron

extension StudyReport {
  fileprivate struct Summary: Encodable {
    let folder: String
    /// Nil with format, fixed and training for a study of another program.
    let data: String?
    let format: String?
    let fixed: [String: String]?
    let space: SearchSpace
    /// The seeds of repeats.
    let seeds: [Int]?
    /// The number of folds.
    let folds: Int?
    let method: SearchMethod
    let pruning: String
    let training: String?
    let goal: Goal
    let counts: [String: Int]
    /// The number of the best trial, and of the points that it was chosen from.
    let best: Int?
    let chosenOf: Int
    /// The best trial's figures: on the validation rows, the mean over its repeats, and on the test set.
    let validation: Figure?
    let test: Figure?
    let trainCommand: String?
    let evaluateCommand: String?
    /// The points of the space with means over their repeats; nil without repeats.
    let configurations: [Row]?
    let trials: [Row]
    /// Effects are compared at its iteration; without one, by the results of finished trials.
    let effectBasis: Basis
    let effects: [Effect]
    let warnings: [String]
    /// The shards with their states; nil for a study without.
    let shards: [Shard]?
  }

  fileprivate struct Shard: Encodable {
    let shard: String
    let state: ShardProgress.State
  }

  /// A trial, or a point of the space with the means of its repeats.
  fileprivate struct Row: Encodable {
    var trial: Int?
    var trials: [Int]?
    /// The number of repeats that are done.
    var done: Int?
    let state: Trial.State
    let parameters: [String: ParameterValue]
    let value: Double?
    /// The standard deviation over the repeats that are done.
    var deviation: Double?
    let trainingValue: Double?
    let finalLoss: Double?
    let iterations: Int?
    let seconds: Double
  }

  /// A value of the goal's metric; of an accuracy with its 95 % interval.
  fileprivate struct Figure: Encodable {
    let value: Double
    /// The value, if it is an accuracy.
    let accuracy: Double?
    let loss: Double?
    let rows: Int
    let lower: Double?
    let upper: Double?

    /// - Parameter hasInterval: a mean over repeats, or of weighted rows, has no such interval.
    init(_ goal: Goal, _ value: Double, loss: Double? = nil, rows: Int, hasInterval: Bool = true) {
      let interval = hasInterval ? goal.interval(value, rowCount: rows) : nil
      self.value = value
      accuracy = goal.metric == .accuracy ? value : nil
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

  /// The study with its best `count` trials.
  func json(top count: Int = .max) throws -> String {
    let basis = study.effectBasis
    let seeds = study.definition.seeds
    let board = study.leaderboard.prefix(count)
    return try Summary(
      folder: folder, data: context?.trials.source, format: context?.trials.format?.rawValue,
      fixed: context?.trials.fixed, space: study.definition.space,
      seeds: seeds.isEmpty ? nil : seeds, folds: study.definition.folds,
      method: study.definition.method,
      pruning: study.definition.pruning.displayName, training: context?.training.displayName,
      goal: study.definition.goal,
      counts: Dictionary(uniqueKeysWithValues: study.counts.map { ($0.key.rawValue, $0.value) }),
      best: study.best?.id, chosenOf: study.choiceCount, validation: validation,
      test: study.test.map {
        Figure(
          study.definition.goal, $0.value, loss: $0.loss, rows: $0.rowCount,
          hasInterval: !$0.isWeighted)
      },
      trainCommand: commands.train, evaluateCommand: commands.evaluate,
      configurations: seeds.isEmpty && study.definition.folds == nil
        ? nil : board.configurations.map(Row.init),
      trials: board.trials.map(Row.init),
      effectBasis: Basis(iteration: basis.iteration, compared: basis.count),
      effects: study.marginalEffects.map(Effect.init), warnings: edges,
      shards: study.shards.isEmpty
        ? nil : study.shards.map { Shard(shard: $0.shard.text, state: $0.state) }
    ).json
  }

  private var validation: Figure? {
    guard let best = study.bestConfiguration, let result = best.result, let rows = result.rowCount
    else { return nil }
    return Figure(
      study.definition.goal, result.value, rows: rows,
      hasInterval: best.trials.count == 1 && result.isWeighted != true)
  }
}

extension Assignment {
  fileprivate var values: [String: ParameterValue] {
    Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.value) })
  }
}

extension StudyReport.Row {
  fileprivate init(_ point: Configuration) {
    self.init(
      trials: point.trials.map(\.id), done: point.doneCount, state: point.state,
      parameters: point.parameters.values, value: point.value, deviation: point.deviation,
      trainingValue: point.trainingValue, finalLoss: point.finalLoss, iterations: point.iterations,
      seconds: point.seconds)
  }

  fileprivate init(_ trial: Trial) {
    self.init(
      trial: trial.id, state: trial.state, parameters: trial.parameters.values, value: trial.value,
      trainingValue: trial.trainingValue, finalLoss: trial.finalLoss, iterations: trial.iterations,
      seconds: trial.seconds)
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
