import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("ReLU")
struct ReLUTests {
  @Test("The rectifier keeps positive inputs and passes NaN")
  func forward() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>([-1, 0, 2, -.infinity, .infinity, .nan])
      let y = ReLU().forward(x)
      #expect(y[rows: 0..<5] == Tensor([0, 0, 2, 0, .infinity]))
      #expect(y[5].isNaN)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Its gradient passes where the output is above 0, and not at 0")
  func backward() {
    let input: Tensor<Float> = [[-2, 3], [1, 0]]
    let upstream: Tensor<Float> = [[5, 6], [-7, 8]]
    #expect(ReLU().backward(upstream: upstream, input: input).input == [[0, 6], [-7, 0]])
    #expect(upstream == [[5, 6], [-7, 8]])
  }

  @Test("An empty batch has an empty result")
  func empty() {
    #expect(ReLU().forward(Tensor<Double>.zeros([0, 4])).shape == [0, 4])
  }
}
