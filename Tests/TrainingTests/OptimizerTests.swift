import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

@Suite("Optimizers")
struct OptimizerTests {
  static let vectors = OptimizerVectors.shared
  static let all: [Optimizer] = [
    .sgd, Optimizer(.sgd, weightDecay: 0.1), .momentum(), .nesterov(0.8), .adagrad(), .rmsProp(),
    .adam(), .adamW(weightDecay: 0.1),
  ]

  /// Makes steps on the vectors' gradients.
  static func makeSteps<Scalar: BLASScalar>(
    _ steps: Range<Int>, _ state: inout OptimizerState<Scalar>, on network: inout Network<Scalar>
  ) {
    var workspace = Network.Workspace(for: network, batchSize: 1)
    for step in steps {
      vectors.setGradients(of: step, in: &workspace, for: network)
      state.step(&network, gradients: workspace, learningRate: vectors.learningRate)
    }
  }

  @Test("Every optimizer's steps are NumPy's", arguments: OptimizerVectors.shared.runs.indices)
  func vectors(index: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let run = Self.vectors.runs[index]
      let tolerance = Scalar.self == Float.self ? 1e-5 : 1e-10
      var (network, workspace) = Self.vectors.network(Scalar.self)
      var state = OptimizerState(run.optimizer, for: network)
      func expect(_ expected: OptimizerVectors.Named) {
        for (name, tensor) in network.parameters {
          let expected: Tensor<Double> = Self.vectors.tensor(expected, name)
          expectClose(tensor, expected, tolerance: tolerance)
        }
      }
      for step in run.norms.indices {
        Self.vectors.setGradients(of: step, in: &workspace, for: network)
        if let norm = run.clipping.apply(to: &workspace) {
          expectClose(norm, run.norms[step], tolerance: tolerance)
        }
        state.step(&network, gradients: workspace, learningRate: Self.vectors.learningRate)
        if step == 0 { expect(run.first) }
      }
      expect(run.last)
      #expect(state.stepCount == run.norms.count && state.tensors.count == run.kept.count)
      for (name, tensor) in state.tensors {
        let expected: Tensor<Double> = Self.vectors.tensor(run.kept, name)
        expectClose(tensor, expected, tolerance: tolerance)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A step by gradients that are values is one by a workspace's", arguments: all)
  func gradientValues(optimizer: Optimizer) {
    var (network, workspace) = Self.vectors.network(Double.self)
    var other = network
    var state = OptimizerState(optimizer, for: network)
    var otherState = state
    for step in 0..<2 {
      Self.vectors.setGradients(of: step, in: &workspace, for: network)
      let gradients = Parameters(
        network.parameterPlaces.map { ($0.name, workspace.gradients[$0.layer][$0.position]) })
      state.step(&network, gradients: workspace, learningRate: 0.1)
      otherState.step(&other, gradients: gradients, learningRate: 0.1)
    }
    for ((_, tensor), (_, expected)) in zipped(other.parameters, network.parameters) {
      expectClose(tensor, expected, tolerance: 1e-15)
    }
    #expect(otherState.stepCount == 2)
  }

  @Test("Weights under a maximum norm are NumPy's")
  func maxNorm() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var (network, _) = Self.vectors.network(Scalar.self)
      MaxNorm(Self.vectors.maxNorm.limit).apply(to: &network)
      for (name, tensor) in network.parameters {
        let expected: Tensor<Double> = Self.vectors.tensor(Self.vectors.maxNorm.limited, name)
        expectClose(tensor, expected)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Plain gradient descent is the sum that the network makes itself, bit for bit")
  func plain() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var (network, workspace) = Self.vectors.network(Scalar.self)
      Self.vectors.setGradients(of: 0, in: &workspace, for: network)
      var expected = network.parameters
      for name in expected.names {
        expected[name].add(network.gradients(in: workspace)[name], scaledBy: -Scalar(0.123))
      }
      var state = OptimizerState(.sgd, for: network)
      state.step(&network, gradients: workspace, learningRate: 0.123)
      #expect(network.parameters == expected)
      #expect(state.tensors.isEmpty && state.stepCount == 1)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A step reuses the memory of parameters and optimizer state", arguments: all)
  func reusesMemory(optimizer: Optimizer) {
    var (network, workspace) = Self.vectors.network(Float.self)
    Self.vectors.setGradients(of: 0, in: &workspace, for: network)
    var state = OptimizerState(optimizer, for: network)
    func addresses() -> [UnsafePointer<Float>?] {
      (network.parameters.map(\.tensor) + state.tensors.map(\.tensor)
        + network.gradients(in: workspace).map(\.tensor))
        .map { $0.withUnsafeElements { $0.baseAddress } }
    }
    let before = addresses()
    for _ in 0..<3 {
      state.step(&network, gradients: workspace, learningRate: 0.1)
      GradientClipping.norm(maximum: 0.1).apply(to: &workspace)
      GradientClipping.value(limit: 0.01).apply(to: &workspace)
      #expect(addresses() == before)
    }
  }

  @Test("A run resumed from its state equals the uninterrupted one", arguments: all)
  func resumes(optimizer: Optimizer) {
    var (whole, _) = Self.vectors.network(Float.self)
    var uninterrupted = OptimizerState(optimizer, for: whole)
    Self.makeSteps(0..<6, &uninterrupted, on: &whole)

    var (network, _) = Self.vectors.network(Float.self)
    var before = OptimizerState(optimizer, for: network)
    Self.makeSteps(0..<3, &before, on: &network)
    var resumed = OptimizerState(optimizer, for: network)
    // In another order, as a file may have them.
    resumed.tensors = Parameters(before.tensors.reversed())
    resumed.stepCount = before.stepCount
    #expect(resumed == before)
    Self.makeSteps(3..<6, &resumed, on: &network)
    #expect(resumed == uninterrupted && network == whole)
    #expect(resumed.stepCount == 6 && before.stepCount == 3)
  }

  @Test("The optimizer state has the parameters' names, kinds and shapes")
  func names() {
    let (network, _) = Self.vectors.network(Double.self)
    func names(_ optimizer: Optimizer) -> [String] {
      OptimizerState(optimizer, for: network).tensors.names
    }
    #expect(names(.sgd) == [])
    let parameters = ["W1", "b1", "W2", "b2"]
    #expect(names(.momentum()) == parameters.map { "\($0).velocity" })
    #expect(names(.nesterov()) == names(.momentum()))
    #expect(names(.adagrad()) == parameters.map { "\($0).sum_of_squares" })
    #expect(names(.rmsProp()) == parameters.map { "\($0).mean_of_squares" })
    #expect(
      names(.adam()) == parameters.flatMap { ["\($0).first_moment", "\($0).second_moment"] })
    let kept = OptimizerState(.adam(), for: network).tensors
    #expect(kept["W1.second_moment"] == .zeros([3, 4]) && kept["b2.first_moment"] == .zeros([2]))
  }

  @Test("Without gradients, weight decay takes its share of weights, and of nothing else")
  func weightDecay() {
    for method in Self.all.map(\.method) {
      var (network, workspace) = Self.vectors.network(Double.self)
      let before = network.parameters
      var state = OptimizerState(Optimizer(method, weightDecay: 0.3), for: network)
      state.step(&network, gradients: workspace, learningRate: 0.5)
      for (name, tensor) in network.parameters {
        let share = name.hasPrefix("W") ? 0.85 : 1
        expectClose(tensor, before[name] * Tensor(share))
      }
      // Not through the method: nothing of it is kept.
      #expect(state.tensors.allSatisfy { $0.tensor.absoluteSum() == 0 })
    }
  }

  @Test("Every optimizer learns", arguments: all)
  func learns(optimizer: Optimizer) {
    let x = Tensor<Float>.sample([60, 4])
    let labels = (0..<60).map { x[$0, 0] + x[$0, 1] * x[$0, 2] > 0 ? 1 : 0 }
    var random = SeededRandom(seed: 0)
    var network = Network<Float>(
      inputSize: 4, [.affine(outputs: 16), .relu, .affine(outputs: 2)], using: &random)
    var workspace = Network.Workspace(for: network, batchSize: 60)
    var state = OptimizerState(optimizer, for: network)
    let before = network.loss(of: x, .labels(labels))
    for _ in 0..<200 {
      x.withRows { x in
        labels.withUnsafeBufferPointer {
          _ = network.lossAndGradients(
            of: x, .labels($0), penalty: .none, pass: .inference, in: &workspace)
        }
      }
      let rate = optimizer.method == .sgd ? 0.3 : 0.03
      state.step(&network, gradients: workspace, learningRate: rate)
    }
    #expect(network.loss(of: x, .labels(labels)) < before / 3)
  }

  @Test("Adam's first step is the learning rate long, however large a gradient is")
  func firstStep() {
    var (network, workspace) = Self.vectors.network(Double.self)
    let before = network.parameters
    for place in network.parameterPlaces {
      for (index, size) in [1e-3, -1, 1e8, -1e100].enumerated() {
        let position = index % workspace.gradients[place.layer][place.position].count
        workspace.gradients[place.layer][place.position][position: position] = size
      }
    }
    var state = OptimizerState(.adam(), for: network)
    state.step(&network, gradients: workspace, learningRate: 0.25)
    for (name, tensor) in network.parameters {
      let step = before[name] - tensor
      let gradient = network.gradients(in: workspace)[name]
      for position in 0..<step.count {
        let sign = gradient[position: position].sign == .minus ? -1.0 : 1
        let expected = gradient[position: position] == 0 ? 0 : 0.25 * sign
        expectClose(step[position: position], expected, tolerance: 1e-4)
      }
    }
  }

  @Test("A network without parameters makes steps too")
  func noParameters() {
    var network = Network<Float>(inputSize: 3, layers: [ReLU<Float>()])
    let workspace = Network.Workspace(for: network, batchSize: 2)
    for optimizer in Self.all {
      var state = OptimizerState(optimizer, for: network)
      state.step(&network, gradients: workspace, learningRate: 1)
      #expect(state.stepCount == 1 && state.tensors.isEmpty)
    }
  }
}
