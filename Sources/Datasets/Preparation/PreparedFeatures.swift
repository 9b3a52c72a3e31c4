import PerceptronFiles
import PerceptronLinearAlgebra

/// Features with their preprocessing, which is applied as batches of one scalar type are gathered; a projection
/// onto principal components, to all rows at first.
public struct PreparedFeatures<Scalar: BLASScalar>: Sendable {
  /// The raw features.
  public let features: Features
  /// Their preprocessing.
  public let preprocessing: Preprocessing
  /// The number of features of an example after preprocessing.
  public let featureCount: Int
  private let conversion: Conversion
  /// The rows that are converted: the raw features, or with a projection all rows' coordinates, which are
  /// computed once.
  private let rows: Features

  /// How rows are preprocessed.
  private enum Conversion: Sendable {
    /// x / divisor − mean in all columns.
    case uniform(divisor: Scalar, mean: [Scalar]?, wideDivisor: Double, wideMean: [Double]?)
    /// By column.
    case columns(ColumnPlan)
  }

  /// Features that are preprocessed as they are gathered.
  ///
  /// - Precondition: the preprocessing is of as many features; in a table, its columns have the same names
  ///   in the same order, and are of numbers or of categories alike.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public init(_ features: Features, with preprocessing: Preprocessing) {
    if let count = preprocessing.inputCount {
      require(
        count == features.featureCount,
        "prepared: preprocessing of \(count) features for \(features.featureCount) features")
    }
    if let known = preprocessing.columns {
      let found = features.columns ?? known.map { FeatureColumn(name: $0.name) }
      require(
        zip(known, found).allSatisfy {
          $0.name == $1.name && ($0.categories == nil) == ($1.categories == nil)
        }, "prepared: preprocessing of the columns \(known.map(\.name)) for \(found.map(\.name))")
    }
    self.features = features
    self.preprocessing = preprocessing
    if let projection = preprocessing.projection {
      let whole = PreparedFeatures(features, with: preprocessing.withoutProjection)
      require(
        whole.featureCount == projection.columnCount,
        "prepared: components of \(projection.columnCount) columns for \(whole.featureCount) features"
      )
      featureCount = projection.count
      conversion = .uniform(divisor: 1, mean: nil, wideDivisor: 1, wideMean: nil)
      rows = whole.coordinates(along: projection)
      return
    }
    rows = features
    if preprocessing.isUniform {
      let (divisor, mean) = (preprocessing.divisor, preprocessing.mean)
      featureCount = features.featureCount
      conversion = .uniform(
        divisor: Scalar(divisor), mean: mean.map { $0.map { Scalar($0) } }, wideDivisor: divisor,
        wideMean: mean)
    } else {
      let plan = ColumnPlan(
        preprocessing, columnCount: features.featureCount, columns: features.columns)
      featureCount = plan.outputCount
      conversion = .columns(plan)
    }
  }

  private init(selecting chosen: [Int], of all: PreparedFeatures) {
    features = all.features.subset(rows: chosen)
    rows = all.preprocessing.projection == nil ? features : all.rows.subset(rows: chosen)
    preprocessing = all.preprocessing
    featureCount = all.featureCount
    conversion = all.conversion
  }

  /// The examples at `indices` in that order, repeats allowed, with the same preprocessing.
  ///
  /// - Precondition: every index lies within 0..<count.
  public func subset(rows indices: [Int]) -> PreparedFeatures {
    PreparedFeatures(selecting: indices, of: self)
  }

  /// The number of examples.
  public var count: Int { features.count }
}

extension Features {
  /// These features with their preprocessing, for batches of type `Scalar`.
  ///
  /// - Precondition: as for ``PreparedFeatures/init(_:with:)``.
  public func prepared<Scalar: BLASScalar>(
    with preprocessing: Preprocessing, as scalar: Scalar.Type = Scalar.self
  ) -> PreparedFeatures<Scalar> {
    PreparedFeatures(self, with: preprocessing)
  }
}

// MARK: - Batches

