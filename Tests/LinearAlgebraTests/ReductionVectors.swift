import PerceptronLinearAlgebra
import TestSupport
import Testing

/// What NumPy gave: see scripts/make-reduction-vectors.
struct ReductionVectors: Decodable, Sendable {
  let cases: [Case]
  let counting: Counting
  let making: Making
  let choosing: [Choosing]

  static let all = Resource.decode(ReductionVectors.self, from: "reductions")

  /// A tensor, its numbers in words.
  struct Stored: Decodable, Sendable {
    let shape: [Int]
    let elements: [String]

    func tensor<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
      Tensor(elements.map { Scalar(Double($0)!) }, shape: Shape(shape))
    }
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let input: Stored
    let reductions: [Reduction]
    let along: [Along]

    var testDescription: String { name }
  }

  struct Reduction: Decodable, Sendable {
    let axes: [Int]
    let results: [String: Stored]
  }

  struct Along: Decodable, Sendable {
    let axis: Int
    let argmin, argmax, argsort: [Int]
    let logSumExp, cumulativeSum, cumulativeProduct, sorted: Stored
    let difference, secondDifference, quantiles: Stored
  }

  struct Counting: Decodable, Sendable {
    let histograms: [Histogram]
    let unique: Unique
    let table, covariance, population, correlation: Stored
  }

  struct Histogram: Decodable, Sendable {
    let elements: [String]
    let bins: Int
    let range: [String]?
    let counts: [Int]
    let edges: [String]
  }

  struct Unique: Decodable, Sendable {
    let elements, values: [String]
    let inverse, counts: [Int]
  }

  struct Making: Decodable, Sendable {
    let linspace, arange, logspace: [Numbers]
    let kron, vander: [Stored]
    let meshgrid: [[Stored]]
  }

  struct Numbers: Decodable, Sendable {
    let input: [Double]
    let result: [String]
  }

  struct Choosing: Decodable, Sendable {
    let seed: UInt32
    let weights: [Double]
    let replacing, distinct, weighted, weightedDistinct: [Int]
  }
}

