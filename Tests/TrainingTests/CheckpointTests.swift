import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  /// Everything that has a state: dropout, batch statistics, passes, a plateau, an average, the best
  /// weights so far.
  static func settings(_ optimizer: Optimizer, sampling: Sampling = .epoch) -> TrainerSettings {
    TrainerSettings(
      optimizer: optimizer, learningRate: 0.01,
      schedule: .reduceOnPlateau(factor: 0.5, patience: 1, minimumRate: 1e-5), penalty: .l2(1e-4),
      maxNorm: 2, clipping: .norm(maximum: 1), length: .iterations(45), batchSize: 14,
      sampling: sampling,
      earlyStopping: EarlyStopping(patience: 1000), averageDecay: 0.9, seed: 3)
  }

  static let layers: [LayerSpecification] = [
    .affine(outputs: 9), .batchNorm(), .relu, .dropout(rate: 0.3), .affine(outputs: 6),
    .layerNorm(), .gelu, .affine(outputs: 3),
  ]

  static func fresh<Random: RandomStream>(
    _ settings: TrainerSettings, random: Random
  ) throws -> Trainer<Float, Random> {
    try Trainer(
      TrainerTests.net(layers), rowCount: 60, settings: settings, random: random)
  }

  static let data = TrainTests.blobs(60)
  static let validation = TrainTests.blobs(21)

  /// Trains until `stop` iterations are made.
  static func run<Random>(_ trainer: inout Trainer<Float, Random>, until stop: Int = .max) throws {
    try trainer.run(
      on: data, validation: validation,
      callbacks: [.perform { $0.progress.iteration + 1 >= stop ? .stop : .proceed }])
  }

  static func expectSame<Random>(
    _ resumed: Trainer<Float, Random>, _ whole: Trainer<Float, Random>, _ comment: String
  ) {
    #expect(resumed.network == whole.network, "\(comment)")
    #expect(resumed.network.statistics == whole.network.statistics, "\(comment)")
    #expect(resumed.result == whole.result, "\(comment)")
    #expect(resumed.history == whole.history, "\(comment)")
  }

  @Test(
    "A run that is stopped at any iteration and taken up from its file has the same bits",
    arguments: TrainerTests.optimizers.map(\.0), Sampling.allCases)
  func resume(optimizer: Optimizer, sampling: Sampling) throws {
    let scratch = try TemporaryDirectory()
    let settings = Self.settings(optimizer, sampling: sampling)
    var whole = try Self.fresh(settings, random: SeededRandom(seed: 1))
    try Self.run(&whole)
    #expect(whole.isFinished && whole.history.epochs.count == 10)
    var random = SeededRandom(seed: 5, purpose: "stops")
    for stop in (0..<6).map({ _ in 1 + random.index(below: 44) }) {
      var first = try Self.fresh(settings, random: SeededRandom(seed: 1))
      try Self.run(&first, until: stop)
      #expect(first.iteration == stop)
      try first.saveCheckpoint(to: scratch.file("checkpoint"))
      var second = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("checkpoint"))
      #expect(second.settings == settings && second.iteration == stop)
      try Self.run(&second)
      Self.expectSame(second, whole, "stopped after \(stop)")
    }
  }

  @Test("A run without validation rows resumes a plateau schedule on its losses")
  func noValidation() throws {
    var settings = Self.settings(.sgd)
    (settings.learningRate, settings.earlyStopping) = (1e-9, EarlyStopping(patience: 4))
    var whole = try Self.fresh(settings, random: SeededRandom(seed: 1))
    try whole.run(on: Self.data)
    for stop in [2, 7, 9] {
      var first = try Self.fresh(settings, random: SeededRandom(seed: 1))
      try first.run(
        on: Self.data, callbacks: [.perform { $0.progress.iteration == stop ? .stop : .proceed }])
      var second = try Trainer<Float, SeededRandom>(first.checkpoint(), path: "memory")
      try second.run(on: Self.data)
      Self.expectSame(second, whole, "stopped after \(stop)")
      #expect(second.iteration == whole.iteration)
    }
  }

  @Test("A flipped bit anywhere in a checkpoint is found")
  func damage() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("checkpoint")
    var trainer = try Self.fresh(Self.settings(.adam()), random: SeededRandom(seed: 1))
    try Self.run(&trainer, until: 9)
    try trainer.saveCheckpoint(to: path)
    let bytes = try scratch.bytes(of: "checkpoint")
    var random = SeededRandom(seed: 4)
    for _ in 0..<200 {
      var damaged = bytes
      damaged[random.index(below: bytes.count)] ^= UInt8(1 << random.index(below: 8))
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      #expect(throws: FileError.self) { try Trainer<Float, SeededRandom>(resumingFrom: path) }
    }
  }

  @Test("NumPy's stream is resumed too, in Double")
  func numPy() throws {
    let data = Dataset(Tensor<Double>.sample([30, 4]), labels: (0..<30).map { $0 % 3 })
      .prepared(with: .none, as: Double.self)
    let settings = TrainerSettings(length: .iterations(9), batchSize: 7)
    func fresh() throws -> Trainer<Double, NumPyRandom> {
      var random = NumPyRandom(seed: 4)
      let net = Network<Double>(
        inputSize: 4, Self.layers, initializer: .normal(scale: 0.5), using: &random)
      return try Trainer(net, rowCount: 30, settings: settings, random: random)
    }
    var whole = try fresh()
    try whole.run(on: data)
    var first = try fresh()
    try first.run(
      on: data, callbacks: [.perform { $0.progress.iteration == 4 ? .stop : .proceed }])
    var second = try Trainer<Double, NumPyRandom>(first.checkpoint(), path: "memory")
    try second.run(on: data)
    #expect(second.network == whole.network && second.history == whole.history)
  }

  @Test("Checkpoints are saved as the run goes and when it ends, and change nothing")
  func asItGoes() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("checkpoint")
    let settings = Self.settings(.adam())
    var whole = try Self.fresh(settings, random: SeededRandom(seed: 1))
    try Self.run(&whole)
    var trainer = try Self.fresh(settings, random: SeededRandom(seed: 1))
    var seen: [Int] = []
    try trainer.run(
      on: Self.data, validation: Self.validation,
      callbacks: [
        .perform { _ in
          if FileManager.default.fileExists(atPath: path) {
            seen.append(
              try CheckpointSummary(TensorArchive(readingFrom: path), path: path).iteration)
          }
          return .proceed
        }
      ], checkpoints: Checkpoints(at: path, everyIterations: 10, notes: { ["note": "mine"] }))
    #expect(Set(seen) == [10, 20, 30, 40])
    Self.expectSame(trainer, whole, "with checkpoints")
    let last = try TensorArchive(readingFrom: path)
    #expect(try CheckpointSummary(last, path: path).iteration == 45)
    #expect(last.metadata["note"] == "mine")
  }

  @Test("A stopped run is saved, a finished one only on request")
  func whenFinished() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("checkpoint")
    var trainer = try Self.fresh(Self.settings(.adam()), random: SeededRandom(seed: 1))
    // Longer than any run, and than a Duration can be.
    let checkpoints = Checkpoints(at: path, everySeconds: 1e300, whenFinished: false)
    try trainer.run(
      on: Self.data, validation: Self.validation,
      callbacks: [.perform { $0.progress.iteration == 11 ? .stop : .proceed }],
      checkpoints: checkpoints)
    let stopped = try CheckpointSummary(TensorArchive(readingFrom: path), path: path)
    #expect(stopped.iteration == 12)
    try trainer.run(on: Self.data, validation: Self.validation, checkpoints: checkpoints)
    #expect(trainer.isFinished)
    let left = try CheckpointSummary(TensorArchive(readingFrom: path), path: path)
    #expect(left.iteration == 12)
  }

  @Test("An error of a checkpoint's notes ends the run")
  func notesThrow() throws {
    struct Refusal: Error {}
    let scratch = try TemporaryDirectory()
    var trainer = try Self.fresh(Self.settings(.adam()), random: SeededRandom(seed: 1))
    #expect(throws: Refusal.self) {
      try trainer.run(
        on: Self.data, validation: Self.validation,
        checkpoints: Checkpoints(
          at: scratch.file("checkpoint"), everyIterations: 5, notes: { throw Refusal() }))
    }
    #expect(trainer.iteration == 5)
    #expect(try scratch.names.isEmpty)
  }

  @Test("A checkpoint of another kind is refused, and one with a wrong field")
  func refused() throws {
    var trainer = try Self.fresh(Self.settings(.adam()), random: SeededRandom(seed: 1))
    try Self.run(&trainer, until: 12)
    let archive = try trainer.checkpoint()
    func expectRefusal(_ archive: TensorArchive, _ message: String) {
      do {
        _ = try Trainer<Float, SeededRandom>(archive, path: "file")
        Issue.record("accepted, expected: \(message)")
      } catch {
        #expect("\(error)".contains(message), "\(error)")
      }
    }
    #expect(throws: FileError.self) { try Trainer<Double, SeededRandom>(archive, path: "file") }
    #expect(throws: FileError.self) { try Trainer<Float, NumPyRandom>(archive, path: "file") }
    /// One whose digest is right all the same.
    func changed(_ key: String, _ from: String, _ to: String) throws -> TensorArchive {
      var other = archive
      let text = other.metadata[key] ?? ""
      #expect(text.contains(from), "\(key): \(text)")
      other.metadata[key] = text.replacing(from, with: to)
      other.metadata["sha256"] = try other.digest(withoutKey: "sha256")
      return other
    }
    expectRefusal(TensorArchive(), "not a checkpoint")
    try expectRefusal(changed("architecture", "\"outputs\":9", "\"outputs\":8"), "W1")
    try expectRefusal(
      changed("architecture", "\"inputSize\":4", "\"inputSize\":-4"), "input size is -4")
    try expectRefusal(changed("settings", "\"batchSize\":14", "\"batchSize\":0"), "batch size is 0")
    try expectRefusal(
      changed("state", "\"iteration\":12", "\"iteration\":46"), "iteration is 46 of 45")
    try expectRefusal(
      changed("state", "\"iteration\":12", "\"iteration\":11"), "each of 11 iterations")
    try expectRefusal(changed("state", "\"optimizerSteps\":12", "\"optimizerSteps\":1"), "1 steps")
    try expectRefusal(changed("state", "\"rowCount\":60", "\"rowCount\":59"), "each of 59 rows")
    try expectRefusal(changed("random", "[", "[1,"), "random in the metadata")
  }
}
