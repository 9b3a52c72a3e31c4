import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Losses on values")
struct ValueLossTests {
  // o = np.array([[1, 2, -1], [0.5, -3, 2], [0, 0, 0], [4, 1, 1]])
  static let outputs = SmoothedSoftmaxLossTests.scores

  @Test("Squared and absolute error are the means over all outputs, with NumPy's gradients")
  func differences() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let outputs = Tensor<Scalar>(Self.outputs)
      let targets = Targets<Scalar>.values([[0.5, 2, -1], [1, -3, 0], [0.25, 0, 1], [4, 2, -2]])
      // ((o - t) ** 2).mean(); 2 * (o - t) / 12
      expectClose(
        SquaredError<Scalar>()(outputs, targets), 1.296875, tolerance: Scalar.testTolerance)
      expectClose(
        SquaredError<Scalar>().gradient(outputs, targets) * 12,
        [[1, 0, 0], [-1, 0, 4], [-0.5, 0, -2], [0, -2, 6]] as Tensor<Double>)
      // np.abs(o - t).mean(); np.sign(o - t) / 12
      expectClose(
        AbsoluteError<Scalar>()(outputs, targets), 0.6875, tolerance: Scalar.testTolerance)
      expectClose(
        AbsoluteError<Scalar>().gradient(outputs, targets) * 12,
        [[1, 0, 0], [-1, 0, 1], [-1, 0, -1], [0, -1, 1]] as Tensor<Double>)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The logistic loss is NumPy's, over several outputs")
  func logistic() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let outputs = Tensor<Scalar>(Self.outputs)
      let targets = Targets<Scalar>.values([[0.5, 1, 0], [1, 0, 0], [0.25, 0, 1], [1, 1, 0.75]])
      // (np.logaddexp(0, o) - t * o).mean(); (scipy.special.expit(o) - t) / 12
      expectClose(
        LogisticLoss<Scalar>()(outputs, targets), 0.5730965481258609,
        tolerance: Scalar.testTolerance)
      expectClose(
        LogisticLoss<Scalar>().gradient(outputs, targets),
        [
          [0.019254881552500408, -0.009933576835176474, 0.02241178511416626],
          [-0.03146172239984545, 0.003952156098130565, 0.07339975649815686],
          [0.020833333333333332, 0.041666666666666664, -0.041666666666666664],
          [-0.0014988508301742958, -0.02241178511416626, -0.0015784517808329253],
        ] as Tensor<Double>)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A single output's targets are its labels, 0 or 1")
  func binary() throws {
    // o = np.array([[2], [-1], [0.5]]); t = np.array([[1], [1], [0]])
    let outputs: Tensor<Double> = [[2], [-1], [0.5]]
    let loss = LogisticLoss<Double>()
    expectClose(loss(outputs, .labels([1, 1, 0])), 0.8047555609137674, tolerance: 1e-15)
    expectClose(
      loss.gradient(outputs, .labels([1, 1, 0])),
      [[-0.0397343073407059], [-0.2436861928766683], [0.20748644373395153]] as Tensor<Double>)
    #expect(loss.classCount(outputSize: 1) == 2 && loss.classCount(outputSize: 3) == 3)
    #expect(loss.classes(of: outputs) == [1, 0, 1])
    let probabilities = try #require(loss.probabilities(of: outputs))
    expectClose(
      probabilities,
      [
        [0.11920292202211755, 0.8807970779778823], [0.7310585786300049, 0.2689414213699951],
        [0.3775406687981454, 0.6224593312018546],
      ] as Tensor<Double>)
    #expect(SquaredError<Double>().classes(of: [[0.4], [0.6]]) == [0, 1])
    #expect(AbsoluteError<Double>().classCount(outputSize: 1) == 2)
    expectClose(
      SquaredError<Double>()([[0.4], [0.6]], .labels([0, 1])), 0.16, tolerance: 1e-15)
  }

  @Test("With several outputs a label is a 1 among 0, and each output has its own probability")
  func oneAgainstTheRest() throws {
    let outputs: Tensor<Double> = [[1, -2, 0.5], [0, 3, -1]]
    let hot: Tensor<Double> = [[0, 0, 1], [0, 1, 0]]
    for loss: any Loss<Double> in [
      SquaredError<Double>(), AbsoluteError<Double>(), Huber<Double>(), LogisticLoss<Double>(),
    ] {
      #expect(loss(outputs, .labels([2, 1])) == loss(outputs, .values(hot)))
      #expect(loss.gradient(outputs, .labels([2, 1])) == loss.gradient(outputs, .values(hot)))
      #expect(loss.classes(of: outputs) == [0, 1])
    }
    let probabilities = try #require(LogisticLoss<Double>().probabilities(of: outputs))
    expectClose(probabilities[0, 0], 0.7310585786300049, tolerance: 1e-15)
    expectClose(probabilities[1, 1], 0.9525741268224334, tolerance: 1e-15)
    #expect(SquaredError<Double>().probabilities(of: outputs) == nil)
  }

