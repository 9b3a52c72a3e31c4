import Foundation
import PerceptronNeuralNetwork

// Schedules whose rate is a function of the iteration.

extension Schedule.Entry {
  package static let cosine = Self(
    "cosine", "A linear warm-up, then half a cosine down to 0.", [.warmUp]
  ) { values, _ in .cosine(warmUp: Int(values[.warmUp] ?? 0)) }
  package static let inverseDecay = 1e-3
  package static let inverse = Self("inverse", "rate/(1 + decay·i) at iteration i.", [.decay]) {
    values, _ in .inverse(decay: values[.decay] ?? inverseDecay)
  }
}

extension Schedule {
  /// η₀·(i + 1)/w in the first w = `warmUp` iterations (Goyal and others 2017, §2.2), then
  /// η₁ + (η₀ − η₁)·(1 + cos(π·(i − w)/(T − w)))/2, where η₁ is `final`·η₀ (Loshchilov and Hutter
  /// 2017, eq. 5, without restarts).
  public static func cosine(warmUp: Int = 0, final: Double = 0) -> Schedule {
    Schedule(Cosine(warmUp: warmUp, final: final))
  }

  /// η₀ / (1 + `decay`·i): rates whose sum is infinite and whose squares' sum is not, as Robbins and
  /// Monro (1951) ask for.
  public static func inverse(decay: Double) -> Schedule { Schedule(Inverse(decay: decay)) }
}

private struct Cosine: ScheduleSettings, ScheduleRule {
  static let name = "cosine"
  let warmUp: Int
  let final: Double
  var dependsOnLength: Bool { true }

  func check() throws {
    try InvalidSetting.demand(warmUp >= 0, "warm-up", warmUp, "0 iterations or more")
    try InvalidSetting.demand((0...1).contains(final), "final rate", final, "a share from 0 to 1")
  }

  func rate(at position: Schedule.Position) -> Double {
    let (baseRate, iteration) = (position.baseRate, position.iteration)
    if iteration < warmUp { return baseRate * Double(iteration + 1) / Double(warmUp) }
    let lowest = final * baseRate
    let length = max(position.iterations - warmUp, 1)
    let progress = Double(min(iteration - warmUp, length)) / Double(length)
    return lowest + (baseRate - lowest) * (1 + cos(.pi * progress)) / 2
  }
}

private struct Inverse: ScheduleSettings, ScheduleRule {
  static let name = "inverse"
  let decay: Double

  func check() throws { try InvalidSetting.demandNotNegative("decay", decay) }

  func rate(at position: Schedule.Position) -> Double {
    position.baseRate / (1 + decay * Double(position.iteration))
  }
}
