import Perceptron

/// The operands of the comparison with NumPy: matrices of the same shape, and what is taken from them.
struct TensorOperands<Scalar: BLASScalar> {
  /// Normal deviates.
  let x: Tensor<Scalar>
  /// |x| + ½, upside down.
  let positive: Tensor<Scalar>
  /// 1 + x/1000, whose products are in range.
  let nearOne: Tensor<Scalar>
  /// The elements of `x` as three columns.
  let narrow: Tensor<Scalar>
  /// The first row of `positive`.
  let row: Tensor<Scalar>
  /// The first column of `positive`, as a column.
  let column: Tensor<Scalar>
  /// The first three elements of `positive`.
  let three: Tensor<Scalar>
  /// Whether an element of `x` is above 0.
  let isPositive: Mask
  /// Whether an element of `positive` is above 1.
  let isLarge: Mask
  /// Every second row, in another order.
  let rows: [Int]
  /// Every second column, in another order.
  let columns: [Int]
  /// What is changed in place, `positive` at first.
  var changed: Tensor<Scalar>

  /// - Parameter numbers: those of the file, row by row.
  init(_ numbers: [Double], rows: Int, columns: Int) {
    let matrix = Tensor(numbers, shape: [rows, columns])
    let above = abs(matrix).flipped(axis: 0) + 0.5
    x = Tensor(matrix)
    positive = Tensor(above)
    nearOne = Tensor(1 + matrix / 1000)
    narrow = x[..<(rows / 3 * 3)].reshaped(to: [rows / 3 * columns, 3])
    row = positive[0, .all]
    column = positive[.all, 0..<1]
    three = positive[0, ..<3]
    isPositive = x .> 0
    isLarge = positive .> 1
    self.rows = Self.half(of: rows)
    self.columns = Self.half(of: columns)
    // Of its own, so that the first change in place copies nothing either.
    changed = positive + 0
  }

  /// The numbers of a file.
  static func numbers(count: Int) -> [Double] {
    var random = SeededRandom(seed: 0, purpose: "bench tensor")
    return (0..<count).map { _ in random.normal() }
  }

  private static func half(of extent: Int) -> [Int] {
    (0..<extent / 2).map { 7 * $0 % (extent / 2) * 2 }
  }
}
