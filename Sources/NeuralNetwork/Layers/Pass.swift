import PerceptronLinearAlgebra

/// The purpose of a forward pass.
public enum Pass: Sendable, Equatable {
  /// Prediction: nothing is dropped, and running statistics are used.
  case inference
  /// Training: dropout is a function of the seed and the position in the batch, and the batch's own
  /// statistics are used. The rows of a share begin at `firstRow` of the batch.
  case training(seed: UInt64, firstRow: Int = 0)

  /// The same pass with random numbers of its own for the layer at a position.
  package func inLayer(_ position: Int) -> Pass {
    switch self {
    case .inference: .inference
    case .training(let seed, let firstRow):
      .training(
        seed: seed &+ 0x9e37_79b9_7f4a_7c15 &* UInt64(position + 1), firstRow: firstRow)
    }
  }

  /// The same pass for a share of the batch that begins at a row.
  package func from(row: Int) -> Pass {
    switch self {
    case .inference: .inference
    case .training(let seed, _): .training(seed: seed, firstRow: row)
    }
  }
}

/// A block of a layer's forward pass.
public enum ForwardBlock: Sendable {
  /// The layer's input.
  case input
  /// The layer's output.
  case output
  /// Neither of the two.
  case neither
}

/// What a layer's forward pass leaves for its backward pass. Of input and output only the one that
/// ``LayerTraits/backwardReads`` names is sure to be there still.
public struct ForwardRecord<Scalar: BLASScalar> {
  /// rows × inputs.
  public let input: RowBlock<Scalar>
  /// rows × outputs.
  public let output: RowBlock<Scalar>
  /// The pass.
  public let pass: Pass
  /// The activations that the layer saved.
  public let saved: UnsafeBufferPointer<Scalar>

  /// The record of a forward pass.
  public init(
    input: RowBlock<Scalar>, output: RowBlock<Scalar>, pass: Pass,
    saved: UnsafeBufferPointer<Scalar>
  ) {
    self.input = input
    self.output = output
    self.pass = pass
    self.saved = saved
  }
}
