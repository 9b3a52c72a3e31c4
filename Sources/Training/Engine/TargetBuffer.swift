import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The targets of a batch, and the weights of its rows where there are any. Gathering allocates nothing
/// after the first time.
struct TargetBuffer<Scalar: BLASScalar> {
  private let rows: Int
  private let classWeights: [Scalar]?
  private var labels: [Int]
  /// rows × columns; without columns for classes.
  private var values = AlignedBuffer<Scalar>(count: 0, repeating: 0)
  private var columns = 0
  /// One for each row, or none.
  private var weights = AlignedBuffer<Scalar>(count: 0, repeating: 0)
  private var isWeighted = false

  /// - Parameter classWeights: the factor of the weight of each class's rows.
  init(rows: Int, classWeights: [Double]?) {
    self.rows = rows
    self.classWeights = classWeights.map { $0.map { Scalar($0) } }
    labels = [Int](repeating: 0, count: rows)
  }

  mutating func gather(_ rows: UnsafeBufferPointer<Int>, from data: PreparedDataset<Scalar>) {
    prepare(for: data)
    if columns == 0 {
      labels.withUnsafeMutableBufferPointer { data.gatherLabels(of: rows, into: $0) }
    } else {
      data.gatherValues(of: rows, into: values.base)
    }
    if !isWeighted { return }
    if data.weights == nil {
      Scalar.fill(count: rows.count, weights.base, with: 1)
    } else {
      data.gatherWeights(of: rows, into: weights.base)
    }
    guard let classWeights else { return }
    for (row, label) in labels.enumerated() { weights.base[row] *= classWeights[label] }
  }

  private mutating func prepare(for data: PreparedDataset<Scalar>) {
    if data.valueColumns != columns {
      columns = data.valueColumns
      values = AlignedBuffer(count: rows * columns, repeating: 0)
    }
    let isWeighted = data.weights != nil || classWeights != nil
    if isWeighted && !self.isWeighted {
      weights = AlignedBuffer(count: rows, repeating: 1)
    }
    self.isWeighted = isWeighted
  }

  func withBlock<Result>(_ body: (TargetBlock<Scalar>) throws -> Result) rethrows -> Result {
    try withBlock(0..<rows, body)
  }

  /// Calls `body` with the targets of some rows.
  func withBlock<Result>(
    _ rows: Range<Int>, _ body: (TargetBlock<Scalar>) throws -> Result
  ) rethrows -> Result {
    let weights = isWeighted ? UnsafePointer(weights.base + rows.lowerBound) : nil
    if columns == 0 {
      return try labels.withUnsafeBufferPointer {
        try body(.labels(UnsafeBufferPointer(rebasing: $0[rows]), weights: weights))
      }
    }
    let first = UnsafePointer(values.base + rows.lowerBound * columns)
    return try body(
      .values(RowBlock(base: first, rows: rows.count, columns: columns), weights: weights))
  }

  /// The targets, copied.
  var targets: Targets<Scalar> {
    let weights = isWeighted ? (0..<rows).map { self.weights.base[$0] } : nil
    if columns == 0 { return .labels(labels, weights: weights) }
    let values = Array(UnsafeBufferPointer(start: values.base, count: rows * columns))
    return .values(Tensor(values, shape: [rows, columns]), weights: weights)
  }
}
