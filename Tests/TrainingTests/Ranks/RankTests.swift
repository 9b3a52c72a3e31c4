import Foundation
import PerceptronDatasets
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import Synchronization
import TestSupport
import Testing
@testable import PerceptronTraining

/// Whole runs of several ranks, which are threads.
@Suite("Runs of several ranks", .mayHang)
struct RankTests {
  typealias FloatTrainer = Trainer<Float, SeededRandom>

  /// Weights that are dealt to ranks, and every layer that could depend on who computes.
  static let layers: [LayerSpecification] = [
    .affine(outputs: 70), .batchNorm(), .relu, .dropout(rate: 0.3), .affine(outputs: 66),
    .layerNorm(), .gelu, .affine(outputs: 3),
  ]

  static func settings(
    _ optimizer: Optimizer = .adam(), length: TrainerSettings.Length = .iterations(12)
  ) -> TrainerSettings {
    TrainerSettings(
      optimizer: optimizer, learningRate: 0.01,
      schedule: .reduceOnPlateau(factor: 0.5, patience: 1, minimumRate: 1e-5), penalty: .l2(1e-4),
      maxNorm: 2, clipping: .norm(maximum: 1), length: length, batchSize: 21, blocks: 8,
      earlyStopping: EarlyStopping(patience: 1000), averageDecay: 0.9, seed: 3)
  }

  static let data = TrainTests.blobs(60)
  static let validation = TrainTests.blobs(21)

  static func fresh(
    _ settings: TrainerSettings = settings(), seed: UInt64 = 0
  ) throws -> FloatTrainer {
    var random = SeededRandom(seed: seed, purpose: "weights")
    return try Trainer(
      Network(inputSize: 4, layers, using: &random), rowCount: 60, settings: settings,
      random: SeededRandom(seed: 1))
  }

  /// The trainers of some ranks after a run.
  static func trained(
    _ ranks: Int, _ make: @escaping @Sendable () throws -> FloatTrainer = { try fresh() },
    until stop: Int = .max
  ) throws -> [FloatTrainer] {
    try ThreadCommunicator.run(ranks) { communicator in
      var trainer = try make()
      try trainer.run(
        on: data, validation: validation,
        callbacks: [.perform { $0.progress.iteration + 1 >= stop ? .stop : .proceed }],
        communicator: communicator)
      return trainer
    }
  }

