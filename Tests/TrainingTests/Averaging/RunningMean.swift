import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A layer that changes nothing and has statistics, for tests of what averages them.
struct RunningMean<Scalar: BLASScalar>: StatisticsLayer {
  /// `mean` and `variance`.
  var statistics: [Tensor<Scalar>]

  var statisticNames: [String] { ["mean", "variance"] }
  var traits: LayerTraits { LayerTraits(backwardReads: .neither, needsWholeBatch: true) }

  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    output.base.update(from: input.base, count: input.count)
  }

  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    gradient.base.update(from: upstream.base, count: upstream.count)
  }

  var specification: LayerSpecification { .relu }

  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    RunningMean<Other>(statistics: statistics.map { Tensor<Other>($0) })
  }
}

extension RunningMean {
  /// A network of an affine layer, statistics and another affine layer: every parameter and
  /// statistic is drawn by `seed`.
  static func network(seed: UInt64) -> Network<Scalar> {
    func layer(_ index: UInt64, _ inputs: Int, _ outputs: Int) -> Affine<Scalar> {
      Affine(
        weights: .sample([inputs, outputs], seed: 10 * seed + index),
        bias: .sample([outputs], seed: 10 * seed + index + 1))
    }
    return Network(
      inputSize: 3,
      layers: [
        layer(0, 3, 5),
        RunningMean(
          statistics: [.sample([5], seed: 10 * seed + 4), .sample([5], seed: 10 * seed + 5)]),
        layer(2, 5, 2),
      ])
  }
}
