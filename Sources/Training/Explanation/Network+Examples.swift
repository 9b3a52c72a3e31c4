import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Network {
  /// The rows that excite each unit of a layer most, found in one pass, block by block.
  ///
  ///     let top = network.topExamples(of: training.features, layer: network.hiddenLayers[0], count: 9)
  ///     print("unit 5 is excited most by the rows", top[5].map(\.row))
  ///
  /// - Parameters:
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - layer: the position of the layer, such as one of ``hiddenLayers``.
  ///   - count: the largest number of rows for each unit, 0 or more.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Returns: for each unit the rows with its activation, the highest first, equal ones in the order of
  ///   the rows, NaN last.
  public func topExamples(
    of features: PreparedFeatures<Scalar>, layer: Int, count: Int, workers: Int? = nil
  ) -> [[RankedRow]] {
    require(count >= 0, "topExamples: \(count) of them, expected 0 or more")
    let network = truncated(afterLayer: layer)
    var top = [RowRanking<Scalar>](
      repeating: RowRanking(count: count, isDescending: true), count: network.outputSize)
    network.forEachBlockOfRows(in: features, workers: workers) { rows, activations in
      rank(activations, firstRow: rows.lowerBound, in: &top)
    }
    return top.map(\.ranked)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func rank(
    _ activations: Tensor<Scalar>, firstRow: Int, in top: inout [RowRanking<Scalar>]
  ) {
    activations.withRows { block in
      top.withUnsafeMutableBufferPointer { top in
        for row in 0..<block.rows {
          let units = block.base + row * block.columns
          for unit in 0..<block.columns { top[unit].add(row: firstRow + row, units[unit]) }
        }
      }
    }
  }

  /// The rows that are nearest to an example in the space of a layer's outputs, by the Euclidean distance,
  /// found in one pass, block by block.
  ///
  /// - Parameters:
  ///   - example: the example's prepared features, [inputs] or [1, inputs].
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - layer: the position of the layer, such as the last of ``hiddenLayers``.
  ///   - count: the largest number of rows, 0 or more.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Returns: the rows with their distances, the nearest first, equal ones in the order of the rows, NaN
  ///   last. An example that is one of the rows is found itself, at a distance of 0 or, as outputs of one
  ///   row and of a block may be rounded differently, nearly 0.
  public func nearestRows(
    to example: Tensor<Scalar>, in features: PreparedFeatures<Scalar>, layer: Int, count: Int,
    workers: Int? = nil
  ) -> [RankedRow] {
    require(count >= 0, "nearestRows: \(count) of them, expected 0 or more")
    require(example.shape.rowCount == 1, "nearestRows: one example is needed, not \(example.shape)")
    let network = truncated(afterLayer: layer)
    let own = network.outputs(of: example, workers: 1)
    var nearest = RowRanking<Double>(count: count, isDescending: false)
    network.forEachBlockOfRows(in: features, workers: workers) { rows, outputs in
      for (index, distance) in euclideanDistances(of: outputs, from: own).enumerated() {
        nearest.add(row: rows.lowerBound + index, distance)
      }
    }
    return nearest.ranked
  }
}
