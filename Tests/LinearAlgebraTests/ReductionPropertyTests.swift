import PerceptronLinearAlgebra
import TestSupport
import Testing

private let checkedLengths = awkwardSizes + [255, 257, 511, 513, 1023, 1025, 2050]

/// An operation and what it gives for one line.
private struct Operation<Scalar: BLASScalar> {
  let name: String
  let whole: (Tensor<Scalar>) -> Scalar
  let along: (Tensor<Scalar>, Int) -> Tensor<Scalar>
  /// What a line gives, in double precision.
  let reference: ([Double]) -> Double
}

private func operations<Scalar: BLASScalar>(_: Scalar.Type) -> [Operation<Scalar>] {
  func mean(_ line: [Double]) -> Double { line.reduce(0, +) / Double(line.count) }
  func squares(_ line: [Double], _ center: Double) -> Double {
    line.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  }
  return [
    .init(name: "sum", whole: { $0.sum() }, along: { $0.sum(axis: $1) }) { $0.reduce(0, +) },
    .init(name: "product", whole: { $0.product() }, along: { $0.product(axis: $1) }) {
      $0.reduce(1, *)
    },
    .init(name: "mean", whole: { $0.mean() }, along: { $0.mean(axis: $1) }, reference: mean),
    .init(name: "variance", whole: { $0.variance() }, along: { $0.variance(axis: $1) }) {
      squares($0, mean($0)) / Double($0.count)
    },
    .init(
      name: "standardDeviation", whole: { $0.standardDeviation(correction: 2) },
      along: { $0.standardDeviation(axis: $1, correction: 2) }
    ) {
      (squares($0, mean($0)) / Double(max(0, $0.count - 2))).squareRoot()
    },
    .init(name: "norm", whole: { $0.norm() }, along: { $0.norm(axis: $1) }) {
      squares($0, 0).squareRoot()
    },
  ]
}

