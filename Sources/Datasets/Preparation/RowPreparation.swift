import PerceptronFiles
import PerceptronLinearAlgebra

/// A type of the numbers of rows in memory: `UInt8`, `Float` and `Double`. Do not declare other conformances.
public protocol FeatureNumber: BitwiseCopyable, Sendable {}

extension UInt8: FeatureNumber {}
extension Float: FeatureNumber {}
extension Double: FeatureNumber {}

/// The numbers of one row in memory; valid only inside the call that lends them.
package enum BorrowedRow {
  case bytes(UnsafePointer<UInt8>)
  case floats(UnsafePointer<Float>)
  case doubles(UnsafePointer<Double>)

  /// The numbers from `start` on.
  package init<Number: FeatureNumber>(_ start: UnsafePointer<Number>) {
    let bytes = UnsafeRawPointer(start)
    switch Number.self {
    case is UInt8.Type: self = .bytes(bytes.assumingMemoryBound(to: UInt8.self))
    case is Float.Type: self = .floats(bytes.assumingMemoryBound(to: Float.self))
    case is Double.Type: self = .doubles(bytes.assumingMemoryBound(to: Double.self))
    default: fatalError("BorrowedRow: features are not of type \(Number.self)")
    }
  }

  subscript(column: Int) -> Double {
    switch self {
    case .bytes(let start): Double(start[column])
    case .floats(let start): Double(start[column])
    case .doubles(let start): start[column]
    }
  }
}

/// A preprocessing of single rows, wherever they are in memory, with the same results as that of
/// ``PreparedFeatures``, to the bit; those of principal components to rounding.
///
/// In a column of categories, a number is the position of its category in ``Preprocessing/columns``, or their
/// number for any other category.
package struct RowPreparation<Scalar: BLASScalar>: Sendable {
  /// The number of features of a row as it comes.
  package let featureCount: Int
  /// The number of features that networks see.
  package let outputCount: Int
  private let preprocessing: Preprocessing
  private let columns: [FeatureColumn]?
  private let steps: PreparedFeatures<Scalar>
  /// Bytes and floats are projected in the model's precision: a row of 784 columns and 50 components is predicted in
  /// 3.4 µs so, and in 5.4 µs with doubles (AVX-512). With a model in double precision both are one.
  private let projections: (narrow: RowProjection<Scalar>, wide: RowProjection<Double>)?
  /// What a row has to be checked for, beside being finite.
  private let plan: ColumnPlan
  private let allowsMissing: Bool

  /// The preparation of rows of `featureCount` numbers.
  ///
  /// - Precondition: the preprocessing is of as many.
  package init(_ preprocessing: Preprocessing, featureCount: Int) {
    let columns = preprocessing.columnsWithOther
    let none = Features(.doubles([]), exampleShape: [featureCount], columns: columns)
    self.preprocessing = preprocessing
    self.featureCount = featureCount
    self.columns = columns
    steps = none.prepared(with: preprocessing.withoutProjection)
    plan = ColumnPlan(preprocessing, columnCount: featureCount, columns: columns)
    allowsMissing = plan.fillsMissing && columns != nil
    projections = preprocessing.projection.map { components in
      let steps = preprocessing.withoutProjection
      let narrow = RowProjection<Scalar>(components, behind: none.prepared(with: steps))
      let wide = narrow as? RowProjection<Double>
      return (narrow, wide ?? RowProjection(components, behind: none.prepared(with: steps)))
    }
    outputCount = projections?.narrow.count ?? steps.featureCount
  }

  /// The number of bytes that preparing a row needs beside its result.
  package var scratchSize: Int {
    projections.map { ($0.wide.columnCount + $0.wide.count) * MemoryLayout<Double>.stride } ?? 0
  }

  /// Writes the row as networks see it; nothing is allocated.
  ///
  /// - Parameters:
  ///   - target: room for ``outputCount`` numbers.
  ///   - scratch: room for ``scratchSize`` bytes, aligned for doubles.
  /// - Precondition: the row passes ``check(_:)``.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func prepare(
    _ row: BorrowedRow, into target: UnsafeMutablePointer<Scalar>,
    scratch: UnsafeMutableRawPointer
  ) {
    guard let projections else { return steps.convert(row, into: target) }
    guard case .doubles = row else {
      let room = scratch.bindMemory(to: Scalar.self, capacity: projections.narrow.columnCount)
      return projections.narrow.project(row, into: target, room: room)
    }
    // In double precision up to the last rounding: what the mean leaves may be small.
    let (columnCount, count) = (projections.wide.columnCount, projections.wide.count)
    let room = scratch.bindMemory(to: Double.self, capacity: columnCount + count)
    projections.wide.project(row, into: room + columnCount, room: room)
    for index in 0..<count { target[index] = Scalar(room[columnCount + index]) }
  }

  /// Throws ``DatasetError``, in the words of ``Preprocessing/check(_:)``, where a row cannot be prepared.
  package func check(_ row: BorrowedRow) throws {
    if isPlain(row) { return }
    let features = Features(
      .doubles((0..<featureCount).map { row[$0] }), exampleShape: [featureCount],
      columns: columns)
    try preprocessing.checkCategories(of: features)
    try preprocessing.check(features)
  }

  /// Whether there is nothing about a row that could be refused.
  @inline(__always)
  private func isPlain(_ row: BorrowedRow) -> Bool {
    if refusesNumber(of: row) { return false }
    if plan.hasLogarithms {
      for column in plan.numbers where column.isLogarithm && !hasLogarithm(row[column.source]) {
        return false
      }
    }
    for column in plan.categories {
      let cell = row[column.source]
      if cell.isNaN { continue }
      if !column.isPosition(cell) || column.unknown == .error && column.isUnknown(Int(cell)) {
        return false
      }
    }
    return true
  }

  @inline(__always)
  private func refusesNumber(of row: BorrowedRow) -> Bool {
    func refuses<Number: BLASScalar>(_ start: UnsafePointer<Number>) -> Bool {
      firstRefused(
        in: start, count: featureCount, columns: columns, allowingMissing: allowsMissing) != nil
    }
    return switch row {
    case .bytes: false
    case .floats(let start): refuses(start)
    case .doubles(let start): refuses(start)
    }
  }
}

