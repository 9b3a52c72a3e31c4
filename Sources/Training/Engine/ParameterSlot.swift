import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A parameter in the engine: where its numbers are, and which worker updates which of them.
struct ParameterSlot<Scalar: BLASScalar> {
  /// Its position among all parameters; its layer's, and its own in the layer.
  let index: Int
  let layer: Int
  let position: Int
  /// Whether penalties, weight decay and the maximum norm apply to it.
  let isPenalized: Bool
  /// Outputs and inputs of packed weights; 1 and the number of elements of other parameters.
  let rows: Int
  let columns: Int
  /// The number of elements from the beginning of a row to that of the next one.
  let stride: Int
  /// Whether it belongs to a packed layer.
  let isPacked: Bool
  /// The worker that updates it where its rows are not split among all.
  let owner: Int
  /// Whether it is the first of its layer's that are not split; its gradient comes with theirs.
  let isFirst: Bool
  /// The first of its rows among those of all parameters.
  let firstRow: Int

  /// During a step, the addresses of its numbers, its optimizer state and its average.
  var parameter: UnsafeMutablePointer<Scalar>?
  let states: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>
  var average: UnsafeMutablePointer<Scalar>?
  /// Where its whole gradient is stored, if it is.
  var gradient: UnsafeMutablePointer<Scalar>?

  /// Whether it is the weights of a packed layer, whose rows and columns workers split.
  var isSplit: Bool { isPacked && position == 0 }

  /// The rows that a worker updates. The result does not depend on the split.
  func rows(of worker: Int, workers: Int) -> Range<Int> {
    if !isSplit { return worker == owner ? 0..<rows : 0..<0 }
    // Whole tiles of products, as far as that leaves the workers about as much.
    let tile = rows >= 64 * workers ? 8 : 2
    let tiles = share(of: (rows + tile - 1) / tile, worker: worker, workers: workers)
    return min(tiles.lowerBound * tile, rows)..<min(tiles.upperBound * tile, rows)
  }

  /// The columns that a worker updates where products are split by columns.
  func columns(of worker: Int, workers: Int) -> Range<Int> {
    // Whole vectors of products.
    let tile = 3 * 64 / MemoryLayout<Scalar>.stride
    let tiles = share(of: (columns + tile - 1) / tile, worker: worker, workers: workers)
    return min(tiles.lowerBound * tile, columns)..<min(tiles.upperBound * tile, columns)
  }

  /// The slots of a network's parameters. The caller deallocates their `states`.
  static func slots(
    of network: Network<Scalar>, _ packed: PackedWeights<Scalar>, workers: Int, stateCount: Int
  ) -> [ParameterSlot] {
    var (row, lastLayer, owner) = (0, -1, -1)
    return network.parameterPlaces.map { place in
      let count = network.parameter(at: place).count
      let layer = packed.table[place.layer]
      let isMatrix = layer != nil && place.position == 0
      let isFirst = !isMatrix && place.layer != lastLayer
      if isFirst { (owner, lastLayer) = (owner + 1, place.layer) }
      let slot = ParameterSlot(
        index: place.index, layer: place.layer, position: place.position,
        isPenalized: place.isPenalized, rows: isMatrix ? layer?.outputs ?? 0 : 1,
        columns: isMatrix ? layer?.inputs ?? 0 : count,
        stride: isMatrix ? layer?.stride ?? 0 : count, isPacked: layer != nil,
        owner: max(owner, 0) % workers, isFirst: isFirst, firstRow: row,
        states: .allocate(capacity: stateCount))
      row += slot.rows
      return slot
    }
  }
}
