import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Run assessment")
struct RunAssessmentTests {
  private func settings(
    rate: Double, iterations: Int = 150, decay: Double = 1, batchSize: Int = 20
  ) -> TrainerSettings {
    TrainerSettings(
      learningRate: rate, schedule: .epochDecay(factor: decay), penalty: .l2(1e-4),
      length: .iterations(iterations), batchSize: batchSize)
  }

  /// Judges a run of a fresh network, whose last layer is 0 where it is to begin at chance.
  private func assess(
    _ data: PreparedDataset<Float>, _ settings: TrainerSettings, fromChance: Bool = false
  ) throws -> RunAssessment {
    var net = TrainerTests.net()
    if fromChance { net.parameters["W2"] *= 0 }
    var trainer = try TrainerTests.trainer(settings, rows: data.count, net: net)
    let before = RunAssessment.probe(net, settings: settings, on: data)
    try trainer.run(on: data)
    return RunAssessment(
      of: trainer.result, history: trainer.history, initialLoss: before, settings: settings,
      on: data)
  }

  private func scaled(by factor: Double) -> PreparedDataset<Float> {
    TrainTests.blobs(120).dataset.prepared(
      with: Preprocessing(divisor: 1 / factor), as: Float.self)
  }

  @Test("A run that learned has no warnings, and its figures are the network's")
  func healthy() throws {
    let data = TrainTests.blobs(120)
    let found = try assess(data, settings(rate: 0.3))
    #expect(found.warnings == [])
    #expect(found.training.accuracy > 0.95 && found.penalty > 0)
  }

  @Test("A loss that has risen causes a warning that suggests a lower rate or smaller features")
  func risen() throws {
    let fast = try assess(TrainTests.blobs(120), settings(rate: 30, iterations: 20))
    let first = try #require(fast.warnings.first)
    #expect(first.kind == .risenLoss && first.value > 1)
    #expect(
      first.message.contains(": training made it worse. Try a tenth of the learning rate, 3,"))

