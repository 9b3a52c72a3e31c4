import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Invalid optimizer settings")
struct OptimizerMistakeTests {
  @Test("Invalid settings are refused with their value")
  func badSettings() throws {
    let cases: [(Optimizer, String)] = [
      (.momentum(1), "momentum is 1.0, expected a number from 0 to below 1"),
      (.momentum(.nan), "momentum is nan, expected a number from 0 to below 1"),
      (.nesterov(-0.1), "momentum is -0.1, expected a number from 0 to below 1"),
      (.adagrad(epsilon: -1), "epsilon is -1.0, expected 0 or a number above 0"),
      (.rmsProp(decay: 1.5), "decay of squares is 1.5, expected a number from 0 to below 1"),
      (.rmsProp(epsilon: .infinity), "epsilon is inf, expected 0 or a number above 0"),
      (.adam(beta1: 1), "beta1 is 1.0, expected a number from 0 to below 1"),
      (.adam(beta2: -1), "beta2 is -1.0, expected a number from 0 to below 1"),
      (.adam(epsilon: .nan), "epsilon is nan, expected 0 or a number above 0"),
      (.adamW(weightDecay: -0.5), "weight decay is -0.5, expected 0 or a number above 0"),
      (Optimizer(.sgd, weightDecay: .nan), "weight decay is nan, expected 0 or a number above 0"),
    ]
    for (optimizer, message) in cases {
      let error = #expect(throws: InvalidSetting.self) { try optimizer.check() }
      #expect(error?.description == message)
    }
    for optimizer in OptimizerTests.all { try optimizer.check() }
  }

  @Test("Invalid limits and scales are refused with their value")
  func badValues() throws {
    for limit in [0, -1, Double.nan, .infinity] {
      let error = #expect(throws: InvalidSetting.self) { try MaxNorm(limit).check() }
      #expect(error?.description == "maximum norm is \(limit), expected a number above 0")
    }
    try MaxNorm(3).check()
    #expect(throws: InvalidSetting.self) { try Initializer.normal(scale: -1).check() }
    #expect(throws: InvalidSetting.self) { try Initializer.orthogonal(gain: 0).check() }
    for initializer in [.normal(scale: 0), .orthogonal(gain: 1), .heNormal] as [Initializer] {
      try initializer.check()
    }
  }

  @Test("State tensors of another optimizer trap with both lists of names")
  func otherTensors() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let (network, _) = OptimizerVectors.shared.network(Float.self)
      var state = OptimizerState(.momentum(), for: network)
      state.tensors = OptimizerState(.adam(), for: network).tensors
    }
    expectMessage(result, "W1.first_moment", "expected", "W1.velocity")
  }

  @Test("A state tensor of another shape traps with both shapes")
  func otherShape() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let (network, _) = OptimizerVectors.shared.network(Float.self)
      var state = OptimizerState(.momentum(), for: network)
      state.tensors["W1.velocity"] = .zeros([4, 3])
    }
    expectMessage(result, "W1.velocity", "[3, 4]", "[4, 3]")
  }

  @Test("A workspace without gradients traps, and so does another network")
  func misfits() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var (network, _) = OptimizerVectors.shared.network(Float.self)
      var state = OptimizerState(.sgd, for: network)
      let workspace = Network.Workspace(for: network, batchSize: 1, purpose: .inference)
      state.step(&network, gradients: workspace, learningRate: 1)
    }
    expectMessage(result, "OptimizerState: 4 parameters and gradients of 0 layers, made for 4")
    await #expect(processExitsWith: .failure) {
      var (network, workspace) = OptimizerVectors.shared.network(Float.self)
      let other = Network<Float>(inputSize: 3, layers: [ReLU<Float>()])
      var state = OptimizerState(.momentum(), for: other)
      state.step(&network, gradients: workspace, learningRate: 1)
    }
    await #expect(processExitsWith: .failure) {
      let (network, _) = OptimizerVectors.shared.network(Float.self)
      var state = OptimizerState(.sgd, for: network)
      state.stepCount = -1
    }
  }
}
