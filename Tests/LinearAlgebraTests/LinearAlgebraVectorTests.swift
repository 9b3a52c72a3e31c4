import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Linear algebra as in NumPy and SciPy")
struct LinearAlgebraVectorTests {
  private static let a: Tensor<Double> = [
    [4, 1, -2, 0.5], [1, 3, 0.25, -1], [-2, 0.25, 1, 2], [0.5, -1, 3, -2],
  ]
  private static let b: Tensor<Double> = [[1, 2], [0, -1], [3, 0.5], [-2, 4]]
  private static let tall: Tensor<Double> = [
    [1, 2, 0.5], [3, -1, 2], [0.25, 4, 1], [-2, 1, 1], [1, 1, -3],
  ]
  private static let gram: Tensor<Double> = [[15.0625, -1, 1.75], [-1, 23, 1], [1.75, 1, 15.25]]

  @Test("Solutions, inverse and determinant")
  func general() throws {
    let expected: Tensor<Double> = [
      [0.16757741347905286, 1.2896174863387977], [0.3874813710879285, -0.5991058122205662],
      [0.38549428713363154, 1.496274217585693], [1.4263950985262464, 0.8663686040735223],
    ]
    expectClose(try solve(Self.a, Self.b), expected)
    let second = Tensor<Double>((0..<4).map { Self.b[$0, 1] })
    expectClose(try solve(Self.a, second), Tensor((0..<4).map { expected[$0, 1] }))
    expectClose(
      try inverse(Self.a),
      [
        [0.2768670309653916, -0.04371584699453551, 0.07285974499089255, 0.1639344262295082],
        [-0.023845007451564815, 0.30998509687034276, 0.08941877794336814, -0.07153502235469449],
        [0.09935419771485346, 0.041728763040238454, 0.29408842523596623, 0.29806259314456035],
        [0.23017055803941053, -0.10332836562344759, 0.41463818512998846, 0.023845007451564836],
      ] as Tensor<Double>)
    expectClose(try determinant(Self.a), -94.359375, tolerance: 1e-14)
    let (sign, logarithm) = try logDeterminant(Self.a)
    #expect(sign == -1)
    expectClose(logarithm, 4.54711063094823, tolerance: 1e-14)
  }

  @Test("The LU decomposition is that of SciPy of the transpose")
  func lu() throws {
    let lu = try LU(Self.a)
    #expect(lu.permutation == [0, 1, 3, 2])
    expectClose(
      lu.lower,
      [
        [4, 0, 0, 0], [1, 2.75, 0, 0], [-2, 0.75, 2.5568181818181817, 0],
        [0.5, -1.125, -2.5227272727272725, 3.355],
      ] as Tensor<Double>)
    expectClose(
      lu.upper,
      [
        [1, 0.25, 0.125, -0.5], [0, 1, -0.4090909090909091, 0.2727272727272727], [0, 0, 1, -0.08],
        [0, 0, 0, 1],
      ] as Tensor<Double>)
    // LAPACK's estimate is exact here.
    expectClose(lu.reciprocalCondition, 0.15307984790874524, tolerance: 1e-14)
    expectClose(try conditionNumber(Self.a, .one), 1 / lu.reciprocalCondition, tolerance: 1e-13)
  }

  @Test("A symmetric, a definite and a triangular system")
  func structures() throws {
    let half = Self.a + Self.a.transposed()
    expectClose(
      try solve(half, Self.b * Tensor(2), .symmetric),
      [
        [0.1448109412711183, 1.3966210780370074], [0.3256637168141592, -0.6902654867256636],
        [0.2484312148028962, 1.6315366049879327], [1.1839098954143203, 0.7337087691069994],
      ] as Tensor<Double>)
    let cholesky = try Cholesky(Self.gram)
    expectClose(
      cholesky.lower,
      [
        [3.881043674065006, 0, 0], [-0.25766265056033233, 4.788904880920713, 0],
        [0.4509096384805816, 0.23307678902979403, 3.8719963466332032],
      ] as Tensor<Double>)
    let x = try cholesky.solve([1, 2, 3] as Tensor<Double>)
    expectClose(matmul(Self.gram, x), [1, 2, 3] as Tensor<Double>)
    expectClose(
      cholesky.logDeterminant, try logDeterminant(Self.gram).logarithm, tolerance: 1e-14)
    expectClose(
      try solve(cholesky.lower, matmul(cholesky.lower, x), .lowerTriangular), x, tolerance: 1e-14)
  }

