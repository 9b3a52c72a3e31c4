import PerceptronLinearAlgebra

/// A layer that applies a function to each of its inputs. A conforming type names the function; the
/// passes are here.
///
/// To add an activation, write such a type in a file of its own and add its specification to
/// ``LayerSpecification/activations``.
public protocol ActivationLayer<Scalar>: Layer {
  /// The function.
  var function: ActivationFunction { get }
}

extension ActivationLayer {
  /// Works in place; the backward pass reads the side that the function's slope is computed from.
  public var traits: LayerTraits {
    LayerTraits(
      backwardReads: function.slopeReads == .input ? .input : .output, worksInPlace: true,
      hasKinkAtZero: function.hasKinkAtZero)
  }

  /// Writes the function of each input.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.shape == output.shape,
      "\(Self.self): input \(input.shape), but an output of \(output.shape)")
    Scalar.activate(function, count: input.count, input.base, into: output.base)
  }

  /// Writes `upstream` times the function's slope.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    let read = function.slopeReads == .input ? record.input : record.output
    require(
      upstream.shape == read.shape && gradient.shape == read.shape,
      "\(Self.self): input \(read.shape), but an upstream gradient of \(upstream.shape) and an input "
        + "gradient of \(gradient.shape)")
    Scalar.activationGradient(
      function, count: read.count, read: read.base, upstream: upstream.base, into: gradient.base)
  }
}
