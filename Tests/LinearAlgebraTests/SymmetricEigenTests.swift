import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Eigenvalues of symmetric matrices")
struct SymmetricEigenTests {
  /// A + Aᵀ of normal deviates.
  private static func sample<Scalar: BLASScalar>(_ size: Int) -> Tensor<Scalar> {
    let half = Tensor<Scalar>.sample([size, size])
    return Tensor(
      (0..<size * size).map { half[$0 / size, $0 % size] + half[$0 % size, $0 / size] },
      shape: [size, size])
  }

  /// Expects ascending eigenvalues, orthonormal eigenvectors of definite sign, and A·V = V·diag(λ).
  private static func expectDecomposed<Scalar: BLASScalar>(_ a: Tensor<Scalar>) throws {
    let eigen = try SymmetricEigen(a)
    let (values, vectors) = (eigen.values, eigen.vectors)
    let size = a.shape[0]
    #expect(values.shape == [size] && vectors.shape == [size, size])
    #expect(values.elements == values.elements.sorted())
    let tolerance = 20 * Scalar.testTolerance
    expectClose(
      naiveMatmul(vectors, vectors, transposeA: true), QRTests.identity(size),
      tolerance: tolerance)
    let scale = Tensor(1 / max(1, Double(a.norm())))
    expectClose(
      Tensor<Double>(naiveMatmul(a, vectors)) * scale, Tensor<Double>(vectors * values) * scale,
      tolerance: tolerance)
    for column in 0..<size {
      let components = (0..<size).map { vectors[$0, column] }
      let largest = components.max { $0.magnitude < $1.magnitude } ?? 0
      #expect(largest > 0, "column \(column)")
    }
  }

  @Test(
    "The vectors are orthonormal, and the matrix scales each", arguments: [0, 1, 2, 5, 17, 130])
  func decomposes(size: Int) throws {
    try Self.expectDecomposed(Self.sample(size) as Tensor<Float>)
    try Self.expectDecomposed(Self.sample(size) as Tensor<Double>)
  }

  @Test("Values and vectors are NumPy's")
  func numPy() throws {
    let a: Tensor<Double> = [
      [4, 1, -2, 0.5, 0], [1, 3, 0.25, -1, 2], [-2, 0.25, 1, 0, 1.5], [0.5, -1, 0, -2, 1],
      [0, 2, 1.5, 1, 5],
    ]
    let eigen = try SymmetricEigen(a)
    let (values, vectors) = (eigen.values, eigen.vectors)
    expectClose(
      values,
      [
        -2.5413419564200663, -0.349077886614947, 2.0045583206059856, 5.275990147769312,
        6.6098713746597175,
      ] as Tensor<Double>)
    expectClose(
      vectors,
      [
        [
          -0.11122039966987066, 0.41355011857100127, -0.25770998892029384, 0.8661360372931558,
          0.00049863814110733375,
        ],
        [
          0.25945843829171966, -0.046849870030105545, 0.78891094084262636, 0.29014623851273974,
          0.47320301792475378,
        ],
        [
          0.00086276873023483612, 0.8792014000375955, 0.0525760603108996, -0.40417616823534658,
          0.24674184224575021,
        ],
        [
          0.93959553187816824, 0.013381988842330318, -0.33902713426620668, 0.013364950461173902,
          0.043164095955071993,
        ],
        [
          -0.19357384534382543, -0.23153230801472982, -0.43988799613416651, -0.045678532252912067,
          0.84459101303084194,
        ],
      ] as Tensor<Double>)
  }

  @Test("Second differences have the eigenvalues 2 − 2·cos(kπ/(n + 1))", arguments: [1, 2, 5, 17])
  func secondDifferences(size: Int) throws {
    var a = Tensor<Double>.zeros([size, size])
    for row in 0..<size {
      a[row, row] = 2
      // The upper triangle is not read.
      if row > 0 { a[row, row - 1] = -1 }
    }
    let expected = (1...size).map { 2 - 2 * cos(Double($0) * .pi / Double(size + 1)) }
    expectClose(try SymmetricEigen(a).values, Tensor(expected))
  }

  @Test(
    "A matrix of repeated eigenvalues or less than full rank has orthonormal vectors all the same")
  func degenerate() throws {
    try Self.expectDecomposed(Tensor<Double>.zeros([4, 4]))
    try Self.expectDecomposed(Tensor<Double>(shape: [6, 6], repeating: -1))
    #expect(try SymmetricEigen(QRTests.identity(3)).values.elements == [1, 1, 1])
  }

  @Test("Numbers of any size are decomposed", arguments: [1e-30, 1e30])
  func extremes(scale: Double) throws {
    let a: Tensor<Float> = Self.sample(8)
    try Self.expectDecomposed(a * Tensor(Float(scale)))
  }

  @Test("An element that is not finite is refused with its place", arguments: [(0, 2), (2, 0)])
  func notFinite(row: Int, column: Int) {
    var a = QRTests.identity(3)
    a[row, column] = .nan
    let error = #expect(throws: LAPACKError.self) { try SymmetricEigen(a) }
    #expect(
      error?.description
        == "SymmetricEigen: element (\(row), \(column)) is nan, expected a finite number")
  }

  @Test("A matrix that is not square traps with its shape")
  func notSquare() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try SymmetricEigen(Tensor<Float>.zeros([2, 3]))
    }
    expectMessage(result, "SymmetricEigen: a square matrix is needed, not shape [2, 3]")
  }
}
