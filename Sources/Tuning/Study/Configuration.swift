/// One point of a study's space with its trials: one or, in a study that repeats each point, one for
/// each seed.
public struct Configuration: Equatable, Sendable {
  /// What the hyperparameters are set to, without the seed of a repeat.
  public let parameters: Assignment
  /// The trials by their numbers; there is at least one.
  public let trials: [Trial]

  init(_ parameters: Assignment, _ trials: [Trial]) {
    precondition(!trials.isEmpty, "Configuration: no trials")
    self.parameters = parameters
    self.trials = trials
  }

  /// The number of the first trial.
  public var id: Int { trials[0].id }

  /// How many trials are done.
  public var doneCount: Int { trials.count { $0.state == .done } }

  /// How far it is: done where all trials are, else what keeps it from that. One trial that diverged,
  /// failed or was pruned is enough.
  public var state: Trial.State {
    let states = Set(trials.map(\.state))
    let order: [Trial.State] = [.diverged, .failed, .pruned, .running, .waiting]
    return order.first(where: states.contains) ?? .done
  }

  /// The mean of the trials' results, with the seconds of all and the most iterations, where all
  /// trials are done.
  public var result: TrialResult? {
    guard state == .done, let value else { return nil }
    return TrialResult(
      value: value, trainAccuracy: trainAccuracy, finalLoss: finalLoss, iterations: iterations,
      seconds: seconds, rowCount: trials[0].result?.rowCount)
  }

  /// The mean of the results of the trials that are done; where none is, of the last values shown.
  public var value: Double? { mean(\.value) }

  /// The standard deviation of the results of the trials that are done, √(Σ(x − mean)²/(n − 1)); nil
  /// for fewer than two.
  public var deviation: Double? {
    let values = trials.compactMap(\.result?.value)
    guard values.count > 1, let mean = mean(\.value) else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The mean training accuracy, of the same trials as ``value``.
  public var trainAccuracy: Double? { mean(\.trainAccuracy) }

  /// The mean of the last losses, of the same trials as ``value``.
  public var finalLoss: Double? { mean(\.finalLoss) }

  /// The most iterations that a trial has made, as far as they are known.
  public var iterations: Int? { trials.compactMap(\.iterations).max() }

  /// How long all trials have taken so far.
  public var seconds: Double { trials.reduce(0) { $0 + $1.seconds } }

  /// Why the first trial that diverged or failed did so.
  public var message: String? { trials.lazy.compactMap(\.message).first }

  /// Whether a trial has begun.
  public var hasBegun: Bool { trials.contains { $0.state != .waiting || !$0.measurements.isEmpty } }

  /// The trial with the best result; of equally good ones the first.
  func best(by goal: Goal) -> Trial? {
    trials.filter { $0.result != nil }.min { first, second in
      goal.ranks(
        first.result?.value ?? .nan, first.id, before: second.result?.value ?? .nan, second.id)
    }
  }

  /// The mean over the trials that are done or, where none is, over those that have the number.
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
  /// The points of the space, by the numbers of their first trials.
  public var configurations: [Configuration] { contents.withLock { $0.state.configurations } }

  /// The configuration with the best mean result, of those of which all trials are done; of equally
  /// good ones the first.
  public var bestConfiguration: Configuration? {
    contents.withLock { contents in
      contents.state.best.map { contents.state.configuration($0) }
    }
  }
}
