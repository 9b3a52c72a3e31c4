import LinearAlgebra
import Training

/// A batch as many units' weights are multiplied by it, one way and the other: packed once a step,
/// by all workers together.
final class PackedBatch<Scalar: BLASScalar> {
  private let inputSize: Int
  /// xᵀ, inputs × rows.
  private let transpose: AlignedBuffer<Scalar>
  /// x, rows × inputs.
  private let batch: AlignedBuffer<Scalar>

  /// Room for at most so many rows.
  init(rows: Int, inputSize: Int) {
    self.inputSize = inputSize
    transpose = AlignedBuffer(
      count: Scalar.panelRoom(rows: inputSize, columns: rows), repeating: 0)
    batch = AlignedBuffer(count: Scalar.panelRoom(rows: rows, columns: inputSize), repeating: 0)
  }

  /// The part of a batch's rows that a worker packs: whole cache lines of the transpose.
  static func share(of rows: Int, worker: Int, workers: Int) -> Range<Int> {
    let line = 64 / MemoryLayout<Scalar>.stride
    let lines = LinearAlgebra.share(
      of: (rows + line - 1) / line, worker: worker, workers: workers)
    return min(lines.lowerBound * line, rows)..<min(lines.upperBound * line, rows)
  }

  /// Packs some rows of a batch.
  ///
  /// - Parameter forUpdates: whether factors are to be multiplied by it, too.
  func pack(_ range: Range<Int>, of x: RowBlock<Scalar>, forUpdates: Bool) {
    Scalar.packTransposedPanels(
      rows: inputSize, columns: x.rows, range: range, x.base, into: transpose.base)
    if forUpdates {
      Scalar.packPanels(
        rows: x.rows, columns: inputSize, range: range, x.base, into: batch.base)
    }
  }

  /// products = V·xᵀ for some units' weights V, units × inputs, and a batch of `rows` rows.
  func multiply(
    _ weights: UnsafePointer<Scalar>, units: Int, rows: Int,
    into products: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.multiplyPanels(
      rows: units, inner: inputSize, columns: rows, weights, by: transpose.base, adds: false,
      into: products)
  }

  /// target = G·x, or target ← target + G·x, for some units' factors G, units × `rows`.
  func multiply(
    factors: UnsafePointer<Scalar>, units: Int, rows: Int, adds: Bool,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.multiplyPanels(
      rows: units, inner: rows, columns: inputSize, factors, by: batch.base, adds: adds,
      into: target)
  }
}