@Suite("Reductions beside NumPy")
struct ReductionVectorTests {
  @Test("every reduction along any axes is NumPy's", arguments: ReductionVectors.all.cases)
  func reductions(vectors: ReductionVectors.Case) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = vectors.input.tensor(Scalar.self)
      let operations: [String: ([Int], Bool) -> Tensor<Scalar>] = [
        "sum": x.sum(axes:keepingDimensions:), "product": x.product(axes:keepingDimensions:),
        "mean": x.mean(axes:keepingDimensions:), "min": x.min(axes:keepingDimensions:),
        "max": x.max(axes:keepingDimensions:), "norm": x.norm(axes:keepingDimensions:),
        "median": x.median(axes:keepingDimensions:),
        "variance": { x.variance(axes: $0, keepingDimensions: $1) },
        "standardDeviation": {
          x.standardDeviation(axes: $0, correction: 1, keepingDimensions: $1)
        },
        "quantile": { x.quantile(0.3, axes: $0, keepingDimensions: $1) },
      ]
      for reduction in vectors.reductions {
        #expect(Set(operations.keys) == Set(reduction.results.keys))
        for (name, stored) in reduction.results {
          let expected = stored.tensor(Double.self)
          let kept = operations[name]!(reduction.axes.reversed(), true)
          expectAlike(kept, expected, "\(name) along \(reduction.axes)")
          var rest = x.shape.dimensions
          for axis in reduction.axes.reversed() { rest.remove(at: axis) }
          let dropped = operations[name]!(reduction.axes, false)
          expectAlike(
            dropped, expected.reshaped(to: Shape(rest)), "\(name) along \(reduction.axes)")
        }
      }
      let all = vectors.reductions.last!.results
      let whole: [String: Scalar] = [
        "sum": x.sum(), "product": x.product(), "mean": x.mean(), "min": x.min(), "max": x.max(),
        "norm": x.norm(), "median": x.median(), "variance": x.variance(),
        "standardDeviation": x.standardDeviation(correction: 1), "quantile": x.quantile(0.3),
      ]
      for (name, value) in whole {
        expectAlike(
          Tensor(value), all[name]!.tensor(Double.self).reshaped(to: []), "\(name) of all")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("what is done along one axis is NumPy's", arguments: ReductionVectors.all.cases)
  func along(vectors: ReductionVectors.Case) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = vectors.input.tensor(Scalar.self)
      for along in vectors.along {
        let axis = along.axis
        #expect(x.argmin(axis: axis) == along.argmin)
        #expect(x.argmax(axis: axis) == along.argmax)
        #expect(x.argsort(axis: axis) == along.argsort)
        expectAlike(x.logSumExp(axis: axis), along.logSumExp.tensor(), "logSumExp")
        expectAlike(x.cumulativeSum(axis: axis), along.cumulativeSum.tensor(), "cumulativeSum")
        expectAlike(
          x.cumulativeProduct(axis: axis), along.cumulativeProduct.tensor(), "cumulativeProduct")
        let sorted = x.sorted(axis: axis)
        expectAlike(sorted, along.sorted.tensor(), "sorted")
        expectAlike(
          x.takingAlong(along.argsort, axis: axis), along.sorted.tensor(), "takingAlong")
        expectAlike(x.difference(axis: axis), along.difference.tensor(), "difference")
        expectAlike(
          x.difference(axis: axis, order: 2), along.secondDifference.tensor(), "difference")
        if x.rank < Shape.maximumRank {
          expectAlike(
            x.quantiles([0, 0.1, 0.5, 0.97, 1], axis: axis), along.quantiles.tensor(), "quantiles")
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("histograms have NumPy's counts and edges")
  func histograms() {
    for vectors in ReductionVectors.all.counting.histograms {
      let x = Tensor(vectors.elements.map { Double($0)! })
      let range = vectors.range.map { Double($0[0])!...Double($0[1])! }
      let (counts, edges) = x.histogram(bins: vectors.bins, range: range)
      #expect(counts == vectors.counts)
      #expect(edges.elements == vectors.edges.map { Double($0)! })
    }
  }

  @Test("distinct elements are NumPy's")
  func unique() {
    let vectors = ReductionVectors.all.counting.unique
    let x = Tensor(vectors.elements.map { Double($0)! }, shape: [20, 15])
    let values = Tensor(vectors.values.map { Double($0)! })
    #expect(x.unique() == values)
    #expect(x.uniqueCounts() == (values, vectors.counts))
    #expect(x.uniqueInverse() == (values, vectors.inverse))
  }

  @Test("covariances and correlations are NumPy's")
  func covariances() {
    let vectors = ReductionVectors.all.counting
    let table = vectors.table.tensor(Double.self)
    expectClose(table.covariance(), vectors.covariance.tensor(Double.self), tolerance: 1e-9)
    expectClose(
      table.covariance(correction: 0), vectors.population.tensor(Double.self), tolerance: 1e-9)
    expectClose(table.correlation(), vectors.correlation.tensor(Double.self), tolerance: 1e-9)
  }

  @Test("numbers at equal distances are NumPy's, bit for bit")
  func ranges() {
    let vectors = ReductionVectors.all.making
    for vector in vectors.linspace {
      let made = Tensor<Double>.linspace(
        from: vector.input[0], to: vector.input[1], count: Int(vector.input[2]))
      #expect(made.elements == vector.result.map { Double($0)! })
    }
    for vector in vectors.arange {
      let made = Tensor<Double>.arange(
        from: vector.input[0], to: vector.input[1], by: vector.input[2])
      #expect(made.elements == vector.result.map { Double($0)! })
    }
    for vector in vectors.logspace {
      let made = Tensor<Double>.logspace(
        from: vector.input[0], to: vector.input[1], count: Int(vector.input[2]),
        base: vector.input[3])
      expectClose(made, Tensor(vector.result.map { Double($0)! }))
    }
  }

  @Test("products and grids are NumPy's")
  func grids() {
    let vectors = ReductionVectors.all.making
    let a = Tensor<Double>([1, 2, 3, 4], shape: [2, 2])
    let b = Tensor<Double>([0, 5, 1, 6, 7, 2], shape: [2, 1, 3])
    let x = Tensor<Double>([1, 2, 3])
    #expect(
      [kron(a, b), kron(b, a), kron(a, Tensor([1, -1]))] == vectors.kron.map { $0.tensor() })
    #expect(
      [vander(x), vander(x, columns: 2), vander(x, columns: 4, increasing: true)]
        == vectors.vander.map { $0.tensor() })
    let axes = ([1, 2], [3, 4, 5], [6, 7]) as ([Double], [Double], [Double])
    for (indexing, expected) in zip([MeshIndexing.xy, .ij], vectors.meshgrid) {
      let grid = meshgrid(Tensor(axes.0), Tensor(axes.1), Tensor(axes.2), indexing: indexing)
      #expect(grid == expected.map { $0.tensor() })
    }
  }

  @Test("choices are those of RandomState", arguments: ReductionVectors.all.choosing.indices)
  func choices(index: Int) {
    let vectors = ReductionVectors.all.choosing[index]
    func random() -> NumPyRandom { NumPyRandom(seed: vectors.seed) }
    var stream = random()
    #expect(stream.choose(12, of: 6, replacing: true) == vectors.replacing)
    stream = random()
    #expect(stream.choose(5, of: 9) == vectors.distinct)
    stream = random()
    #expect(
      stream.choose(12, of: 6, weights: vectors.weights, replacing: true) == vectors.weighted)
    stream = random()
    #expect(stream.choose(5, of: 6, weights: vectors.weights) == vectors.weightedDistinct)
  }
}

/// Expects equal shapes, and elements that differ by few roundings, as a share of themselves or of a
/// hundred.
private func expectAlike<Scalar: BLASScalar>(
  _ actual: Tensor<Scalar>, _ expected: Tensor<Double>, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let message = mismatch(actual, expected, tolerance: Scalar.testTolerance * 100)
  #expect(message == nil, "\(what): \(message ?? "")", sourceLocation: sourceLocation)
}
