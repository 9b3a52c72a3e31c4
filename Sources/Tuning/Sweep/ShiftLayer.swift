import LinearAlgebra
import NeuralNetwork

/// What is left of an affine layer whose product is computed elsewhere: output = input + bias.
struct ShiftLayer<Scalar: BLASScalar>: Layer {
  /// [outputs].
  var bias: Tensor<Scalar>

  var requiredInputSize: Int? { bias.count }
  var backwardReads: ForwardBlock { .neither }
  var worksInPlace: Bool { false }

  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Scalar>
  ) {
    bias.withUnsafeElements { bias in
      guard let bias = bias.baseAddress else { return }
      Scalar.fillRows(rows: output.rows, columns: output.columns, output.base, with: bias)
    }
    Scalar.axpy(count: input.count, alpha: 1, input.base, output.base)
  }

  func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    gradients[0].withUnsafeMutableElements {
      guard let sums = $0.baseAddress else { return }
      Scalar.addRows(rows: upstream.rows, columns: upstream.columns, upstream.base, into: sums)
    }
  }

  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    gradient.base.update(from: upstream.base, count: upstream.rows * upstream.columns)
  }

  var parameterKinds: [NeuralNetwork.ParameterKind] { [.init("b")] }

  func parameter(at position: Int) -> Tensor<Scalar> { bias }

  mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    body(0, &bias)
  }
}
