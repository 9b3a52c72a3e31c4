import PerceptronLinearAlgebra

/// A row with a number, such as a unit's activation or a distance.
public struct RankedRow: Hashable, Codable, Sendable {
  /// The row's index.
  public let row: Int
  /// The number.
  public let value: Double

  /// Creates a row with a number.
  public init(row: Int, value: Double) {
    self.row = row
    self.value = value
  }
}

/// The rows of the largest, or of the least, numbers seen so far: equal ones in the order of the rows,
/// NaN last.
struct RowRanking<Scalar: BinaryFloatingPoint> {
  let count: Int
  /// Whether the largest numbers come first.
  let isDescending: Bool
  private var rows: [(row: Int, key: Scalar)] = []
  /// The key that another row must be below to come in; NaN lets all in that ``insert`` then looks at.
  private(set) var limit: Scalar

  init(count: Int, isDescending: Bool) {
    self.count = count
    self.isDescending = isDescending
    limit = count == 0 ? -.infinity : .nan
  }

  /// Adds a row. Rows must be added in ascending order.
  @inline(__always)
  mutating func add(row: Int, _ value: Scalar) {
    let key = isDescending ? -value : value
    if key >= limit { return }
    insert(row, key)
  }

  private mutating func insert(_ row: Int, _ key: Scalar) {
    if count == 0 { return }
    // After the equal ones, which came before.
    let place = rows.firstIndex { key.isNaN ? false : $0.key.isNaN || key < $0.key } ?? rows.count
    if place == count { return }
    if rows.count == count { rows.removeLast() }
    rows.insert((row, key), at: place)
    if rows.count == count { limit = rows[count - 1].key }
  }

  /// The rows in their order.
  var ranked: [RankedRow] {
    rows.map { RankedRow(row: $0.row, value: Double(isDescending ? -$0.key : $0.key)) }
  }
}

/// The Euclidean distance of each row, [rows, columns], from a point, [1, columns]: from the differences, in
/// double precision.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func euclideanDistances<Scalar: BLASScalar>(
  of rows: Tensor<Scalar>, from point: Tensor<Scalar>
) -> [Double] {
  rows.withRows { rows in
    point.withRows { point in
      (0..<rows.rows).map { row in
        let own = rows.base + row * rows.columns
        var sum = 0.0
        for column in 0..<rows.columns {
          let difference = Double(own[column]) - Double(point.base[column])
          sum += difference * difference
        }
        return sum.squareRoot()
      }
    }
  }
}
