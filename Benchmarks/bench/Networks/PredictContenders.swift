import Perceptron

/// What is timed of prediction: from floats, from bytes, and its big product as a plain call of
/// BLAS.
enum PredictContenders {
  static let floats = "from floats"
  static let bytes = "from bytes"
  static let product = "X·W1"

  /// - Parameter network: what predicts, the size's own network.
  /// - Throws: `WrongResult` where a predicted class is not what double precision gives.
  static func make(_ size: NetworkSize, _ network: TwoLayerNet<Float>) throws -> [Contender] {
    let prepared = size.data().prepared(with: NetworkSize.preprocessing, as: Float.self)
    let x = prepared.block(0..<size.rows)
    try check(network, on: x, size)
    var hidden = Tensor<Float>.zeros([size.rows, size.hidden])
    var right = 0
    return [
      Contender(
        subject: size.description, variant: floats, countsAllocations: true,
        run: { right += network.predict(x)[0] }),
      Contender(
        subject: size.description, variant: bytes, countsAllocations: true,
        run: { prepared.forEachBlock(of: 1000) { rows, _ in right += network.predict(rows)[0] } }),
      Contender(
        subject: size.description, variant: product,
        operations: size.inputProduct(rows: size.rows).operations,
        run: { multiply(x, network.hidden.weights, into: &hidden) }),
    ]
  }

  /// Compares the classes of the first hundred rows with double precision's. Where its two best
  /// scores are within rounding of each other, either is right.
  private static func check(
    _ network: TwoLayerNet<Float>, on x: Tensor<Float>, _ size: NetworkSize
  ) throws {
    let rows = x[rows: 0..<min(size.rows, 100)]
    let scores = size.network(of: Double.self).scores(of: Tensor<Double>(rows))
    let best = scores.max(axis: 1)
    for (row, predicted) in network.predict(rows).enumerated() {
      let gap = best[row] - scores[row, predicted]
      if gap <= 1e-4 * best[row].magnitude { continue }
      throw WrongResult(
        "\(size), class of row \(row)", expected: scores.argmax(axis: 1)[row], found: predicted)
    }
  }
}
