import PerceptronLinearAlgebra
import TestSupport
import Testing

private let transposes = [(false, false), (true, false), (false, true), (true, true)]

@Suite("Matrix products")
struct MatmulTests {
  @Test("matmul is the product by definition at every size and transpose", arguments: scalarTypes)
  func againstDefinition(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for extents in awkwardTriples {
        let (rows, inner, columns) = (extents[0], extents[1], extents[2])
        for (transposeA, transposeB) in transposes {
          let a = Tensor<Scalar>.sample(transposeA ? [inner, rows] : [rows, inner])
          let b = Tensor<Scalar>.sample(transposeB ? [columns, inner] : [inner, columns], seed: 2)
          let product = matmul(a, b, transposeA: transposeA, transposeB: transposeB)
          #expect(product.shape == [rows, columns])
          expectClose(
            product, naiveMatmul(a, b, transposeA: transposeA, transposeB: transposeB),
            tolerance: 10 * Scalar.testTolerance)
        }
      }
    }
    check(type)
  }

  @Test("the definition itself, worked by hand")
  func byHand() {
    let a: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    let b: Tensor<Double> = [[1, 0], [0, 1], [2, -1]]
    #expect(naiveMatmul(a, b) == [[7, -1], [16, -1]])
    #expect(matmul(a, b) == [[7, -1], [16, -1]])
    #expect(naiveMatmul(a, a, transposeA: true)[0, 2] == 27)
    #expect(naiveMatmul(a, a, transposeB: true) == [[14, 32], [32, 77]])
  }

  @Test("multiply scales the product and accumulates", arguments: scalarTypes)
  func accumulate(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, inner, columns) in [(1, 1, 1), (3, 17, 5), (33, 2, 16), (16, 64, 130)] {
        let a = Tensor<Scalar>.sample([rows, inner])
        let b = Tensor<Scalar>.sample([inner, columns], seed: 2)
        let old = Tensor<Scalar>.sample([rows, columns], seed: 3)
        let product = naiveMatmul(a, b)
        for (alpha, beta) in [(1.0, 1.0), (-0.5, 2.0), (0, 0.25), (2, 0)] {
          var c = old
          multiply(a, b, into: &c, alpha: Scalar(alpha), beta: Scalar(beta))
          expectClose(
            c, alpha * product + beta * Tensor<Double>(old), tolerance: 10 * Scalar.testTolerance)
        }
      }
    }
    check(type)
  }

  @Test("with beta 0 the old result is not read, whatever it holds", arguments: scalarTypes)
  func betaZero(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in [1, 2, 7, 16, 33, 65] {
        let a = Tensor<Scalar>.sample([size, size])
        var c = Tensor<Scalar>(shape: [size, size], repeating: .nan)
        multiply(a, a, into: &c)
        #expect(c.firstNonFinite() == nil)
        c = Tensor(shape: [size, size], repeating: .infinity)
        multiply(a, transposeA: true, a, transposeB: true, into: &c, alpha: 0.5)
        #expect(c.firstNonFinite() == nil)
      }
    }
    check(type)
  }

  @Test("an inner extent of 0 leaves beta times the old result", arguments: scalarTypes)
  func emptyInner(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (transposeA, transposeB) in transposes {
        let a = Tensor<Scalar>.zeros(transposeA ? [0, 3] : [3, 0])
        let b = Tensor<Scalar>.zeros(transposeB ? [2, 0] : [0, 2])
        var c = Tensor<Scalar>(shape: [3, 2], repeating: 4)
        multiply(a, transposeA: transposeA, b, transposeB: transposeB, into: &c, beta: 0.5)
        #expect(c == Tensor(shape: [3, 2], repeating: 2))
        c[0, 0] = .nan
        multiply(a, transposeA: transposeA, b, transposeB: transposeB, into: &c)
        #expect(c == .zeros([3, 2]))
      }
    }
    check(type)
  }

  @Test("no rows or no columns give an empty result")
  func emptyResult() {
    #expect(matmul(Tensor<Float>.zeros([0, 3]), .zeros([3, 2])).shape == [0, 2])
    #expect(matmul(Tensor<Float>.zeros([2, 3]), .zeros([3, 0])).shape == [2, 0])
    #expect(matmul(Tensor<Float>.zeros([0, 0]), .zeros([0, 0])).shape == [0, 0])
    #expect(matmul(Tensor<Float>.zeros([0, 3]), .zeros([3])).shape == [0])
    #expect(matmul(Tensor<Float>.zeros([2, 0]), .zeros([0])) == [0, 0])
    #expect(matmul(Tensor<Float>.zeros([0]), .zeros([0, 2])) == [0, 0])
    #expect(matmul(Tensor<Float>.zeros([0]), .zeros([0])) == Tensor(0))
  }

  @Test("vectors multiply as rows on the left and columns on the right", arguments: scalarTypes)
  func vectors(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for rows in [1, 2, 17, 33] {
        for columns in [1, 3, 16, 65] {
          let matrix = Tensor<Scalar>.sample([rows, columns])
          let long = Tensor<Scalar>.sample([columns], seed: 2)
          let short = Tensor<Scalar>.sample([rows], seed: 3)
          let onRight = naiveMatmul(matrix, long.reshaped(to: [columns, 1])).reshaped(to: [rows])
          let onLeft = naiveMatmul(short.reshaped(to: [1, rows]), matrix).reshaped(to: [columns])
          expectClose(matmul(matrix, long), onRight)
          expectClose(matmul(long, matrix, transposeB: true), onRight)
          expectClose(matmul(short, matrix), onLeft)
          expectClose(matmul(matrix, short, transposeA: true), onLeft)
          let dot = matmul(short, short)
          #expect(dot.shape == [])
          expectClose(dot.scalar, (short * short).sum(), tolerance: Scalar.testTolerance)
        }
      }
    }
    check(type)
  }

  @Test("row slices are factors and blocks of rows are results")
  func blocks() {
    let a = Tensor<Double>.sample([10, 4])
    let b = Tensor<Double>.sample([4, 3], seed: 2)
    let product = matmul(a, b)
    expectClose(matmul(a[rows: 3..<7], b), product[rows: 3..<7])
    var c = Tensor<Double>.zeros([10, 3])
    c.withMutableRows { c in
      a.withRows { a in
        b.withRows { b in
          multiply(
            RowBlock(base: a.base + 5 * 4, rows: 5, columns: 4), b,
            into: MutableRowBlock(base: c.base + 5 * 3, rows: 5, columns: 3))
        }
      }
    }
    #expect(c[rows: 0..<5] == .zeros([5, 3]))
    expectClose(c[rows: 5..<10], product[rows: 5..<10])
  }

  @Test("the result of multiply leaves other tensors that shared its elements alone")
  func sharedResult() {
    let zeros = Tensor<Float>.zeros([2, 2])
    var c = zeros
    multiply(Tensor<Float>([1, 2, 3, 4], shape: [2, 2]), [[1, 0], [0, 1]], into: &c)
    #expect(c == [[1, 2], [3, 4]])
    #expect(zeros == .zeros([2, 2]))
    multiply(c, c, into: &c)
    #expect(c == [[7, 10], [15, 22]], "a factor that is the result is copied first")
  }
}
