import LinearAlgebra
import NeuralNetwork

/// A parameter in a step: how its gradient is computed and where its numbers are.
struct ParameterSlot<Scalar: BLASScalar> {
  /// Where the parameter stands.
  let place: Network<Scalar>.ParameterPlace
  /// A weight matrix's rows and columns; of any other parameter, 1 and the number of elements.
  let rows: Int
  let columns: Int
  /// Whether each worker computes the gradient of its share of the rows, and moves them. Otherwise
  /// each worker computes what its share of the batch adds to the gradient, and one of them, the
  /// owner, adds these up and moves the parameter.
  let isSplit: Bool
  let owner: Int
  /// How many workers add to the gradient where it is not split.
  let summandCount: Int

  /// The parameter, in a step.
  var parameter: UnsafeMutablePointer<Scalar>?
  /// The tensors that the optimizer keeps for it, in a step.
  var kept: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>

  var count: Int { rows * columns }

  /// The rows that a worker moves.
  func rows(of worker: Int, workers: Int) -> Range<Int> {
    if isSplit { return share(of: rows, worker: worker, workers: workers) }
    return worker == owner ? 0..<rows : 0..<0
  }
}

extension ParameterSlot {
  /// The slots of a network's parameters. Whoever asks for them frees what `kept` points to.
  static func slots(
    of network: Network<Scalar>, workers: Int, stateCount: Int
  ) -> [ParameterSlot] {
    network.parameterPlaces.map { place in
      let layer = network.layers[place.layer]
      let shape = layer.parameter(at: place.position).shape
      let isMatrix = layer.weightMatrix == place.position
      let isWhole = layer.needsWholeBatch(in: .training(seed: 0))
      return ParameterSlot(
        place: place, rows: isMatrix ? shape[0] : 1, columns: isMatrix ? shape[1] : shape.count,
        isSplit: isMatrix && !isWhole && shape.count > leastSplit, owner: place.index % workers,
        summandCount: isWhole ? 1 : workers, parameter: nil,
        kept: .allocate(capacity: stateCount))
    }
  }

  /// With fewer elements than this, adding up what the workers' shares of the batch give costs less
  /// than products of a few rows.
  private static var leastSplit: Int { 4096 }
}