  @Test("The QR decomposition with its signs, and with exchanged columns")
  func qr() throws {
    let qr = try QR(Self.tall)
    expectClose(
      qr.q,
      [
        [0.25766265056033255, 0.4314953194677973, 0.07315241505567088],
        [0.7729879516809971, -0.16722609770539135, 0.4365780989237506],
        [0.06441566264008308, 0.8387298579213408, 0.2002754716886647],
        [-0.5153253011206647, 0.18108940114210764, 0.307375653935613],
        [0.25766265056033233, 0.22267931145225678, -0.818204271877863],
      ] as Tensor<Double>)
    expectClose(
      qr.r,
      [
        [3.881043674065006, -0.2576626505603319, 0.45090963848058174],
        [0, 4.788904880920712, 0.233076789029794], [0, 0, 3.871996346633203],
      ] as Tensor<Double>)
    let pivoted = try QR(Self.tall, pivoted: true)
    #expect(pivoted.permutation == [1, 2, 0])
    expectClose(
      pivoted.r,
      [
        [4.79583152331272, 0.20851441405707472, -0.20851441405707472],
        [0, 3.899554043622224, 0.4599188114350734], [0, 0, 3.8480509905689377],
      ] as Tensor<Double>)
  }

  @Test("The singular value decomposition, least squares, pseudo-inverse and rank")
  func svd() throws {
    let svd = try SVD(Self.tall)
    let values: Tensor<Double> = [4.817069063386726, 4.1120000511996215, 3.6331530682723585]
    expectClose(svd.singularValues, values)
    expectClose(
      svd.u,
      [
        [0.4009112583531483, 0.25299494145536533, 0.18219014948278903],
        [-0.22487702776991514, 0.8567116904223231, 0.1776253910135789],
        [0.837979372754898, 0.21251439396190167, 0.018857887435869882],
        [0.26807238517586357, -0.1606671666865273, -0.5432831560691936],
        [0.12094731270472853, -0.3620253209371564, 0.799839835411856],
      ] as Tensor<Double>)
    expectClose(
      svd.vTransposed,
      [
        [-0.099525755829169, 0.9897380898301728, 0.10253359189043189],
        [0.689583557476238, -0.005680135942813483, 0.7241838532541907],
        [0.7173347483462993, 0.14278042441102426, -0.6819417931319062],
      ] as Tensor<Double>)
    let fit = try leastSquares(Self.tall, [1, 2, 3, 4, 5] as Tensor<Double>)
    expectClose(
      fit.solution, [0.41759415418870355, 0.9459588295102443, -0.339458924546917] as Tensor<Double>)
    expectClose(fit.residualNorms.scalar, 5.6535993943658855, tolerance: 1e-14)
    #expect(fit.rank == 3)
    expectClose(fit.singularValues, values)
    expectClose(
      try pseudoInverse(Self.tall),
      [
        [
          0.07011594473994649, 0.18338758971914396, 0.022048507924248183, -0.13974916352643374,
          0.09471083206869187,
        ],
        [
          0.0891836199015842, -0.04040717934174285, 0.1726228009570041, 0.03395071971422621,
          0.05678365731284565,
        ],
        [
          0.0188926870035089, 0.112752714579229, 0.051724085913151585, 0.07938428304636284,
          -0.21131328612675793,
        ],
      ] as Tensor<Double>)
    let wide = try leastSquares(Self.tall.transposed(), [1, 2, 3] as Tensor<Double>)
    expectClose(
      wide.solution,
      [
        0.30516124555364077, 0.4408313747733443, 0.5224663675777109, 0.166305125041109,
        -0.4256617116858932,
      ] as Tensor<Double>)
    expectClose(wide.residualNorms.scalar, 0, tolerance: 1e-12)
    #expect(try matrixRank([[1, 2], [2, 4], [3, 6]] as Tensor<Double>) == 1)
    #expect(try matrixRank([[1, 2], [2, 4.001]] as Tensor<Double>, rcond: 0.01) == 1)
  }

