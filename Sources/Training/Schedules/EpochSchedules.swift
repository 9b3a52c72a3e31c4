import Foundation
import PerceptronNeuralNetwork

// Schedules that change the rate when epochs end.

extension Schedule.Entry {
  // The default factors, for the help.
  package static let epochDecayFactor = 0.95
  package static let stepFactor = 0.1

  package static let constant = Self("constant", "The same rate throughout.") { _, _ in .constant }
  package static let epochDecay = Self(
    "epoch-decay", "The rate times a factor after each epoch.", [.decay]
  ) { values, epochs in
    values[.decay].map { .epochDecay(factor: $0) }
      ?? .epochDecay(usualFactor: epochDecayFactor, epochs: epochs)
  }
  package static let step = Self(
    "step", "The rate times a factor after every few epochs.", [.decay, .stepEpochs]
  ) { .step(epochs: Int($0[.stepEpochs] ?? max(1, $1 / 3)), factor: $0[.decay] ?? stepFactor) }
}

extension Schedule {
  /// η₀ throughout.
  public static let constant = Schedule(Constant())

  /// The rate is multiplied by `factor` whenever an epoch ends.
  public static func epochDecay(factor: Double) -> Schedule { Schedule(EpochDecay(factor: factor)) }

  /// Epoch decay with a factor that suits a run: the usual one, or one nearer to 1 where that would
  /// leave less than a hundredth of the rate at the end, as on a small set with short epochs.
  ///
  /// - Parameter epochs: the number of epochs of the run.
  package static func epochDecay(usualFactor: Double, epochs: Double) -> Schedule {
    .epochDecay(factor: max(usualFactor, pow(0.01, 1 / max(epochs, 1))))
  }

  /// The rate is multiplied by `factor` whenever another `epochs` epochs have ended.
  public static func step(epochs: Int, factor: Double) -> Schedule {
    Schedule(StepDecay(epochs: epochs, factor: factor))
  }
}

private struct Constant: ScheduleSettings, ScheduleRule {
  static let name = "constant"
}

private struct EpochDecay: ScheduleSettings, ScheduleRule {
  static let name = "epochDecay"
  let factor: Double

  func check() throws { try InvalidSetting.demandPositive("decay", factor) }

  func epochRate(
    after position: Schedule.Position, score: Double?, _ plateau: inout Plateau
  ) -> Double { position.epochRate * factor }
}

private struct StepDecay: ScheduleSettings, ScheduleRule {
  static let name = "step"
  let epochs: Int
  let factor: Double

  func check() throws {
    try InvalidSetting.demand(epochs >= 1, "epochs per step", epochs, "1 or more")
    try InvalidSetting.demandPositive("step factor", factor)
  }

  func epochRate(
    after position: Schedule.Position, score: Double?, _ plateau: inout Plateau
  ) -> Double {
    position.endedEpochs % epochs == 0 ? position.epochRate * factor : position.epochRate
  }
}

// The schedule that reduces the rate when scores no longer improve.

extension Schedule.Entry {
  package static let plateauFactor = 0.1
  package static let plateauPatience = 5

  package static let plateau = Self(
    "plateau",
    "The rate times a factor when nothing has improved for more than \(plateauPatience) epochs.",
    [.decay]
  ) { values, _ in
    .reduceOnPlateau(factor: values[.decay] ?? plateauFactor, patience: plateauPatience)
  }
}

extension Schedule {
  /// The rate is multiplied by `factor`, down to `minimumRate`, when more than `patience` epochs one
  /// after the other have brought no better score than the best before: PyTorch's
  /// `ReduceLROnPlateau` with a threshold of 0.
  public static func reduceOnPlateau(
    factor: Double = 0.1, patience: Int = 10, minimumRate: Double = 0
  ) -> Schedule {
    Schedule(ReduceOnPlateau(factor: factor, patience: patience, minimumRate: minimumRate))
  }
}

private struct ReduceOnPlateau: ScheduleSettings, ScheduleRule {
  static let name = "reduceOnPlateau"
  let factor: Double
  let patience: Int
  let minimumRate: Double
  var needsScores: Bool { true }

  func check() throws {
    try InvalidSetting.demand(
      factor > 0 && factor < 1, "plateau factor", factor, "a number between 0 and 1")
    try InvalidSetting.demand(patience >= 0, "patience", patience, "0 epochs or more")
    try InvalidSetting.demandNotNegative("minimum rate", minimumRate)
  }

  func epochRate(
    after position: Schedule.Position, score: Double?, _ plateau: inout Plateau
  ) -> Double {
    let rate = position.epochRate
    guard let score, plateau.isLong(after: score, patience: patience) else { return rate }
    // A base rate below the minimum stays as it is.
    return min(rate, max(rate * factor, minimumRate))
  }
}

/// The number of epochs without an improvement.
struct Plateau: Codable, Equatable, Sendable {
  /// Nil before the first score that is a number.
  private var best: Double?
  private var epochs = 0

  /// Takes an epoch's score.
  ///
  /// - Returns: whether the plateau is now longer than `patience`; a new one then begins.
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