    let large = try assess(scaled(by: 100), settings(rate: 0.3, iterations: 20), fromChance: true)
    let second = try #require(large.warnings.first)
    #expect(second.kind == .risenLoss)
    #expect(second.message.contains("Divide them by more, and subtract their mean"))
  }

  @Test("A loss that is as it was, and one of a lucky first batch, has not risen")
  func notRisen() throws {
    for batchSize in [1, 2, 20] {
      let found = try assess(
        TrainTests.blobs(120), settings(rate: 1e-9, iterations: 3, batchSize: batchSize))
      #expect(!found.warnings.contains { $0.kind == .risenLoss })
    }
  }

  @Test("An accuracy no better than that of the most frequent class causes a warning")
  func chance() throws {
    // Rows that are all alike.
    let data = Dataset(Tensor<Float>.zeros([120, 4]), labels: (0..<120).map { $0 % 3 })
      .prepared(with: .none, as: Float.self)
    let slow = try assess(data, settings(rate: 1e-3))
    #expect(slow.warnings.map(\.kind) == [.nothingLearnt])
    #expect(slow.warnings.first?.value == slow.training.accuracy)
    #expect(slow.warnings.first?.message.contains("frequencies gives 1.1 and 0.333: ") == true)
    let short = try assess(data, settings(rate: 1e-3, iterations: 5))
    #expect(short.warnings.first?.message.contains("short (iterations: 5)") == true)
    // Nothing can be told of a run without an iteration, or of a single class.
    let none = try assess(data, settings(rate: 1, iterations: 0))
    #expect(none.warnings == [])
    let single = try assess(
      Dataset(
        data.dataset.features, labels: [Int](repeating: 0, count: 120), classNames: ["a", "b", "c"]
      )
      .prepared(with: .none), settings(rate: 0.1))
    #expect(single.warnings == [])
  }

  @Test(
    "Rows sorted by class are judged as a whole, and a rare class that is recognized counts as learned"
  )
  func sortedAndRare() throws {
    // The first 1,000 rows are all of one class.
    let labels = (0..<3000).map { $0 / 1000 }
    let features = labels.map { [Float($0 == 0 ? 1 : 0), $0 == 1 ? 1 : 0, $0 == 2 ? 1 : 0, 1] }
    let sorted = Dataset(
      Features(.floats(features.flatMap { $0 }), exampleShape: [4]), labels: labels
    ).prepared(with: .none, as: Float.self)
    // It favours the later classes: the loss on the first rows rises while that on all rows falls.
    #expect(
      try assess(sorted, settings(rate: 0.1, iterations: 40), fromChance: true).warnings == [])
    let rare = (0..<100).map { $0 < 95 ? 0 : 1 }
    let imbalanced = Dataset(
      Features(.floats(rare.flatMap { [Float($0), 1, 0, 1] }), exampleShape: [4]), labels: rare,
      classNames: ["usual", "rare", "absent"]
    ).prepared(with: .none, as: Float.self)
    let found = try assess(imbalanced, settings(rate: 0.5, iterations: 200))
    #expect(found.training.accuracy == 1 && found.warnings == [])
  }

  @Test("A loss above that of the class frequencies causes a warning, even if it has fallen")
  func worseThanGuessing() throws {
    let data = scaled(by: 1000)
    let found = try assess(data, settings(rate: 1e-12, iterations: 3))
    #expect(found.training.loss > 2)
    #expect(found.warnings.map(\.kind) == [.nothingLearnt])
  }

  @Test("A rate that rises in a warm-up has not vanished")
  func warmUp() throws {
    let found = try assess(
      TrainTests.blobs(120),
      TrainerSettings(
        learningRate: 0.3, schedule: .cosine(warmUp: 29_999), length: .iterations(30),
        batchSize: 20))
    #expect(!found.warnings.contains { $0.kind == .vanishedRate })
  }

  @Test("A learning rate close to 0 by half of the run causes a warning")
  func vanished() throws {
    let found = try assess(TrainTests.blobs(120), settings(rate: 0.3, decay: 0.3))
    let warning = try #require(found.warnings.first { $0.kind == .vanishedRate })
    #expect(warning.value < 3e-5 && warning.message.contains("had fallen from 0.3 to "))
    let cosine = try assess(
      TrainTests.blobs(120),
      TrainerSettings(
        learningRate: 0.3, schedule: .cosine(), length: .iterations(150), batchSize: 20))
    #expect(cosine.warnings == [])
  }

  /// Judges a run on rows of other targets than classes, or with another loss.
  private func assess(
    _ targets: DatasetTargets, loss: LossSpecification, rate: Double, outputs: Int,
    scale: Float = 1, classWeights: [Double]? = nil
  ) throws -> RunAssessment {
    let data = Dataset(Features(Self.features * scale), targets: targets)
    let prepared: PreparedDataset<Float> = data.prepared(
      with: try .fitted(to: data, divisor: 1, subtractMean: false))
    var random = SeededRandom(seed: 1)
    let network = Network<Float>(
      inputSize: 4, [.affine(outputs: 12), .relu, .affine(outputs: outputs)], loss: loss,
      initializer: .heNormal, using: &random)
    let settings = TrainerSettings(
      optimizer: .adam(), learningRate: rate, length: .epochs(60), batchSize: 20,
      classWeights: classWeights)
    let before = RunAssessment.probe(network, settings: settings, on: prepared)
    var trainer = try Trainer(
      network, rowCount: data.count, settings: settings, random: SeededRandom(seed: 2))
    try trainer.run(on: prepared)
    return RunAssessment(
      of: trainer.result, history: trainer.history, initialLoss: before, settings: settings,
      on: prepared)
  }

  private static let features = Tensor<Float>.sample([120, 4], seed: 9)

  private func values(_ value: ([Float]) -> Double) -> [Double] {
    (0..<120).map { row in value((0..<4).map { Self.features[position: row * 4 + $0] }) }
  }

  @Test("Numbers are compared with their mean, and labels with their frequencies")
  func numbersAndLabels() throws {
    let numbers = DatasetTargets.numbers(values { Double($0[0]) * 50 + 1000 }, names: ["y"])
    let (first, second) = (values { $0[0] > 1 ? 1 : 0 }, values { $0[1] > 0 ? 1 : 0 })
    let labels = DatasetTargets.labels(
      (0..<120).flatMap { [first[$0], second[$0]] }, names: ["a", "b"])
    for (targets, loss, outputs): (DatasetTargets, LossSpecification, Int) in [
      (numbers, .squaredError, 1), (numbers, .absoluteError, 1), (labels, .logistic, 2),
      (labels, .squaredError, 2),
    ] {
      #expect(try assess(targets, loss: loss, rate: 0.01, outputs: outputs).warnings == [])
      let idle = try assess(targets, loss: loss, rate: 1e-9, outputs: outputs)
      #expect(idle.warnings.map(\.kind) == [.nothingLearnt], "\(loss) \(idle.warnings)")
      let large = try assess(targets, loss: loss, rate: 0.01, outputs: outputs, scale: 8)
      #expect(
        large.warnings.contains { $0.message.contains("about 1 is usual") }, "\(large.warnings)")
    }
  }

  @Test("Rare positives that a single logistic output ranks well count as learned")
  func yesOrNo() throws {
    let rare = DatasetTargets.classes(
      values { $0[0] > 1.5 ? 1 : 0 }.map { Int($0) }, names: ["0", "1"])
    #expect(try assess(rare, loss: .logistic, rate: 0.01, outputs: 1).warnings == [])
    let idle = try assess(rare, loss: .logistic, rate: 1e-9, outputs: 1)
    #expect(idle.warnings.map(\.kind) == [.nothingLearnt])
    // With class weights the accuracy may be below that of the frequent class.
    let weighted = try assess(
      rare, loss: .softmax, rate: 0.003, outputs: 2, classWeights: [0.5, 10])
    #expect(weighted.warnings == [])
  }
}
