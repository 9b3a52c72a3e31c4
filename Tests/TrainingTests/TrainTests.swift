import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Training the two-layer network")
struct TrainTests {
  /// Rows around one centre per class, which a network can learn.
  static func blobs(_ count: Int, classes: Int = 3) -> PreparedDataset<Float> {
    let labels = (0..<count).map { $0 % classes }
    var features = Tensor<Float>.sample([count, 4]) * 0.3
    for (row, label) in labels.enumerated() { features[row, label] += 2 }
    return Dataset(features, labels: labels).prepared(with: .none, as: Float.self)
  }

  static func net(_ data: PreparedDataset<Float>) -> TwoLayerNet<Float> {
    var random = SeededRandom(seed: 0, purpose: "weights")
    return TwoLayerNet(
      inputSize: data.featureCount, hiddenSize: 8, classCount: data.classCount, scale: 0.3,
      using: &random)
  }

  @Test("A network learns what can be learned", arguments: Sampling.allCases)
  func learns(sampling: Sampling) throws {
    let data = Self.blobs(120)
    var net = Self.net(data)
    var random = SeededRandom(seed: 0)
    let before = net.evaluate(on: data)
    let history = try net.train(
      on: data, validation: data,
      settings: SGDSettings(
        learningRate: 0.5, regularization: 1e-4, iterations: 150, batchSize: 20,
        sampling: sampling), using: &random)
    let after = net.evaluate(on: data)
    #expect(after.loss < before.loss / 5 && after.accuracy > 0.99)
    #expect(history.validationAccuracy.count == 25)
  }

  @Test("An epoch has rows / batch iterations as a real number, or one for large batches")
  func epochs() throws {
    let data = Self.blobs(40)
    func iterations(_ batch: Int, _ total: Int) throws -> [Int] {
      var net = Self.net(data)
      var random = SeededRandom(seed: 0)
      let settings = SGDSettings(
        learningRate: 0.1, learningRateDecay: 0.5, iterations: total, batchSize: batch)
      let history = try net.train(on: data, settings: settings, using: &random)
      // As in NumPy, the rate decays where an epoch begins at a whole iteration.
      var rate = 0.1
      let length = max(Double(data.count) / Double(batch), 1)
      for epoch in history.epochs {
        expectClose(epoch.learningRate, rate, tolerance: 1e-12)
        if Double(epoch.iteration).truncatingRemainder(dividingBy: length) == 0 { rate /= 2 }
        #expect(epoch.validationAccuracy == nil && epoch.validationLoss == nil)
      }
      #expect(history.loss.count == total)
      return history.epochs.map(\.iteration)
    }
    #expect(try iterations(16, 12) == [0, 3, 5, 8, 10])
    #expect(try iterations(10, 9) == [0, 4, 8])
    #expect(try iterations(100, 3) == [0, 1, 2])
    #expect(try iterations(10, 0) == [])
  }

  @Test("Sampling by epoch shows every row once per pass, sampling with replacement does not")
  func sampling() throws {
    // One feature per row tells which rows a batch had: its weight's gradient is not 0.
    let rows = 6
    var identity = Tensor<Float>.zeros([rows, rows])
    for row in 0..<rows { identity[row, row] = 1 }
    let data = Dataset(identity, labels: [0, 1, 0, 1, 0, 1]).prepared(with: .none, as: Float.self)
    func rowsSeen(_ sampling: Sampling, seed: UInt64, batches: Int, of size: Int) throws -> Set<Int>
    {
      var net = TwoLayerNet<Float>(
        hidden: Affine(weights: Tensor(shape: [rows, 1], repeating: 1), bias: [1]),
        output: Affine(weights: [[1, -1]], bias: [0, 0]))
      let before = net
      var random = SeededRandom(seed: seed)
      try net.train(
        on: data,
        settings: SGDSettings(
          learningRate: 1e-3, regularization: 0, iterations: batches, batchSize: size,
          sampling: sampling), using: &random)
      return Set((0..<rows).filter { net.hidden.weights[$0, 0] != before.hidden.weights[$0, 0] })
    }
    for seed in 0..<5 as Range<UInt64> {
      #expect(try rowsSeen(.epoch, seed: seed, batches: 3, of: 2).count == rows)
      #expect(try rowsSeen(.epoch, seed: seed, batches: 1, of: 4).count == 4)
    }
    let firsts = try (0..<8).map { try rowsSeen(.epoch, seed: $0, batches: 1, of: 3) }
    #expect(Set(firsts).count > 1, "passes are in the order of the rows")
    let drawn = try (0..<5).map {
      try rowsSeen(.replacement, seed: UInt64($0), batches: 3, of: 2).count
    }
    #expect(drawn.contains { $0 < rows })
  }

  @Test("The same seed gives the same bits, another one does not")
  func reproducible() throws {
    let data = Self.blobs(60)
    func trained(_ seed: UInt64) throws -> TwoLayerNet<Float> {
      var net = Self.net(data)
      var random = SeededRandom(seed: seed)
      try net.train(
        on: data, settings: SGDSettings(iterations: 30, batchSize: 7), using: &random)
      return net
    }
    #expect(try trained(1) == trained(1))
    #expect(try trained(1) != trained(2))
  }

