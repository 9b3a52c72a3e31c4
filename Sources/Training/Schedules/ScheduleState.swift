import PerceptronNeuralNetwork

/// The learning rates of a run, and where it stands among its epochs. A checkpoint holds all of it.
///
/// A state whose custom schedule is not registered can be decoded, but gives no rates.
public struct ScheduleState: Equatable, Sendable {
  /// The settings.
  public let schedule: Schedule
  /// η₀, the rate that the schedule changes.
  public let baseRate: Double
  /// The run's number of iterations.
  public let iterations: Int

  /// The rate that the ended epochs have led to.
  private var epochRate: Double
  private var endedEpochs = 0
  private var plateau = Plateau()
  /// A rate that stands in place of the schedule's.
  private var ownRate: Double?
  private let rule: Rule

  /// The state before the first iteration.
  ///
  /// - Precondition: the schedule's settings pass its `check`.
  public init(_ schedule: Schedule, baseRate: Double, iterations: Int) {
    self.schedule = schedule
    self.baseRate = baseRate
    self.iterations = iterations
    epochRate = baseRate
    rule = Rule(schedule)
  }

  /// The learning rate of an iteration, counted from 0, of the current epoch.
  public func rate(at iteration: Int) -> Double {
    if let ownRate { return ownRate }
    guard let rule = rule.value else {
      fatalError("ScheduleState: no schedule \"\(schedule)\" is registered")
    }
    return rule.rate(at: position(iteration))
  }

  /// Sets a rate that stands in place of the schedule's from now on; nil goes back to the schedule, which
  /// has gone on meanwhile.
  ///
  /// - Throws: `InvalidSetting` for a rate that is negative or not finite.
  public mutating func setRate(_ rate: Double?) throws {
    if let rate { try InvalidSetting.demandNotNegative("learning rate", rate) }
    ownRate = rate
  }

  /// Ends an epoch.
  ///
  /// - Parameter score: how good the network is now, where higher is better: the accuracy on the
  ///   validation set, or without one the negative loss on the training set. Only
  ///   `reduceOnPlateau` looks at it, ignores nil, and takes what is not finite for no improvement.
  public mutating func epochEnded(score: Double?) {
    endedEpochs += 1
    guard let rule = rule.value else { return }
    epochRate = rule.epochRate(after: position(0), score: score, &plateau)
  }

  private func position(_ iteration: Int) -> Schedule.Position {
    Schedule.Position(
      baseRate: baseRate, iteration: iteration, iterations: iterations, endedEpochs: endedEpochs,
      epochRate: epochRate)
  }
}

extension ScheduleState: Codable {
  private enum CodingKeys: CodingKey {
    case schedule, baseRate, iterations, epochRate, endedEpochs, plateau, ownRate
  }

  /// Decodes a state, which has no rates if its custom schedule is not registered.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try values.decode(Schedule.self, forKey: .schedule),
      baseRate: try values.decode(Double.self, forKey: .baseRate),
      iterations: try values.decode(Int.self, forKey: .iterations))
    epochRate = try values.decode(Double.self, forKey: .epochRate)
    endedEpochs = try values.decode(Int.self, forKey: .endedEpochs)
    plateau = try values.decode(Plateau.self, forKey: .plateau)
    ownRate = try values.decodeIfPresent(Double.self, forKey: .ownRate)
  }
}

/// A schedule's rule, looked up once; nil for a custom schedule that is not registered. Equal schedules
/// have equal rules.
private struct Rule: Equatable, Sendable {
  let value: (any ScheduleRule)?

  init(_ schedule: Schedule) { value = try? schedule.settings.rule() }

  static func == (_: Rule, _: Rule) -> Bool { true }
}
