import PerceptronLinearAlgebra

/// Inverted dropout: in training passes, each input is dropped with probability `rate`, and what is
/// left is multiplied by 1 / (1 − rate), so that its mean stays; at inference, nothing is done
/// (Srivastava and others 2014).
///
/// What is dropped is a function of the pass's seed and the element's position in its batch,
/// row·columns + column. The backward pass needs the factors, which are kept.
public struct Dropout<Scalar: BLASScalar>: Layer {
  /// The share that is dropped.
  public let rate: Double

  /// The layer; it has no parameters.
  ///
  /// - Precondition: `rate` is 0 or more and below 1.
  public init(rate: Double) {
    self.rate = rate
    specification?.requireValid()
  }

  /// A factor for each input.
  public func keptCount(rows: Int, columns: Int) -> Int { rows * columns }
  /// Neither: the factors say it all.
  public var backwardReads: ForwardBlock { .neither }
  /// Yes.
  public var worksInPlace: Bool { true }

  /// Writes the input times its factors, or as it is.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept factors: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.shape == output.shape && factors.count == input.count,
      "Dropout: input \(input.shape), room for \(output.shape) and \(factors.count) factors")
    if case .training(let seed, let firstRow) = pass, let factors = factors.baseAddress {
      Scalar.dropoutFactors(
        count: input.count, from: firstRow * input.columns, rate: rate, seed: seed, into: factors)
    }
    apply(UnsafeBufferPointer(factors), to: input, into: output, pass: pass)
  }

  /// Writes `upstream` times the factors, or as it is.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      upstream.shape == gradient.shape && record.kept.count == upstream.count,
      "Dropout: upstream \(upstream.shape), \(record.kept.count) factors, room for \(gradient.shape)"
    )
    apply(record.kept, to: upstream, into: gradient, pass: record.pass)
  }

  private func apply(
    _ factors: UnsafeBufferPointer<Scalar>, to block: RowBlock<Scalar>,
    into result: MutableRowBlock<Scalar>, pass: Pass
  ) {
    if case .training = pass, let factors = factors.baseAddress {
      Scalar.combine(
        .multiply, count: block.count, block.base, .each, factors, .each, into: result.base)
    } else if block.base != UnsafePointer(result.base) {
      result.base.update(from: block.base, count: block.count)
    }
  }

  /// `dropout`, with the rate.
  public var specification: LayerSpecification? { .dropout(rate: rate) }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    Dropout<Other>(rate: rate)
  }
}
