import Perceptron

/// What is timed of prediction: from floats, from bytes, and its big product as a plain call of
/// BLAS.
enum PredictContenders {
  static let floats = "from floats"
  static let bytes = "from bytes"
  static let product = "X·W1"

  /// Rows that are checked at a time.
  private static let blockSize = 1000

  /// - Parameter network: what predicts, the size's own network.
  /// - Throws: `WrongResult` where a predicted class is not what double precision gives.
  static func make(_ size: NetworkSize, _ network: TwoLayerNet<Float>) throws -> [Contender] {
    let data = size.data()
    let prepared = data.prepared(with: NetworkSize.preprocessing, as: Float.self)
    let x = prepared.block(0..<size.rows)
    try check(
      [(floats, network.predict(x)), (bytes, network.network.predict(prepared.features))],
      on: data, size)
    let product = PlainProduct(size.inputProduct(rows: size.rows))
    var right = 0
    return [
      Contender(
        subject: size.description, variant: floats, countsAllocations: true, usesAllThreads: true,
        run: { right += network.predict(x)[0] }),
      Contender(
        subject: size.description, variant: bytes, countsAllocations: true, usesAllThreads: true,
        run: { right += network.network.predict(prepared.features)[0] }),
      Contender(
        subject: size.description, variant: Self.product,
        operations: size.inputProduct(rows: size.rows).operations, usesAllThreads: true,
        run: product.run),
    ]
  }

  /// Compares the classes of all rows with double precision's. Where its two best scores are within
  /// rounding of each other, either is right.
  private static func check(
    _ found: [(variant: String, classes: [Int])], on data: Dataset, _ size: NetworkSize
  ) throws {
    for (variant, classes) in found where classes.count != size.rows {
      throw WrongResult(
        "\(size), \(variant)", expected: "\(size.rows) classes", found: classes.count)
    }
    let network = size.network(of: Double.self)
    let prepared = data.prepared(with: NetworkSize.preprocessing, as: Double.self)
    var first = 0
    try prepared.forEachBlock(of: blockSize) { x, labels in
      let scores = network.scores(of: x)
      let (best, chosen) = (scores.max(axis: 1), scores.argmax(axis: 1))
      for row in labels.indices.map({ $0 - labels.startIndex }) {
        let rounding = 1e-4 * scores[rows: row..<row + 1].elements.reduce(0) { max($0, abs($1)) }
        for (variant, classes) in found {
          let predicted = classes[first + row]
          if best[row] - scores[row, predicted] <= rounding { continue }
          throw WrongResult(
            "\(size), \(variant), class of row \(first + row)", expected: chosen[row],
            found: predicted)
        }
      }
      first += labels.count
    }
  }
}
