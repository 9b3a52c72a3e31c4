import LinearAlgebra

extension Layer {
  /// Traps unless what the layer says of itself goes together, as passes that split a batch or a
  /// gradient rely on it.
  ///
  /// - Parameters:
  ///   - position: its position in the network.
  ///   - inputSize: how many numbers a row of its input has.
  func requirePromises(at position: Int, inputSize: Int) {
    require(
      statisticNames.isEmpty || needsWholeBatch(in: .training(seed: 0)),
      "Network: layer \(position), \(name), has the statistics \(statisticNames), and must need the whole batch in training passes: needsWholeBatch"
    )
    guard let weightMatrix else { return }
    require(
      parameterKinds.indices.contains(weightMatrix),
      "Network: layer \(position), \(name), has no parameter \(weightMatrix), which is to be its weightMatrix"
    )
    let shape = parameter(at: weightMatrix).shape
    let expected: Shape = [inputSize, outputSize(forInputSize: inputSize)]
    require(
      shape == expected,
      "Network: layer \(position), \(name), has a weightMatrix of shape \(shape), expected \(expected)"
    )
    require(
      backwardReads == .input && !worksInPlace,
      "Network: layer \(position), \(name), has a weightMatrix, and must read its input backward and not work in place: backwardReads is \(backwardReads), worksInPlace \(worksInPlace)"
    )
  }
}
