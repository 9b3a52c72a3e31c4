import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("The QR decomposition")
struct QRTests {
  static let shapes: [[Int]] = [
    [1, 1], [1, 7], [7, 1], [5, 5], [17, 9], [9, 17], [65, 64], [130, 3], [3, 130],
  ]

  /// The identity matrix.
  static func identity(_ size: Int) -> Tensor<Double> {
    var matrix = Tensor<Double>.zeros([size, size])
    for index in 0..<size { matrix[index, index] = 1 }
    return matrix
  }

  /// Expects orthonormal columns in Q, an upper triangle with a diagonal ≥ 0 in R, and Q·R = A.
  static func expectDecomposed<Scalar: BLASScalar>(_ a: Tensor<Scalar>) throws {
    let qr = try QR(a)
    let (q, r) = (qr.q, qr.r)
    let (rows, columns) = (a.shape[0], a.shape[1])
    let rank = min(rows, columns)
    #expect(q.shape == [rows, rank] && r.shape == [rank, columns])
    let tolerance = 10 * Scalar.testTolerance
    expectClose(naiveMatmul(q, q, transposeA: true), identity(rank), tolerance: tolerance)
    let scale = max(1, Double(a.norm()))
    expectClose(
      naiveMatmul(q, r) * Tensor(1 / scale), Tensor<Double>(a) * Tensor(1 / scale),
      tolerance: tolerance)
    for row in 0..<rank {
      #expect(r[row, row] >= 0)
      for column in 0..<min(row, columns) { #expect(r[row, column] == 0) }
    }
  }

  @Test("Q is orthonormal, R upper triangular, and their product the matrix", arguments: shapes)
  func decomposes(shape: [Int]) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      try Self.expectDecomposed(Tensor<Scalar>.sample(Shape(shape)))
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A matrix of less than full rank is decomposed all the same", arguments: scalarTypes)
  func rankDeficient(type: any BLASScalar.Type) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let column = Tensor<Scalar>.sample([9, 1])
      try Self.expectDecomposed(matmul(column, Tensor<Scalar>.sample([1, 5], seed: 2)))
      try Self.expectDecomposed(Tensor<Scalar>.zeros([4, 3]))
      try Self.expectDecomposed(Tensor<Scalar>.zeros([3, 4]))
      try Self.expectDecomposed(-Tensor<Scalar>(shape: [6, 6], repeating: 1))
    }
    try check(type)
  }

  @Test("A decomposition worked out by hand")
  func byHand() throws {
    // (3, 4) has norm 5; what is left of (1, 2) is (1, 2) − 11/5·(3/5, 4/5) = (−8, 6)/25.
    let qr = try QR([[3, 1], [4, 2]] as Tensor<Double>)
    let (q, r) = (qr.q, qr.r)
    expectClose(q, [[0.6, -0.8], [0.8, 0.6]] as Tensor<Double>)
    expectClose(r, [[5, 2.2], [0, 0.4]] as Tensor<Double>)
  }

  @Test("A matrix without rows or columns has a decomposition without elements")
  func empty() throws {
    for (shape, q, r) in [
      ([0, 3], [0, 0], [0, 3]), ([3, 0], [3, 0], [0, 0]), ([0, 0], [0, 0], [0, 0]),
    ] as [(Shape, Shape, Shape)] {
      let found = try QR(Tensor<Float>.zeros(shape))
      #expect(found.q.shape == q && found.r.shape == r)
    }
  }

  @Test("Numbers of any size are decomposed", arguments: [1e-30, 1e30])
  func extremes(scale: Double) throws {
    try Self.expectDecomposed(Tensor<Float>.sample([8, 5]) * Float(scale))
  }

  @Test("An element that is not finite is refused with its place", arguments: scalarTypes)
  func notFinite(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var a = Tensor<Scalar>.sample([4, 3])
      a[2, 1] = -.infinity
      let error = #expect(throws: LAPACKError.self) { try QR(a) }
      #expect(error?.description == "QR: element (2, 1) is -inf, expected a finite number")
    }
    check(type)
  }

  @Test("A vector traps with its shape")
  func vector() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try QR([1, 2] as Tensor<Float>)
    }
    expectMessage(result, "QR: a matrix is needed, not shape [2]")
  }
}
