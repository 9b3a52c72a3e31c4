import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Trainer", .mayHang)
struct TrainerTests {
  typealias FloatTrainer = Trainer<Float, SeededRandom>

  static func net(
    _ layers: [LayerSpecification] = [.affine(outputs: 8), .relu, .affine(outputs: 3)],
    inputs: Int = 4
  ) -> Network<Float> {
    var random = SeededRandom(seed: 0, purpose: "weights")
    return Network(inputSize: inputs, layers, using: &random)
  }

  static func trainer(
    _ settings: TrainerSettings, rows: Int = 60, net: Network<Float> = net()
  ) throws -> FloatTrainer {
    try Trainer(
      net, rowCount: rows, settings: settings, random: SeededRandom(seed: 0, purpose: "batches"))
  }

  @Test("A deep network learns what can be learned, with every optimizer", arguments: optimizers)
  func learns(optimizer: Optimizer, rate: Double) throws {
    let data = TrainTests.blobs(120)
    let deep = Self.net([
      .affine(outputs: 16), .relu, .affine(outputs: 8), .tanh, .affine(outputs: 3),
    ])
    var trainer = try Self.trainer(
      TrainerSettings(
        optimizer: optimizer, learningRate: rate, length: .epochs(30), batchSize: 20), rows: 120,
      net: deep)
    try trainer.run(on: data, validation: data)
    #expect(trainer.isFinished && trainer.iteration == 180)
    #expect(trainer.result.evaluate(on: data).accuracy > 0.98)
  }

  static let optimizers: [(Optimizer, Double)] = [
    (.sgd, 0.1), (.momentum(0.9), 0.02), (.nesterov(0.9), 0.02), (.adagrad(), 0.05),
    (.rmsProp(), 0.003), (.adam(), 0.01), (.adamW(weightDecay: 0.01), 0.01),
  ]

  @Test("Epochs end with the last row of a pass, wherever batches end")
  func epochs() throws {
    let data = TrainTests.blobs(50)
    func evaluated(_ length: TrainerSettings.Length, _ rule: EvaluationRule) throws -> [Int] {
      var trainer = try Self.trainer(
        TrainerSettings(length: length, batchSize: 20, evaluation: rule), rows: 50)
      return try trainer.run(on: data, validation: data).epochs.map(\.iteration)
    }
    // 2.5 batches a pass: passes end within the batches 2, 4, 7 and 9, counted from 0.
    #expect(try evaluated(.epochs(4), .epochs(1)) == [2, 4, 7, 9])
    #expect(try evaluated(.epochs(4), .epochs(2)) == [4, 9])
    #expect(try evaluated(.iterations(9), .iterations(4)) == [3, 7])
    // Epochs begin at 0, 2.5, 5, …
    #expect(try evaluated(.iterations(11), .epochBegins) == [0, 3, 5, 8, 10])
    #expect(try evaluated(.iterations(9), .never) == [])
    #expect(TrainerSettings(length: .epochs(3), batchSize: 20).iterations(rowCount: 50) == 8)
  }

  @Test(
    "Whatever the batch, an epoch has an evaluation", arguments: [1, 3, 7, 20, 49, 50, 51, 150],
    [EvaluationRule.epochs(1), .epochBegins])
  func evaluations(batchSize: Int, rule: EvaluationRule) {
    var longest = 0
    var since = 0
    for iteration in 0..<500 {
      let events = rule.events(after: iteration, batchSize: batchSize, rowCount: 50)
      since = events.evaluation ? 0 : since + 1
      longest = max(longest, since)
    }
    // The iterations between two evaluations are fewer than those that an epoch has a part in.
    #expect(longest <= (50 + batchSize - 1) / batchSize)
  }

