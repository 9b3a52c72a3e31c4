import Foundation

/// The learning rates of a run, and where it stands among its epochs. A checkpoint holds it whole.
public struct ScheduleState: Equatable, Sendable {
  /// The settings.
  public let schedule: Schedule
  /// η₀, the rate that the schedule changes.
  public let baseRate: Double
  /// How many iterations the run is to make.
  public let iterations: Int

  /// The rate as the ended epochs have left it.
  private var epochRate: Double
  private var endedEpochs = 0
  private var plateau = Plateau()
  /// What a custom schedule's name stands for.
  private var custom: CustomRate?

  /// The state before the first iteration.
  ///
  /// - Precondition: the schedule's settings pass its `check`.
  public init(_ schedule: Schedule, baseRate: Double, iterations: Int) {
    self.schedule = schedule
    self.baseRate = baseRate
    self.iterations = iterations
    epochRate = baseRate
    custom = CustomRate(schedule)
  }

  /// The learning rate of an iteration, counted from 0, of the epoch that is under way.
  public func rate(at iteration: Int) -> Double {
    switch schedule {
    case .constant, .epochDecay, .step, .reduceOnPlateau:
      return epochRate
    case .cosine(let warmUp, let final):
      if iteration < warmUp { return baseRate * Double(iteration + 1) / Double(warmUp) }
      let lowest = final * baseRate
      let length = max(iterations - warmUp, 1)
      let progress = Double(min(iteration - warmUp, length)) / Double(length)
      return lowest + (baseRate - lowest) * (1 + cos(.pi * progress)) / 2
    case .inverse(let decay):
      return baseRate / (1 + decay * Double(iteration))
    case .custom(let name, _):
      guard let custom else { fatalError("ScheduleState: no schedule \"\(name)\" is registered") }
      let position = Schedule.Position(
        baseRate: baseRate, iteration: iteration, iterations: iterations,
        endedEpochs: endedEpochs)
      return custom.rate(position, custom.settings)
    }
  }

  /// Tells that an epoch has ended.
  ///
  /// - Parameter score: how good the network is now, where higher is better: the accuracy on the
  ///   validation set, or without one the negative loss on the training set. Only
  ///   `reduceOnPlateau` looks at it; nil says nothing, and what is not finite is never better.
  public mutating func epochEnded(score: Double?) {
    endedEpochs += 1
    switch schedule {
    case .constant, .cosine, .inverse, .custom: break
    case .epochDecay(let factor): epochRate *= factor
    case .step(let epochs, let factor): if endedEpochs % epochs == 0 { epochRate *= factor }
    case .reduceOnPlateau(let factor, let patience, let minimumRate):
      guard let score, plateau.isLong(after: score, patience: patience) else { return }
      // A base rate below the minimum stays as it is.
      epochRate = min(epochRate, max(epochRate * factor, minimumRate))
    }
  }
}

extension ScheduleState: Codable {
  private enum CodingKeys: CodingKey {
    case schedule, baseRate, iterations, epochRate, endedEpochs, plateau
  }

  /// Decodes a state. One of a custom schedule that is not registered can be read, but gives no rates.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try values.decode(Schedule.self, forKey: .schedule),
      baseRate: try values.decode(Double.self, forKey: .baseRate),
      iterations: try values.decode(Int.self, forKey: .iterations))
    epochRate = try values.decode(Double.self, forKey: .epochRate)
    endedEpochs = try values.decode(Int.self, forKey: .endedEpochs)
    plateau = try values.decode(Plateau.self, forKey: .plateau)
  }
}

/// A custom schedule's function with its settings, equal to that of every equal schedule.
private struct CustomRate: Equatable, Sendable {
  let rate: Schedule.Rate
  let settings: CustomSettings

  /// Nil where the schedule is not a custom one, or is not registered.
  init?(_ schedule: Schedule) {
    guard case .custom(let name, let settings) = schedule,
      let found = try? Schedule.registry.value(name, settings: settings)
    else { return nil }
    (rate, self.settings) = found
  }

  static func == (_: CustomRate, _: CustomRate) -> Bool { true }
}

/// How long no epoch was better than the best one before.
private struct Plateau: Codable, Equatable, Sendable {
  /// Nil before the first score that is a number.
  var best: Double?
  var epochs = 0

  /// Takes an epoch's score; whether the plateau is now longer than `patience`, where a new one
  /// begins.
  mutating func isLong(after score: Double, patience: Int) -> Bool {
    if score.isFinite && score > best ?? -.infinity {
      best = score
      epochs = 0
      return false
    }
    epochs += 1
    if epochs <= patience { return false }
    epochs = 0
    return true
  }
}
