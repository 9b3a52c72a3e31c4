import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Dropout")
struct DropoutTests {
  @Test(
    "Survivors are scaled by 1/(1 − rate), and the share that is dropped is the rate",
    arguments: [0.1, 0.2, 0.5, 0.9])
  func share(rate: Double) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let ones = Tensor<Scalar>(shape: [200, 300], repeating: 1)
      let y = Dropout<Scalar>(rate: rate).forward(ones, pass: .training(seed: 5))
      let factor = Scalar(1 / (1 - rate))
      #expect(y.elements.allSatisfy { $0 == 0 || $0 == factor })
      let dropped = Double(y.elements.count { $0 == 0 }) / Double(y.count)
      // Five standard deviations of the share.
      #expect((dropped - rate).magnitude < 5 * (rate * (1 - rate) / 60000).squareRoot())
    }
    for type in scalarTypes { check(type) }
  }

  @Test("At inference and at a rate of 0 nothing is done, forward and backward")
  func identity() {
    let x = Tensor<Float>.sample([7, 5])
    let upstream = Tensor<Float>.sample([7, 5], seed: 2)
    let layer = Dropout<Float>(rate: 0.5)
    #expect(layer.forward(x) == x)
    #expect(layer.backward(upstream: upstream, input: x).input == upstream)
    let none = Dropout<Float>(rate: 0)
    #expect(none.forward(x, pass: .training(seed: 1)) == x)
    #expect(none.backward(upstream: upstream, input: x, pass: .training(seed: 1)).input == upstream)
  }

  @Test("The gradient goes back through the same factors")
  func backward() {
    let pass = Pass.training(seed: 3)
    let layer = Dropout<Double>(rate: 0.4)
    let ones = Tensor<Double>(shape: [9, 11], repeating: 1)
    let upstream = Tensor<Double>.sample([9, 11])
    let gradient = layer.backward(upstream: upstream, input: ones, pass: pass).input
    #expect(gradient == upstream * layer.forward(ones, pass: pass))
  }

  @Test("The mask depends on seed and position alone: not on scalar, width or batch")
  func position() {
    func dropped<Scalar: BLASScalar>(_ shape: Shape, seed: UInt64, _: Scalar.Type) -> [Bool] {
      Dropout<Scalar>(rate: 0.3).forward(
        Tensor<Scalar>(shape: shape, repeating: 1), pass: .training(seed: seed)
      ).elements.map { $0 == 0 }
    }
    let whole = dropped([12, 10], seed: 8, Double.self)
    #expect(dropped([12, 10], seed: 8, Float.self) == whole)
    #expect(dropped([20, 6], seed: 8, Float.self) == whole)
    #expect(dropped([5, 10], seed: 8, Float.self) == Array(whole.prefix(50)))
    #expect(dropped([12, 10], seed: 9, Double.self) != whole)
  }

  @Test("The masks of neighboring layers and steps are not one another's, a place further")
  func independence() {
    let count = 4000
    func mask(_ layer: Int, seed: UInt64) -> [Float] {
      var layers: [any Layer<Float>] = [Dropout<Float>(rate: 0.5), Dropout<Float>(rate: 0.5)]
      // A layer of rate 0 in the other place leaves one layer's mask to see.
      layers[1 - layer] = Dropout<Float>(rate: 0)
      let net = Network<Float>(inputSize: count, layers: layers, loss: SquaredError<Float>())
      var workspace = Network<Float>.Workspace(for: net, batchSize: 1)
      Tensor<Float>(shape: [1, count], repeating: 1).withRows {
        net.forward($0, pass: .training(seed: seed), in: &workspace)
      }
      return workspace.outputs.elements
    }
    let masks = [mask(0, seed: 1), mask(1, seed: 1), mask(0, seed: 2), mask(1, seed: 2)]
    for (index, first) in masks.enumerated() {
      for second in masks[(index + 1)...] {
        for shift in -3...3 {
          let pairs = zip(first.dropFirst(max(shift, 0)), second.dropFirst(max(-shift, 0)))
          let equal = Double(pairs.count { $0 == $1 }) / Double(count - abs(shift))
          #expect((equal - 0.5).magnitude < 0.05, "shift \(shift)")
        }
      }
    }
  }

  @Test("A rate of 1 or more, below 0 or NaN traps, naming it")
  func traps() async {
    let one = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Dropout<Float>(rate: 1)
    }
    expectMessage(one, "dropout rate is 1.0, expected 0 or more and below 1")
    await #expect(processExitsWith: .failure) { _ = Dropout<Float>(rate: -0.1) }
    await #expect(processExitsWith: .failure) { _ = Dropout<Double>(rate: .nan) }
  }
}