  @Test("A run that diverges names the iteration and keeps the history and finite weights")
  func diverges() throws {
    let data = Self.blobs(30)
    var net = Self.net(data)
    var random = SeededRandom(seed: 0)
    let error = #expect(throws: TrainingError.self) {
      try net.train(
        on: data,
        settings: SGDSettings(
          learningRate: 1e12, regularization: 0.1, iterations: 50, batchSize: 10), using: &random)
    }
    guard case .lossNotFinite(let iteration, let loss, let history)? = error else {
      Issue.record("not a loss that is not finite: \(String(describing: error))")
      return
    }
    #expect(iteration > 0 && !loss.isFinite)
    #expect(history.loss.count == iteration)
    #expect(history.loss.allSatisfy { $0.isFinite })
    #expect(error?.description.contains("iteration \(iteration) is") == true)
  }

  @Test("A last update that destroys the parameters does not pass as a finished run")
  func lastUpdateDiverges() throws {
    let data = Self.blobs(30)
    var net = Self.net(data)
    var random = SeededRandom(seed: 0)
    let error = #expect(throws: TrainingError.self) {
      try net.train(
        on: data, settings: SGDSettings(learningRate: 1e300, iterations: 1), using: &random)
    }
    guard case .parametersNotFinite(let iteration, let history)? = error else {
      Issue.record("not parameters that are not finite: \(String(describing: error))")
      return
    }
    #expect(iteration == 0 && history.loss.count == 1)
    #expect(error?.localizedDescription.contains("iteration 0") == true)
  }

  @Test("A step reuses its memory")
  func reusesMemory() {
    let x = Tensor<Float>.sample([20, 4])
    let labels = (0..<20).map { $0 % 3 }
    var random = SeededRandom(seed: 0)
    var net = TwoLayerNet<Float>(inputSize: 4, hiddenSize: 8, classCount: 3, using: &random)
    var workspace = Network<Float>.Workspace(for: net.network, batchSize: 20)
    func addresses() -> [UnsafePointer<Float>?] {
      (net.network.gradients(in: workspace).map(\.tensor) + net.parameters.map(\.tensor)).map {
        $0.withUnsafeElements { $0.baseAddress }
      }
    }
    let before = addresses()
    for _ in 0..<3 {
      _ = x.withRows { rows in
        labels.withUnsafeBufferPointer {
          net.network.lossAndGradients(
            of: rows, .labels($0), penalty: .l2(0.1), pass: .inference, in: &workspace)
        }
      }
      net.network.updateParameters(with: workspace, learningRate: 0.1)
      #expect(addresses() == before)
    }
  }

  @Test("A NaN among the features is found at the iteration that meets it")
  func notANumber() throws {
    let data = Dataset(Tensor<Float>([1, .nan], shape: [2, 1]), labels: [0, 1])
      .prepared(with: .none, as: Float.self)
    var random = SeededRandom(seed: 0)
    var net = TwoLayerNet<Float>(inputSize: 1, hiddenSize: 2, classCount: 2, using: &random)
    #expect(throws: TrainingError.self) {
      try net.train(on: data, settings: SGDSettings(iterations: 20, batchSize: 2), using: &random)
    }
    #expect(net.parameters.allSatisfy { $0.tensor.firstNonFinite() == nil })
  }

  @Test("Progress is reported for each iteration and can end the run")
  func progress() throws {
    let data = Self.blobs(40)
    var net = Self.net(data)
    var random = SeededRandom(seed: 0)
    var seen: [TrainingProgress] = []
    let history = try net.train(
      on: data, validation: data, settings: SGDSettings(iterations: 30, batchSize: 10),
      using: &random
    ) { progress in
      seen.append(progress)
      return progress.iteration == 5 ? .stop : .proceed
    }
    #expect(seen.map(\.iteration) == [0, 1, 2, 3, 4, 5])
    #expect(seen.map(\.loss) == history.loss)
    #expect(seen.compactMap(\.epoch) == history.epochs && history.epochs.count == 2)
    #expect(seen.allSatisfy { $0.iterations == 30 })
  }

  @Test("Invalid settings are refused with their value before anything is done")
  func badSettings() {
    let data = Self.blobs(12)
    let cases: [(SGDSettings, String)] = [
      (SGDSettings(learningRate: -1), "learning rate is -1.0"),
      (SGDSettings(learningRate: .nan), "learning rate is nan"),
      (SGDSettings(learningRateDecay: 0), "decay is 0.0"),
      (SGDSettings(regularization: -0.5), "regularization is -0.5"),
      (SGDSettings(iterations: -3), "iterations is -3"),
      (SGDSettings(batchSize: 0), "batch size is 0"),
      (SGDSettings(batchSize: 13, sampling: .epoch), "batch size is 13"),
    ]
    for (settings, message) in cases {
      var net = Self.net(data)
      var random = SeededRandom(seed: 0)
      do {
        try net.train(on: data, settings: settings, using: &random)
        Issue.record("accepted: \(message)")
      } catch {
        #expect("\(error)".hasPrefix(message), "\(error)")
      }
      #expect(net == Self.net(data))
    }
    let none = Self.blobs(0).dataset.naming(classes: ["a"]).prepared(with: .none, as: Float.self)
    #expect(throws: InvalidSetting.self) { try SGDSettings().check(rowCount: none.count) }
  }
}