  @Test("Eigenvalues and vectors, a real one and a pair")
  func eigen() throws {
    let values = try eigenvalues(Self.a)
    expectClose(
      Tensor(values.real.elements.sorted()),
      [-3.846982292882368, 1.585568031556977, 2.8685228222238064, 5.392891439101584]
        as Tensor<Double>)
    #expect(values.imaginary.elements == [0, 0, 0, 0])
    let eigen = try Eigen([[0, 1, 0], [-1, 0, 0.5], [2, 0, 3]] as Tensor<Double>)
    #expect(!eigen.isReal)
    // NumPy has the real one first, too: the order is the algorithm's.
    let order = (0..<3).sorted { eigen.real[$0] > eigen.real[$1] }
    let pair = order.dropFirst().sorted { eigen.imaginary[$0] > eigen.imaginary[$1] }
    let places = [order[0]] + pair
    func column(_ tensor: Tensor<Double>) -> Tensor<Double> {
      Tensor((0..<3).flatMap { row in places.map { tensor[row, $0] } }, shape: [3, 3])
    }
    expectClose(
      Tensor(places.map { eigen.real[$0] }),
      [3.094551481542325, -0.04727574077116342, -0.04727574077116342] as Tensor<Double>)
    expectClose(
      Tensor(places.map { eigen.imaginary[$0] }),
      [0, 1.1359398890889292, -1.1359398890889292] as Tensor<Double>)
    expectClose(
      column(eigen.realVectors),
      [
        [0.04672670640718916, -0.025444064654346864, -0.025444064654346864],
        [0.14459819853996145, 0.6956814561401164, 0.6956814561401164],
        [0.988386551854756, -0.11666584166826503, -0.11666584166826503],
      ] as Tensor<Double>)
    expectClose(
      column(eigen.imaginaryVectors),
      [
        [0, -0.6113691189173345, 0.6113691189173345], [0, 0, 0],
        [0, 0.3577663944233864, -0.3577663944233864],
      ] as Tensor<Double>)
  }

  @Test("Norms, condition numbers and powers")
  func functions() throws {
    for (kind, expected) in [
      (.frobenius, 7.301540933255117), (.one, 9), (.infinity, 6), (.two, 4.817069063386725),
      (.nuclear, 12.562222182858704),
    ] as [(MatrixNorm, Double)] {
      expectClose(try norm(Self.tall, kind), expected, tolerance: 1e-14)
      #expect(try norm(Tensor<Double>.zeros([0, 2]), kind) == 0)
    }
    for (kind, expected) in [
      (.frobenius, 5.983388149209298), (.one, 6.532538499751615), (.infinity, 5.7898658718330855),
      (.two, 3.535756754813157),
    ] as [(MatrixNorm, Double)] {
      expectClose(try conditionNumber(Self.a, kind), expected, tolerance: 1e-13)
      #expect(try conditionNumber(Tensor<Double>.zeros([2, 2]), kind) == .infinity)
      #expect(try conditionNumber(Tensor<Double>.zeros([0, 0]), kind) == 1)
    }
    expectClose(
      try matrixPower(Self.a, 5),
      [
        [3048.1875, 1271.41796875, -1696.234375, -266.53125],
        [1356.37890625, 716.51171875, -586.1552734375, -309.94140625],
        [-1704.140625, -547.6865234375, 640.37890625, 494.859375],
        [-468.078125, -385.28515625, 755.00390625, -481.890625],
      ] as Tensor<Double>)
    expectClose(
      try matrixPower(Self.a, -3)[rows: 0..<1],
      [
        [0.06246956635687461, -0.020875227615755314, 0.06721714971763992, 0.05620163806571879]
      ] as Tensor<Double>)
    #expect(try matrixPower(Self.a, 0) == QRTests.identity(4))
    #expect(try matrixPower(Self.a, 1) == Self.a)
    #expect(try matrixPower(Tensor<Float>.zeros([0, 0]), 3).shape == [0, 0])
  }
}

