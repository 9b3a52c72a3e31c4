/// What a forward pass is made for.
public enum Pass: Sendable, Equatable {
  /// To predict: nothing is dropped, and running statistics are used.
  case inference
  /// To train: what is dropped is a function of the seed and the place in the batch, and the batch's
  /// own statistics are used. The rows of a share begin at `firstRow` of the batch.
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
