import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Training loops of users", .mayHang)
struct OwnLoopTests {
  private static let layers: [LayerSpecification] = [
    .affine(outputs: 9), .batchNorm(momentum: 0.2), .relu, .dropout(rate: 0.3), .affine(outputs: 6),
    .batchNorm(), .tanh, .affine(outputs: 3),
  ]

  /// The batches of a trainer, as its callbacks see them, and the network that it ends with.
  private static func trained<Scalar: BLASScalar>(
    _ net: Network<Scalar>, _ settings: TrainerSettings
  ) throws -> (batches: [(features: Tensor<Scalar>, targets: Targets<Scalar>)], Network<Scalar>) {
    let data = Dataset(Tensor<Double>.sample([50, 4]), labels: (0..<50).map { $0 * $0 % 3 })
      .prepared(with: .none, as: Scalar.self)
    var trainer = try Trainer(
      net, rowCount: 50, settings: settings, random: SeededRandom(seed: 4))
    var batches: [(features: Tensor<Scalar>, targets: Targets<Scalar>)] = []
    try trainer.run(
      on: data,
      callbacks: [
        .perform {
          batches.append($0.batch)
          return .proceed
        }
      ])
    return (batches, trainer.network)
  }

  @Test(
    "A loop of one's own with batch norm and dropout makes the steps that a trainer makes",
    arguments: [
      Optimizer.sgd, .momentum(0.9), .adam(), .adamW(weightDecay: 0.1),
    ], [GradientClipping.none, .norm(maximum: 0.5), .value(limit: 0.05)])
  func sameAsTrainer(optimizer: Optimizer, clipping: GradientClipping) throws {
    var random = SeededRandom(seed: 1)
    let start = Network<Double>(inputSize: 4, Self.layers, using: &random)
    let settings = TrainerSettings(
      optimizer: optimizer, learningRate: 0.02, penalty: .l2(1e-3), clipping: clipping,
      length: .iterations(25), batchSize: 10, evaluation: .never, seed: 7)
    let (batches, expected) = try Self.trained(start, settings)

    var net = start
    var state = OptimizerState(optimizer, for: net)
    for (iteration, batch) in batches.enumerated() {
      // The trainer's masks.
      var masks = SeededRandom(seed: 7, purpose: "dropout", index: UInt64(iteration))
      var (_, gradients) = net.lossAndGradients(
        of: batch.features, batch.targets, penalty: .l2(1e-3), using: &masks)
      clipping.apply(to: &gradients)
      state.step(&net, gradients: gradients, learningRate: 0.02)
    }
    for (found, expected) in zipped(net.statistics, expected.statistics) {
      expectClose(found.tensor, expected.tensor, tolerance: 1e-12)
    }
    // Gradients that are 0 but for rounding, such as those of a bias before batch norm, have other signs.
    let first = net.outputs(of: batches[0].features)
    if optimizer == .sgd || optimizer == .momentum(0.9) {
      expectClose(first, expected.outputs(of: batches[0].features), tolerance: 1e-10)
    } else {
      expectClose(first, expected.outputs(of: batches[0].features), tolerance: 1e-4)
    }
    #expect(net.statistics != start.statistics)
  }

  @Test("A network trained so predicts well at inference, without a word about statistics")
  func learns() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      // Each class is moved along a feature of its own, all far from 0.
      let labels = (0..<120).map { $0 % 3 }
      var x = Tensor<Scalar>.sample([120, 4]) + 3
      for (row, label) in labels.enumerated() { x[row, label] += 4 }
      var random = SeededRandom(seed: 2)
      var net = Network<Scalar>(
        inputSize: 4, [.affine(outputs: 8), .batchNorm(), .relu, .affine(outputs: 3)],
        using: &random)
      var optimizer = OptimizerState(.adam(), for: net)
      for _ in 0..<150 {
        let (_, gradients) = net.lossAndGradients(of: x, .labels(labels))
        optimizer.step(&net, gradients: gradients, learningRate: 0.01)
      }
      #expect(accuracy(of: net.predict(x), labels: labels) > 0.95)
      // A copy's statistics are its own.
      let copy = net
      let (_, gradients) = net.lossAndGradients(of: x + 1, .labels(labels))
      optimizer.step(&net, gradients: gradients, learningRate: 0.05)
      #expect(copy.statistics != net.statistics)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A trainer can be sent to another task and be run there")
  func sendable() async throws {
    let data = TrainTests.blobs(60)
    let trainer = try TrainerTests.trainer(TrainerSettings(length: .epochs(2), batchSize: 20))
    let sent = try await Task.detached {
      var trainer = trainer
      try trainer.run(on: data)
      return trainer
    }.value
    var here = trainer
    try here.run(on: data)
    #expect(sent.network == here.network && sent.history == here.history)
    #expect(trainer.iteration == 0)
  }
}
