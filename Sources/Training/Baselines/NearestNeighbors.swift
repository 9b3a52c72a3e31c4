import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The k nearest neighbours: a row's prediction is that of the training rows at the least Euclidean distances
/// in prepared features, as scikit-learn's `KNeighborsClassifier` and `KNeighborsRegressor`.
///
///     let neighbors = NearestNeighbors(training, count: 5)
///     print(neighbors.predictions(of: validation.features).classes)
///
/// Of a class the votes are counted, by the training rows' weights, and of equal sums the class of the nearest
/// row wins. Of numbers the weighted mean is taken. Each label is predicted that more than half of the votes
/// have, or half of them with that of the nearest row. Training rows of weight 0 are no neighbours.
public struct NearestNeighbors<Scalar: BLASScalar>: Sendable {
  /// The rows to look among.
  public let training: PreparedDataset<Scalar>
  /// The number of neighbours k.
  public let count: Int
  /// The rows of ``training`` whose weight is not 0; nil where all are used.
  private let used: [Int]?
  private let features: PreparedFeatures<Scalar>

  /// The k nearest of some rows.
  ///
  /// - Precondition: `count` is at least 1, and some row has a weight above 0.
  public init(_ training: PreparedDataset<Scalar>, count: Int) {
    let weights = training.dataset.weights
    let used = weights.map { weights in weights.indices.filter { weights[$0] > 0 } }
    let isPart = used.map { $0.count < training.count } ?? false
    self.training = training
    self.count = count
    self.used = isPart ? used : nil
    features = isPart ? training.features.subset(rows: used ?? []) : training.features
    require(count >= 1, "NearestNeighbors: \(count) of them, expected at least 1")
    require(features.count >= 1, "NearestNeighbors: no training row has a weight above 0")
  }

  /// The nearest training rows of each row with their distances: the nearest first, of equal distances that of
  /// the lowest index; fewer than ``count`` where there are no more rows.
  ///
  /// Squared distances ‖a‖² − 2a·b + ‖b‖² come from one matrix product for each pair of blocks; those of the
  /// rows that may be among the nearest are then computed again from the differences, in double precision, so
  /// that rounding decides no order.
  ///
  /// - Precondition: as many features as the training rows have.
  /// - Complexity: O(rows · training rows · features) time, and memory for a block of each.
  public func neighbors(of rows: PreparedFeatures<Scalar>) -> [[RankedRow]] {
    neighbors(of: rows) { _ in }
  }

  /// - Parameter progress: called with the number of rows done after each block.
  func neighbors(
    of rows: PreparedFeatures<Scalar>, progress: (Int) throws -> Void
  ) rethrows -> [[RankedRow]] {
    require(
      rows.featureCount == features.featureCount,
      "NearestNeighbors: rows of \(rows.featureCount) features, the training rows have \(features.featureCount)"
    )
    var all: [[RankedRow]] = []
    all.reserveCapacity(rows.count)
    try rows.forEachBlock(of: Self.rowsAtOnce) { range, block in
      all += nearest(to: block)
      try progress(range.upperBound)
    }
    return all
  }

  /// What the neighbours say of each row.
  ///
  /// - Precondition: as many features as the training rows have.
  public func predictions(of rows: PreparedFeatures<Scalar>) -> Predictions {
    predictions(from: neighbors(of: rows))
  }

  /// What the first `count` of some rows' neighbours say.
  ///
  /// - Parameter neighbors: of each row, as ``neighbors(of:)-(PreparedFeatures<Scalar>)`` has them.
  func predictions(from neighbors: [[RankedRow]], count: Int? = nil) -> Predictions {
    let nearest = neighbors.map { $0.prefix(count ?? self.count).map(\.row) }
    return Predictions(
      votes: nearest, among: training.dataset.targets, weights: training.dataset.weights)
  }
}

// MARK: - Distances

extension NearestNeighbors {
  /// Rows whose neighbours are found, and training rows that are prepared, at a time.
  private static var rowsAtOnce: Int { 1024 }
  private static var trainingRowsAtOnce: Int { 2048 }