extension PreparedFeatures {
  /// Writes the examples at `rows`, preprocessed, to the rows of `target` in that order. Nothing is
  /// allocated.
  ///
  /// - Precondition: `target` has `rows.count` rows of `featureCount`; every index lies within
  ///   0..<count.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func gather(_ rows: UnsafeBufferPointer<Int>, into target: MutableRowBlock<Scalar>) {
    checkTarget(target, rows: rows.count)
    convertRows(into: target) { rows[$0] }
  }

  /// Gathers a batch into a tensor; nothing is allocated unless its elements are shared.
  ///
  /// - Precondition: as for the row block of ``gather(_:into:)``.
  public func gather(_ rows: [Int], into target: inout Tensor<Scalar>) {
    rows.withUnsafeBufferPointer { rows in target.withMutableRows { gather(rows, into: $0) } }
  }

  /// Writes the examples `range`, preprocessed, to the rows of `target`. Nothing is allocated.
  ///
  /// - Precondition: `target` has `range.count` rows of `featureCount`; `range` lies within
  ///   0..<count.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func copy(_ range: Range<Int>, into target: MutableRowBlock<Scalar>) {
    checkTarget(target, rows: range.count)
    convertRows(into: target) { range.lowerBound + $0 }
  }

  /// The examples `range`, preprocessed: [range.count, featureCount].
  ///
  /// - Precondition: `range` lies within 0..<count.
  public func block(_ range: Range<Int>) -> Tensor<Scalar> {
    Tensor(shape: [range.count, featureCount]) { elements in
      guard let base = elements.baseAddress else { return }
      copy(range, into: MutableRowBlock(base: base, rows: range.count, columns: featureCount))
    }
  }

  /// Calls `body` with all examples in order, at most `size` at a time.
  ///
  /// - Parameter body: takes the rows' range and the preprocessed rows.
  /// - Precondition: `size ≥ 1`.
  public func forEachBlock(
    of size: Int, _ body: (Range<Int>, Tensor<Scalar>) throws -> Void
  ) rethrows {
    require(size >= 1, "forEachBlock: blocks of \(size) rows")
    var buffer = Tensor<Scalar>.zeros([min(size, count), featureCount])
    for start in stride(from: 0, to: count, by: size) {
      let range = start..<min(start + size, count)
      if range.count < buffer.shape[0] { buffer = buffer[rows: 0..<range.count] }
      buffer.withMutableRows { copy(range, into: $0) }
      try body(range, buffer)
    }
  }

  private func checkTarget(_ target: MutableRowBlock<Scalar>, rows: Int) {
    require(
      target.rows == rows && target.columns == featureCount,
      "gather: \(rows) rows of \(featureCount) features into \(target.shape)")
  }

  /// Preprocesses the rows, of which `row` gives the index, to `target`.
  @inline(__always)
  private func convertRows(into target: MutableRowBlock<Scalar>, _ row: (Int) -> Int) {
    rows.withRows(
      bytes: { start in convertBytes(to: target) { start(row($0)) } },
      floats: { start in convertFloats(to: target) { start(row($0)) } },
      doubles: { start in convertDoubles(to: target) { start(row($0)) } })
  }

  @inline(__always)
  private func convertBytes(
    to target: MutableRowBlock<Scalar>, _ start: (Int) -> UnsafePointer<UInt8>
  ) {
    let count = rows.featureCount
    switch conversion {
    case .uniform(let divisor, let mean, _, _):
      withElements(of: mean) { mean in
        convertRows(start, to: target) {
          Scalar.convert(count: count, $0, dividedBy: divisor, minus: mean, into: $1)
        }
      }
    case .columns(let plan):
      convertRows(start, to: target) { plan.write($0, { Double($0) }, to: $1) }
    }
  }

  @inline(__always)
  private func convertFloats(
    to target: MutableRowBlock<Scalar>, _ start: (Int) -> UnsafePointer<Float>
  ) {
    let count = rows.featureCount
    switch conversion {
    case .uniform(let divisor, let mean, _, _):
      withElements(of: mean) { mean in
        convertRows(start, to: target) {
          Scalar.convert(count: count, $0, dividedBy: divisor, minus: mean, into: $1)
        }
      }
    case .columns(let plan):
      convertRows(start, to: target) { plan.write($0, { Double($0) }, to: $1) }
    }
  }

  @inline(__always)
  private func convertDoubles(
    to target: MutableRowBlock<Scalar>, _ start: (Int) -> UnsafePointer<Double>
  ) {
    let count = rows.featureCount
    switch conversion {
    case .uniform(_, _, let divisor, let mean):
      // In double precision up to the last rounding: what the mean leaves may be small.
      withElements(of: mean) { mean in
        convertRows(start, to: target) {
          Scalar.convert(count: count, $0, dividedBy: divisor, minus: mean, into: $1)
        }
      }
    case .columns(let plan): convertRows(start, to: target) { plan.write($0, { $0 }, to: $1) }
    }
  }

  @inline(__always)
  private func convertRows<Element>(
    _ start: (Int) -> UnsafePointer<Element>, to target: MutableRowBlock<Scalar>,
    _ convert: (UnsafePointer<Element>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    // Rows lie anywhere: prefetch some while one is converted.
    let ahead = rows.isConverted || target.rows == 1 ? 0 : rowsAhead
    for index in 0..<min(ahead, target.rows) {
      willRead(start(index), count: rows.featureCount)
    }
    for index in 0..<target.rows {
      if ahead > 0 && index + ahead < target.rows {
        willRead(start(index + ahead), count: rows.featureCount)
      }
      convert(start(index), target.base + index * target.stride)
    }
  }

  /// Writes a row that is not among the features, prepared by the steps; nothing is allocated.
  ///
  /// - Precondition: the preprocessing has no projection; the row has as many numbers as the features, and
  ///   `target` has room for `featureCount`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func convert(_ row: BorrowedRow, into target: UnsafeMutablePointer<Scalar>) {
    let target = MutableRowBlock(base: target, rows: 1, columns: featureCount)
    switch row {
    case .bytes(let start): convertBytes(to: target) { _ in start }
    case .floats(let start): convertFloats(to: target) { _ in start }
    case .doubles(let start): convertDoubles(to: target) { _ in start }
    }
  }

  /// The number of rows prefetched: enough to saturate a core's memory requests.
  private var rowsAhead: Int { 4 }

  @inline(__always)
  private func withElements<Number>(
    of mean: [Number]?, _ body: (UnsafePointer<Number>?) -> Void
  ) {
    guard let mean else { return body(nil) }
    mean.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

extension PreparedFeatures: CustomStringConvertible, CustomReflectable {
  /// What the features are, what they become and how: `600 rows of [2] bytes as Float, divided by
  /// 255.0, less a mean`.
  public var description: String { "\(features) \(treatment)" }

  /// The features' sizes and the divisor, without the numbers and the mean.
  public var customMirror: Mirror {
    Mirror(self, children: ["features": features, "treatment": treatment])
  }

  var treatment: String {
    let steps =
      preprocessing.isUniform
      ? "as \(Scalar.self), divided by \(preprocessing.divisor)"
        + (preprocessing.mean == nil ? "" : ", less a mean")
      : "as \(Scalar.self), \(preprocessing.steps.map(\.name).joined(separator: ", "))"
    guard let projection = preprocessing.projection else { return steps }
    return steps + ", projected onto \(counted(projection.count, "principal component"))"
      + (projection.whitening == nil ? "" : ", whitened")
  }
}
