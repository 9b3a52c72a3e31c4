import PerceptronFiles
import PerceptronTraining

extension Study {
  /// The number of points of the space among which the best was chosen.
  package var choiceCount: Int {
    configurations.count { $0.state == .done || $0.state == .pruned }
  }

  /// The 95 % interval of the best result, if it is the accuracy on a known number of rows. Nil for
  /// a mean over repeats, which is reported with its standard deviation.
  package var bestInterval: ClosedRange<Double>? {
    guard let best = bestConfiguration, best.trials.count == 1, let result = best.result,
      let rows = result.rowCount, result.isWeighted != true
    else { return nil }
    return definition.goal.interval(result.value, rowCount: rows)
  }

  /// The best result with its interval, the test result, and a warning of selection bias:
  /// sentences without full stops. Empty if the number of rows is not known.
  package var choiceText: [String] {
    guard let own = bestConfiguration, let result = own.result, let rows = result.rowCount,
      let best
    else { return [] }
    let goal = definition.goal
    let isRepeated = own.trials.count > 1
    let repeats =
      definition.folds == nil
      ? " on \(counted(rows, "row"))"
      : " over \(counted(own.trials.count, definition.repeatName))"
    var words = [
      "best \(isRepeated ? "mean " : "")\(goal.title) \(own.valueText(of: goal))"
        + (isRepeated ? repeats : interval(result, rows: rows)) + ", \(own.name)"
    ]
    if isRepeated {
      words.append(
        (isOver
          ? "the saved network is that of its best \(definition.repeatName), trial \(best.id), with "
          : "its best \(definition.repeatName) is trial \(best.id), with ")
          + goal.text(best.result?.value ?? .nan))
    }
    if let test {
      words.append(
        "its \(testTitle) \(goal.text(test.value))"
          + (test.isWeighted
            ? " on \(counted(test.rowCount, "weighted row"))"
            : interval(test.value, rows: test.rowCount)))
    }
    if choiceCount > 1 {
      words.append(
        "the best of \(choiceCount) \(goal.plural) is optimistic, as it was chosen for being "
          + goal.bias + (test == nil ? "" : "; the \(testTitle) was not used for choosing"))
    }
    return words
  }

  /// The name of the goal's figure on test rows, such as `test accuracy`.
  package var testTitle: String { "test \((definition.goal.metric ?? .accuracy).title)" }

  private func interval(_ result: TrialResult, rows: Int) -> String {
    result.isWeighted == true
      ? " on \(counted(rows, "weighted row"))" : interval(result.value, rows: rows)
  }

  private func interval(_ value: Double, rows: Int) -> String {
    let interval = definition.goal.interval(value, rowCount: rows).map {
      " (95 % interval \(decimal($0.lowerBound, 4))–\(decimal($0.upperBound, 4)))"
    }
    return (interval ?? "") + " on \(counted(rows, "row"))"
  }
}

extension Configuration {
  /// The value and, if several repeats are done, their standard deviation, such as `0.9650 ± 0.0050`;
  /// a dash if there is no value.
  package func valueText(of goal: Goal) -> String {
    guard let value else { return "–" }
    return goal.text(value) + (deviation.map { " ± \(goal.text($0))" } ?? "")
  }
}

/// A completed trial, or a point of the space whose repeats are all complete, with the best result
/// so far.
public struct BestSoFar: Sendable, Equatable {
  /// The trial's number, or that of the first repeat.
  public let trial: Int
  /// The result, or the mean over the repeats.
  public let value: Double
  /// The best result so far, this one included.
  public let best: Double
}

extension Study {
  /// The trials that are done, diverged, failed or pruned, in the order in which they ended.
  public var ended: [Trial] {
    let state = contents.withLock { $0.state }
    return state.ended.map { state.trials[$0] }
  }

  /// The completed trials in order of completion, each with the best result so far. A repeated
  /// point counts when all of its repeats are done.
  public var bestSoFar: [BestSoFar] {
    let configurations = configurations
    var left = configurations.map(\.trials.count)
    var best: Double?
    return ended.compactMap { trial in
      left[trial.configuration] -= 1
      let own = configurations[trial.configuration]
      guard left[trial.configuration] == 0, let value = own.result?.value else { return nil }
      if best.map({ definition.goal.isBetter(value, than: $0) }) ?? true { best = value }
      return BestSoFar(trial: own.id, value: value, best: best ?? value)
    }
  }
}

/// The evaluation of a study's best network on rows that had no part in choosing it.
public struct StudyTest: Equatable, Sendable {
  /// The number of the trial.
  public let trial: Int
  /// The value of the goal's metric, and the mean loss without penalty.
  public let value: Double, loss: Double
  /// The number of rows.
  public let rowCount: Int
  /// `Dataset.digest()` of the rows.
  public let digest: String
  /// Whether the rows have weights.
  public let isWeighted: Bool

  /// Creates a measurement.
  public init(
    trial: Int, value: Double, loss: Double, rowCount: Int, digest: String, isWeighted: Bool = false
  ) {
    self.trial = trial
    self.value = value
    self.loss = loss
    self.rowCount = rowCount
    self.digest = digest
    self.isWeighted = isWeighted
  }
}

extension Study {
  private static let testKind = "test"

  /// The measurement of the best trial's network on test data; nil if there is none.
  public var test: StudyTest? {
    guard let best,
      // The shards of a study measure a network each.
      let values = notes.last(where: {
        $0.kind == Self.testKind && $0.values["trial"] == "\(best.id)"
      })?.values,
      // Earlier versions measured accuracies alone.
      let value = (values["value"] ?? values["accuracy"]).flatMap({ Double($0) }),
      let loss = values["loss"].flatMap({ Double($0) }),
      let rows = values["rows"].flatMap({ Int($0) }), let digest = values["digest"]
    else { return nil }
    return StudyTest(
      trial: best.id, value: value, loss: loss, rowCount: rows, digest: digest,
      isWeighted: values["weighted"] == "true")
  }

  /// Records the measurement of a trial's network on test data, as a note in the journal.
  ///
  /// - Throws: `FileError` where the journal cannot be written.
  public func record(_ test: StudyTest) throws {
    try note(
      Self.testKind,
      [
        "trial": "\(test.trial)", "value": "\(test.value)", "loss": "\(test.loss)",
        "rows": "\(test.rowCount)", "digest": test.digest,
      ].merging(test.isWeighted ? ["weighted": "true"] : [:]) { $1 })
  }
}

extension Study {
  package var countsText: String {
    let counts = counts
    let order: [Trial.State] = [.done, .diverged, .pruned, .failed, .running, .waiting]
    return order.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
      .joined(separator: ", ")
  }

  /// The number of trials, such as `12 trials` or `12 trials, 3 for each of 4 networks`.
  package var trialCountText: String {
    if let shard { return "\(ownTrials.count) of \(counted(trials.count, "trial")), \(shard)" }
    let count = counted(trials.count, "trial")
    if definition.trialsPerPoint < 2 { return count }
    let networks = counted(configurations.count, "network")
    return configurations.count == 1
      ? "\(count) of \(networks)" : "\(count), \(definition.trialsPerPoint) for each of \(networks)"
  }

  package var isOver: Bool { ownTrials.allSatisfy(\.state.isFinal) }
}
