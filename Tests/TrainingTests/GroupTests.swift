import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

/// Several networks in one trainer.
@Suite("Groups of networks", .mayHang)
struct GroupTests {
  static let data = TrainTests.blobs(90)
  static let validation = TrainTests.blobs(21)

  /// Networks and settings that differ in all that may differ.
  static var members: [(network: Network<Float>, settings: TrainerSettings)] {
    let changes: [(inout TrainerSettings) -> Void] = [
      { _ in }, { $0.optimizer = .adam() }, { $0.clipping = .norm(maximum: 0.2) },
      { $0.maxNorm = 0.7 }, { $0.averageDecay = 0.8 }, { $0.penalty = .elastic(l1: 0.01, l2: 0.1) },
      { $0.length = .iterations(17) }, { $0.schedule = .epochDecay(factor: 0.5) },
      { $0.earlyStopping = EarlyStopping(patience: 2) }, { $0.seed = 9 },
    ]
    return changes.enumerated().map { index, change in
      var settings = TrainerSettings(
        learningRate: 0.05, length: .iterations(40), batchSize: 30, evaluation: .iterations(5),
        seed: 3)
      change(&settings)
      var random = SeededRandom(seed: UInt64(index))
      let network = Network<Float>(
        inputSize: data.featureCount,
        [.affine(outputs: 60 + index), .relu, .dropout(rate: 0.2), .affine(outputs: 3)],
        using: &random)
      return (network, settings)
    }
  }

  static func trainer(
    _ members: [(network: Network<Float>, settings: TrainerSettings)], workers: Int? = nil
  ) throws -> Trainer<Float, SeededRandom> {
    try Trainer(
      members.map(\.network), rowCount: data.count,
      settings: members.map {
        var settings = $0.settings
        settings.workers = workers
        return settings
      }, random: SeededRandom(seed: 1, purpose: "batches"))
  }

  private static func expectSame(
    _ found: TrainingMember<Float>, _ expected: TrainingMember<Float>, _ comment: String
  ) {
    #expect(found.network == expected.network, "\(comment)")
    #expect(found.result == expected.result, "\(comment)")
    #expect(found.history == expected.history, "\(comment)")
    #expect(found.iteration == expected.iteration, "\(comment)")
  }

  @Test("Each network of a group has the bits that it has alone", arguments: [1, 2, 3, 5])
  func alone(workers: Int) throws {
    let members = Self.members
    var group = try Self.trainer(members, workers: workers)
    try group.run(on: Self.data, validation: Self.validation)
    #expect(group.isFinished)
    for (index, member) in members.enumerated() {
      var alone = try Self.trainer([member], workers: 1)
      try alone.run(on: Self.data, validation: Self.validation)
      Self.expectSame(group.members[index], alone.members[0], "member \(index)")
    }
  }

