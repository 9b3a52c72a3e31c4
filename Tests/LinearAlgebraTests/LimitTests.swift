import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Limits, norms and transposition")
struct LimitTests {
  @Test("Columns above a norm are scaled to it, others keep every bit", arguments: awkwardTriples)
  func columnNorms(sizes: [Int]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (rows, columns) = (sizes[0], sizes[1])
      let x = Tensor<Scalar>.sample([rows, columns])
      let limit = Double(rows).squareRoot()
      var limited = x
      limited.withMutableRows {
        Scalar.limitColumnNorms(rows: rows, columns: columns, $0.base, to: limit)
      }
      for column in 0..<columns {
        let before = (0..<rows).map { Double(x[$0, column]) }
        let norm = sqrt(before.reduce(0) { $0 + $1 * $1 })
        for row in 0..<rows {
          if norm <= limit {
            #expect(limited[row, column] == x[row, column])
          } else {
            expectClose(
              limited[row, column], before[row] * limit / norm, tolerance: Scalar.testTolerance)
          }
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A column whose norm is infinite or NaN is left alone, a large one is not")
  func extremeColumns() {
    let x = Tensor<Float>([.nan, .infinity, 3e30, 9, 1, 1, 4e30, 0], shape: [2, 4])
    var limited = x
    limited.withMutableRows {
      Float.limitColumnNorms(rows: 2, columns: 4, $0.base, to: 0.5)
    }
    expectClose(limited, Tensor<Double>([.nan, .infinity, 0.3, 0.5, 1, 1, 0.4, 0], shape: [2, 4]))
  }

  @Test("A transposed matrix has rows and columns exchanged", arguments: awkwardTriples)
  func transposed(sizes: [Int]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>.sample([sizes[0], sizes[2]])
      let transposed = x.transposed()
      #expect(transposed.shape == [sizes[2], sizes[0]])
      for row in 0..<sizes[0] {
        for column in 0..<sizes[2] { #expect(transposed[column, row] == x[row, column]) }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Transposing a vector traps with its shape")
  func transposedVector() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ([1, 2] as Tensor<Float>).transposed()
    }
    expectMessage(result, "transposed: a matrix is needed, not shape [2]")
  }

  @Test("The norm overflows and underflows only if the result does", arguments: scalarTypes)
  func norm(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes {
        let x = Tensor<Scalar>.sample([size])
        let expected = sqrt(x.elements.reduce(0.0) { $0 + Double($1) * Double($1) })
        expectClose(x.norm(), expected, tolerance: Scalar.testTolerance)
      }
      let (huge, tiny) = (Scalar.greatestFiniteMagnitude / 8, Scalar.leastNormalMagnitude * 8)
      for scale in [huge, tiny] {
        expectClose(
          Tensor<Scalar>([3 * scale, -4 * scale]).norm() / scale, 5,
          tolerance: Scalar.testTolerance)
      }
      #expect(Tensor<Scalar>([1, .nan]).norm().isNaN)
      #expect(Tensor<Scalar>([1, -.infinity]).norm() == .infinity)
    }
    check(type)
  }
}
