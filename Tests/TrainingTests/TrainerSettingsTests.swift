import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// That each setting of a trainer reaches the step: the first iterations of a run are held against
/// the same made by hand.
@Suite("Trainer settings")
struct TrainerSettingsTests {
  static let data = TrainTests.blobs(60)
  static let layers: [LayerSpecification] = [
    .affine(outputs: 8), .batchNorm(), .relu, .affine(outputs: 3),
  ]

  /// A run of one batch of all rows a step, so that batches are known but for their order.
  static func trained(
    iterations: Int = 3, layers: [LayerSpecification] = layers,
    _ change: (inout TrainerSettings) -> Void
  ) throws -> Trainer<Float, SeededRandom> {
    var settings = TrainerSettings(
      learningRate: 0.5, length: .iterations(iterations), batchSize: 60)
    change(&settings)
    var trainer = try TrainerTests.trainer(settings, net: TrainerTests.net(layers))
    try trainer.run(on: data)
    return trainer
  }

  private static func norm(_ parameters: Parameters<Float>) -> Double {
    parameters.reduce(0) { $0 + Double($1.tensor.sumOfSquares()) }.squareRoot()
  }

  /// How far a run's first step moves all parameters.
  private static func firstMove(_ change: (inout TrainerSettings) -> Void) throws -> Double {
    let fresh = TrainerTests.net(layers).parameters
    let moved = try trained(iterations: 1, change).network.parameters
    return norm(Parameters(zip(fresh, moved).map { ($0.name, $1.tensor - $0.tensor) }))
  }

  @Test("Clipping by norm bounds the first step, and clipping by value every element of it")
  func clipping() throws {
    #expect(try Self.firstMove { _ in } > 0.02)
    let clipped = try Self.firstMove { $0.clipping = .norm(maximum: 0.01) }
    expectClose(clipped, 0.5 * 0.01, tolerance: 1e-4)
    let fresh = TrainerTests.net(Self.layers).parameters
    let moved = try Self.trained(iterations: 1) { $0.clipping = .value(limit: 1e-3) }
      .network.parameters
    for (before, after) in zipped(fresh, moved) {
      let largest = (after.tensor - before.tensor).elements.map(\.magnitude).max() ?? 0
      #expect(largest <= 0.5e-3 * 1.01, "\(before.name)")
    }
  }

  @Test("The maximum norm bounds the weights that lead into each unit")
  func maxNorm() throws {
    func largest(_ trainer: Trainer<Float, SeededRandom>) -> Float {
      ["W1", "W2"].flatMap { name in
        let weights = trainer.network.parameters[name]
        return (weights * weights).sum(axis: 0).elements
      }.max() ?? 0
    }
    #expect(largest(try Self.trained { _ in }) > 0.3)
    #expect(largest(try Self.trained { $0.maxNorm = 0.5 }) <= 0.25 * 1.001)
  }

