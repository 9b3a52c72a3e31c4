import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Layer normalization")
struct LayerNormTests {
  @Test("Each row is normalized by its own moments, as NumPy does it, and so are the gradients")
  func reference() {
    func check<Scalar: BLASScalar>(_: Scalar.Type, pass: Pass) {
      // x = np.array([[1, -2, 3], [0.5, -1, 4]]); u = np.array([[1, 0.5, -2], [1, 0.25, -1]])
      // gamma = np.array([2, -0.5, 1]); beta = np.array([0.25, 1, -1]); e = 1e-5
      let layer = LayerNorm<Scalar>(gamma: [2, -0.5, 1], beta: [0.25, 1, -1])
      let x: Tensor<Scalar> = [[1, -2, 3], [0.5, -1, 4]]
      let upstream: Tensor<Scalar> = [[1, 0.5, -2], [1, 0.25, -1]]
      // m, v = x.mean(1, keepdims=True), x.var(1, keepdims=True)
      // xh = (x - m) / np.sqrt(v + e); xh * gamma + beta
      expectClose(
        layer.forward(x, pass: pass),
        [
          [0.5744424580535786, 1.648884916107157, 0.13554860318752504],
          [-0.3864451022769565, 1.517111645600027, 0.3524458423385324],
        ] as Tensor<Double>)
      let (parameters, input) = layer.backward(upstream: upstream, input: x, pass: pass)
      // (u * xh).sum(0); u.sum(0)
      expectClose(
        parameters["gamma"],
        [-0.15600132211168893, -0.9074407389071708, -3.6235430487135822] as Tensor<Double>)
      expectClose(parameters["beta"], [2, 0.75, -3] as Tensor<Double>)
      // g = u * gamma
      // (g - g.mean(1, keepdims=True) - xh * (g * xh).mean(1, keepdims=True)) / np.sqrt(v + e)
      expectClose(
        input,
        [
          [1.0565723774225713, -0.4226281825545005, -0.6339441948680709],
          [0.7212878798932543, -0.5049006685086115, -0.21638721138464295],
        ] as Tensor<Double>)
    }
    for type in scalarTypes {
      check(type, pass: .inference)
      check(type, pass: .training(seed: 1))
    }
  }

  @Test(
    "A constant row gives beta, though its sum is rounded", arguments: [2, 3, 7, 33, 100, 1001])
  func constant(columns: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for number in [1e6 / 7, -1 / 3, 1e-3, 12345.678] as [Scalar] {
        let x = Tensor<Scalar>(shape: [2, columns], repeating: number)
        let layer = LayerNorm<Scalar>(size: columns)
        #expect(layer.forward(x) == .zeros([2, columns]))
        let upstream = Tensor<Scalar>.sample([2, columns], seed: 3)
        let (parameters, input) = layer.backward(upstream: upstream, input: x)
        #expect(parameters["gamma"] == .zeros([columns]))
        let means = upstream.mean(axis: 1)
        let expected = Tensor<Scalar>(
          upstream.elements.enumerated().map {
            ($1 - means[$0 / columns]) / Scalar(1e-5).squareRoot()
          }, shape: x.shape)
        expectClose(input + 1000, expected + 1000)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A row far from 0 keeps its variance, a constant row and a row of one number give beta")
  func degenerate() {
    func check<Scalar: BLASScalar>(_: Scalar.Type, offset: Scalar) {
      let x: Tensor<Scalar> = [[-3, -1, 0, 4]]
      let layer = LayerNorm<Scalar>(size: 4)
      expectClose(layer.forward(x + offset), layer.forward(x))
      let constant = Tensor<Scalar>(shape: [2, 4], repeating: 7)
      #expect(layer.forward(constant) == .zeros([2, 4]))
      let narrow = LayerNorm<Scalar>(gamma: [3], beta: [5])
      #expect(narrow.forward([[1], [2]]) == [[5], [5]])
      #expect(narrow.backward(upstream: [[2], [3]], input: [[1], [2]]).input == [[0], [0]])
    }
    check(Float.self, offset: 0x1p20)
    check(Double.self, offset: 1e12)
  }

  @Test("Parameters of different lengths trap, naming both shapes")
  func traps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = LayerNorm<Float>(gamma: [1, 1], beta: [0])
    }
    expectMessage(result, "LayerNorm: gamma [2] and beta [1]")
  }
}
