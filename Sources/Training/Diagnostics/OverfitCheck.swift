import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The result of overfitting a few rows. Every network that is not too small can do it if its
/// gradients are right: a failure points to a mistake in the network, the data or the learning rate.
public struct OverfitCheck: Codable, Sendable, Equatable {
  /// The number of rows.
  public let rowCount: Int
  /// The loss before each update, and after the last one.
  public let losses: [Double]
  /// The final accuracy on the rows; nil where they have numbers as targets.
  public let accuracy: Double?
  /// How near the loss had to come to ``lossFloor``.
  public let lossLimit: Double
  /// The least loss that there is: above 0 where labels are smoothed.
  public let lossFloor: Double

  /// The number of updates so far.
  public var iterations: Int { losses.count - 1 }
  /// Whether the loss came near its floor and every row's class or labels are predicted.
  public var passed: Bool { (losses.last ?? .nan) - lossFloor < lossLimit && accuracy ?? 1 == 1 }
}

extension OverfitCheck: CustomStringConvertible {
  /// One sentence, or two where it failed.
  public var description: String {
    let path =
      "\(rowCount) rows, \(iterations) updates, loss \(short(losses.first ?? .nan)) to "
      + "\(short(losses.last ?? .nan))" + (accuracy.map { ", accuracy \(short($0))" } ?? "")
    let floor = lossFloor > 0 ? " (with smoothed labels \(short(lossFloor)) at least)" : ""
    if passed { return "overfit check passed: \(path)\(floor)" }
    return
      "overfit check FAILED: \(path)\(floor); expected a loss below \(short(lossFloor + lossLimit))"
      + (accuracy == nil ? "" : " and an accuracy of 1")
      + ". Try another learning rate and more updates; if no loss falls, check gradients, "
      + "features and labels."
  }
}

extension Network {
  /// Trains a copy of this network, best a fresh one, on a few rows until it overfits them.
  ///
  /// There is no penalty, which would raise the loss. All passes are training passes with one seed:
  /// normalization uses the batch's own statistics, and dropout drops the same units for a row in every
  /// pass. Loss and accuracy are those of such passes.
  ///
  /// - Parameters:
  ///   - data: where the rows are drawn from; no two of them have the same features.
  ///   - rows: the number of rows to draw, or all different ones where there are fewer.
  ///   - iterations: the largest number of updates; it ends early if it passes or the loss is not finite.
  ///   - lossLimit: how near the loss has to come to the least one that there is, which is above 0
  ///     where labels are smoothed.
  ///   - seed: what rows and dropout are drawn from.
  /// - Throws: `InvalidSetting`.
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func overfitCheck(
    on data: PreparedDataset<Scalar>, rows: Int = 20, iterations: Int, learningRate: Double,
    optimizer: Optimizer = .sgd, lossLimit: Double = 1e-2, seed: UInt64 = 0
  ) throws -> OverfitCheck {
    requireFit(data, "data")
    try Self.checkOverfitSettings(
      data: data.count, rows: rows, iterations: iterations, learningRate: learningRate,
      lossLimit: lossLimit)
    let (x, chosen) = Self.distinctRows(rows, of: data, seed: seed)
    let targets = chosen.targets(0..<chosen.count)
    try optimizer.check()
    var network = self
    var optimizer = OptimizerState(optimizer, for: self)
    var workspace = Workspace(for: self, batchSize: chosen.count)
    var losses: [Double] = []
    var accuracy: Double?
    var floor = 0.0
    if case .labels(let labels) = targets.kind {
      floor = loss.specification?.floor(labels: labels, classCount: classCount) ?? 0
    }
    while true {
      let loss = x.withRows { x in
        targets.withBlock {
          network.lossAndGradients(
            of: x, $0, penalty: .none, pass: .training(seed: seed), in: &workspace)
        }
      }
      losses.append(Double(loss))
      let found = Predictions(
        workspace.outputs, loss: network.loss, schema: data.schema,
        scaling: data.preprocessing.targets)
      accuracy = chosen.values(of: Metric.defaults(for: data.schema.kind), for: found)[.accuracy]
      let isLearnt = losses[losses.count - 1] - floor < lossLimit && accuracy ?? 1 == 1
      if isLearnt || !loss.isFinite || losses.count > iterations { break }
      optimizer.step(&network, gradients: workspace, learningRate: learningRate)
    }
    return OverfitCheck(
      rowCount: chosen.count, losses: losses, accuracy: accuracy, lossLimit: lossLimit,
      lossFloor: floor)
  }

  private static func checkOverfitSettings(
    data: Int, rows: Int, iterations: Int, learningRate: Double, lossLimit: Double
  ) throws {
    try InvalidSetting.demand(data >= 1, "the number of rows to draw from", data, "at least 1")
    try InvalidSetting.demand(rows >= 1, "the number of rows to learn", rows, "at least 1")
    try InvalidSetting.demand(iterations >= 1, "iterations", iterations, "at least 1")
    try InvalidSetting.demandPositive("learning rate", learningRate)
    try InvalidSetting.demand(lossLimit > 0, "the limit of the loss", lossLimit, "a number above 0")
  }

  /// Rows of different features in a random order, [rows, inputs], and these with their targets.
  private static func distinctRows(
    _ count: Int, of data: PreparedDataset<Scalar>, seed: UInt64
  ) -> (x: Tensor<Scalar>, chosen: PreparedDataset<Scalar>) {
    var order = Array(0..<data.count)
    var random = SeededRandom(seed: seed, purpose: "overfit check")
    random.shuffle(&order)
    var chosen: [Int] = []
    var features: [Tensor<Scalar>] = []
    for row in order where chosen.count < count {
      let candidate = data.block(row..<row + 1)
      if features.contains(candidate) { continue }
      chosen.append(row)
      features.append(candidate)
    }
    let rows = data.subset(rows: chosen)
    return (rows.block(0..<rows.count), rows)
  }
}

extension LossSpecification {
  /// The least loss of rows of these classes: above 0 where labels are smoothed.
  ///
  /// Of a row with the label y, the loss is −Σ aⱼ·ln(pⱼ), where aⱼ is wⱼ·(1 − ε + ε/C) at y and
  /// wⱼ·ε/C elsewhere. It is least where each probability pⱼ is aⱼ / Σ aₖ.
  fileprivate func floor(labels: [Int], classCount: Int) -> Double {
    guard case .softmax(let smoothing, let classWeights) = self, smoothing > 0 else { return 0 }
    let weights = classWeights ?? [Double](repeating: 1, count: classCount)
    let share = smoothing / Double(classCount)
    let least = labels.reduce(0.0) { sum, label in
      let parts = weights.indices.map {
        weights[$0] * ($0 == label ? 1 - smoothing + share : share)
      }
      let total = parts.reduce(0, +)
      return parts.reduce(sum) { $1 > 0 ? $0 - $1 * .logarithm($1 / total) : $0 }
    }
    return least / labels.reduce(0) { $0 + weights[$1] }
  }
}
