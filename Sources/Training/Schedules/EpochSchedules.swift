import Foundation
import PerceptronNeuralNetwork

// Schedules that change the rate when epochs end.

extension Schedule.Entry {
  package static let constant = Self("constant", "The same rate throughout.") { _ in .constant }
  package static let epochDecay = Self(
    "epoch-decay", "The rate times a factor after each epoch.", [.decay]
  ) { .epochDecay(factor: $0.decay ?? EpochDecay.factor(usual: 0.95, epochs: $0.epochs)) }
  package static let step = Self(
    "step", "The rate times a factor after every few epochs.", [.decay, .stepEpochs]
  ) {
    .step(epochs: $0.stepEpochs ?? max(1, Int($0.epochs / 3)), factor: $0.decay ?? 0.1)
  }
}

extension Schedule {
  /// η₀ throughout.
  public static let constant = Schedule(Constant())

  /// The rate is multiplied by `factor` whenever an epoch ends.
  public static func epochDecay(factor: Double) -> Schedule { Schedule(EpochDecay(factor: factor)) }

  /// The same with a factor that suits a run: the usual one, or one nearer to 1 where that would leave
  /// less than a hundredth of the rate at the end, as on a small set with short epochs.
  ///
  /// - Parameter epochs: how many the run has.
  package static func epochDecay(usualFactor: Double, epochs: Double) -> Schedule {
    .epochDecay(factor: EpochDecay.factor(usual: usualFactor, epochs: epochs))
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

  static func factor(usual: Double, epochs: Double) -> Double {
    max(usual, pow(0.01, 1 / max(epochs, 1)))
  }
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