  static func expectSame<Scalar>(
    _ found: Trainer<Scalar, SeededRandom>, _ expected: Trainer<Scalar, SeededRandom>,
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.network == expected.network, "\(text)", sourceLocation: sourceLocation)
    #expect(
      found.network.statistics == expected.network.statistics, "\(text)",
      sourceLocation: sourceLocation)
    #expect(found.result == expected.result, "\(text)", sourceLocation: sourceLocation)
    #expect(found.history == expected.history, "\(text)", sourceLocation: sourceLocation)
  }

  @Test("Every rank ends with the network and history of a run alone")
  func sameBits() throws {
    var alone = try Self.fresh()
    try alone.run(on: Self.data, validation: Self.validation)
    #expect(alone.isFinished && alone.history.epochs.count == 4)
    for ranks in [1, 2, 3, 4, 5, 8] {
      for (rank, trainer) in try Self.trained(ranks).enumerated() {
        Self.expectSame(trainer, alone, "rank \(rank) of \(ranks)")
      }
    }
  }

  @Test(
    "Weights of rows and classes, and every kind of targets, are those of the whole batch",
    arguments: TargetCase.allCases)
  func targets(target: TargetCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let data = try target.prepared(90, as: Scalar.self)
      @Sendable func run(_ communicator: any Communicator) throws -> Trainer<Scalar, SeededRandom> {
        var trainer = try target.trainer(
          [target.network([.affine(outputs: 70), .tanh]) as Network<Scalar>], rowCount: 90
        ) {
          $0.blocks = 8
          $0.length = .iterations(15)
        }
        try trainer.run(on: data, validation: data, communicator: communicator)
        return trainer
      }
      let alone = try run(SoloCommunicator())
      #expect(alone.history.loss.count == 15)
      for ranks in [2, 3, 8] {
        for trainer in try ThreadCommunicator.run(ranks, run) {
          Self.expectSame(trainer, alone, "\(Scalar.self), \(ranks) ranks")
        }
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Networks side by side have the bits of a run alone")
  func group() throws {
    @Sendable func run(_ communicator: any Communicator) throws -> FloatTrainer {
      var other = Self.settings(.momentum(), length: .iterations(7))
      other.clipping = .none
      let first = try Self.fresh()
      var trainer = try Trainer(
        [first.network, first.network], rowCount: 60, settings: [Self.settings(), other],
        random: SeededRandom(seed: 1))
      try trainer.run(on: Self.data, validation: Self.validation, communicator: communicator)
      return trainer
    }
    let alone = try run(SoloCommunicator())
    for trainer in try ThreadCommunicator.run(3, run) {
      for (found, expected) in zip(trainer.members, alone.members) {
        #expect(found.history == expected.history && found.result == expected.result)
      }
    }
  }

  // MARK: - Going on

  @Test("A run goes on from a checkpoint of rank 0 with another number of ranks")
  func resume() throws {
    let scratch = try TemporaryDirectory()
    for optimizer in [Optimizer.adam(), .sgd] {
      var alone = try Self.fresh(Self.settings(optimizer))
      try alone.run(on: Self.data, validation: Self.validation)
      for (before, after) in [(2, 3), (3, 1), (1, 2), (8, 5)] {
        let path = scratch.file("checkpoint")
        let first = try Self.trained(before, { try Self.fresh(Self.settings(optimizer)) }, until: 5)
        try first[0].saveCheckpoint(to: path)
        let second = try Self.trained(after, { try FloatTrainer(resumingFrom: path) })
        for trainer in second { Self.expectSame(trainer, alone, "from \(before) to \(after)") }
      }
    }
  }

  @Test("Checkpoints of several ranks are those of one")
  func checkpoints() throws {
    let scratch = try TemporaryDirectory()
    func saved(_ ranks: Int) throws -> Data {
      let path = scratch.file("checkpoint\(ranks)")
      _ = try ThreadCommunicator.run(ranks) { communicator in
        var trainer = try Self.fresh()
        try trainer.run(
          on: Self.data, validation: Self.validation,
          checkpoints: Checkpoints(at: path, everyIterations: 5, whenFinished: false),
          communicator: communicator)
      }
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    let alone = try saved(1)
    for ranks in [2, 3] { #expect(try saved(ranks) == alone, "\(ranks) ranks") }
  }

  @Test("A run that was stopped goes on with the same ranks, whose state rank 0 deals out")
  func secondRun() throws {
    var alone = try Self.fresh()
    try alone.run(on: Self.data, validation: Self.validation)
    let trainers = try ThreadCommunicator.run(3) { communicator in
      var trainer = try Self.fresh()
      for stop in [4, 7, 1000] {
        try trainer.run(
          on: Self.data, validation: Self.validation,
          callbacks: [.perform { $0.progress.iteration + 1 >= stop ? .stop : .proceed }],
          communicator: communicator)
      }
      return trainer
    }
    for trainer in trainers { Self.expectSame(trainer, alone, "in three pieces") }
  }

  @Test("Only rank 0 can save a checkpoint or go on alone")
  func otherRanks() throws {
    let trainers = try Self.trained(2, until: 5)
    _ = try trainers[0].checkpoint()
    #expect(throws: InvalidSetting.self) { try trainers[1].checkpoint() }
    var (first, second) = (trainers[0], trainers[1])
    try first.run(on: Self.data, validation: Self.validation)
    #expect(first.isFinished)
    #expect(throws: InvalidSetting.self) {
      try second.run(on: Self.data, validation: Self.validation)
    }
  }

  // MARK: - Agreement

  @Test("What callbacks of rank 0 return counts for all ranks")
  func callbacks() throws {
    @Sendable func run(_ communicator: any Communicator) throws -> FloatTrainer {
      var trainer = try Self.fresh()
      let rank = communicator.rank
      try trainer.run(
        on: Self.data, validation: Self.validation,
        callbacks: [
          .perform {
            if rank > 0 { return $0.progress.iteration == 2 ? .stop : .setLearningRate(7) }
            return switch $0.progress.iteration {
            case 3: .setLearningRate(0.05)
            case 5: .followSchedule
            case 8: .stop
            default: .proceed
            }
          }
        ], communicator: communicator)
      return trainer
    }
    let alone = try run(SoloCommunicator())
    #expect(alone.iteration == 9)
    for trainer in try ThreadCommunicator.run(3, run) {
      Self.expectSame(trainer, alone, "stopped")
    }
  }

  @Test("Scores of rank 0 decide for all, where processors round differently")
  func scores() throws {
    @Sendable func run(_ communicator: any Communicator) throws -> FloatTrainer {
      var settings = Self.settings(length: .iterations(120))
      settings.earlyStopping = EarlyStopping(patience: 3)
      var trainer = try Self.fresh(settings)
      // Others find the network worse from step to step, or better.
      let rows = communicator.rank == 0 ? Self.validation : TrainTests.blobs(40)
      try trainer.run(on: Self.data, validation: rows, communicator: communicator)
      return trainer
    }
    let alone = try run(SoloCommunicator())
    #expect(alone.members[0].hasStoppedEarly)
    #expect(Set(alone.history.epochs.map(\.learningRate)).count > 1)
    for trainer in try ThreadCommunicator.run(3, run) {
      #expect(trainer.network == alone.network && trainer.iteration == alone.iteration)
      #expect(
        trainer.history.epochs.map(\.learningRate) == alone.history.epochs.map(\.learningRate))
    }
  }

  @Test("Callbacks of every rank get the whole batch")
  func batches() throws {
    let batches = try ThreadCommunicator.run(3) { communicator in
      var trainer = try Self.fresh()
      var batches: [Tensor<Float>] = []
      try trainer.run(
        on: Self.data,
        callbacks: [
          .perform {
            batches.append($0.batch.features)
            return .proceed
          }
        ], communicator: communicator)
      return batches
    }
    #expect(batches[0].count == 12 && batches[0][0].shape == [21, 4])
    #expect(batches[1] == batches[0] && batches[2] == batches[0])
  }

  // MARK: - Mistakes and losses

  @Test("Ranks without blocks, more ranks than blocks and ranks that differ are refused")
  func mistakes() throws {
    func expectRefused(
      _ names: [String], _ make: @escaping @Sendable (Int) throws -> FloatTrainer
    ) throws {
      let errors = try ThreadCommunicator.run(names.count) { communicator in
        var trainer = try make(communicator.rank)
        do {
          try trainer.run(on: Self.data, communicator: communicator)
          return ""
        } catch let error as InvalidSetting {
          return error.name
        }
      }
      #expect(errors == names)
    }
    var none = Self.settings()
    none.blocks = nil
    var two = none
    two.blocks = 2
    try expectRefused(["blocks", "blocks"]) { [none] _ in try Self.fresh(none) }
    try expectRefused(["ranks", "ranks", "ranks"]) { [two] _ in try Self.fresh(two) }
    try expectRefused(["rank 1", "ranks", "rank 1"]) { [two] in
      try $0 == 1 ? Self.fresh(two) : Self.fresh()
    }
    let third = "beginning of rank 2"
    try expectRefused([third, third, third]) { try Self.fresh(seed: $0 == 2 ? 1 : 0) }
    try expectRefused(["beginning of rank 1", "beginning of rank 1"]) {
      var settings = Self.settings()
      if $0 == 1 { settings.learningRate = 0.02 }
      return try Self.fresh(settings)
    }
  }

  @Test("Blocks are a power of two and at most as many as rows", arguments: [0, 3, -2, 32])
  func invalidBlocks(blocks: Int) {
    var settings = Self.settings()
    settings.blocks = blocks
    #expect(throws: InvalidSetting.self) { try settings.check(rowCount: 60) }
  }

  @Test("A run whose loss diverges fails on every rank as it does alone")
  func divergence() throws {
    var settings = Self.settings(.sgd)
    (settings.clipping, settings.maxNorm, settings.learningRate) = (.none, nil, 1e30)
    let failure = { @Sendable [settings] (communicator: any Communicator) -> String? in
      var trainer = try Self.fresh(settings)
      do {
        try trainer.run(on: Self.data, communicator: communicator)
        return nil
      } catch let error as TrainingError {
        return "\(error)"
      }
    }
    let alone = try failure(SoloCommunicator())
    #expect(alone != nil)
    let found = try ThreadCommunicator.run(3) { try failure($0) }
    #expect(found == Array(repeating: alone, count: 3))
  }

  @Test(
    "A rank that leaves ends the others' runs, and the last checkpoint is whole",
    arguments: [Optimizer.sgd, .adam()])
  func lostRank(optimizer: Optimizer) throws {
    struct Gone: Error {}
    let scratch = try TemporaryDirectory()
    let path = scratch.file("checkpoint")
    let lost = Mutex<[Int?]>([])
    let cannotSave = Mutex(0)
    #expect(throws: Gone.self) {
      _ = try ThreadCommunicator.run(3) { communicator in
        var trainer = try Self.fresh(Self.settings(optimizer))
        do {
          try trainer.run(
            on: Self.data, validation: Self.validation,
            callbacks: [
              .perform {
                if communicator.rank == 2 && $0.progress.iteration == 6 { throw Gone() }
                return .proceed
              }
            ],
            checkpoints: Checkpoints(at: path, everyIterations: 5), communicator: communicator)
        } catch let error as RankLost {
          lost.withLock { $0.append(error.rank) }
          do { _ = try trainer.checkpoint() } catch is InvalidSetting {
            cannotSave.withLock { $0 += 1 }
          }
          throw error
        }
      }
    }
    #expect(lost.withLock { $0.count } == 2 && cannotSave.withLock { $0 } == 2)
    var alone = try Self.fresh(Self.settings(optimizer))
    try alone.run(on: Self.data, validation: Self.validation)
    var resumed = try FloatTrainer(resumingFrom: path)
    #expect(resumed.iteration == 5)
    try resumed.run(on: Self.data, validation: Self.validation)
    Self.expectSame(resumed, alone, "after a loss")
  }
}