  @Test("Penalties and weight decay change the trained network")
  func penalties() throws {
    let plain = try Self.trained { _ in }
    for change in [
      { $0.penalty = .l1(0.1) }, { $0.penalty = .l2(0.1) }, { $0.optimizer.weightDecay = 0.1 },
    ] as [(inout TrainerSettings) -> Void] {
      let other = try Self.trained(change)
      #expect(
        Self.norm(other.network.parameters) < Self.norm(plain.network.parameters))
    }
  }

  @Test("The layers' statistics follow the training batches")
  func statistics() throws {
    let trainer = try Self.trained { _ in }
    let mean = trainer.network.statistics["running_mean.1"]
    let inputs = TrainerTests.net(Self.layers).layers[0].forward(Self.data.block(0..<60))
    // After three batches of all rows, whose mean hardly moves: (1 − 0.9³) of the way.
    #expect(mean.sumOfSquares() > 0.01)
    #expect((mean - inputs.mean(axis: 0) * 0.271).sumOfSquares() < 0.2 * mean.sumOfSquares())
  }

  @Test("Every iteration drops other units, and another seed others again")
  func dropout() throws {
    func losses(seed: UInt64) throws -> [Double] {
      let layers: [LayerSpecification] = [
        .affine(outputs: 30), .relu, .dropout(rate: 0.5), .affine(outputs: 3),
      ]
      return try Self.trained(iterations: 6, layers: layers) {
        $0.learningRate = 1e-30
        $0.seed = seed
      }.history.loss
    }
    let first = try losses(seed: 1)
    // Nothing is learned: only the masks differ.
    #expect(Set(first).count == 6)
    #expect(try losses(seed: 1) == first)
    #expect(Set(try losses(seed: 2)).isDisjoint(with: first))
  }

  @Test("A plateau of the score lowers the rate, also if evaluations and epochs do not coincide")
  func plateau() throws {
    func rates(_ evaluation: EvaluationRule) throws -> Int {
      var trainer = try TrainerTests.trainer(
        TrainerSettings(
          learningRate: 1e-12, schedule: .reduceOnPlateau(factor: 0.5, patience: 1),
          length: .epochs(12), batchSize: 10, evaluation: evaluation))
      var rates: Set<Double> = []
      try trainer.run(
        on: Self.data, validation: Self.data,
        callbacks: [.progress { rates.insert($0.learningRate) }])
      return rates.count
    }
    #expect(try rates(.epochs(1)) >= 5)
    #expect(try rates(.iterations(5)) >= 5)
    #expect(throws: InvalidSetting.self) { try rates(.never) }
    #expect(throws: InvalidSetting.self) {
      try Self.trained {
        $0.evaluation = .never
        $0.earlyStopping = EarlyStopping(patience: 2)
      }
    }
  }

  @Test("A batch of more rows than the set ends several epochs at once")
  func severalEpochs() throws {
    var trainer = try TrainerTests.trainer(
      TrainerSettings(
        learningRate: 1e-3, schedule: .epochDecay(factor: 0.5), length: .iterations(3),
        batchSize: 120, sampling: .replacement))
    var rates: [Double] = []
    try trainer.run(on: Self.data, callbacks: [.progress { rates.append($0.learningRate) }])
    #expect(rates == [1e-3, 0.25e-3, 0.0625e-3])
    let endless = TrainerSettings(length: .epochs(.max / 10), batchSize: 10)
    #expect(endless.iterations(rowCount: 10) == .max / 10)
  }

  @Test("A change below the threshold is not an improvement")
  func minimumImprovement() throws {
    func epochs(_ least: Double) throws -> Int {
      var trainer = try TrainerTests.trainer(
        TrainerSettings(
          learningRate: 0.01, length: .epochs(20), batchSize: 60,
          earlyStopping: EarlyStopping(patience: 3, minimumImprovement: least)))
      return try trainer.run(on: Self.data).epochs.count
    }
    #expect(try epochs(0) == 20)
    #expect(try epochs(10) == 4)
  }

  @Test("The classes' weights count in blocks as they do in the whole; without weight there is NaN")
  func weightedEvaluation() {
    var random = SeededRandom(seed: 3)
    let net = Network<Double>(
      inputSize: 3, [.affine(outputs: 2)], loss: .softmax(classWeights: [0, 1]), using: &random)
    // The first block has class 0 alone.
    let labels = (0..<2500).map { $0 < 1200 ? 0 : 1 }
    let x = Tensor<Double>.sample([2500, 3])
    let data = Dataset(x, labels: labels).prepared(with: .none, as: Double.self)
    expectClose(
      net.evaluate(on: data).loss, net.loss(of: x, .labels(labels)), tolerance: 1e-12)
    let (loss, gradients) = net.lossAndGradients(of: x[rows: 0..<5], .labels([0, 0, 0, 0, 0]))
    #expect(loss.isNaN && gradients.allSatisfy { $0.tensor.sumOfSquares().isNaN })
  }

  @Test("A validation set without rows is refused")
  func emptyValidation() throws {
    var trainer = try TrainerTests.trainer(TrainerSettings(batchSize: 60))
    let none = TrainTests.blobs(0).dataset.naming(classes: ["a", "b", "c"])
      .prepared(with: .none, as: Float.self)
    #expect(throws: InvalidSetting.self) { try trainer.run(on: Self.data, validation: none) }
  }
}