@Suite("Matrices at the limits of their type")
struct MatrixLimitTests {
  @Test("The logarithm has determinants that no number has", arguments: [1e200, 1e-200])
  func determinants(scale: Double) throws {
    let a = try Self.rotated([scale, -2 * scale, 3 * scale])
    let (sign, logarithm) = try logDeterminant(a)
    #expect(sign == -1)
    expectClose(logarithm, 3 * log(scale) + log(6), tolerance: 1e-14)
    #expect(try determinant(a) == (scale > 1 ? -.infinity : 0))
    // 1e200·1e-200·6: too large or small only in between.
    let graded = try Self.rotated([scale, 1 / scale, 6])
    #expect(try logDeterminant(graded).sign != 0)
    var diagonal = Tensor<Double>.zeros([4, 4])
    for (index, value) in [scale, scale, 1 / scale, 1.5 / scale].enumerated() {
      diagonal[index, 3 - index] = value
    }
    expectClose(try determinant(diagonal), 1.5, tolerance: 1e-14)
  }

  /// Q·diag(λ)·Qᵀ.
  private static func rotated(_ values: [Double]) throws -> Tensor<Double> {
    let q = try QR(Tensor<Double>.sample([values.count, values.count])).q
    return matmul(q * Tensor(values), q, transposeB: true)
  }