  @Test("A group that is stopped and taken up from its file has the same bits")
  func resume() throws {
    let scratch = try TemporaryDirectory()
    var whole = try Self.trainer(Self.members)
    try whole.run(on: Self.data, validation: Self.validation)
    for stop in [1, 16, 17, 23] {
      var first = try Self.trainer(Self.members)
      try first.run(
        on: Self.data, validation: Self.validation,
        callbacks: [.perform { $0.progress.iteration + 1 >= stop ? .stop : .proceed }])
      try first.saveCheckpoint(to: scratch.file("checkpoint"))
      var second = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("checkpoint"))
      #expect(second.members.count == whole.members.count)
      try second.run(on: Self.data, validation: Self.validation)
      for index in whole.members.indices {
        Self.expectSame(
          second.members[index], whole.members[index], "member \(index), stopped after \(stop)")
      }
    }
  }

  @Test("Checkpoints in the loop change no bit")
  func checkpoints() throws {
    let scratch = try TemporaryDirectory()
    var plain = try Self.trainer(Self.members)
    try plain.run(on: Self.data, validation: Self.validation)
    var saved = try Self.trainer(Self.members)
    try saved.run(
      on: Self.data, validation: Self.validation,
      checkpoints: Checkpoints(at: scratch.file("c"), everyIterations: 3))
    for index in plain.members.indices {
      Self.expectSame(saved.members[index], plain.members[index], "member \(index)")
    }
  }

  @Test("A callback that looks at every network and keeps it changes no bit")
  func looks() throws {
    var plain = try Self.trainer(Self.members)
    try plain.run(on: Self.data, validation: Self.validation)
    var kept: [Int: [Network<Float>]] = [:]
    var looked = try Self.trainer(Self.members)
    try looked.run(
      on: Self.data, validation: Self.validation,
      callbacks: [
        .perform {
          kept[$0.member, default: []].append($0.network)
          return .proceed
        }
      ])
    for index in plain.members.indices {
      Self.expectSame(looked.members[index], plain.members[index], "member \(index)")
      let networks = try #require(kept[index])
      #expect(networks.count == plain.members[index].iteration)
      #expect(networks.last == plain.members[index].network)
      // What was kept is not what later steps made of it.
      #expect(networks.first != networks.last)
    }
  }

  @Test("A network that diverges leaves the others; where all do, the run fails")
  func divergence() throws {
    let members = Self.members
    var wild = members[0]
    wild.settings.learningRate = 1e30
    var group = try Self.trainer([members[0], wild, members[1]])
    try group.run(on: Self.data)
    #expect(group.members[1].failure != nil && group.members[1].iteration < 40)
    #expect(group.members[0].failure == nil && group.members[2].failure == nil)
    for (index, member) in [(0, members[0]), (2, members[1])] {
      var alone = try Self.trainer([member])
      try alone.run(on: Self.data)
      Self.expectSame(group.members[index], alone.members[0], "member \(index)")
    }
    var both = try Self.trainer([wild, wild])
    #expect(throws: TrainingError.self) { try both.run(on: Self.data) }
  }

  @Test("A diverged run reports so again, and so does its checkpoint")
  func diverged() throws {
    let scratch = try TemporaryDirectory()
    var wild = Self.members[0]
    wild.settings.learningRate = 1e30
    var trainer = try Self.trainer([wild])
    for _ in 0..<2 {
      #expect(throws: TrainingError.self) {
        try trainer.run(on: Self.data, checkpoints: Checkpoints(at: scratch.file("c")))
      }
    }
    try trainer.saveCheckpoint(to: scratch.file("c"))
    var resumed = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("c"))
    #expect(resumed.isFinished && resumed.members[0].failure != nil)
    #expect(throws: TrainingError.self) { try resumed.run(on: Self.data) }
  }

  @Test("A network that a callback ends stays ended while the others continue, also after a resume")
  func ended() throws {
    let scratch = try TemporaryDirectory()
    let members = Array(Self.members[..<3])
    var wild = members[0]
    wild.settings.learningRate = 1e30
    for others in [Array(members[1...]), [wild]] {
      var group = try Self.trainer([members[0]] + others)
      try group.run(
        on: Self.data,
        callbacks: [
          .perform { $0.member == 0 && $0.progress.iteration == 0 ? .stop : .proceed }
        ])
      #expect(group.members[0].iteration == 1)
      try group.saveCheckpoint(to: scratch.file("c"))
      var resumed = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("c"))
      #expect(resumed.members.map(\.iteration) == group.members.map(\.iteration))
      #expect(resumed.iteration == group.iteration && resumed.isFinished == group.isFinished)
      if others.count == 2 {
        #expect(group.isFinished)
        try resumed.run(on: Self.data)
        #expect(resumed.members[0].network == group.members[0].network)
      }
    }
  }

  @Test("A checkpoint keeps the last good file if the update left an invalid network")
  func lastGood() throws {
    let scratch = try TemporaryDirectory()
    var wild = Self.members[0]
    (wild.settings.learningRate, wild.settings.schedule) = (1e37, .constant)
    var group = try Self.trainer([Self.members[0], wild])
    _ = try? group.run(
      on: Self.data, checkpoints: Checkpoints(at: scratch.file("c"), everyIterations: 1))
    let resumed = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("c"))
    #expect(resumed.members[0].iteration == 40 && resumed.members[1].failure != nil)
    var alone = try Self.trainer([wild])
    #expect(throws: TrainingError.self) {
      try alone.run(
        on: Self.data, checkpoints: Checkpoints(at: scratch.file("d"), everyIterations: 1))
    }
  }

  @Test("Settings that networks side by side must share are refused by name if they differ")
  func shared() throws {
    let members = Self.members
    let changes: [(String, (inout TrainerSettings) -> Void)] = [
      ("batches of 15", { $0.batchSize = 15 }), ("replacement", { $0.sampling = .replacement }),
      ("never", { $0.evaluation = .never }), ("2 workers", { $0.workers = 2 }),
    ]
    for (name, change) in changes {
      var other = members[0]
      change(&other.settings)
      let error = #expect(throws: InvalidSetting.self) {
        _ = try Trainer(
          [members[0].network, other.network], rowCount: 90,
          settings: [members[0].settings, other.settings], random: SeededRandom(seed: 1))
      }
      #expect(error?.description.contains(name) == true, "\(error)")
    }
  }

  @Test("An ensemble is not trained as one network")
  func ensemble() throws {
    let network = try Ensemble(Self.members.prefix(2).map(\.network)).network
    let error = #expect(throws: InvalidSetting.self) {
      _ = try Trainer(
        network, rowCount: 90, settings: TrainerSettings(batchSize: 30),
        random: SeededRandom(seed: 1))
    }
    #expect(error?.description.contains("an ensemble") == true, "\(error)")
  }

  @Test("Every setting either is shared or may differ: a new one has to be put on a list")
  func lists() {
    let names = Mirror(reflecting: TrainerSettings()).children.compactMap(\.label)
    let shared: Set = [
      "batchSize", "blocks", "sampling", "evaluation", "classWeights", "metric", "workers",
    ]
    let own: Set = [
      "optimizer", "learningRate", "schedule", "penalty", "maxNorm", "clipping", "length",
      "earlyStopping", "averageDecay", "seed",
    ]
    #expect(Set(names) == shared.union(own))
  }
}
