import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Affine layer")
struct AffineTests {
  @Test(
    "An affine layer is the product with its weights plus its bias, whatever the sizes",
    arguments: [[0, 3, 2], [1, 1, 1], [5, 4, 3], [17, 33, 9], [200, 65, 10], [3, 7, 0]])
  func forward(sizes: [Int]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Affine<Scalar>(
        weights: .sample([sizes[1], sizes[2]]), bias: .sample([sizes[2]], seed: 2))
      let x = Tensor<Scalar>.sample([sizes[0], sizes[1]], seed: 3)
      let expected = naiveMatmul(x, layer.weights) + Tensor<Double>(layer.bias)
      expectClose(layer.forward(x), expected, tolerance: 10 * Scalar.testTolerance)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Its gradients are inputᵀ·upstream, upstream's column sums and upstream·weightsᵀ")
  func backward() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Affine<Scalar>(weights: .sample([7, 5]), bias: .sample([5]))
      let x = Tensor<Scalar>.sample([13, 7], seed: 3)
      let upstream = Tensor<Scalar>.sample([13, 5], seed: 4)
      let (gradients, input) = layer.backward(upstream: upstream, input: x)
      let tolerance = 10 * Scalar.testTolerance
      expectClose(
        gradients["W"], naiveMatmul(x, upstream, transposeA: true), tolerance: tolerance)
      expectClose(gradients["b"], Tensor<Double>(upstream).sum(axis: 0), tolerance: tolerance)
      expectClose(
        input, naiveMatmul(upstream, layer.weights, transposeB: true), tolerance: tolerance)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A fresh layer has weights of the given spread and no bias")
  func fresh() {
    var random = SeededRandom(seed: 3)
    let layer = Affine<Double>(inputSize: 100, outputSize: 80, scale: 0.01, using: &random)
    let spread = (layer.weights.sumOfSquares() / 8000).squareRoot()
    expectClose(spread, 0.01, tolerance: 5e-4)
    #expect(layer.bias == .zeros([80]))
    #expect(layer.inputSize == 100 && layer.outputSize == 80)
  }

  @Test("Weights and a bias that do not belong together trap, naming both shapes")
  func misfit() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Affine<Float>(weights: .zeros([3, 4]), bias: .zeros([5]))
    }
    expectMessage(result, "[3, 4]", "[5]")
  }

  @Test("A bias that no longer fits its weights traps when it is used")
  func replacedBias() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var layer = Affine<Float>(weights: .zeros([2, 50]), bias: .zeros([50]))
      layer.bias = [1]
      _ = layer.forward(.zeros([3, 2]))
    }
    expectMessage(result, "Affine: input [3, 2], weights [2, 50], bias [1], room for [3, 50]")
  }
}
