import PerceptronLinearAlgebra

/// Features with their preprocessing, which is applied as batches of one scalar type are gathered.
public struct PreparedFeatures<Scalar: BLASScalar>: Sendable {
  /// The raw features.
  public let features: Features
  /// Their preprocessing.
  public let preprocessing: Preprocessing
  private let divisor: Scalar
  private let mean: [Scalar]?

  /// Features that are preprocessed as they are gathered.
  ///
  /// - Precondition: the mean, if there is one, has one number per feature.
  public init(_ features: Features, with preprocessing: Preprocessing) {
    if let mean = preprocessing.mean {
      require(
        mean.count == features.featureCount,
        "prepared: a mean of \(mean.count) numbers for \(features.featureCount) features")
    }
    self.features = features
    self.preprocessing = preprocessing
    divisor = Scalar(preprocessing.divisor)
    mean = preprocessing.mean.map { $0.map { Scalar($0) } }
  }

  /// The number of examples.
  public var count: Int { features.count }
  /// The number of features of an example.
  public var featureCount: Int { features.featureCount }
}

extension Features {
  /// These features with their preprocessing, for batches of type `Scalar`.
  ///
  /// - Precondition: the mean, if there is one, has one number per feature.
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
    switch features.storage {
    case .bytes(let elements):
      convertRows(elements, row, mean, to: target) {
        Scalar.convert(count: featureCount, $0, dividedBy: divisor, minus: $1, into: $2)
      }
    case .floats(let elements):
      convertRows(elements, row, mean, to: target) {
        Scalar.convert(count: featureCount, $0, dividedBy: divisor, minus: $1, into: $2)
      }
    case .doubles(let elements):
      // In double precision up to the last rounding: what the mean leaves may be small.
      convertRows(elements, row, preprocessing.mean, to: target) {
        Scalar.convert(
          count: featureCount, $0, dividedBy: preprocessing.divisor, minus: $1, into: $2)
      }
    }
  }

  @inline(__always)
  private func convertRows<Element, Number>(
    _ elements: [Element], _ row: (Int) -> Int, _ mean: [Number]?,
    to target: MutableRowBlock<Scalar>,
    _ convert: (UnsafePointer<Element>, UnsafePointer<Number>?, UnsafeMutablePointer<Scalar>) ->
      Void
  ) {
    elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else {
        return require(target.rows == 0, "gather: \(target.rows) rows of features that have none")
      }
      withElements(of: mean) { mean in
        func start(_ index: Int) -> UnsafePointer<Element> {
          base + features.storedRow(row(index)) * featureCount
        }
        // Rows lie anywhere: prefetch some while one is converted.
        for index in 0..<min(rowsAhead, target.rows) {
          willRead(start(index), count: featureCount)
        }
        for index in 0..<target.rows {
          if index + rowsAhead < target.rows {
            willRead(start(index + rowsAhead), count: featureCount)
          }
          convert(start(index), mean, target.base + index * target.stride)
        }
      }
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
    "as \(Scalar.self), divided by \(preprocessing.divisor)"
      + (preprocessing.mean == nil ? "" : ", less a mean")
  }
}
