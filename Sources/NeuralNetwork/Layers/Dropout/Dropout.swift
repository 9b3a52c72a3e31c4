import PerceptronLinearAlgebra

/// Inverted dropout: in training passes, each input is dropped with probability `rate`, and the others
/// are multiplied by 1 / (1 − rate), which keeps the mean; at inference, the output is the input
/// (Srivastava and others 2014).
///
/// Whether an element is dropped is a function of the pass's seed and of the element's position in its
/// batch, row·columns + column. The factors are saved for the backward pass.
public struct Dropout<Scalar: BLASScalar>: Layer {
  /// The probability that an input is dropped.
  public let rate: Double

  /// The layer of a rate of 0 or more and below 1; it has no parameters.
  public init(rate: Double) {
    self.rate = rate
    specification?.requireValid()
  }

  /// Works in place; the backward pass reads only the saved factors.
  public var traits: LayerTraits {
    LayerTraits(backwardReads: .neither, worksInPlace: true, drawsRandomNumbers: true)
  }
  /// A factor for each input.
  public func savedCount(rows: Int, columns: Int) -> Int { rows * columns }

  /// Writes the input times its factors in training passes, a copy of it at inference.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved factors: UnsafeMutableBufferPointer<Scalar>
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

  /// Writes `upstream` times the factors in training passes, a copy of it at inference.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      upstream.shape == gradient.shape && record.saved.count == upstream.count,
      "Dropout: upstream \(upstream.shape), \(record.saved.count) factors, room for \(gradient.shape)"
    )
    apply(record.saved, to: upstream, into: gradient, pass: record.pass)
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
}
