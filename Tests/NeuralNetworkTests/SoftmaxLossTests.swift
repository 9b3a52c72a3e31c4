import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Softmax loss")
struct SoftmaxLossTests {
  @Test("The loss is the mean of −ln of the labels' probabilities")
  func worked() {
    // exp gives 1, 2, 5 in the first row and equal shares in the second.
    let scores = Tensor<Double>([1.0, 2, 5, 7, 7, 7].map(Double.logarithm), shape: [2, 3])
    let loss = SoftmaxLoss()(scores, .labels([2, 0]))
    expectClose(
      loss, (-Double.logarithm(5.0 / 8) + Double.logarithm(3)) / 2, tolerance: 1e-15)
    let third = 1.0 / 3
    expectClose(
      softmax(scores), Tensor([1.0 / 8, 2.0 / 8, 5.0 / 8, third, third, third], shape: [2, 3]))
    let gradient = SoftmaxLoss().gradient(scores, .labels([2, 0]))
    expectClose(
      gradient,
      Tensor([1.0 / 16, 2.0 / 16, -3.0 / 16, -third, third / 2, third / 2], shape: [2, 3]))
  }

  @Test("Scores of ±1e30 give finite, right losses and gradients")
  func huge() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let scores: Tensor<Scalar> = [[1e30, 1e30, -1e30], [1e30, 0, -1e30], [-1e30, 0, 0]]
      let loss = SoftmaxLoss()(scores, .labels([0, 0, 1]))
      expectClose(Double(loss), 2 * Double.logarithm(2) / 3, tolerance: Scalar.testTolerance)
      let wrong = SoftmaxLoss()(scores, .labels([0, 2, 1]))
      expectClose(Double(wrong), 2e30 / 3, tolerance: Scalar.testTolerance)
      let gradient = SoftmaxLoss().gradient(scores, .labels([0, 0, 1]))
      #expect(gradient.firstNonFinite() == nil)
      expectClose(
        gradient * 3,
        Tensor<Double>([-0.5, 0.5, 0, 0, 0, 0, 0, -0.5, 0.5], shape: [3, 3]))
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "A score that is NaN or infinite, at the label, shows in the loss",
    arguments: [Float.nan, .infinity, -.infinity], [0, 1, 2])
  func nonFinite(score: Float, column: Int) {
    var scores = Tensor<Float>.sample([4, 3])
    scores[2, column] = score
    let labels = [0, 1, column, 2]
    #expect(!SoftmaxLoss()(scores, .labels(labels)).isFinite)
  }

  @Test("An invalid label traps, naming label, row and classes")
  func labelOutOfRange() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = SoftmaxLoss()(Tensor<Float>.zeros([2, 3]), .labels([0, 3]))
    }
    expectMessage(result, "label 3 of row 1 is not one of 3 classes")
  }

  @Test("No rows have a loss of NaN and an empty gradient; one class has a loss of 0")
  func degenerate() {
    let none = Tensor<Double>.zeros([0, 3])
    #expect(SoftmaxLoss()(none, .labels([])).isNaN && softmax(none).shape == [0, 3])
    #expect(SoftmaxLoss().gradient(none, .labels([])).shape == [0, 3])
    let single = Tensor<Double>.sample([4, 1])
    #expect(SoftmaxLoss()(single, .labels([0, 0, 0, 0])) == 0)
    #expect(softmax(single) == Tensor(shape: [4, 1], repeating: 1))
  }

  @Test("Fewer labels than rows trap")
  func missingLabels() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = SoftmaxLoss()(Tensor<Float>.zeros([3, 2]), .labels([0, 1]))
    }
    expectMessage(result, "SoftmaxLoss: 2 labels for 3 rows")
  }
}
