/// Loops over elements, rows and columns that BLAS does not have: what tensors are computed with.
///
/// They are a scalar's, with those of layers, losses and updates, as ``BLASScalar`` says.
public protocol VectorKernels: BinaryFloatingPoint {
  /// x = value, for memory that need not be initialized.
  static func fill(count: Int, _ x: UnsafeMutablePointer<Self>, with value: Self)

  /// y = row in each row, for memory that need not be initialized.
  static func fillRows(
    rows: Int, columns: Int, _ y: UnsafeMutablePointer<Self>, with row: UnsafePointer<Self>)

  /// result = left `operation` right, element by element; `result` may be an operand.
  static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>)

  /// Σ x, added pairwise; 0 for no elements.
  static func sum(count: Int, _ x: UnsafePointer<Self>) -> Self

  /// Σ |x|, added pairwise; 0 for no elements.
  static func sumOfMagnitudes(count: Int, _ x: UnsafePointer<Self>) -> Self

  /// y ← alpha·sign(x) + y, where the sign of 0 is 0.
  static func addSigns(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)

  /// y ← y + share·(x − y): the given share of the way from y to x.
  static func interpolate(
    count: Int, share: Self, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// The sum of each column of a matrix, added pairwise over blocks of rows.
  static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>)

  /// The first index of the largest element, or of the first NaN where there is one.
  static func indexOfMaximum(count: Int, _ x: UnsafePointer<Self>) -> Int

  /// In how many rows of a matrix fewer than `k` elements come before the one at the row's label:
  /// those that are larger, or equal and further left; NaN counts as larger than any number.
  static func countOfLabelsAmongLargest(
    _ k: Int, rows: Int, columns: Int, _ x: UnsafePointer<Self>, labels: UnsafePointer<Int>
  ) -> Int

  /// The first index of an element that is infinite or NaN.
  static func indexOfNonFinite(count: Int, _ x: UnsafePointer<Self>) -> Int?

  /// y = sign(x), where the signs of 0 and NaN are 0; `y` may be `x`.
  static func signs(count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  // MARK: Conversion

  /// target = source / divisor − mean for bytes.
  static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>)

  /// target = source / divisor − mean for single-precision numbers.
  static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>)

  /// target = source / divisor − mean for double-precision numbers, computed in double precision
  /// and rounded once.
  static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Self>)

  /// y = xᵀ for a row-major x of `rows` × `columns`; strides are from row to row. The two must not
  /// overlap.
  static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, stride xStride: Int,
    into y: UnsafeMutablePointer<Self>, stride yStride: Int)
}
