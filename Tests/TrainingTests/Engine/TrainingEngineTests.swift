import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

/// The engine's steps against the readable path's.
@Suite("Training engine", .mayHang)
struct TrainingEngineTests {
  /// Every kind of layer, and a weight matrix that is split among workers: 70 × 65. An epsilon is
  /// large where columns may hardly vary, which makes much of rounding.
  static let stacks: [[LayerSpecification]] = [
    [.affine(outputs: 3)],
    [.affine(outputs: 65), .relu, .affine(outputs: 3)],
    [.leakyReLU(), .affine(outputs: 65), .tanh, .affine(outputs: 3), .sigmoid],
    [.affine(outputs: 65), .gelu, .dropout(rate: 0.3), .affine(outputs: 70), .affine(outputs: 3)],
    [.affine(outputs: 65), .layerNorm(), .relu, .affine(outputs: 3), .layerNorm()],
    [.batchNorm(), .affine(outputs: 65), .batchNorm(epsilon: 0.1), .affine(outputs: 3)],
    [
      .dropout(rate: 0.2), .affine(outputs: 66), .relu, .batchNorm(epsilon: 0.1),
      .dropout(rate: 0.5),
      .affine(outputs: 65), .layerNorm(), .affine(outputs: 3),
    ],
    [.relu],
  ]

  /// Large epsilons: a gradient that is nothing but rounding would otherwise be a step of full size.
  static let optimizers: [Optimizer] = [
    .sgd, Optimizer(.sgd, weightDecay: 0.2), .momentum(), .nesterov(), .adagrad(epsilon: 0.1),
    .rmsProp(epsilon: 0.1), .adam(epsilon: 0.1),
    Optimizer(.adam(beta1: 0.9, beta2: 0.99, epsilon: 0.1), weightDecay: 0.1),
  ]