  @Test(
    "Determinants are right where pivots are below the least normal number", arguments: scalarTypes)
  func tinyPivots(type: any BLASScalar.Type) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let tiny = Scalar.leastNonzeroMagnitude * 64
      let a: Tensor<Scalar> = [[3, 1, 2], [1, 5, 1], [2, 1, 7]]
      let expected = 79 as Scalar
      #expect(try LU(a).determinant.rounded() == expected)
      let small = a * tiny
      let (sign, logarithm) = try logDeterminant(small)
      expectClose(
        logarithm, log(Double(expected)) + 3 * log(Double(tiny)), tolerance: Scalar.testTolerance)
      #expect(sign == 1)
      #expect(try determinant(small) == 0, "it underflows")
      // Two tiny rows below a large one.
      let large = 1 / Scalar.leastNormalMagnitude.squareRoot().squareRoot()
      var graded = small
      graded[0, .all] = a.row(0) * large
      #expect(throws: LAPACKError.self) { try LU(graded) }
      expectClose(
        try logDeterminant(graded).logarithm,
        log(Double(expected)) + 2 * log(Double(tiny)) + log(Double(large)),
        tolerance: Scalar.testTolerance)
      // Scaled up, the large row would be infinite; scaled down, the tiny ones would be 0.
      graded[0, .all] *= large
      #expect(throws: LAPACKError.overflow(operation: "determinant")) { try determinant(graded) }
    }
    try check(type)
    // Three large rows and two tiny ones, whose determinant, 79 · 14 · 2⁻⁹³⁶, is in between.
    let tiny = 0x1p-1068
    var blocks = Tensor<Double>.zeros([5, 5])
    blocks[..<3, ..<3] = Tensor<Double>([[3, 1, 2], [1, 5, 1], [2, 1, 7]]) * 0x1p400
    blocks[3..., 3...] = Tensor([[3 * tiny, tiny], [tiny, 5 * tiny]])
    expectClose(try determinant(blocks) / 0x1p-936, 1106, tolerance: 1e-12)
  }

  @Test("A condition number does not depend on a matrix's scale", arguments: scalarTypes)
  func scaledCondition(type: any BLASScalar.Type) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a = Tensor<Scalar>.sample([4, 4]) + 2 * .eye(4)
      let expected = try QR(a).conditionNumber
      for scale in [Scalar.leastNormalMagnitude * 4, Scalar.greatestFiniteMagnitude / 256] {
        let condition = try QR(a * scale).conditionNumber
        expectClose(condition / expected, 1, tolerance: Scalar.testTolerance * 10)
      }
      #expect(try QR(a * 0).conditionNumber == .infinity)
    }
    try check(type)
  }

  @Test("Singular matrices have no inverse, the determinant 0 and an infinite condition")
  func singular() throws {
    let a: Tensor<Double> = [[1, 2, 3], [2, 4, 6], [1, 0, 1]]
    let lu = try LU(a)
    // Row 1 depends on row 0.
    #expect(lu.firstZeroPivot == 1)
    #expect(lu.determinant == 0 && lu.logDeterminant.sign == 0)
    #expect(lu.logDeterminant.logarithm == -.infinity)
    #expect(lu.reciprocalCondition == 0 && lu.conditionNumber == .infinity)
    let errors = [
      #expect(throws: LAPACKError.self) { try lu.solve([1, 2, 3] as Tensor<Double>) },
      #expect(throws: LAPACKError.self) { try solve(a, [1, 2, 3] as Tensor<Double>) },
      #expect(throws: LAPACKError.self) { try inverse(a) },
    ]
    for (error, operation) in zip(errors, ["LU.solve", "solve", "inverse"]) {
      #expect(error == .singular(operation: operation, pivot: 1))
      #expect(error?.description == "\(operation): the matrix is singular, pivot 1 is 0")
    }
    let zero = Tensor<Double>.zeros([2, 2])
    for structure in [MatrixStructure.symmetric, .upperTriangular, .lowerTriangular] {
      let error = #expect(throws: LAPACKError.self) { try solve(zero, zero, structure) }
      guard case .singular("solve", _) = error else {
        Issue.record("\(structure): \(String(describing: error))")
        continue
      }
    }
    let qr = try QR([[1, 0], [0, 0], [0, 0]] as Tensor<Double>)
    #expect(throws: LAPACKError.singular(operation: "QR.solve", pivot: 1)) {
      try qr.solve([1, 2, 3] as Tensor<Double>)
    }
    #expect(qr.conditionNumber == .infinity)
  }

  @Test("A matrix that is not positive definite is refused with its minor")
  func indefinite() {
    let a: Tensor<Double> = [[4, 0, 0], [2, 1, 0], [0, 0, 1]]
    let error = #expect(throws: LAPACKError.self) { try Cholesky(a) }
    #expect(error == .notPositiveDefinite(operation: "Cholesky", minor: 2))
    #expect(
      error?.description
        == "Cholesky: the matrix is not positive definite, its leading minor of size 2 is not above 0"
    )
    #expect(throws: LAPACKError.notPositiveDefinite(operation: "solve", minor: 2)) {
      try solve(a, a, .positiveDefinite)
    }
  }

  /// 1/(i + j + 1), with a condition of 1e13 times e^(3.5·(n − 10)).
  private static func hilbert<Scalar: BLASScalar>(_ size: Int) -> Tensor<Scalar> {
    Tensor((0..<size * size).map { 1 / Scalar($0 / size + $0 % size + 1) }, shape: [size, size])
  }

  @Test("A solution without a certain digit is refused, unless it is asked for")
  func illConditioned() throws {
    let (a, b) = (Self.hilbert(13) as Tensor<Double>, Tensor<Double>.sample([13]))
    let triangle = try QR(a).r
    for (matrix, structure) in [
      (a, .general), (a, .symmetric), (triangle, .upperTriangular),
      (triangle.transposed(), .lowerTriangular),
    ] as [(Tensor<Double>, MatrixStructure)] {
      let isTriangle = structure == .upperTriangular || structure == .lowerTriangular
      let error = #expect(throws: LAPACKError.self) {
        try solve(
          matrix, b, structure, minimumReciprocalCondition: isTriangle ? .ulpOfOne : nil)
      }
      guard case .illConditioned("solve", let reciprocal) = error else {
        Issue.record("\(structure): \(String(describing: error))")
        continue
      }
      #expect(reciprocal > 0 && reciprocal < .ulpOfOne)
      #expect(
        error?.description
          == "solve: the matrix is nearly singular, its reciprocal condition is \(reciprocal); "
          + "minimumReciprocalCondition: 0 lets it pass")
      let x = try solve(matrix, b, structure, minimumReciprocalCondition: 0)
      let residual = naiveMatmul(matrix, x.reshaped(to: [13, 1])).reshaped(to: [13]) - b
      #expect(residual.norm() <= 1e-14 * matrix.norm() * x.norm())
    }
    // A triangle's condition is estimated where it is asked for alone.
    _ = try solve(triangle, b, .upperTriangular)
    #expect(throws: LAPACKError.self) { try inverse(a) }
    _ = try inverse(a, minimumReciprocalCondition: 0)
    // Nine rows are well enough conditioned for Double, not for Float.
    _ = try solve(Self.hilbert(9), Tensor<Double>.sample([9]), .positiveDefinite)
    #expect(throws: LAPACKError.self) {
      try solve(Self.hilbert(9), Tensor<Float>.sample([9]), .general)
    }
  }

  @Test("A result that is too large is refused, not infinite")
  func overflow() throws {
    let small: Tensor<Double> = [[1e-200, 0], [0, 1e-200]]
    let large: Tensor<Double> = [1e200, 1]
    for structure in SolutionTests.structures {
      let error = #expect(throws: LAPACKError.self) { try solve(small, large, structure) }
      #expect(error == .overflow(operation: "solve"), "\(structure)")
    }
    #expect(throws: LAPACKError.overflow(operation: "matrixPower")) { try matrixPower(small, -2) }
    #expect(throws: LAPACKError.overflow(operation: "pseudoInverse")) {
      try pseudoInverse(small * 1e-110)
    }
    #expect(throws: LAPACKError.singular(operation: "matrixPower", pivot: 0)) {
      try matrixPower(small * 0, -1)
    }
    let most = Double.greatestFiniteMagnitude
    let full = Tensor(shape: [2, 2], repeating: most)
    #expect(throws: LAPACKError.overflow(operation: "norm")) { try norm(full, .one) }
    #expect(
      LAPACKError.overflow(operation: "norm").description
        == "norm: the result is too large for its type")
    expectClose(
      try norm(small * Tensor(1e-100), .frobenius) / 1e-300, 2.0.squareRoot(), tolerance: 1e-14)
    expectClose(
      try norm(full * Tensor(0.25), .frobenius) / most, 0.5, tolerance: 1e-14)
  }
}

