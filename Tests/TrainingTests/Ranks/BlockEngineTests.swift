import CPerceptronKernels
import Foundation
import PerceptronDatasets
import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

/// Steps in blocks by one and by several ranks, which are threads.
@Suite("Steps in blocks", .mayHang)
struct BlockEngineTests {
  private func settings(
    _ optimizer: Optimizer = .sgd, batch: Int = 33, blocks: Int? = 8, penalty: Penalty = .none,
    maxNorm: Double? = nil, clipping: GradientClipping = .none, average: Double? = nil
  ) -> TrainerSettings {
    TrainerSettings(
      optimizer: optimizer, learningRate: 0.1, penalty: penalty, maxNorm: maxNorm,
      clipping: clipping, batchSize: batch, blocks: blocks, averageDecay: average, seed: 5)
  }

  /// Expects the bits of a single rank and worker from others.
  private func expectSame<Scalar>(
    _ plan: PlanCase<Scalar>, ranks: [(ranks: Int, workers: Int)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let alone = plan.planned(workers: 1)
    for (ranks, workers) in ranks {
      for (rank, found) in try plan.planned(ranks: ranks, workers: workers).enumerated() {
        let text = "\(Scalar.self), rank \(rank) of \(ranks), \(workers) workers"
        #expect(found.losses == alone.losses, "\(text): losses", sourceLocation: sourceLocation)
        #expect(found.network == alone.network, "\(text)", sourceLocation: sourceLocation)
        #expect(
          found.average?.network == alone.average?.network, "\(text): average",
          sourceLocation: sourceLocation)
        if rank > 0 { continue }
        for (found, expected) in zipped(found.tensors, alone.tensors) {
          #expect(
            found.tensors == expected.tensors, "\(text): \(found.name)",
            sourceLocation: sourceLocation)
        }
      }
    }
  }

  private static let everyCount = [(1, 3), (2, 2), (3, 1), (4, 1), (5, 2), (8, 1)]

  @Test(
    "Any number of ranks and workers gives the same bits", arguments: TrainingEngineTests.stacks,
    TrainingEngineTests.optimizers)
  func ranks(layers: [LayerSpecification], optimizer: Optimizer) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      for (clipping, penalty, maxNorm, average) in [
        (.none, .l2(0.01), nil, nil), (.norm(maximum: 0.5), .elastic(l1: 0.01, l2: 0.02), 1, nil),
        (.value(limit: 0.01), .none, nil, 0.9),
      ] as [(GradientClipping, Penalty, Double?, Double?)] {
        try expectSame(
          PlanCase<Scalar>(
            layers, inputs: layers == [.relu] ? 3 : 70,
            settings: settings(
              optimizer, penalty: penalty, maxNorm: maxNorm, clipping: clipping, average: average)),
          ranks: average == nil ? Self.everyCount : [(3, 2), (8, 1)])
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test(
    "Blocks of a single row, of unequal sizes, and few or many of them",
    arguments: [(8, 8), (9, 8), (15, 8), (16, 16), (7, 2), (5, 4), (64, 4)])
  func sizes(batch: Int, blocks: Int) throws {
    for layers in TrainingEngineTests.stacks.dropLast() {
      try expectSame(
        PlanCase<Float>(
          layers, inputs: 70, settings: settings(.adam(epsilon: 0.1), batch: batch, blocks: blocks)),
        ranks: [(2, 1), (3, 2), (blocks, 1)].filter { $0.0 <= blocks })
    }
  }

  @Test("Large blocks are taken in parts", arguments: TrainingEngineTests.stacks)
  func largeBlocks(layers: [LayerSpecification]) throws {
    try expectSame(
      PlanCase<Float>(
        layers, inputs: layers == [.relu] ? 3 : 70, settings: settings(batch: 2101, blocks: 2)),
      ranks: [(1, 2), (2, 1), (2, 2)])
  }

  @Test("Weights of many rows and columns")
  func largeWeights() throws {
    try expectSame(
      PlanCase<Float>(
        [.affine(outputs: 200), .relu, .affine(outputs: 130), .relu, .affine(outputs: 3)],
        inputs: 900, settings: settings(.momentum(), penalty: .l2(0.01))),
      ranks: [(2, 2), (3, 1), (8, 1)])
  }

  @Test("Every level of instructions gives the same bits for any number of ranks")
  func levels() throws {
    for level in [ckernels_baseline, ckernels_avx2, ckernels_avx512] {
      for layers in [TrainingEngineTests.stacks[3], TrainingEngineTests.stacks[5]] {
        let plan = PlanCase<Float>(
          layers, inputs: 70, settings: settings(.adam(epsilon: 0.1), clipping: .norm(maximum: 1)))
        // The level is a thread's own: ranks with a single worker are threads.
        let outcomes = try [1, 2, 3, 8].map { ranks in
          try ThreadCommunicator.run(ranks) { communicator in
            ckernels_use_level(level)
              ? try plan.planned(workers: 1, communicator: communicator) : nil
          }[0]
        }
        guard let alone = outcomes[0] else { continue }
        for outcome in outcomes {
          #expect(outcome?.losses == alone.losses)
          #expect(outcome?.network == alone.network)
        }
      }
    }
  }

  @Test("A single block is no block", arguments: TrainingEngineTests.stacks)
  func oneBlock(layers: [LayerSpecification]) {
    for optimizer in [Optimizer.sgd, .adam()] {
      let inputs = layers == [.relu] ? 3 : 70
      let one = PlanCase<Float>(layers, inputs: inputs, settings: settings(optimizer, blocks: 1))
      let none = PlanCase<Float>(layers, inputs: inputs, settings: settings(optimizer, blocks: nil))
      for (found, expected) in zipped(
        one.planned(workers: 2).tensors, none.planned(workers: 2).tensors)
      {
        #expect(found.tensors == expected.tensors, "\(found.name)")
      }
    }
  }

  @Test(
    "Blocks lead where the whole batch does, but for layers that need it",
    arguments: TrainingEngineTests.stacks.filter { stack in
      !stack.contains { if case .batchNorm = $0 { true } else { false } }
    })
  func wholeBatch(layers: [LayerSpecification]) {
    for (optimizer, clipping) in [
      (.sgd, .none), (.adam(epsilon: 0.1), .norm(maximum: 0.1)), (.momentum(), .value(limit: 0.01)),
    ] as [(Optimizer, GradientClipping)] {
      let inputs = layers == [.relu] ? 3 : 70
      func plan(_ blocks: Int?) -> PlanCase<Double> {
        PlanCase(
          layers, inputs: inputs,
          settings: settings(
            optimizer, blocks: blocks, penalty: .elastic(l1: 0.01, l2: 0.1), clipping: clipping))
      }
      let (name, error) = largestDifference(
        plan(8).planned(workers: 2), plan(nil).planned(workers: 2))
      #expect(error <= 1e-12, "\(name) is off by \(error)")
    }
  }

  @Test("Gradients are the blocks' weighted by their rows", arguments: [1, 2, 3])
  func gradients(workers: Int) {
    let batch = 21
    let plan = PlanCase<Double>(
      [.batchNorm(), .affine(outputs: 65), .batchNorm(), .relu, .affine(outputs: 3)], inputs: 70,
      settings: settings(batch: batch, blocks: 4))
    let steps = plan.engine(workers: workers)
    steps.choose { 2 * $0 }
    steps.gather(from: plan.data)
    steps.computeLossesAndGradients(iteration: 0)
    guard case .labels(let labels) = steps.batchTargets.kind else { return }
    let features = steps.features
    var expected: [Tensor<Double>] = plan.network.parameters.map { .zeros($0.tensor.shape) }
    let blocks = BlockPlan(batchSize: batch, blocks: 4)
    for block in 0..<4 {
      let rows = blocks.rows(ofBlock: block)
      let part = plan.network.lossAndGradients(
        of: features[rows], .labels(Array(labels[rows])), pass: .training(seed: 0))
      for (index, gradient) in part.gradients.enumerated() {
        expected[index] += gradient.tensor * Tensor(Double(rows.count) / Double(batch))
      }
    }
    for (found, expected) in zip(steps.gradients(at: 0), expected) {
      expectClose(found.tensor, expected, tolerance: 1e-12)
    }
  }

  @Test("A loss that is not finite moves nothing on any rank")
  func notFinite() throws {
    var plan = PlanCase<Float>(
      TrainingEngineTests.stacks[1], inputs: 70, settings: settings(.momentum(), penalty: .l2(1)))
    plan.network.updateParameters { place, parameter in
      if place.name == "W1" { parameter *= 1e25 }
      if place.name == "W2" { parameter *= 1e-30 }
    }
    for outcome in try plan.planned(ranks: 3, workers: 2) {
      #expect(outcome.losses == [.infinity, .infinity, .infinity])
      #expect(outcome.network == plan.network && outcome.optimizer.stepCount == 0)
    }
  }

  private static let python = "/usr/bin/python3"

  @Test(
    "scripts/model-ranks counts the bytes that ranks send",
    .enabled(if: FileManager.default.isExecutableFile(atPath: python), "there is no \(python)"),
    arguments: [[70, 256, 3], [300, 64, 130, 3]])
  func model(sizes: [Int]) throws {
    struct Prediction: Decodable {
      let ranks: Int
      let sent_bytes: Int
    }
    let run = try Command.run(
      program: Self.python,
      [
        Pages.root + "scripts/model-ranks", "--json", "--batch", "33", "--bandwidth", "1",
        "--network", sizes.map(String.init).joined(separator: "-"), "--ranks", "1", "2", "3", "8",
      ])
    let hidden: [LayerSpecification] = sizes.dropFirst().dropLast().flatMap {
      [LayerSpecification.affine(outputs: $0), .relu]
    }
    let plan = PlanCase<Float>(
      hidden + [.affine(outputs: 3)], inputs: sizes[0], settings: settings(batch: 33))
    for prediction in try JSONDecoder().decode([Prediction].self, from: Data(run.output.utf8)) {
      let sent = try ThreadCommunicator.run(prediction.ranks) {
        let exchanges = plan.engine(workers: 1, communicator: $0).networks[0].exchanges
        return exchanges.map { $0.sums.sentBytes + $0.weights.sentBytes } ?? 0
      }
      #expect(sent.max() == prediction.sent_bytes, "\(prediction.ranks) ranks")
    }
  }

  @Test("Ranks divide the optimizer state of large weights among them")
  func memory() throws {
    let plan = PlanCase<Float>(
      [.affine(outputs: 256), .relu, .affine(outputs: 3)], inputs: 300, settings: settings(.adam()))
    // Two moments of each weight, a row of which takes whole cache lines, and of each bias.
    let alone = plan.engine(workers: 1).networks[0].packedStates.count
    #expect(alone >= 2 * 256 * 300)
    for ranks in [2, 4, 8] {
      let counts = try ThreadCommunicator.run(ranks) {
        plan.engine(workers: 1, communicator: $0).networks[0].packedStates.count
      }
      for count in counts { #expect(count < alone / ranks + 2 * 3000, "\(ranks) ranks") }
    }
  }
}