@Suite("Reductions of any length")
struct ReductionPropertyTests {
  @Test("lines and columns of every length, on every level", arguments: scalarTypes)
  func lengths(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for length in checkedLengths {
        // Near 1, so that products neither overflow nor vanish.
        let x = Tensor<Scalar>.sample([length, 3], seed: UInt64(length)).map { 1 + $0 / 64 }
        let columns = (0..<3).map { column in
          (0..<length).map { Double(x[position: $0 * 3 + column]) }
        }
        let lines = Tensor<Scalar>(
          (0..<3).flatMap { column in (0..<length).map { x[position: $0 * 3 + column] } },
          shape: [3, length])
        for operation in operations(Scalar.self) {
          let expected = Tensor(columns.map(operation.reference))
          onEveryLevel { level in
            let message: Comment = "\(operation.name) of \(length), \(level)"
            let tolerance = Scalar.testTolerance * 4
            #expect(
              mismatch(operation.along(x, 0), expected, tolerance: tolerance) == nil, message)
            let along = operation.along(lines, 1)
            #expect(mismatch(along, expected, tolerance: tolerance) == nil, message)
            let whole = operation.whole(Tensor(lines.elements[..<length]))
            #expect(
              mismatch(Tensor(whole), expected[rows: 0..<1].reshaped(to: []), tolerance: tolerance)
                == nil, message)
          }
        }
      }
    }
    check(type)
  }

  @Test("extremes and their places among ties and NaN, on every level", arguments: scalarTypes)
  func extremes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 4, purpose: "extremes")
      for length in checkedLengths where length > 0 {
        for hasNaN in [false, true] {
          var x = Tensor<Scalar>.integers([length, 19], in: -4..<5, using: &random)
          if hasNaN {
            for _ in 0..<10 { x[position: random.index(below: x.count)] = .nan }
          }
          let lines = Tensor<Scalar>(
            (0..<19).flatMap { column in (0..<length).map { x[position: $0 * 19 + column] } },
            shape: [19, length])
          for smallest in [false, true] {
            let places = (0..<19).map { column -> Int in
              let line = (0..<length).map { x[position: $0 * 19 + column] }
              if let nan = line.firstIndex(where: \.isNaN) { return nan }
              return line.firstIndex(of: smallest ? line.min()! : line.max()!)!
            }
            let values = Tensor(places.enumerated().map { x[position: $1 * 19 + $0] })
            onEveryLevel { level in
              let message: Comment = "\(smallest ? "min" : "max") of \(length), \(level)"
              #expect((smallest ? x.argmin(axis: 0) : x.argmax(axis: 0)) == places, message)
              #expect((smallest ? lines.argmin(axis: 1) : lines.argmax(axis: 1)) == places, message)
              let columns = smallest ? x.min(axis: 0) : x.max(axis: 0)
              let rows = smallest ? lines.min(axis: 1) : lines.max(axis: 1)
              #expect(mismatch(columns, values, tolerance: 0) == nil, message)
              #expect(mismatch(rows, values, tolerance: 0) == nil, message)
            }
          }
        }
      }
    }
    check(type)
  }

  @Test("a large tensor gives the same bits on any number of threads", arguments: scalarTypes)
  func workers(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>.sample([611, 700])
      func results() -> [[Scalar]] {
        let factors = x.map { 1 + $0 / 512 }
        var results: [[Scalar]] = [
          [x.sum()], [factors.product()], [x.variance()], [x.min()], [x.max()], [x.norm()],
          [x.logSumExp()], [x.median()], [Scalar(x.argmax())], [Scalar(x.argmin())],
        ]
        for axis in [0, 1] {
          let tensors: [Tensor<Scalar>] = [
            x.sum(axis: axis), factors.product(axis: axis), x.variance(axis: axis),
            x.max(axis: axis), x.norm(axis: axis), x.logSumExp(axis: axis), x.median(axis: axis),
            x.cumulativeSum(axis: axis), x.sorted(axis: axis), x.difference(axis: axis),
            x.topK(3, axis: axis).values,
          ]
          results += tensors.map(\.elements)
          for indices in [x.argsort(axis: axis), x.argmax(axis: axis), x.argmin(axis: axis)] {
            results.append(indices.map { Scalar($0) })
          }
        }
        results.append(x.histogram(bins: 9).counts.map { Scalar($0) })
        return results
      }
      let usual = BLASLibrary.threadCount
      defer { BLASLibrary.threadCount = usual }
      BLASLibrary.threadCount = 1
      let expected = results()
      for workers in [2, 3, 5] {
        BLASLibrary.threadCount = workers
        for (index, (result, expected)) in zip(results(), expected).enumerated() {
          #expect(result == expected, "result \(index) on \(workers) threads")
        }
      }
      expectClose(Tensor([x.max(), x.min()]), Tensor([x.elements.max()!, x.elements.min()!]))
      #expect(x.argmax() == x.elements.firstIndex(of: x.max()))
      expectClose(x.variance(), 1, tolerance: 0.01)
    }
    check(type)
  }

  @Test("covariances of any number of columns are the products' sums, on any number of threads")
  func covarianceSizes() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let usual = BLASLibrary.threadCount
      defer { BLASLibrary.threadCount = usual }
      for (rows, columns) in [
        (3, 1), (70, 127), (70, 128), (71, 129), (90, 256), (400, 300), (60, 641),
      ] {
        let x = Tensor<Scalar>.sample([rows, columns])
        let centered = x - x.mean(axis: 0)
        let expected = matmul(centered, centered, transposeA: true) / Scalar(rows - 1)
        BLASLibrary.threadCount = 1
        let covariance = x.covariance()
        expectClose(covariance, expected, tolerance: Scalar.testTolerance)
        for workers in [2, 3, 5] {
          BLASLibrary.threadCount = workers
          #expect(x.covariance() == covariance, "\(rows) × \(columns) on \(workers) threads")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("equal elements have no variance and no covariance", arguments: scalarTypes)
  func constants(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for count in [1, 2, 33, 1000, 300_000] {
        let constant = Scalar(1e6) / 7
        let x = Tensor<Scalar>(shape: [count], repeating: constant)
        let tolerance = (constant.ulp * constant.ulp) / 16
        #expect(x.variance() <= tolerance)
        #expect(x.reshaped(to: [count, 1]).variance(axis: 0)[0] <= tolerance)
        #expect(x.reshaped(to: [1, count]).variance(axis: 1)[0] <= tolerance)
        if count > 1 { #expect(x.reshaped(to: [count, 1]).covariance()[0, 0] == 0) }
      }
      let shifted = Tensor<Scalar>([1, 2, 3, 4]) + Tensor<Scalar>(65536)
      expectClose(shifted.variance(), 1.25, tolerance: Scalar.testTolerance)
    }
    check(type)
  }

  @Test("norms over- and underflow only where the result does", arguments: scalarTypes)
  func norms(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for scale in [Scalar.greatestFiniteMagnitude / 8, Scalar.leastNormalMagnitude * 4, 0, 1] {
        let x = Tensor<Scalar>([3, 4].map { $0 * scale })
        #expect(relativeError(Double(x.norm()), Double(5 * scale)) < 1e-6)
        let columns = x.reshaped(to: [2, 1]).norm(axis: 0)
        #expect(relativeError(Double(columns[0]), Double(5 * scale)) < 1e-6)
      }
      #expect(Tensor<Scalar>([.infinity, 1]).norm() == .infinity)
      #expect(Tensor<Scalar>([.nan, 1]).norm().isNaN)
    }
    check(type)
  }

  @Test("infinities, NaN and nothing in logSumExp", arguments: scalarTypes)
  func logSumExp(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let inf = Scalar.infinity
      #expect(Tensor<Scalar>([-inf, -inf]).logSumExp() == -inf)
      #expect(Tensor<Scalar>([inf, 1, -inf]).logSumExp() == inf)
      #expect(Tensor<Scalar>([inf, .nan]).logSumExp().isNaN)
      #expect(Tensor<Scalar>.zeros([0]).logSumExp() == -inf)
      #expect(Tensor<Scalar>([-inf, 2]).logSumExp() == 2)
      #expect(Tensor<Scalar>.zeros([0, 2]).logSumExp(axis: 0).elements == [-inf, -inf])
      let large = Tensor<Scalar>(shape: [4], repeating: 1e30)
      #expect(large.logSumExp() == 1e30)
      let columns = Tensor<Scalar>([1000, -inf, 1000, 3], shape: [2, 2]).logSumExp(axis: 0)
      expectClose(columns, Tensor<Double>([1000.693147180559945, 3]))
    }
    check(type)
  }

  @Test("nothing has the neutral element of an operation")
  func empty() {
    let none = Tensor<Float>.zeros([0, 3])
    #expect(none.product() == 1 && none.norm() == 0 && none.variance().isNaN)
    #expect(none.product(axis: 0).elements == [1, 1, 1])
    #expect(none.norm(axis: 0).elements == [0, 0, 0])
    #expect(none.variance(axis: 0).elements.allSatisfy { $0.isNaN })
    #expect(none.sum(axes: [0, 1]).scalar == 0)
    #expect(none.max(axis: 1).shape == [0])
    #expect(none.cumulativeSum(axis: 0).shape == [0, 3])
    #expect(none.difference(axis: 0).shape == [0, 3])
    #expect(Tensor<Float>(2).sum(axes: []).scalar == 2)
    #expect(Tensor<Float>([1, 2]).sum(axes: []).elements == [1, 2])
    #expect(none.covariance().elements.allSatisfy { $0.isNaN })
  }
}
