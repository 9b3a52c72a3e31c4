import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// The layers, losses and penalties of the conformance tests. Activations and losses come from the
/// library's lists.
enum Conformance {
  /// The epsilons of normalizations are large: with the usual ones two numbers come out as ±1
  /// whatever they were, and gradients as too small to be measured. Their own tests have the usual
  /// ones.
  static let layers: [LayerSpecification] =
    LayerSpecification.activations.map(\.layer) + [
      .affine(outputs: 6),
      .leakyReLU(slope: 0.1),
      .dropout(rate: 0.4),
      .batchNorm(epsilon: 0.1),
      .layerNorm(epsilon: 0.1),
    ]

  /// Each without and with weights of rows.
  static let losses: [LossCase] =
    unweightedLosses + unweightedLosses.map { $0.weighted() }

  private static let unweightedLosses: [LossCase] =
    LossSpecification.named.map { LossCase($0.loss) }
    + LossSpecification.named
    .filter(\.loss.takesValues)
    .map { LossCase($0.loss, takesValues: true) }
    + [
      LossCase(.softmax(labelSmoothing: 0.1)),
      LossCase(.softmax(classWeights: [0.5, 2, 1, 3, 0.25])),
      LossCase(.softmax(labelSmoothing: 0.3, classWeights: [2, 0.1, 1, 0.5, 1])),
      LossCase(.huber(delta: 0.3), takesValues: true),
    ]

  static let penalties: [Penalty] = [
    .none, .l1(0.02), .l2(0.3), .elastic(l1: 0.01, l2: 0.1),
  ]

  /// One row, one input, one output, more of each than of the others, equal ones, and none a
  /// multiple of 16 but once.
  static let sizes = [
    Size(1, 1, 1), Size(1, 5, 3), Size(2, 3, 4), Size(2, 1, 2), Size(3, 1, 5), Size(3, 7, 1),
    Size(4, 2, 2), Size(5, 5, 5), Size(6, 17, 3), Size(7, 4, 19), Size(9, 3, 8), Size(11, 13, 2),
    Size(15, 6, 7), Size(16, 16, 16), Size(17, 2, 33), Size(23, 9, 6), Size(33, 1, 1),
  ]

  /// Some of them, for what other tests check at all sizes in another place.
  static let fewSizes = [
    Size(1, 5, 3), Size(5, 5, 5), Size(6, 17, 3), Size(17, 2, 33),
  ]

  static let passes: [Pass] = [.inference, .training(seed: 11)]
}

/// The extents of a batch and what is made of it.
struct Size: Sendable, CustomTestStringConvertible {
  let rows: Int, inputs: Int, outputs: Int

  init(_ rows: Int, _ inputs: Int, _ outputs: Int) {
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
  }

  var testDescription: String { "\(rows)×\(inputs)→\(outputs)" }
}

/// A loss, which of the two kinds of targets it is given, and whether rows have weights.
struct LossCase: Sendable, CustomTestStringConvertible {
  private let base: LossSpecification
  let takesValues: Bool
  private(set) var isWeighted = false

  init(_ specification: LossSpecification, takesValues: Bool = false) {
    (base, self.takesValues) = (specification, takesValues)
  }

  func weighted() -> LossCase {
    var weighted = self
    weighted.isWeighted = true
    return weighted
  }

  /// The loss, with as many class weights as there are classes.
  func specification(outputs: Int) -> LossSpecification {
    guard case .softmax(let smoothing, let weights?) = base else { return base }
    return .softmax(
      labelSmoothing: smoothing,
      classWeights: (0..<outputs).map { weights[$0 % weights.count] })
  }

  /// Targets between 0 and 1, or labels.
  func targets(rows: Int, outputs: Int, seed: UInt64) -> Targets<Double> {
    var random = SeededRandom(seed: seed, purpose: "targets")
    let weights = isWeighted ? (0..<rows).map { [1.5, 0.25, 0, 3, 1][$0 % 5] } : nil
    if takesValues {
      return .values(.uniform([rows, outputs], using: &random), weights: weights)
    }
    let classes = base.makeLoss(Double.self).classCount(outputSize: outputs)
    return .labels((0..<rows).map { _ in random.index(below: classes) }, weights: weights)
  }

  var testDescription: String {
    "\(base)\(takesValues ? " of values" : "")\(isWeighted ? ", weighted" : "")"
  }
}

extension Network<Double> {
  /// A network with random parameters, biases, scales and statistics too, which a fresh one has at
  /// 0 and 1.
  init(
    random seed: UInt64, inputSize: Int, _ layers: [LayerSpecification], _ loss: LossSpecification
  ) {
    var random = SeededRandom(seed: seed, purpose: "conformance")
    self.init(inputSize: inputSize, layers, loss: loss, using: &random)
    updateParameters { place, parameter in
      if !place.isPenalized {
        parameter += 0.4 * .normal(parameter.shape, using: &random)
      }
    }
    for name in statistics.names {
      statistics[name] = 0.5 + .uniform(statistics[name].shape, using: &random)
    }
  }
}