@Suite("Mistakes in linear algebra")
struct LinearAlgebraMistakeTests {
  @Test("An element that is not finite is refused with its argument and place")
  func notFinite() throws {
    var a = QRTests.identity(3)
    a[2, 1] = .nan
    let good = QRTests.identity(3)
    var b = Tensor<Double>.zeros([3])
    b[1] = .infinity
    let operations: [(String, () throws -> Any)] = [
      ("LU: element (2, 1)", { try LU(a) }), ("Cholesky: element (2, 1)", { try Cholesky(a) }),
      ("QR: element (2, 1)", { try QR(a) }), ("SVD: element (2, 1)", { try SVD(a) }),
      ("singularValues: element (2, 1)", { try singularValues(a) }),
      ("SymmetricEigen: element (2, 1)", { try SymmetricEigen(a) }),
      ("symmetricEigenvalues: element (2, 1)", { try symmetricEigenvalues(a) }),
      ("Eigen: element (2, 1)", { try Eigen(a) }),
      ("eigenvalues: element (2, 1)", { try eigenvalues(a) }),
      ("inverse: element (2, 1)", { try inverse(a) }),
      ("determinant: element (2, 1)", { try determinant(a) }),
      ("logDeterminant: element (2, 1)", { try logDeterminant(a) }),
      ("norm: element (2, 1)", { try norm(a, .one) }),
      ("matrixRank: element (2, 1)", { try matrixRank(a) }),
      ("matrixPower: element (2, 1)", { try matrixPower(a, 2) }),
      ("pseudoInverse: element (2, 1)", { try pseudoInverse(a) }),
      ("conditionNumber: element (2, 1)", { try conditionNumber(a, .one) }),
      ("solve: element (2, 1) of a", { try solve(a, good) }),
      ("solve: element (2, 1) of a", { try solve(a, good, .symmetric) }),
      ("solve: element (2, 1) of a", { try solve(a, good, .positiveDefinite) }),
      ("solve: element (2, 1) of a", { try solve(a, good, .lowerTriangular) }),
      ("solve: element (2, 1) of b", { try solve(good, a) }),
      ("solve: element (1, 0) of b", { try solve(good, b) }),
      ("leastSquares: element (2, 1) of a", { try leastSquares(a, good) }),
      ("leastSquares: element (1, 0) of b", { try leastSquares(good, b) }),
      ("LU.solve: element (1, 0) of b", { try LU(good).solve(b) }),
      ("Cholesky.solve: element (1, 0) of b", { try Cholesky(good).solve(b) }),
      ("QR.solve: element (1, 0) of b", { try QR(good).solve(b) }),
      ("SVD.solve: element (1, 0) of b", { try SVD(good).solve(b) }),
    ]
    for (message, operation) in operations {
      let error = #expect(throws: LAPACKError.self) { _ = try operation() }
      let value = message.hasSuffix("(1, 0) of b") ? "inf" : "nan"
      #expect(error?.description == "\(message) is \(value), expected a finite number")
    }
  }