  /// The nearest rows of each of some rows, [rows, features].
  private func nearest(to rows: Tensor<Scalar>) -> [[RankedRow]] {
    // Twice as many, so that rounded distances leave the nearest ones out only where many are equal.
    let most = 2 * count + 8
    var rankings = [RowRanking<Scalar>](
      repeating: RowRanking(count: most, isDescending: false), count: rows.shape[0])
    var largest = 0 as Scalar
    features.forEachBlock(of: Self.trainingRowsAtOnce) { range, block in
      var products = Tensor<Scalar>.zeros([rows.shape[0], range.count])
      multiply(rows, block, transposeB: true, into: &products)
      let norms = squaredNorms(block)
      largest = max(largest, norms.max() ?? 0)
      rank(products, norms, firstRow: range.lowerBound, in: &rankings)
    }
    let norms = squaredNorms(rows)
    // What sums of so many products may be off by, with room.
    let error =
      4 * Double(Scalar.ulpOfOne) * Double(max(features.featureCount, 1)).squareRoot()
    return rankings.indices.map { index in
      let row = rows[rows: index..<index + 1]
      let ranked = rankings[index].ranked
      var found = RowRanking<Double>(count: count, isDescending: false)
      let candidates = ranked.map(\.row).sorted()
      var block = Tensor<Scalar>.zeros([candidates.count, features.featureCount])
      features.gather(candidates, into: &block)
      for (candidate, distance) in zip(candidates, euclideanDistances(of: block, from: row)) {
        found.add(row: candidate, distance)
      }
      let slack = error * (Double(norms[index]) + Double(largest))
      if let last = ranked.last, candidates.count < features.count,
        !(last.value > found.limit * found.limit - Double(norms[index]) + slack)
      {
        return named(exactlyNearest(to: row))
      }
      return named(found.ranked)
    }
  }

  /// The nearest rows by the distances from differences to all of them.
  private func exactlyNearest(to row: Tensor<Scalar>) -> [RankedRow] {
    var found = RowRanking<Double>(count: count, isDescending: false)
    features.forEachBlock(of: Self.trainingRowsAtOnce) { range, block in
      for (index, distance) in euclideanDistances(of: block, from: row).enumerated() {
        found.add(row: range.lowerBound + index, distance)
      }
    }
    return found.ranked
  }

  /// The rows under their indices in ``training``.
  private func named(_ rows: [RankedRow]) -> [RankedRow] {
    guard let used else { return rows }
    return rows.map { RankedRow(row: used[$0.row], value: $0.value) }
  }
}

/// Adds ‖b‖² − 2a·b, the squared distance but for ‖a‖², for each row a and training row b.
///
/// - Parameters:
///   - products: a·b, [rows, training rows].
///   - norms: ‖b‖² of each training row.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func rank<Scalar: BLASScalar>(
  _ products: Tensor<Scalar>, _ norms: [Scalar], firstRow: Int,
  in rankings: inout [RowRanking<Scalar>]
) {
  products.withRows { products in
    for row in 0..<products.rows {
      let own = products.base + row * products.columns
      for column in 0..<products.columns {
        rankings[row].add(row: firstRow + column, norms[column] - 2 * own[column])
      }
    }
  }
}

/// ‖x‖² of each row, [rows, columns].
private func squaredNorms<Scalar: BLASScalar>(_ rows: Tensor<Scalar>) -> [Scalar] {
  rows.withRows { rows in
    (0..<rows.rows).map { row in
      let own = UnsafePointer(rows.base + row * rows.columns)
      return Scalar.dot(count: rows.columns, own, own)
    }
  }
}

// MARK: - Votes

extension Predictions {
  /// What some rows that stand for each row say together; see ``NearestNeighbors``.
  ///
  /// - Parameters:
  ///   - voters: the indices of rows of `targets`, at least one for each row, the nearest first.
  ///   - weights: the weight of each row of `targets`.
  fileprivate init(votes voters: [[Int]], among targets: DatasetTargets, weights: [Double]?) {
    let columns = targets.schema.names.count
    var sums = [Double](repeating: 0, count: voters.count * columns)
    for (row, voters) in voters.enumerated() {
      let total = voters.reduce(0) { $0 + (weights?[$1] ?? 1) }
      for voter in voters {
        let share = (weights?[voter] ?? 1) / total
        switch targets {
        case .classes(let labels, _): sums[row * columns + labels[voter]] += share
        case .numbers(let values, _), .labels(let values, _):
          for column in 0..<columns {
            sums[row * columns + column] += share * values[voter * columns + column]
          }
        }
      }
    }
    let outputs = Tensor(sums, shape: [voters.count, columns])
    // Votes of equal weights may add up to shares that differ by their rounding.
    let tolerance = 1e-12
    switch targets {
    case .classes(let labels, _):
      let classes = voters.enumerated().map { row, voters in
        let shares = sums[row * columns..<(row + 1) * columns]
        let most = (shares.max() ?? 0) - tolerance
        return voters.map { labels[$0] }.first { shares[row * columns + $0] >= most } ?? 0
      }
      self.init(
        schema: targets.schema, outputs: outputs, classes: classes, probabilities: outputs)
    case .numbers:
      self.init(schema: targets.schema, outputs: outputs, values: outputs)
    case .labels(let values, _):
      let predicted = sums.enumerated().map { index, share in
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        if abs(share - 0.5) > tolerance { return share > 0.5 ? 1.0 : 0 }
        return values[voters[row][0] * columns + column]
      }
      self.init(
        schema: targets.schema, outputs: outputs, probabilities: outputs,
        values: Tensor(predicted, shape: outputs.shape))
    }
  }
}