  @Test("Early stopping sees every epoch with the classic clock too, and keeps a trained network")
  func classicEarlyStopping() throws {
    let data = TrainTests.blobs(50)
    var trainer = try Self.trainer(
      TrainerSettings(
        learningRate: 0.1, length: .iterations(60), batchSize: 20, evaluation: .epochBegins,
        earlyStopping: EarlyStopping(patience: 1000)),
      rows: 50)
    try trainer.run(on: data, validation: data)
    #expect(trainer.history.epochs.count == 24)
    #expect(trainer.result.evaluate(on: data).accuracy > 0.9)
    #expect(trainer.bestIteration ?? 0 > 0)
  }

  @Test("The rate of an iteration is the schedule's")
  func schedule() throws {
    let data = TrainTests.blobs(40)
    var rates: [Double] = []
    var trainer = try Self.trainer(
      TrainerSettings(
        learningRate: 0.5, schedule: .epochDecay(factor: 0.5), length: .epochs(3), batchSize: 20),
      rows: 40)
    try trainer.run(
      on: data, callbacks: [.progress { rates.append($0.learningRate) }])
    #expect(rates == [0.5, 0.5, 0.25, 0.25, 0.125, 0.125])
  }

  @Test("Early stopping ends a run after its patience and gives back the best weights")
  func earlyStopping() throws {
    let data = TrainTests.blobs(60)
    var trainer = try Self.trainer(
      TrainerSettings(
        learningRate: 0.5, length: .epochs(500), batchSize: 20,
        earlyStopping: EarlyStopping(patience: 3)))
    var networks: [Network<Float>] = []
    try trainer.run(
      on: data, validation: data,
      callbacks: [
        .perform { moment in
          if moment.progress.epoch != nil { networks.append(moment.network) }
          return .proceed
        }
      ])
    let accuracies = trainer.history.validationAccuracy
    let best = try #require(accuracies.max())
    let first = try #require(accuracies.firstIndex(of: best))
    #expect(trainer.hasStoppedEarly && trainer.isFinished)
    #expect(accuracies.count == first + 4)
    #expect(trainer.result == networks[first] && trainer.network == networks.last)
    #expect(trainer.result.evaluate(on: data).accuracy == best)
  }

  @Test("Without validation rows early stopping goes by the training loss")
  func earlyStoppingWithoutValidation() throws {
    var trainer = try Self.trainer(
      TrainerSettings(
        learningRate: 1e-12, length: .epochs(100), batchSize: 60,
        earlyStopping: EarlyStopping(patience: 2, minimumImprovement: 1e-3)))
    try trainer.run(on: TrainTests.blobs(60))
    #expect(trainer.history.epochs.count == 3 && trainer.hasStoppedEarly)
  }

  @Test("An average of the weights is what is evaluated and saved")
  func average() throws {
    let data = TrainTests.blobs(60)
    var trainer = try Self.trainer(
      TrainerSettings(
        learningRate: 0.3, length: .epochs(5), batchSize: 20, averageDecay: 0.9))
    try trainer.run(on: data, validation: data)
    #expect(trainer.result != trainer.network)
    let last = try #require(trainer.history.epochs.last)
    #expect(last.validationAccuracy == trainer.result.evaluate(on: data).accuracy)
  }

