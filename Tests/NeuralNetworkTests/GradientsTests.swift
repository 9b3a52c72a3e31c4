import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Gradients as values")
struct GradientsTests {
  private static func network<Scalar: BLASScalar>(
    _ middle: [LayerSpecification] = [.tanh], _: Scalar.Type = Scalar.self
  ) -> Network<Scalar> {
    var random = SeededRandom(seed: 3)
    return Network(
      inputSize: 5, [.affine(outputs: 6)] + middle + [.affine(outputs: 3)], using: &random)
  }

  private static func batch<Scalar: BLASScalar>(
    _ rows: Int, seed: UInt64
  ) -> (x: Tensor<Scalar>, targets: Targets<Scalar>) {
    (.sample([rows, 5], seed: seed), .labels((0..<rows).map { ($0 + Int(seed)) % 3 }))
  }

  @Test("The mean of the gradients of equal parts is the gradient of the whole batch")
  func accumulation() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network: Network<Scalar> = Self.network()
      let x = Tensor<Scalar>.sample([12, 5])
      let labels = (0..<12).map { $0 % 3 }
      var sum = Gradients(zerosFor: network)
      for start in stride(from: 0, to: 12, by: 4) {
        let part = Tensor(x.elements[start * 5..<(start + 4) * 5], shape: [4, 5])
        sum +=
          network.lossAndGradients(of: part, .labels(Array(labels[start..<start + 4]))).gradients
      }
      sum /= 3
      let whole = network.lossAndGradients(of: x, .labels(labels)).gradients
      #expect(sum.names == network.parameters.names)
      for (found, expected) in zipped(sum, whole) { expectClose(found.tensor, expected.tensor) }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Sums, multiples and the norm are those of all elements, and copies are independent")
  func arithmetic() {
    let one = Gradients<Double>(["a": [1, -2], "b": [2]])
    var other = one
    other *= 3
    other["b"] = [0]
    let sum = one + other
    #expect(sum.map(\.tensor) == [[4, -8], [2]] && sum.count == 2 && sum.names == ["a", "b"])
    #expect(one.norm == 3 && one["a"] == [1, -2])
    var parameters = sum.parameters
    parameters -= one.parameters
    parameters /= 2
    #expect(parameters == ["a": [1.5, -3], "b": [0]])
    #expect(Gradients<Double>(["a": Tensor([.nan, 1])]).norm.isNaN)
  }

  @Test("Gradients of other parameters are refused")
  func traps() async {
    let names = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var gradients = Gradients<Float>(["a": [1]])
      gradients += Gradients(["b": [1]])
    }
    expectMessage(names, "[\"b\"] are added to [\"a\"]")
    let shapes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var gradients = Gradients<Float>(["a": [1]])
      gradients += Gradients(["a": [1, 2]])
    }
    expectMessage(shapes, "shapes [1] and [2] differ")
  }

  @Test("Without a pass they are those of a training pass, by the batch's own statistics")
  func trainingIsDefault() {
    let network: Network<Double> = Self.network([.batchNorm()])
    let (x, targets): (Tensor<Double>, Targets<Double>) = Self.batch(7, seed: 1)
    let found = network.lossAndGradients(of: x, targets)
    let training = network.lossAndGradients(of: x, targets, pass: .training(seed: 5))
    #expect(found.loss == training.loss && found.gradients == training.gradients)
    let inference = network.lossAndGradients(of: x, targets, pass: .inference)
    #expect(found.loss != inference.loss && inference.loss == network.loss(of: x, targets))
  }

  @Test("A sum of batches updates statistics by each of them, in order, whatever its factors")
  func statistics() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network: Network<Scalar> = Self.network([.batchNorm(momentum: 0.3), .relu])
      let batches: [(x: Tensor<Scalar>, targets: Targets<Scalar>)] = [
        Self.batch(7, seed: 1), Self.batch(4, seed: 2), Self.batch(9, seed: 3),
      ]
      var expected = network
      var sum = Gradients(zerosFor: network)
      for (x, targets) in batches {
        var workspace = Network<Scalar>.Workspace(for: network, batchSize: 9)
        x.withRows { expected.forward($0, pass: .training(seed: 0), in: &workspace) }
        expected.updateStatistics(from: workspace)
        sum += network.lossAndGradients(of: x, targets).gradients
        sum *= 0.5
      }
      var found = network
      found.updateStatistics(from: sum)
      #expect(found.statistics == expected.statistics && found.statistics != network.statistics)
      #expect(found.parameters == network.parameters)
      // Those of an inference pass say nothing of statistics.
      var same = network
      same.updateStatistics(
        from: network.lossAndGradients(of: batches[0].x, batches[0].targets, pass: .inference)
          .gradients)
      #expect(same == network)
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "A layer that draws random numbers needs a stream or a pass, and a stream changes its masks")
  func randomLayers() async {
    let network: Network<Double> = Self.network([.dropout(rate: 0.5)])
    let (x, targets): (Tensor<Double>, Targets<Double>) = Self.batch(7, seed: 1)
    var random = SeededRandom(seed: 2)
    var same = random
    let first = network.lossAndGradients(of: x, targets, using: &random)
    let second = network.lossAndGradients(of: x, targets, using: &random)
    #expect(first.loss != second.loss)
    #expect(
      network.lossAndGradients(of: x, targets, pass: .training(seed: same.next())) == first)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Self.network([.dropout(rate: 0.5)], Float.self).lossAndGradients(
        of: .zeros([1, 5]), .labels([0]))
    }
    expectMessage(result, "Network: dropout 0.5 draws random numbers", "of:_:using:")
  }
}
