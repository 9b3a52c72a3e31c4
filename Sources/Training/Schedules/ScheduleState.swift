/// The learning rates of a run, and where it stands among its epochs. A checkpoint holds all of it.
///
/// A state whose custom schedule is not registered can be decoded, but gives no rates.
public struct ScheduleState: Equatable, Codable, Sendable {
  /// The settings.
  public let schedule: Schedule
  /// η₀, the rate that the schedule changes.
  public let baseRate: Double
  /// How many iterations the run is to make.
  public let iterations: Int

  /// The rate that the ended epochs have led to.
  private var epochRate: Double
  private var endedEpochs = 0
  private var plateau = Plateau()

  /// The state before the first iteration.
  ///
  /// - Precondition: the schedule's settings pass its `check`.
  public init(_ schedule: Schedule, baseRate: Double, iterations: Int) {
    self.schedule = schedule
    self.baseRate = baseRate
    self.iterations = iterations
    epochRate = baseRate
  }

  /// The learning rate of an iteration, counted from 0, of the current epoch.
  public func rate(at iteration: Int) -> Double { rule.rate(at: position(iteration)) }

  /// Ends an epoch.
  ///
  /// - Parameter score: how good the network is now, where higher is better: the accuracy on the
  ///   validation set, or without one the negative loss on the training set. Only
  ///   `reduceOnPlateau` looks at it, ignores nil, and takes what is not finite for no improvement.
  public mutating func epochEnded(score: Double?) {
    endedEpochs += 1
    epochRate = rule.epochRate(after: position(0), score: score, &plateau)
  }

  private var rule: any ScheduleRule {
    do {
      return try schedule.settings.rule()
    } catch {
      fatalError("ScheduleState: \(error)")
    }
  }

  private func position(_ iteration: Int) -> Schedule.Position {
    Schedule.Position(
      baseRate: baseRate, iteration: iteration, iterations: iterations, endedEpochs: endedEpochs,
      epochRate: epochRate)
  }
}