  @Test("Callbacks are called in order, can end the run, and their errors leave it as it stands")
  func callbacks() throws {
    let data = TrainTests.blobs(60)
    var trainer = try Self.trainer(
      TrainerSettings(length: .iterations(30), batchSize: 20))
    var calls: [String] = []
    try trainer.run(
      on: data,
      callbacks: [
        .perform { moment in
          calls.append("first")
          #expect(moment.batch.features.shape == [20, 4] && moment.batch.targets.rowCount == 20)
          return moment.progress.iteration == 2 ? .stop : .proceed
        }, .progress { calls.append("second \($0.iteration)") },
      ])
    #expect(calls == ["first", "second 0", "first", "second 1", "first", "second 2"])
    #expect(trainer.iteration == 3 && !trainer.isFinished)
    struct Trouble: Error {}
    #expect(throws: Trouble.self) {
      try trainer.run(on: data, callbacks: [.perform { _ in throw Trouble() }])
    }
    #expect(trainer.iteration == 4)
    try trainer.run(on: data)
    #expect(trainer.isFinished && trainer.history.loss.count == 30)
    #expect(try trainer.run(on: data).loss.count == 30)
  }

  @Test("Callbacks are notified of the end once, whatever ends the run")
  func ends() throws {
    struct Trouble: Error {}
    let data = TrainTests.blobs(60)
    let scratch = try TemporaryDirectory()
    var ends: [Int] = []
    var last: Network<Float>?
    let listener = TrainingCallback<Float>.perform { _ in
      .proceed
    } atEnd: {
      ends.append($0.iterations)
      last = $0.network
    }
    var trainer = try Self.trainer(TrainerSettings(length: .iterations(12), batchSize: 20))
    try trainer.run(
      on: data,
      callbacks: [listener, .perform { $0.progress.iteration == 2 ? .stop : .proceed }])
    #expect(ends == [3] && last == trainer.network)
    #expect(throws: Trouble.self) {
      try trainer.run(on: data, callbacks: [.perform { _ in throw Trouble() }, listener])
    }
    #expect(ends == [3, 4])
    try trainer.run(
      on: data, callbacks: [listener],
      checkpoints: Checkpoints(at: scratch.file("c"), everyIterations: 3))
    #expect(ends == [3, 4, 12] && last == trainer.network)
    let failing = TrainingCallback<Float>.perform { _ in
      .proceed
    } atEnd: { _ in
      throw Trouble()
    }
    #expect(throws: Trouble.self) { try trainer.run(on: data, callbacks: [failing, listener]) }
    #expect(ends == [3, 4, 12, 12])

    var diverging = try Self.trainer(
      TrainerSettings(learningRate: 1e30, length: .iterations(12), batchSize: 20))
    #expect(throws: TrainingError.self) {
      try diverging.run(on: data, callbacks: [failing, listener])
    }
    #expect(ends.count == 5 && last == nil)
  }

  @Test("A run ends if its loss exceeds a limit")
  func lossLimit() throws {
    var trainer = try Self.trainer(
      TrainerSettings(learningRate: 1e-9, length: .iterations(30), batchSize: 20))
    try trainer.run(on: TrainTests.blobs(60), callbacks: [.stop(whenLossIsAbove: 0.01)])
    #expect(trainer.iteration == 1)
  }

  @Test("The cancellation of its task ends a run after the iteration")
  func cancellation() async throws {
    let task = Task {
      var trainer = try Self.trainer(
        TrainerSettings(length: .iterations(1_000_000), batchSize: 20))
      try trainer.run(
        on: TrainTests.blobs(60),
        callbacks: [
          .perform { moment in
            if moment.progress.iteration == 5 { withUnsafeCurrentTask { $0?.cancel() } }
            return .proceed
          }
        ])
      return trainer.iteration
    }
    #expect(try await task.value == 6)
  }

  @Test("The CSV log has a line for each iteration, also of a resumed run")
  func csvLog() throws {
    let scratch = try TemporaryDirectory()
    let data = TrainTests.blobs(60)
    var trainer = try Self.trainer(
      TrainerSettings(length: .epochs(2), batchSize: 20))
    let path = scratch.file("log.csv")
    try trainer.run(
      on: data, validation: data,
      callbacks: [.csvLog(to: path), .perform { $0.progress.iteration == 3 ? .stop : .proceed }])
    try trainer.run(on: data, validation: data, callbacks: [.csvLog(to: path)])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines[0] == "iteration,loss,learning_rate,batch_accuracy,validation_accuracy")
    let cells = lines.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(cells.map { $0[0] } == ["0", "1", "2", "3", "4", "5"])
    #expect(cells.map { Double($0[1]) } == trainer.history.loss)
    #expect(cells.map { $0[4].isEmpty } == [true, true, false, true, true, false])
    #expect(throws: FileError.self) {
      var other = try Self.trainer(TrainerSettings(batchSize: 20))
      try other.run(on: data, callbacks: [.csvLog(to: scratch.file("none/log.csv"))])
    }
  }

  @Test("Invalid settings are refused with their value", arguments: 0..<mistakes.count)
  func badSettings(index: Int) {
    let (change, message) = Self.mistakes[index]
    var settings = TrainerSettings(batchSize: 20)
    change(&settings)
    do {
      _ = try Self.trainer(settings)
      Issue.record("accepted: \(message)")
    } catch {
      #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }

  static let mistakes: [(@Sendable (inout TrainerSettings) -> Void, String)] = [
    ({ $0.learningRate = -1 }, "learning rate is -1.0, expected a number above 0"),
    ({ $0.penalty = .l1(-2) }, "L1 penalty is -2.0"),
    ({ $0.penalty = .l2(.nan) }, "regularization is nan"),
    ({ $0.maxNorm = 0 }, "maximum norm is 0.0"),
    ({ $0.length = .epochs(-1) }, "epochs is -1"),
    ({ $0.length = .iterations(-1) }, "iterations is -1"),
    ({ $0.batchSize = 61 }, "batch size is 61, expected at most the 60 training rows"),
    ({ $0.averageDecay = 1 }, "average decay is 1.0"),
    ({ $0.evaluation = .epochs(0) }, "evaluation interval is 0"),
    ({ $0.earlyStopping = EarlyStopping(patience: 0) }, "patience is 0"),
    (
      { $0.earlyStopping = EarlyStopping(patience: 1, minimumImprovement: -1) },
      "minimum improvement is -1.0"
    ),
  ]

  @Test(
    "Two and four hidden layers memorize fifty rows",
    arguments: [[64, 32], [48, 48, 32, 16]])
  func overfit(widths: [Int]) throws {
    let rows = Digits.training[rows: 0..<50]
    let data = rows.prepared(
      with: try Preprocessing.fitted(to: rows, divisor: Digits.divisor, subtractMean: true),
      as: Float.self)
    let hidden = widths.flatMap { [LayerSpecification.affine(outputs: $0), .relu] }
    var trainer = try Self.trainer(
      TrainerSettings(optimizer: .adam(), learningRate: 3e-3, length: .epochs(200), batchSize: 25),
      rows: 50, net: Self.net(hidden + [.affine(outputs: 10)], inputs: 64))
    try trainer.run(on: data)
    let result = trainer.result.evaluate(on: data)
    #expect(result.accuracy == 1 && result.loss < 0.01)
  }

  @Test("Data of another size than the trainer was made for traps")
  func otherRows() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var trainer = try Self.trainer(TrainerSettings(batchSize: 20))
      try trainer.run(on: TrainTests.blobs(30))
    }
    expectMessage(result, "Trainer: 30 training rows, the trainer was made for 60")
  }

  @Test(
    "Data of one class is refused for a network of two before training")
  func oneClass() throws {
    let features = Features(.bytes((0..<40).map { UInt8($0) }), exampleShape: [4])
    let data = Dataset(
      features, labels: [Int](repeating: 0, count: 10), classNames: ["only"])
    var random = SeededRandom(seed: 0, purpose: "weights")
    let net = Network<Float>(
      inputSize: 4, [.affine(outputs: 1)], loss: .logistic, using: &random)
    var trainer = try Self.trainer(TrainerSettings(batchSize: 5), rows: 10, net: net)
    let error = #expect(throws: InvalidSetting.self) {
      try trainer.run(on: data.prepared(with: .none))
    }
    #expect(error?.name == "classes of the training data" && trainer.iteration == 0)
    for loss in [LossSpecification.logistic, .squaredError, .absoluteError] {
      let settings = NetworkSettings(
        layers: [.affine(outputs: 1)], loss: loss, initializer: .heNormal)
      let error = #expect(throws: InvalidSetting.self) { try settings.check(for: data) }
      #expect(error?.name == "loss")
    }
    let wide = NetworkSettings(
      layers: [.affine(outputs: 3)], initializer: .heNormal)
    #expect(throws: InvalidSetting.self) { try wide.check(for: data) }
  }
}