  @Test("Logits of ±1e30 and small losses are right; NaN shows")
  func extremes() throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let loss = LogisticLoss<Scalar>()
      #expect(loss([[1e30], [-1e30]], .labels([1, 0])) == 0)
      #expect(loss([[-1e30]], .labels([1])) == 1e30)
      // np.log1p(np.exp(-40))
      let small = Double(loss([[40]], .labels([1])))
      #expect(relativeError(small, 4.248354255291589e-18) < Scalar.testTolerance)
      let losses: [any Loss<Scalar>] = [
        loss, SquaredError<Scalar>(), AbsoluteError<Scalar>(), Huber<Scalar>(delta: 2),
      ]
      for loss in losses {
        #expect(loss([[.init(Scalar.nan)]], .labels([1])).isNaN)
        #expect(loss(.zeros([0, 2]), .labels([])).isNaN)
        #expect(loss.gradient(.zeros([0, 2]), .labels([])).shape == [0, 2])
      }
    }
    for type in scalarTypes { check(type) }
    let sure = try #require(LogisticLoss<Double>().probabilities(of: [[40]]))
    #expect(relativeError(sure[0, 0], 4.248354255291589e-18) < 1e-12)
  }

  @Test("The Huber loss is a square up to delta and a line from there, with PyTorch's numbers")
  func huber() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let outputs = Tensor<Scalar>(Self.outputs)
      let targets = Targets<Scalar>.values([[0.5, 2, -1], [1, -3, 0], [0.25, 0, 1], [4, 2, -2]])
      // F.huber_loss(o, t, delta=0.5), and its gradient times 12
      let loss = Huber<Scalar>(delta: 0.5)
      expectClose(loss(outputs, targets), 0.2734375, tolerance: Scalar.testTolerance)
      expectClose(
        loss.gradient(outputs, targets) * 12,
        [[0.5, 0, 0], [-0.5, 0, 0.5], [-0.25, 0, -0.5], [0, -0.5, 0.5]] as Tensor<Double>)
      // Right at delta, far beyond it, where a square overflows, and far within it.
      #expect(Huber<Scalar>()([[1], [-1]], .values([[0], [0]])) == 0.5)
      #expect(Huber<Scalar>()([[1e30]], .values([[0]])) == 1e30)
      #expect(Huber<Scalar>(delta: 1e30)([[4]], .values([[1]])) == 4.5)
      #expect(Huber<Scalar>()([[.init(Scalar.infinity)]], .values([[0]])) == .infinity)
    }
    for type in scalarTypes { check(type) }
    #expect(Huber<Double>().kinks(outputs: [[1]], targets: .values([[1]])) == nil)
    #expect(Huber<Double>().classes(of: [[0.4], [0.6]]) == [0, 1])
    for delta in [0, -1, .nan, .infinity, 1e300, 1e-300] {
      #expect(throws: InvalidSetting.self) { try LossSpecification.huber(delta: delta).check() }
    }
  }

  @Test("Losses that take values say so, in both scalar types")
  func takesValues() {
    #expect(
      LossSpecification.named.filter(\.loss.takesValues).map(\.rawValue)
        == ["logistic", "squared-error", "absolute-error", "huber"])
    for entry in LossSpecification.named {
      #expect(entry.loss.makeLoss(Float.self).takesValues == entry.loss.takesValues)
    }
  }

  @Test("The kinks of the absolute error are the differences")
  func kinks() throws {
    let kinks = try #require(
      AbsoluteError<Double>().kinks(outputs: [[1, 2]], targets: .values([[0.5, 2]])))
    #expect(kinks == [[0.5, 0]])
  }

  @Test("Targets of another shape and invalid labels trap, naming the loss")
  func traps() async {
    let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SquaredError<Float>()([[1, 2]], .values([[0, 1, 2]]))
    }
    expectMessage(shape, "SquaredError", "targets [1, 3] for outputs [1, 2]")
    let label = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = LogisticLoss<Float>()([[1]], .labels([2]))
    }
    expectMessage(label, "LogisticLoss", "label 2 of row 0 is not one of 2 classes")
  }
}
