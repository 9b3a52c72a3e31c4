import LinearAlgebra

/// The rectifier: max(x, 0), element by element. NaN passes through.
///
/// The backward pass needs the forward pass's output, which the caller keeps; the gradient at 0 is
/// taken as 0.
public struct ReLU<Scalar: BLASScalar>: Sendable, Equatable {
  /// The rectifier; it has no parameters.
  public init() {}

  /// Writes max(input, 0); `output` may be the same memory as `input`.
  public func forward(_ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>) {
    require(
      input.shape == output.shape, "ReLU: input \(input.shape), room for \(output.shape)")
    Scalar.relu(count: input.count, input.base, into: output.base)
  }

  /// Writes `upstream` where the output was above 0, else 0; `gradient` may be the same memory as
  /// `upstream`.
  public func backward(
    upstream: RowBlock<Scalar>, output: RowBlock<Scalar>, into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      upstream.shape == output.shape && gradient.shape == output.shape,
      "ReLU: output \(output.shape), upstream \(upstream.shape), room for \(gradient.shape)")
    Scalar.reluGradient(
      count: output.count, output: output.base, upstream: upstream.base, into: gradient.base)
  }

  /// max(input, 0), in the input's shape.
  public func forward(_ input: Tensor<Scalar>) -> Tensor<Scalar> {
    var output = input
    output.withMutableRows { forward($0.reading, into: $0) }
    return output
  }

  /// `upstream` where the output was above 0, else 0.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output.
  ///   - output: what `forward` returned, of the same shape.
  public func backward(upstream: Tensor<Scalar>, output: Tensor<Scalar>) -> Tensor<Scalar> {
    var gradient = upstream
    output.withRows { output in
      gradient.withMutableRows { backward(upstream: $0.reading, output: output, into: $0) }
    }
    return gradient
  }
}