/// The projection of single rows onto principal components.
private struct RowProjection<Scalar: BLASScalar>: Sendable {
  let columnCount: Int
  let count: Int
  private let steps: PreparedFeatures<Scalar>
  private let mean: Tensor<Scalar>
  /// [components, columns], so that each is contiguous.
  private let directions: Tensor<Scalar>
  private let zeros: Tensor<Scalar>

  init(_ components: PrincipalComponents, behind steps: PreparedFeatures<Scalar>) {
    self.steps = steps
    columnCount = components.columnCount
    count = components.count
    mean = Tensor(components.mean)
    directions = Tensor(components.projection.transposed())
    zeros = .zeros([components.count])
  }

  /// - Parameters:
  ///   - target: room for ``count`` numbers.
  ///   - room: for ``columnCount`` numbers.
  func project(
    _ row: BorrowedRow, into target: UnsafeMutablePointer<Scalar>,
    room: UnsafeMutablePointer<Scalar>
  ) {
    steps.convert(row, into: room)
    mean.withUnsafeElements { mean in
      guard let mean = mean.baseAddress else { return }
      Scalar.combine(
        .subtract, count: columnCount, UnsafePointer(room), .each, mean, .each, into: room)
    }
    directions.withUnsafeElements { directions in
      zeros.withUnsafeElements { zeros in
        guard let directions = directions.baseAddress, let zeros = zeros.baseAddress else { return }
        Scalar.dense(
          rows: 1, inputs: columnCount, outputs: count, room, xStride: columnCount,
          weights: directions, stride: columnCount, bias: zeros, into: target)
      }
    }
  }
}
