import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Ends a run when the validation accuracy no longer rises, and gives back the best weights.
///
/// Without validation rows it is the mean training loss since the last evaluation that has to fall.
public struct EarlyStopping: Codable, Hashable, Sendable {
  /// How many evaluations in a row may bring nothing better.
  public var patience: Int
  /// How much higher a score has to be to count as better.
  public var minimumImprovement: Double
  /// Whether the run ends with the weights of its best evaluation.
  public var restoresBest: Bool

  /// The given rule.
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

/// The scores that early stopping goes by.
struct EarlyStoppingScores: Codable, Equatable, Sendable {
  /// The best so far.
  var best: Double?
  /// How many evaluations there were since.
  var waited = 0
}

/// How early stopping stands.
struct EarlyStoppingState<Scalar: BLASScalar>: Sendable {
  var scores = EarlyStoppingScores()
  /// The network of the best score.
  var best: Network<Scalar>?

  /// Takes a score, where higher is better.
  mutating func evaluated(
    _ score: Double, _ network: () -> Network<Scalar>, by rule: EarlyStopping
  ) {
    if score > (scores.best.map { $0 + rule.minimumImprovement } ?? -.infinity) {
      scores = EarlyStoppingScores(best: score)
      if rule.restoresBest { best = network() }
    } else {
      scores.waited += 1
    }
  }
}
