import NeuralNetwork

/// How the learning rate changes over a run: the settings. ``ScheduleState`` gives the rates.
///
/// Below, η₀ is the base rate, i the iteration, counted from 0, and T their number.
public enum Schedule: Codable, Hashable, Sendable {
  /// η₀ throughout.
  case constant
  /// The rate is multiplied by `factor` whenever an epoch ends.
  case epochDecay(factor: Double)
  /// The rate is multiplied by `factor` whenever another `epochs` epochs have ended.
  case step(epochs: Int, factor: Double)
  /// η₀·(i + 1)/w in the first w = `warmUp` iterations (Goyal and others 2017, §2.2), then
  /// η₁ + (η₀ − η₁)·(1 + cos(π·(i − w)/(T − w)))/2, where η₁ is `final`·η₀ (Loshchilov and Hutter
  /// 2017, eq. 5, without restarts).
  case cosine(warmUp: Int = 0, final: Double = 0)
  /// η₀ / (1 + `decay`·i): rates whose sum is infinite and whose squares' sum is not, as Robbins and
  /// Monro (1951) ask for.
  case inverse(decay: Double)
  /// The rate is multiplied by `factor`, down to `minimumRate`, when more than `patience` epochs one
  /// after the other have brought no better score than the best before: PyTorch's
  /// `ReduceLROnPlateau` with a threshold of 0.
  case reduceOnPlateau(factor: Double = 0.1, patience: Int = 10, minimumRate: Double = 0)
}

extension Schedule {
  /// Throws `InvalidSetting` for a setting that makes no sense.
  public func check() throws {
    switch self {
    case .constant: break
    case .epochDecay(let factor): try InvalidSetting.demandPositive("decay", factor)
    case .step(let epochs, let factor):
      try InvalidSetting.demand(epochs >= 1, "epochs per step", epochs, "1 or more")
      try InvalidSetting.demandPositive("step factor", factor)
    case .cosine(let warmUp, let final):
      try InvalidSetting.demand(warmUp >= 0, "warm-up", warmUp, "0 iterations or more")
      try InvalidSetting.demand((0...1).contains(final), "final rate", final, "a share from 0 to 1")
    case .inverse(let decay): try InvalidSetting.demandNotNegative("decay", decay)
    case .reduceOnPlateau(let factor, let patience, let minimumRate):
      try InvalidSetting.demand(
        factor > 0 && factor < 1, "plateau factor", factor, "a number between 0 and 1")
      try InvalidSetting.demand(patience >= 0, "patience", patience, "0 epochs or more")
      try InvalidSetting.demandNotNegative("minimum rate", minimumRate)
    }
  }
}
