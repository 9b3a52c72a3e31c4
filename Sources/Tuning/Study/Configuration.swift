/// A point of a study's space with its trials: one, or one for each seed and fold of a study that
/// repeats its points.
public struct Configuration: Equatable, Sendable {
  /// The values of the hyperparameters, without the seed and the fold of a repeat.
  public let parameters: Assignment
  /// The trials in the order of their numbers; at least one.
  public let trials: [Trial]

  init(_ parameters: Assignment, _ trials: [Trial]) {
    precondition(!trials.isEmpty, "Configuration: no trials")
    self.parameters = parameters
    self.trials = trials
  }

  /// The number of the first trial.
  public var id: Int { trials[0].id }

  /// The number of completed trials.
  public var doneCount: Int { trials.count { $0.state == .done } }

  /// The state: done if all trials are, else the first of diverged, failed, pruned, running and
  /// waiting that any trial is in.
  public var state: Trial.State {
    let states = Set(trials.map(\.state))
    let order: [Trial.State] = [.diverged, .failed, .pruned, .running, .waiting]
    return order.first(where: states.contains) ?? .done
  }

  /// The mean of the trials' results, with the sum of the seconds and the maximum of the
  /// iterations; nil unless all trials are done.
  public var result: TrialResult? {
    guard state == .done, let value else { return nil }
    return TrialResult(
      value: value, trainingValue: trainingValue, finalLoss: finalLoss, iterations: iterations,
      seconds: seconds, rowCount: trials[0].result?.rowCount,
      isWeighted: trials[0].result?.isWeighted)
  }

  /// The mean of the results of the completed trials or, if there is none, of the last values.
  public var value: Double? { mean(\.value) }

  /// The standard deviation of the results, √(Σ(x − mean)²/(n − 1)); nil for fewer than two.
  public var deviation: Double? {
    let values = trials.compactMap(\.result?.value)
    guard values.count > 1, let mean = mean(\.value) else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The mean value on training rows, of the same trials as ``value``.
  public var trainingValue: Double? { mean(\.trainingValue) }

  /// The mean final loss, of the same trials as ``value``.
  public var finalLoss: Double? { mean(\.finalLoss) }

  /// The largest known number of iterations of a trial.
  public var iterations: Int? { trials.compactMap(\.iterations).max() }

  /// The running time of all trials so far, in seconds.
  public var seconds: Double { trials.reduce(0) { $0 + $1.seconds } }

  /// The message of the first trial that diverged or failed.
  public var message: String? { trials.lazy.compactMap(\.message).first }

  /// Whether any trial has begun.
  public var hasBegun: Bool { trials.contains { $0.state != .waiting || !$0.measurements.isEmpty } }

  /// The trial with the best result, the first of equals.
  func best(by goal: Goal) -> Trial? {
    trials.filter { $0.result != nil }.min { first, second in
      goal.ranks(
        first.result?.value ?? .nan, first.id, before: second.result?.value ?? .nan, second.id)
    }
  }

  /// The mean over the completed trials or, if there is none, over those that have the number.
  private func mean(_ number: (Trial) -> Double?) -> Double? {
    let done = trials.filter { $0.state == .done }
    let numbers = (done.isEmpty ? trials : done).compactMap(number)
    guard let first = numbers.first else { return nil }
    // Differences, so that the mean of equal numbers is the number.
    return first + numbers.reduce(0) { $0 + ($1 - first) } / Double(numbers.count)
  }
}

extension Configuration {
  /// Such as `trial 3` or `trials 3–5`.
  package var name: String { "\(trials.count == 1 ? "trial" : "trials") \(numbers)" }

  /// The trials' numbers, such as `3`, `3–5` or `3, 7`.
  package var numbers: String {
    let ids = trials.map(\.id)
    if ids.count > 1, let last = ids.last, last - id == ids.count - 1 { return "\(id)–\(last)" }
    return ids.map(String.init).joined(separator: ", ")
  }
}

extension Study {
  /// The points of the space, in the order of their first trials.
  public var configurations: [Configuration] { contents.withLock { $0.state.configurations } }

  /// The configuration with the best mean result among those whose trials are all done, the first
  /// of equals.
  public var bestConfiguration: Configuration? {
    contents.withLock { contents in
      contents.state.best.map { contents.state.configuration($0) }
    }
  }
}
