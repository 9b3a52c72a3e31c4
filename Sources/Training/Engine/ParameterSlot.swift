import PerceptronDistribution
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
  /// The rows that this rank updates: all but where weights are dealt to several ranks.
  let own: Range<Int>
  /// Where its elements begin among those of all split parameters, or of all others.
  let offset: Int
  /// Where the elements of its own rows begin among those of all split parameters.
  let ownOffset: Int

  /// During a step, the addresses of its numbers, its optimizer state and its average.
  var parameter: UnsafeMutablePointer<Scalar>?
  let states: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>
  var average: UnsafeMutablePointer<Scalar>?
  /// Where its whole gradient is stored, if it is.
  var gradient: UnsafeMutablePointer<Scalar>?

  /// Whether it is the weights of a packed layer, whose rows and columns workers split.
  var isSplit: Bool { isPacked && position == 0 }

  /// The number of elements, padding included.
  var count: Int { rows * stride }

  /// The rows that a worker updates. The result does not depend on the split.
  func rows(of worker: Int, workers: Int) -> Range<Int> {
    if !isSplit { return worker == owner ? 0..<rows : 0..<0 }
    let part = matrixShare(of: own.count, owner: worker, of: workers)
    return own.lowerBound + part.lowerBound..<own.lowerBound + part.upperBound
  }

  /// The rows that a rank updates.
  func rows(ofRank rank: Int, of rankCount: Int) -> Range<Int> {
    isSplit ? matrixShare(of: rows, owner: rank, of: rankCount) : 0..<rows
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
    of network: Network<Scalar>, _ packed: PackedWeights<Scalar>, workers: Int, stateCount: Int,
    rank: Int = 0, of rankCount: Int = 1
  ) -> [ParameterSlot] {
    var (row, lastLayer, owner) = (0, -1, -1)
    var (splitCount, ownCount, smallCount) = (0, 0, 0)
    return network.parameterPlaces.map { place in
      let count = network.parameter(at: place).count
      let layer = packed.table[place.layer]
      let isMatrix = layer != nil && place.position == 0
      let isFirst = !isMatrix && place.layer != lastLayer
      if isFirst { (owner, lastLayer) = (owner + 1, place.layer) }
      let rows = isMatrix ? layer?.outputs ?? 0 : 1
      let slot = ParameterSlot(
        index: place.index, layer: place.layer, position: place.position,
        isPenalized: place.isPenalized, rows: rows,
        columns: isMatrix ? layer?.inputs ?? 0 : count,
        stride: isMatrix ? layer?.stride ?? 0 : count, isPacked: layer != nil,
        owner: max(owner, 0) % workers, isFirst: isFirst, firstRow: row,
        own: isMatrix ? matrixShare(of: rows, owner: rank, of: rankCount) : 0..<1,
        offset: isMatrix ? splitCount : smallCount, ownOffset: ownCount,
        states: .allocate(capacity: stateCount))
      row += slot.rows
      if isMatrix {
        splitCount += slot.count
        ownCount += slot.own.count * slot.stride
      } else {
        smallCount += slot.count
      }
      return slot
    }
  }
}
