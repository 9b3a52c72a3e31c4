import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// Learning rates that callbacks set.
@Suite("Learning rates of callbacks", .mayHang)
struct LearningRateTests {
  private static let data = TrainTests.blobs(60)

  private static func settings(_ schedule: Schedule = .epochDecay(factor: 0.5)) -> TrainerSettings {
    TrainerSettings(
      optimizer: .momentum(0.9), learningRate: 0.1, schedule: schedule, length: .iterations(12),
      batchSize: 20)
  }

  /// The rate of each iteration of the first network.
  private static func rates(
    _ trainer: inout TrainerTests.FloatTrainer, _ callbacks: [TrainingCallback<Float>]
  ) throws -> [Double] {
    var rates: [Double] = []
    try trainer.run(
      on: data,
      callbacks: callbacks + [.progress { if $0.member == 0 { rates.append($0.learningRate) } }])
    return rates
  }

  @Test("A rate holds from the next iteration on, until another is set or the schedule is followed")
  func holds() throws {
    var trainer = try TrainerTests.trainer(Self.settings())
    let rates = try Self.rates(
      &trainer,
      [
        .perform {
          switch $0.progress.iteration {
          case 1: .setLearningRate(0.7)
          case 4: .setLearningRate($0.progress.learningRate / 7)
          case 6: .followSchedule
          case 10: .setLearningRate(0)
          default: .proceed
          }
        }
      ])
    // Three iterations an epoch, after each of which the schedule halves its rate.
    #expect(rates.prefix(7) == [0.1, 0.1, 0.7, 0.7, 0.7, 0.7 / 7, 0.7 / 7])
    #expect(rates.dropFirst(7) == [0.025, 0.025, 0.0125, 0.0125, 0])
    #expect(trainer.history.epochs.map(\.learningRate) == [0.7, 0.7 / 7, 0.025, 0])
  }

  @Test("It is the rate of the updates: as a run whose schedule has that rate")
  func updates() throws {
    var set = try TrainerTests.trainer(Self.settings())
    _ = try Self.rates(&set, [.perform { _ in .setLearningRate(0.1) }])
    var constant = try TrainerTests.trainer(Self.settings(.constant))
    try constant.run(on: Self.data)
    #expect(set.network == constant.network && set.history == constant.history)
  }

  @Test("Each network side by side has its own, and the last callback counts")
  func sideBySide() throws {
    let nets = [TrainerTests.net(), TrainerTests.net()]
    func fresh(_ nets: [Network<Float>]) throws -> TrainerTests.FloatTrainer {
      try Trainer(
        nets, rowCount: 60, settings: [Self.settings()],
        random: SeededRandom(seed: 0, purpose: "batches"))
    }
    let callbacks: [TrainingCallback<Float>] = [
      .perform { _ in .setLearningRate(3) },
      .perform { $0.member == 1 ? .setLearningRate(0.03) : .followSchedule },
    ]
    var both = try fresh(nets)
    try both.run(on: Self.data, callbacks: callbacks)
    var first = try fresh([nets[0]])
    try first.run(on: Self.data)
    var second = try fresh([nets[1]])
    try second.run(on: Self.data, callbacks: [.perform { _ in .setLearningRate(0.03) }])
    #expect(both.members.map(\.network) == [first.network, second.network])
    #expect(both.members.map(\.history) == [first.history, second.history])
  }

  @Test("A run that is resumed from its file goes on with it", arguments: [1, 2, 5, 6])
  func resumes(stop: Int) throws {
    let scratch = try TemporaryDirectory()
    func callback(_ stop: Int?) -> TrainingCallback<Float> {
      .perform {
        if $0.progress.iteration == 1 { return .setLearningRate(0.02) }
        if $0.progress.iteration == 5 { return .followSchedule }
        return .proceed
      }
    }
    var whole = try TrainerTests.trainer(Self.settings())
    try whole.run(on: Self.data, callbacks: [callback(nil)])
    var first = try TrainerTests.trainer(Self.settings())
    try first.run(
      on: Self.data,
      callbacks: [
        callback(stop), .perform { $0.progress.iteration == stop ? .stop : .proceed },
      ])
    try first.saveCheckpoint(to: scratch.file("checkpoint"))
    var second = try TrainerTests.FloatTrainer(resumingFrom: scratch.file("checkpoint"))
    try second.run(on: Self.data, callbacks: [callback(nil)])
    #expect(second.network == whole.network && second.history == whole.history)
  }

  @Test("One that is negative or not finite ends the run with an error", arguments: [-0.1, .nan])
  func refuses(rate: Double) throws {
    var trainer = try TrainerTests.trainer(Self.settings())
    let error = #expect(throws: InvalidSetting.self) {
      try trainer.run(on: Self.data, callbacks: [.perform { _ in .setLearningRate(rate) }])
    }
    #expect(
      error?.description == "learning rate is \(rate), expected 0 or a number above 0")
    #expect(trainer.iteration == 1)
  }
}
