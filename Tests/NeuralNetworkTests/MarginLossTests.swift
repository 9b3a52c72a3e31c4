import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Margin losses")
struct MarginLossTests {
  // s = np.array([[1, 2, -1], [0.5, -3, 2], [0, 0, 0], [4, 1, 1]]); l = np.array([1, 0, 2, 2])
  // m = np.maximum(0, s - s[np.arange(4), l][:, None] + 1); m[np.arange(4), l] = 0
  static let scores = SmoothedSoftmaxLossTests.scores
  static let labels = SmoothedSoftmaxLossTests.labels

  @Test("Hinge and squared hinge are NumPy's, with their gradients")
  func reference() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let scores = Tensor<Scalar>(Self.scores)
      let labels = Targets<Scalar>.labels(Self.labels)
      // m.sum() / 4; (m ** 2).sum() / 4
      #expect(Hinge<Scalar>()(scores, labels) == 2.375)
      #expect(SquaredHinge<Scalar>()(scores, labels) == 6.3125)
      // d = (m > 0) * 1.0; d[np.arange(4), l] = -d.sum(1); d / 4
      #expect(
        Hinge<Scalar>().gradient(scores, labels)
          == [[0, 0, 0], [-0.25, 0, 0.25], [0.25, 0.25, -0.5], [0.25, 0.25, -0.5]])
      // d = 2 * m; d[np.arange(4), l] = -d.sum(1); d / 4
      #expect(
        SquaredHinge<Scalar>().gradient(scores, labels)
          == [[0, 0, 0], [-1.25, 0, 1.25], [0.5, 0.5, -1], [2, 0.5, -2.5]])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Scores of ±1e30 give a finite hinge; NaN and an infinite label's score show")
  func extremes() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let loss = Hinge<Scalar>()
      #expect(loss([[1e30, -1e30, -1e30]], .labels([1])) == 2e30)
      #expect(loss([[1e30, -1e30, 0]], .labels([0])) == 0)
      for bad in [Scalar.nan, .infinity] {
        for column in 0..<2 {
          var scores: Tensor<Scalar> = [[1, 2]]
          scores[0, column] = bad
          #expect(!loss(scores, .labels([0])).isFinite)
          #expect(!SquaredHinge<Scalar>()(scores, .labels([0])).isFinite)
        }
      }
      #expect(loss([[.init(Scalar.nan)]], .labels([0])).isNaN)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The kinks are the margins before they are cut off")
  func kinks() throws {
    let kinks = try #require(
      Hinge<Double>().kinks(outputs: [[1, 2, -1.5]], targets: .labels([1])))
    #expect(kinks == [[0, 1, -2.5]])
  }

  @Test("Classes are the best scores, and there are no probabilities")
  func classes() {
    #expect(Hinge<Double>().classes(of: Self.scores) == [1, 2, 0, 0])
    #expect(Hinge<Double>().probabilities(of: Self.scores) == nil)
    #expect(Hinge<Float>().gradient(.zeros([0, 3]), .labels([])).shape == [0, 3])
  }

  @Test("Numbers instead of labels trap, naming the loss")
  func traps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SquaredHinge<Float>()([[1, 2]], .values([[0, 1]]))
    }
    expectMessage(result, "SquaredHinge", "expected a class for each row")
  }
}