  @Test("What stands in the other triangle means nothing", arguments: scalarTypes)
  func otherTriangle(type: any BLASScalar.Type) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let rest = Tensor<Scalar>(shape: [3, 3], repeating: .nan)
      let upper: Tensor<Scalar> = [[2, 1, 0], [0, 4, 2], [0, 0, 1]]
      let b: Tensor<Scalar> = [1, 2, 3]
      let isUpper = Mask([true, true, true, false, true, true, false, false, true], shape: [3, 3])
      let upperSolution = try solve(upper, b, .upperTriangular)
      #expect(
        try solve(rest.replacing(with: upper, where: isUpper), b, .upperTriangular)
          == upperSolution)
      let lower = upper.transposed()
      let isLower = Mask([true, false, false, true, true, false, true, true, true], shape: [3, 3])
      let lowerSolution = try solve(lower, b, .lowerTriangular)
      #expect(
        try solve(rest.replacing(with: lower, where: isLower), b, .lowerTriangular)
          == lowerSolution)
      #expect(throws: LAPACKError.self) {
        try solve(rest.replacing(with: lower, where: isLower), b, .upperTriangular)
      }
    }
    try check(type)
  }

  @Test("A negative share of the largest singular value traps")
  func negativeShare() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try leastSquares(Tensor<Float>.eye(2), Tensor<Float>.eye(2), rcond: -1)
    }
    expectMessage(result, "leastSquares: rcond is -1.0, expected 0 or more")
    let rank = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try SVD(Tensor<Float>.eye(2)).rank(rcond: -1)
    }
    expectMessage(rank, "SVD.rank: rcond is -1.0, expected 0 or more")
  }

  @Test("Errors say what was expected and what came")
  func descriptions() {
    #expect(
      LAPACKError.failed(routine: "geev", info: 3).description == "geev: LAPACK's info is 3")
    #expect(
      LAPACKError.tooLarge(operation: "SVD", size: 40_000, limit: 23_169).description
        == "SVD: 40000 rows or columns, expected at most 23169")
  }

  @Test("More rows than LAPACK counts are refused")
  func tooLarge() {
    // Without elements, which would need the memory.
    let a = Tensor<Float>.zeros([1 << 31, 0])
    #expect(
      throws: LAPACKError.tooLarge(operation: "QR", size: 1 << 31, limit: (1 << 31) - 1)
    ) { try QR(a) }
    #expect(throws: LAPACKError.self) { try SVD(a) }
    #expect(throws: LAPACKError.self) { try LU(a) }
    #expect(throws: LAPACKError.self) { try leastSquares(a, a) }
  }

  @Test("Shapes that do not fit trap with both")
  func shapes() async {
    let wide = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try solve(Tensor<Float>.zeros([2, 3]), Tensor<Float>.zeros([2]))
    }
    expectMessage(wide, "solve: a square matrix is needed, not shape [2, 3]")
    let short = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try solve(Tensor<Float>.zeros([2, 2]), Tensor<Float>.zeros([3, 2]))
    }
    expectMessage(short, "solve: right-hand sides of 2 rows are needed, not shape [3, 2]")
    let under = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try QR(Tensor<Float>.zeros([2, 3])).solve(Tensor<Float>.zeros([2]))
    }
    expectMessage(
      under, "QR.solve: at least as many rows as columns are needed, not shape [2, 3]")
  }
}
