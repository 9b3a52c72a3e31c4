import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Ends a run when the validation accuracy no longer improves, and restores the best weights.
///
/// Without validation rows, the mean training loss since the last evaluation has to improve.
public struct EarlyStopping: Codable, Hashable, Sendable {
  /// The number of evaluations in a row that may bring no improvement.
  public var patience: Int
  /// By how much a score has to be higher to count as an improvement.
  public var minimumImprovement: Double
  /// Whether the run ends with the weights of its best evaluation.
  public var restoresBest: Bool

  /// Creates a rule.
  public init(patience: Int, minimumImprovement: Double = 0, restoresBest: Bool = true) {
    self.patience = patience
    self.minimumImprovement = minimumImprovement
    self.restoresBest = restoresBest
  }

  func check() throws {
    try InvalidSetting.demand(patience >= 1, "patience", patience, "at least 1")
    try InvalidSetting.demandNotNegative("minimum improvement", minimumImprovement)
  }
}

struct EarlyStoppingScores: Codable, Equatable, Sendable {
  var best: Double?
  /// The number of evaluations since the best one.
  var waited = 0
}

struct EarlyStoppingState<Scalar: BLASScalar>: Sendable {
  var scores = EarlyStoppingScores()
  var best: Network<Scalar>?

  /// Records a score, where higher is better.
  mutating func record(_ score: Double, _ network: () -> Network<Scalar>, by rule: EarlyStopping) {
    if score > (scores.best.map { $0 + rule.minimumImprovement } ?? -.infinity) {
      scores = EarlyStoppingScores(best: score)
      if rule.restoresBest { best = network() }
    } else {
      scores.waited += 1
    }
  }
}
