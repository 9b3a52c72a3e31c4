import PerceptronLinearAlgebra

/// The rectifier: max(x, 0), element by element. NaN passes through.
///
/// The backward pass needs the forward pass's output; the gradient at 0 is taken as 0.
public struct ReLU<Scalar: BLASScalar>: Layer {
  /// The rectifier; it has no parameters.
  public init() {}

  /// The output.
  public var backwardReads: ForwardBlock { .output }
  /// Yes.
  public var worksInPlace: Bool { true }
  /// Yes.
  public var hasKinkAtZero: Bool { true }

  /// Writes max(input, 0).
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.shape == output.shape, "ReLU: input \(input.shape), room for \(output.shape)")
    Scalar.relu(count: input.count, input.base, into: output.base)
  }

  /// Writes `upstream` where the output was above 0, else 0.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    let output = record.output
    require(
      upstream.shape == output.shape && gradient.shape == output.shape,
      "ReLU: output \(output.shape), upstream \(upstream.shape), room for \(gradient.shape)")
    Scalar.reluGradient(
      count: output.count, output: output.base, upstream: upstream.base, into: gradient.base)
  }

  /// `relu`.
  public var specification: LayerSpecification? { .relu }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    ReLU<Other>()
  }
}
