import PerceptronLinearAlgebra

extension Layer {
  /// Traps unless a layer whose batch may be split has no statistics, which are updated by all of a
  /// batch, and keeps as much of each row.
  ///
  /// - Parameters:
  ///   - position: its position in the network.
  ///   - inputSize: how many numbers a row of its input has.
  func requirePromises(at position: Int, inputSize: Int) {
    if needsWholeBatch(in: .training(seed: 0)) { return }
    require(
      statisticNames.isEmpty,
      "Network: layer \(position), \(name), has the statistics \(statisticNames), and must need the whole batch in training passes: needsWholeBatch"
    )
    let kept = (1...3).map { keptCount(rows: $0, columns: inputSize) }
    require(
      kept == [kept[0], 2 * kept[0], 3 * kept[0]],
      "Network: layer \(position), \(name), keeps \(kept) scalars of 1, 2 and 3 rows, and must keep as many of each, or need the whole batch in training passes: needsWholeBatch"
    )
  }
}