  static func expectSame<Scalar>(
    _ plan: PlanCase<Scalar>, workers: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (name, error) = largestDifference(plan.planned(workers: workers), plan.readable())
    #expect(
      error <= Scalar.testTolerance,
      "\(Scalar.self), \(workers) workers, batch \(plan.settings.batchSize): \(name) is off by \(error)",
      sourceLocation: sourceLocation)
  }

  @Test("Every stack of layers, optimizer and number of workers", arguments: stacks, optimizers)
  func combinations(layers: [LayerSpecification], optimizer: Optimizer) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (workers, batch) in [(1, 17), (2, 17), (3, 31)] {
        Self.expectSame(
          PlanCase<Scalar>(
            layers, inputs: layers == [.relu] ? 3 : 70,
            settings: TrainerSettings(
              optimizer: optimizer, learningRate: 0.1, penalty: .l2(0.01), batchSize: batch,
              seed: 5)), workers: workers)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Batches of fewer rows than workers", arguments: [1, 2, 5], [2, 3, 7])
  func smallBatches(batch: Int, workers: Int) {
    for layers in Self.stacks.dropLast() {
      for optimizer in [Optimizer.sgd, .adam(epsilon: 0.1)] {
        Self.expectSame(
          PlanCase<Double>(
            layers, inputs: 70,
            settings: TrainerSettings(
              optimizer: optimizer, learningRate: 0.05, penalty: .elastic(l1: 0.01, l2: 0.02),
              batchSize: batch)), workers: workers)
      }
    }
  }

  @Test(
    "Clipping, penalties and limits",
    arguments: [
      GradientClipping.none, .norm(maximum: 0.05), .norm(maximum: 1e9), .value(limit: 1e-3),
    ],
    [Penalty.none, .l1(0.01), .l2(0.1), .elastic(l1: 0.02, l2: 0.05)])
  func settings(clipping: GradientClipping, penalty: Penalty) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for optimizer in [Optimizer.momentum(), .adam(epsilon: 0.1)] {
        for (workers, maxNorm) in [(1, nil), (2, 1), (3, nil)] as [(Int, Double?)] {
          Self.expectSame(
            PlanCase<Scalar>(
              Self.stacks[1], inputs: 70,
              settings: TrainerSettings(
                optimizer: optimizer, learningRate: 0.1, penalty: penalty, maxNorm: maxNorm,
                clipping: clipping, batchSize: 19)), workers: workers)
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "Losses divide by the whole batch's count",
    arguments: [
      LossSpecification.softmax(labelSmoothing: 0.1, classWeights: [1, 5, 0.5]), .hinge,
      .squaredHinge, .squaredError, .absoluteError, .huber(delta: 0.5), .logistic,
    ])
  func losses(loss: LossSpecification) {
    for workers in 1...3 {
      Self.expectSame(
        PlanCase<Double>(
          Self.stacks[1], loss: loss, inputs: 70,
          settings: TrainerSettings(learningRate: 0.01, batchSize: 14)), workers: workers)
    }
  }

  @Test("A penalty that is lost in 1 − 2·rate·λ in single precision shrinks weights all the same")
  func smallPenalty() {
    var plan = PlanCase<Float>(
      [.affine(outputs: 100)], inputs: 100,
      settings: TrainerSettings(learningRate: 1e-3, penalty: .l2(5e-5), batchSize: 3))
    // Without input there is no gradient but the penalty's.
    plan.data = Dataset(
      Features(.bytes(Array(repeating: 0, count: 700)), exampleShape: [100]),
      labels: Array(repeating: 0, count: 7), classNames: ["a", "b", "c"]
    ).prepared(with: Preprocessing(divisor: 100))
    func size(_ network: Network<Float>) -> Double {
      network.parameters[0].tensor.elements.reduce(0) { $0 + Double(abs($1)) }
    }
    let shrinkage = 1 - size(plan.planned(workers: 1).network) / size(plan.network)
    #expect(abs(shrinkage / 3e-7 - 1) < 0.1, "\(shrinkage)")
  }

  @Test("A large matrix is moved piece by piece", arguments: [1, 2, 3])
  func pieces(workers: Int) {
    for optimizer in [Optimizer.momentum(), .adam(epsilon: 0.1)] {
      Self.expectSame(
        PlanCase<Float>(
          [.affine(outputs: 130), .relu, .affine(outputs: 3)], inputs: 900,
          settings: TrainerSettings(
            optimizer: optimizer, learningRate: 0.01, penalty: .l2(0.01), batchSize: 7)),
        workers: workers)
    }
  }

  @Test("Every number of workers gives the same bits", arguments: stacks, optimizers)
  func workers(layers: [LayerSpecification], optimizer: Optimizer) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (clipping, penalty, maxNorm, average) in [
        (.none, .l2(0.01), nil, nil), (.norm(maximum: 0.5), .elastic(l1: 0.01, l2: 0.02), 1, nil),
        (.value(limit: 0.01), .none, nil, 0.9),
      ] as [(GradientClipping, Penalty, Double?, Double?)] {
        let plan = PlanCase<Scalar>(
          layers, inputs: layers == [.relu] ? 3 : 70,
          settings: TrainerSettings(
            optimizer: optimizer, learningRate: 0.1, penalty: penalty, maxNorm: maxNorm,
            clipping: clipping, batchSize: 33, averageDecay: average, seed: 5))
        let alone = plan.planned(workers: 1)
        for workers in [2, 3, 5] {
          let shared = plan.planned(workers: workers)
          for (found, expected) in zipped(shared.tensors, alone.tensors) {
            #expect(
              found.tensors == expected.tensors,
              "\(Scalar.self), \(workers) workers, \(clipping): \(found.name)")
          }
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A large batch is taken in parts, the same for every number of workers", arguments: stacks)
  func largeBatches(layers: [LayerSpecification]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (batch, clipping) in [(1024, .none), (1700, .norm(maximum: 0.5))]
        as [(Int, GradientClipping)]
      {
        let plan = PlanCase<Scalar>(
          layers, inputs: layers == [.relu] ? 3 : 70,
          settings: TrainerSettings(
            learningRate: 0.1, penalty: .l2(0.01), clipping: clipping, batchSize: batch, seed: 5))
        Self.expectSame(plan, workers: 2)
        let alone = plan.planned(workers: 1)
        for workers in [2, 3, 5] {
          for (found, expected) in zipped(plan.planned(workers: workers).tensors, alone.tensors) {
            #expect(
              found.tensors == expected.tensors,
              "\(Scalar.self), batch \(batch), \(workers) workers: \(found.name)")
          }
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Kernels and OpenBLAS lead to the same place", arguments: stacks)
  func paths(layers: [LayerSpecification]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (optimizer, clipping) in [
        (.sgd, .none), (.adam(epsilon: 0.1), .none), (.momentum(), .norm(maximum: 0.1)),
      ] as [(Optimizer, GradientClipping)] {
        let plan = PlanCase<Scalar>(
          layers, inputs: layers == [.relu] ? 3 : 70,
          settings: TrainerSettings(
            optimizer: optimizer, learningRate: 0.1, penalty: .l2(0.01), clipping: clipping,
            batchSize: 33))
        let (name, error) = largestDifference(
          plan.planned(workers: 2, path: .blas), plan.planned(workers: 2, path: .kernels))
        #expect(error <= Scalar.testTolerance, "\(Scalar.self): \(name) is off by \(error)")
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A loss that is not finite moves nothing", arguments: [1, 2, 3])
  func notFinite(workers: Int) {
    var plan = PlanCase<Float>(
      Self.stacks[1], inputs: 70,
      settings: TrainerSettings(
        optimizer: .momentum(), learningRate: 0.1, penalty: .l2(1), batchSize: 9))
    // The scores are finite; the squares of the weights are beyond what the type holds.
    plan.network.updateParameters { place, parameter in
      if place.name == "W1" { parameter *= 1e25 }
      if place.name == "W2" { parameter *= 1e-30 }
    }
    let outcome = plan.planned(workers: workers)
    #expect(outcome.losses == [.infinity, .infinity, .infinity])
    #expect(outcome.network == plan.network && outcome.optimizer.stepCount == 0)
  }

  @Test("Gradients are kept on demand", arguments: [1, 2, 3])
  func gradients(workers: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var settings = TrainerSettings(penalty: .elastic(l1: 0.1, l2: 0.2), batchSize: 21)
      settings.workers = workers
      let plan = PlanCase<Scalar>(Self.stacks[1], inputs: 70, settings: settings)
      let steps = plan.engine(workers: workers)
      steps.choose { 2 * $0 }
      steps.gather(from: plan.data)
      steps.computeLossesAndGradients(iteration: 0)
      let loss = steps.loss(at: 0)
      let expected = plan.network.lossAndGradients(
        of: steps.features, steps.batchTargets, penalty: settings.penalty)
      expectClose(loss, expected.loss, tolerance: Scalar.testTolerance)
      for (found, expected) in zipped(steps.gradients(at: 0), expected.gradients) {
        expectClose(found.tensor, expected.tensor)
      }
    }
    for type in scalarTypes { check(type) }
  }
}
