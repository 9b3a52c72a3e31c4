import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Decompositions of drawn matrices")
struct DecompositionTests {
  @Test("A·P is L·U with triangles and a permutation", arguments: MatrixCase.all)
  func lu(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.matrix()
      let lu = try LU(a)
      let (lower, upper) = (lu.lower, lu.upper)
      let rank = min(example.rows, example.columns)
      #expect(lower.shape == [example.rows, rank] && upper.shape == [rank, example.columns])
      for row in 0..<rank {
        #expect(upper[row, row] == 1)
        for column in 0..<row { #expect(upper[row, column] == 0 && lower[column, row] == 0) }
      }
      #expect(upper.elements.allSatisfy { $0.magnitude <= 1 })
      #expect(lu.permutation.sorted() == Array(0..<example.columns))
      let exchanged = Tensor<Double>(picking(lu.permutation, from: a))
      let error = distance(
        naiveMatmul(lower, upper), exchanged, scale: Double(a.norm()))
      #expect(error <= roundingBound(a.shape, Scalar.self), "\(Scalar.self)")
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A is Q·R, reduced, full and with exchanged columns", arguments: MatrixCase.all)
  func qr(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.matrix()
      for (form, pivoted) in [
        (QR<Scalar>.Form.reduced, false), (.full, false), (.reduced, true), (.full, true),
      ] {
        let qr = try QR(a, form, pivoted: pivoted)
        let basis = form == .full ? example.rows : min(example.rows, example.columns)
        #expect(qr.q.shape == [example.rows, basis] && qr.r.shape == [basis, example.columns])
        let bound = roundingBound(a.shape, Scalar.self)
        #expect(orthogonalityError(qr.q) <= bound)
        let exchanged = Tensor<Double>(picking(qr.permutation, from: a))
        let error = distance(naiveMatmul(qr.q, qr.r), exchanged, scale: Double(a.norm()))
        #expect(error <= bound, "\(Scalar.self)")
        let diagonal = (0..<min(example.rows, example.columns)).map { qr.r[$0, $0] }
        #expect(diagonal.allSatisfy { $0 >= 0 })
        for row in 0..<basis {
          for column in 0..<min(row, example.columns) { #expect(qr.r[row, column] == 0) }
        }
        if pivoted {
          #expect(
            zip(diagonal, diagonal.dropFirst()).allSatisfy {
              Double($0) * (1 + bound) >= Double($1)
            })
          #expect(qr.permutation.sorted() == Array(0..<example.columns))
        } else {
          #expect(qr.permutation == Array(0..<example.columns))
        }
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A is U·σ·Vᵀ, reduced and full", arguments: MatrixCase.all)
  func svd(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.matrix()
      let rank = min(example.rows, example.columns)
      let bound = roundingBound(a.shape, Scalar.self)
      for form in [SVD<Scalar>.Form.reduced, .full] {
        let svd = try SVD(a, form)
        let (u, v) = (svd.u, svd.vTransposed)
        #expect(u.shape == [example.rows, form == .full ? example.rows : rank])
        #expect(v.shape == [form == .full ? example.columns : rank, example.columns])
        #expect(orthogonalityError(u) <= bound)
        #expect(orthogonalityError(v.transposed()) <= bound)
        let values = svd.singularValues.elements
        #expect(values == values.sorted(by: >) && values.allSatisfy { $0 >= 0 })
        let scaled = Tensor(
          (0..<example.rows).flatMap { row in (0..<rank).map { u[row, $0] * values[$0] } },
          shape: [example.rows, rank])
        let product = naiveMatmul(scaled, v[rows: 0..<rank])
        #expect(distance(product, Tensor(a), scale: Double(a.norm())) <= bound, "\(Scalar.self)")
        for row in 0..<v.shape[0] {
          let largest = v.row(row).elements.max { $0.magnitude < $1.magnitude } ?? 0
          #expect(largest > 0)
        }
        let alone = Tensor<Double>(try singularValues(a))
        #expect(
          distance(alone, Tensor(svd.singularValues), scale: Double(a.norm())) <= bound)
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A symmetric matrix is V·λ·Vᵀ", arguments: MatrixCase.square)
  func symmetricEigen(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.symmetric()
      let eigen = try SymmetricEigen(a)
      let bound = roundingBound(a.shape, Scalar.self)
      #expect(orthogonalityError(eigen.vectors) <= bound)
      let values = Tensor<Double>(eigen.values)
      #expect(values.elements == values.elements.sorted())
      let error = distance(
        naiveMatmul(a, eigen.vectors), Tensor<Double>(eigen.vectors) * values,
        scale: Double(a.norm()))
      #expect(error <= bound, "\(Scalar.self)")
      let alone = Tensor<Double>(try symmetricEigenvalues(a))
      #expect(distance(alone, values, scale: Double(a.norm())) <= bound)
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A matrix scales its eigenvectors, also in complex pairs", arguments: MatrixCase.square)
  func eigen(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.matrix()
      let eigen = try Eigen(a)
      let bound = roundingBound(a.shape, Scalar.self)
      let (real, imaginary) = (Tensor<Double>(eigen.real), Tensor<Double>(eigen.imaginary))
      let (x, y) = (Tensor<Double>(eigen.realVectors), Tensor<Double>(eigen.imaginaryVectors))
      // A·(x + iy) = (r + is)·(x + iy).
      let scale = Double(a.norm())
      let realError = distance(
        naiveMatmul(a, eigen.realVectors), x * real - y * imaginary, scale: scale)
      let imaginaryError = distance(
        naiveMatmul(a, eigen.imaginaryVectors), x * imaginary + y * real, scale: scale)
      #expect(realError <= bound && imaginaryError <= bound, "\(Scalar.self)")
      for column in 0..<example.rows {
        let parts = (0..<example.rows).map { (x[$0, column], y[$0, column]) }
        let squares = parts.reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
        expectClose(squares, 1.0, tolerance: bound)
        let largest = parts.max { $0.0 * $0.0 + $0.1 * $0.1 < $1.0 * $1.0 + $1.1 * $1.1 }
        #expect(largest.map { $0.0 > 0 } == true)
      }
      #expect(eigen.isReal == imaginary.elements.allSatisfy { $0 == 0 })
    }
    for type in scalarTypes { try check(type) }
  }

  /// The columns of a matrix in another order.
  private func picking<Scalar>(_ columns: [Int], from a: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor(
      (0..<a.shape[0]).flatMap { row in columns.map { a[row, $0] } },
      shape: [a.shape[0], columns.count])
  }
}

@Suite("Solutions of drawn systems")
struct SolutionTests {
  static let structures: [MatrixStructure] = [
    .general, .symmetric, .positiveDefinite, .upperTriangular, .lowerTriangular,
  ]

  /// A matrix of the structure, and all that a solver may read of it: the other triangle is another's.
  private static func system<Scalar: BLASScalar>(
    _ structure: MatrixStructure, _ size: Int, scale: Scalar
  ) -> (whole: Tensor<Scalar>, read: Tensor<Scalar>) {
    let drawn = Tensor<Scalar>.sample([size, size], seed: 5)
    var whole = drawn
    for row in 0..<size {
      for column in 0..<size {
        switch structure {
        case .general: break
        case .symmetric, .positiveDefinite:
          whole[row, column] = drawn[max(row, column), min(row, column)]
        case .upperTriangular: if row > column { whole[row, column] = 0 }
        case .lowerTriangular: if row < column { whole[row, column] = 0 }
        }
      }
      if structure != .general && structure != .symmetric {
        whole[row, row] = whole[row, row].magnitude + 2 * Scalar(size)
      }
    }
    var read = drawn
    for row in 0..<size {
      for column in 0..<size
      where structure == .general || row == column
        || (structure == .upperTriangular) == (row < column)
      {
        read[row, column] = whole[row, column]
      }
    }
    return (whole * Tensor(scale), read * Tensor(scale))
  }

  @Test(
    "The residual is a rounding error for every structure and shape of B",
    arguments: structures, [0, 1, 2, 3, 7, 10, 33, 64, 70])
  func residuals(structure: MatrixStructure, size: Int) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let large = Scalar(
        sign: .plus, exponent: Scalar.self == Float.self ? 100 : 664, significand: 1)
      for scale in [1, large, 1 / large] {
        let (whole, read) = Self.system(structure, size, scale: scale)
        for shape in [[size], [size, 1], [size, 3], [size, 70], [size, 0]] {
          let b = Tensor<Scalar>.sample(Shape(shape), seed: 6)
          let x = try solve(read, b, structure)
          #expect(x.shape == b.shape)
          if b.count == 0 { continue }
          let columns = b.rank == 1 ? 1 : b.shape[1]
          let product = naiveMatmul(whole, x.reshaped(to: [size, columns]))
          let error = distance(
            product.reshaped(to: b.shape), Tensor(b), scale: Double(whole.norm()) * Double(x.norm())
          )
          #expect(error <= roundingBound([size, size], Scalar.self), "\(Scalar.self) \(shape)")
        }
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Operands are not changed, nor is a decomposition by its solutions", arguments: [1, 5, 40])
  func operands(size: Int) throws {
    let (a, b) = (Tensor<Double>.sample([size, size]), Tensor<Double>.sample([size, 2], seed: 2))
    let (keptA, keptB) = (a.elements, b.elements)
    let lu = try LU(a)
    let first = try lu.solve(b)
    #expect(try lu.solve(b) == first)
    #expect(try solve(a, b) == first)
    _ = try (solve(a, b, .symmetric), SVD(a), Eigen(a), SymmetricEigen(a), QR(a), inverse(a))
    #expect(a.elements == keptA && b.elements == keptB)
    let transposed = try lu.solve(b, transposed: true)
    expectClose(try solve(a.transposed(), b), transposed, tolerance: 1e-10)
    expectClose(try lu.inverse(), try inverse(a), tolerance: 0)
    #expect(try lu.solve(b) == first)
  }

  @Test("An inverse times its matrix is the identity", arguments: [0, 1, 2, 10, 64, 70])
  func inverses(size: Int) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let (a, _) = Self.system(.positiveDefinite, size, scale: 1 as Scalar)
      let bound = roundingBound([size, size], Scalar.self)
      let identity = QRTests.identity(size)
      for inverse in [
        try inverse(a), try Cholesky(a).inverse(), try pseudoInverse(a), try matrixPower(a, -1),
      ] {
        #expect(distance(naiveMatmul(a, inverse), identity, scale: Double(max(size, 1))) <= bound)
      }
      let symmetric = try Cholesky(a).inverse()
      #expect(symmetric == symmetric.transposed())
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Least squares leave a residual at right angles to the columns", arguments: MatrixCase.all)
  func leastSquaresResiduals(example: MatrixCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let a: Tensor<Scalar> = example.matrix()
      if example.kind == .graded { return }
      for shape in [[example.rows], [example.rows, 3]] {
        let b = Tensor<Scalar>.sample(Shape(shape), seed: 8)
        let fit = try leastSquares(a, b)
        let columns = shape.count == 1 ? 1 : 3
        #expect(
          fit.solution.shape == (shape.count == 1 ? [example.columns] : [example.columns, 3]))
        #expect(fit.residualNorms.shape == (shape.count == 1 ? [] : [3]))
        #expect(try fit.rank == matrixRank(a))
        let product = naiveMatmul(a, fit.solution.reshaped(to: [example.columns, columns]))
        let residual = product - Tensor<Double>(b).reshaped(to: [example.rows, columns])
        let bound = 10 * roundingBound(a.shape, Scalar.self)
        let scale = Double(a.norm()) * (1 + Double(a.norm()) * Double(fit.solution.norm()))
        let projected = naiveMatmul(Tensor<Double>(a), residual, transposeA: true)
        #expect(distance(projected, .zeros(projected.shape), scale: scale) <= bound)
        for column in 0..<columns {
          let norm = Tensor((0..<example.rows).map { residual[$0, column] }).norm()
          expectClose(
            Double(fit.residualNorms.elements[column]), norm,
            tolerance: bound * (1 + Double(a.norm()) * Double(fit.solution.norm())))
        }
        // The solution of least norm is the pseudo-inverse's and the decomposition's.
        let svd = try SVD(a)
        let solutionScale = max(Double(fit.solution.norm()), .leastNormalMagnitude)
        let condition =
          fit.rank > 0 ? Double(fit.singularValues[0] / fit.singularValues[fit.rank - 1]) : 1
        #expect(
          distance(Tensor(try svd.solve(b)), Tensor(fit.solution), scale: solutionScale)
            <= bound * condition * 10)
        #expect(
          distance(
            Tensor(matmul(try pseudoInverse(a), b)), Tensor(fit.solution), scale: solutionScale)
            <= bound * condition * 10)
        if example.kind == .plain && example.rows >= example.columns {
          for pivoted in [false, true] {
            let qr = try QR(a, .full, pivoted: pivoted).solve(b)
            #expect(
              distance(Tensor(qr), Tensor(fit.solution), scale: solutionScale)
                <= bound * condition * 10)
          }
        }
      }
    }
    for type in scalarTypes { try check(type) }
  }
}
