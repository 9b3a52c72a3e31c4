import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Averages of networks", .mayHang)
struct NetworkAverageTests {
  @Test("The average has the mean of every parameter and every statistic")
  func means() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let networks = (0..<3).map { RunningMean<Scalar>.network(seed: $0) }
      let average = Network.average(of: networks)
      #expect(average.parameters.names == ["W1", "b1", "W2", "b2"])
      for (name, tensor) in average.parameters {
        let sum = networks.reduce(Tensor<Scalar>.zeros(tensor.shape)) { $0 + $1.parameters[name] }
        expectClose(tensor, sum / 3)
      }
      #expect(average.statistics.names == ["mean.1", "variance.1"])
      for (name, tensor) in average.statistics {
        let sum = networks.reduce(Tensor<Scalar>.zeros(tensor.shape)) { $0 + $1.statistics[name] }
        expectClose(tensor, sum / 3)
      }
      #expect(networks[0] == RunningMean<Scalar>.network(seed: 0))
      #expect(Network.average(of: [networks[1]]) == networks[1])
      #expect(Network.average(of: [networks[1], networks[1]]) == networks[1])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The average of linear networks predicts the mean of their outputs")
  func linear() {
    let networks = (0..<4).map { seed in
      Network<Double>(
        inputSize: 3,
        layers: [Affine(weights: .sample([3, 2], seed: seed), bias: .sample([2], seed: seed + 9))])
    }
    let x = Tensor<Double>.sample([7, 3])
    let outputs = networks.map { $0.outputs(of: x) }
    expectClose(
      Network.average(of: networks).outputs(of: x), outputs.dropFirst().reduce(outputs[0], +) / 4)
  }

  @Test("Networks of different architectures trap, naming which and how they differ")
  func traps() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Network<Float>.average(of: [])
    }
    expectMessage(result, "average: there are no networks")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Network<Float>.average(of: [.identity(3), .identity(3), .identity(2)])
    }
    expectMessage(result, "average: network 2 has 2 inputs, network 0 3")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 0)
      _ = Network<Float>.average(of: [
        Network(inputSize: 3, [.affine(outputs: 4), .relu, .affine(outputs: 2)], using: &random),
        Network(inputSize: 3, [.affine(outputs: 5), .relu, .affine(outputs: 2)], using: &random),
      ])
    }
    expectMessage(
      result, "network 1 has the layer 0 affine of 5 outputs, network 0 affine of 4")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 0)
      _ = Network<Float>.average(of: [
        .identity(3), Network(inputSize: 3, [.affine(outputs: 3), .relu], using: &random),
      ])
    }
    expectMessage(result, "network 1 has 2 layers, network 0 1")
  }
}
