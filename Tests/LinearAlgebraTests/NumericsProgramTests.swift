import PerceptronLinearAlgebra
import TestSupport
import Testing

/// NumPy's numbers are those of the same programs in Python, with the same random numbers.
@Suite("Programs in NumPy's manner")
struct NumericsProgramTests {
  private static func normal(_ shape: Shape, seed: UInt32) -> Tensor<Double> {
    var random = NumPyRandom(seed: seed)
    return .normal(shape, using: &random)
  }

  private func expectClose(
    _ result: Tensor<Double>, _ expected: [Double], tolerance: Double = 1e-10,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.count == expected.count, sourceLocation: sourceLocation)
    for (value, expected) in zip(result.elements, expected) {
      #expect(
        (value - expected).magnitude <= tolerance * max(1, expected.magnitude),
        sourceLocation: sourceLocation)
    }
  }

  @Test("a polynomial fit is NumPy's")
  func polynomial() throws {
    let x = Tensor<Double>.linspace(from: -1, to: 2, count: 9)
    let coefficients = try polynomialFit(x, 2 * pow(x, 3) - x + cos(5 * x), degree: 3)
    expectClose(
      coefficients,
      [1.6893923648797198, 0.2575132037739862, -0.6010638016729077, -0.12180459638019574])
  }

  @Test("principal axes have NumPy's shares and are orthonormal")
  func axes() throws {
    let (directions, shares) = try principalAxes(Self.normal([12, 3], seed: 3) * [3, 1, 0.2])
    expectClose(shares, [0.8908185372060369, 0.10550474082468261, 0.003676721969280494])
    expectClose(
      matmul(directions, directions, transposeA: true), Tensor<Double>.eye(3).elements)
  }

  @Test("the temperature in a rod changes evenly")
  func rod() throws {
    expectClose(try rodTemperatures(left: 0, right: 6, points: 5), [1, 2, 3, 4, 5])
  }

  @Test("softmax's rows add up to 1, also of huge scores")
  func probabilities() {
    let rows = softmax([[0, 0, 0, 0], [1000, 1000, -1000, 1000]])
    expectClose(rows, [0.25, 0.25, 0.25, 0.25, 1.0 / 3, 1.0 / 3, 0, 1.0 / 3])
  }

  @Test("standardized columns; a constant one is 0")
  func standard() {
    expectClose(
      standardized([[1, 5], [2, 5], [3, 5]]), [-1.5.squareRoot(), 0, 0, 0, 1.5.squareRoot(), 0])
  }

  @Test("k-means finds the centers that it finds in NumPy")
  func means() {
    let places: Tensor<Double> = [[0, 0], [6, 1], [2, 7], [9, 9]]
    var random = NumPyRandom(seed: 6)
    let rows = Self.normal([40, 2], seed: 5) + places.repeated(10)[rows: random.permutation(40)]
    expectClose(
      kMeans(rows, count: 4, rounds: 10),
      [
        5.327151508824548, 1.0710726518788305, 9.054437031432482, 8.932392942924299,
        2.2470795717643517, 7.920004137188937, 0.06652266470834688, -0.08013085116265564,
      ])
  }

  @Test("a moving average")
  func average() {
    expectClose(movingAverage([1, 2, 6, 4, 5], width: 3), [3, 4, 5])
  }

  @Test("π by the points that NumPy draws")
  func circle() { #expect(circleNumber(points: 20_000) == 3.147) }

  @Test("the most similar rows, best first")
  func similar() {
    let items = Self.normal([30, 5], seed: 7)
    #expect(mostSimilar(to: Self.normal([5], seed: 8), in: items, count: 4) == [28, 29, 6, 18])
  }

  @Test("a picture's tiles")
  func pictures() {
    let parts = tiles(.counting([5, 6]), side: 2)
    #expect(parts.shape == [6, 2, 2])
    #expect(parts.row(4) == [[14, 15], [20, 21]])
  }

  @Test("outliers are put back to the border")
  func outliers() {
    let x = withoutOutliers(concatenate([Self.normal([50], seed: 9), [30, -40]]))
    expectClose(
      Tensor([x.min(), x.max(), x.sum()]),
      [-2.3370059373621355, 2.5811160888404037, 6.529139104288573])
  }

  @Test("page ranks are those that many rounds tend to")
  func pages() throws {
    expectClose(
      try pageRank([[0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1], [1, 1, 1, 0]]),
      [0.2467406367587106, 0.19683997614060889, 0.36415395586012644, 0.19226543124055373])
  }

  @Test("a Gaussian process's means and deviations")
  func process() throws {
    let x: Tensor<Double> = [-2, -1, 0.5, 1.5, 3]
    let (mean, deviation) = try gaussianProcess(x, sin(x), at: [-1.5, 0, 2.2, 5], noise: 1e-3)
    expectClose(
      mean, [-0.9796803516204459, -0.026885215880781473, 0.6877223780321744, -0.025243594102982343])
    expectClose(
      deviation, [0.15488738966864118, 0.22280090661367763, 0.30475518906499693, 0.9893777962598])
  }

  @Test("random walks are as far from their start as NumPy's")
  func walks() {
    expectClose(
      walkDistances(walks: 200, steps: 5),
      [
        0.9654764759985064, 1.8332637504696698, 2.9165794197247794, 3.908482045914557,
        4.620024251881123,
      ])
  }

  @Test("a logistic regression by Newton's method")
  func regression() throws {
    var x = Self.normal([60, 3], seed: 2)
    x[.all, 0] = Tensor(1)
    let y = Tensor<Double>(x[.all, 1] + 0.5 * Self.normal([60], seed: 4) .> 0)
    expectClose(
      try logisticRegression(x, y, rounds: 12),
      [-0.5627895217017046, 2.7037559004943392, 0.004980948009813514], tolerance: 1e-8)
  }
}
