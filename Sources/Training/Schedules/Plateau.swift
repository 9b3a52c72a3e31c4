import PerceptronNeuralNetwork

// The schedule that reduces the rate when scores no longer improve.

extension Schedule.Entry {
  package static let plateau = Self(
    "plateau", "The rate times a factor when nothing has improved for more than 5 epochs.", [.decay]
  ) { .reduceOnPlateau(factor: $0.decay ?? 0.1, patience: 5) }
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

/// How long no epoch was better than the best one before.
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
