import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// Each test plants one problem in a healthy network.
@Suite("Warnings")
struct WarningTests {
  static func network<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Network<Scalar> {
    var random = SeededRandom(seed: 1)
    return Network(
      inputSize: 20, [.affine(outputs: 50), .relu, .affine(outputs: 10)],
      initializer: .normal(scale: 0.05), using: &random)
  }

  static func batch<Scalar: BLASScalar>(
    _: Scalar.Type = Scalar.self
  ) -> (x: Tensor<Scalar>, targets: Targets<Scalar>) {
    (.sample([40, 20]), .labels((0..<40).map { $0 % 10 }))
  }

  /// The network after a step, with what is seen of that.
  static func step<Scalar: BLASScalar>(
    _ network: Network<Scalar>, learningRate: Scalar
  ) -> (after: Network<Scalar>, diagnosis: Diagnosis) {
    let (x, targets) = batch(Scalar.self)
    var after = network
    let gradients = network.lossAndGradients(of: x, targets).gradients
    after.updateParameters { $1.add(gradients[$0.name], scaledBy: -learningRate) }
    return (
      after,
      network.diagnose(x, targets, update: (network.parameters, after.parameters))
    )
  }

  @Test("A healthy network gives no warning")
  func healthy() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var diagnosis = Self.step(Self.network(Scalar.self), learningRate: 0.05).diagnosis
      diagnosis.isFresh = true
      diagnosis.firstLoss = diagnosis.loss
      (diagnosis.trainAccuracy, diagnosis.validationAccuracy) = (0.9, 0.8)
      #expect(diagnosis.warnings == [])
      for parameter in diagnosis.parameters where parameter.isWeight {
        #expect(1e-4...1e-2 ~= parameter.updateRatio ?? 0, "\(parameter)")
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A bias of −1000 kills units, and the warning has their number")
  func dead() throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let (x, targets) = Self.batch(Scalar.self)
      for (count, warned) in [(0, 0), (20, 0), (25, 0), (26, 1), (49, 1), (50, 1)] {
        var network = Self.network(Scalar.self)
        network.parameters["b1"] = Tensor(
          (0..<50).map { $0 < count ? -1000 : 1 }, shape: [50])
        let diagnosis = network.diagnose(x, targets)
        #expect(diagnosis.layers[1].deadCount == count)
        #expect(diagnosis.warnings.count == warned)
        guard let warning = diagnosis.warnings.first else { continue }
        #expect(warning.kind == .deadUnits && warning.subject == "layer 1")
        #expect(warning.value == Double(count) / 50)
        let seen =
          count == 50
          ? "Layer 1 (relu): all 50 units are 0" : "Layer 1 (relu): \(count) of 50 units ("
        #expect(warning.message.hasPrefix(seen), "\(warning)")
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Weights that are a hundred times too large show in the first loss")
  func startLoss() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (x, targets) = Self.batch(Scalar.self)
      var network = Self.network(Scalar.self)
      network.parameters["W2"] *= 100
      var diagnosis = network.diagnose(x, targets, penalty: .l2(1e-6))
      #expect(diagnosis.warnings == [])
      diagnosis.isFresh = true
      #expect(diagnosis.warnings.map(\.kind) == [.startLoss])
      #expect(diagnosis.warnings[0].value == diagnosis.dataLoss && diagnosis.dataLoss > 5)
      #expect(
        diagnosis.warnings[0].message.contains("ln(classes) is 2.3: it is confident of wrong"))
    }
    for type in scalarTypes { check(type) }
  }

  @Test("He's weights with batch normalization begin near enough to chance")
  func heStart() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (x, targets) = Self.batch(Scalar.self)
      for seed in 0..<20 as Range<UInt64> {
        var random = SeededRandom(seed: seed)
        let network = Network<Scalar>(
          inputSize: 20, [.affine(outputs: 50), .batchNorm(), .relu, .affine(outputs: 10)],
          using: &random)
        var diagnosis = network.diagnose(x, targets, pass: .training(seed: 0))
        diagnosis.isFresh = true
        #expect(diagnosis.warnings == [])
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A new ReLU of zeros is distinguished from one killed by biases or the learning rate")
  func allDead() throws {
    let (x, targets) = Self.batch(Float.self)
    var network = Self.network(Float.self)
    network.parameters["W1"] *= 0
    var diagnosis = network.diagnose(x, targets)
    diagnosis.isFresh = true
    let zero = try #require(diagnosis.warnings.first { $0.kind == .deadUnits }).message
    #expect(zero.contains("initialize weights that are not 0") && !zero.contains("learning rate"))
    network.parameters["b1"] = Tensor(shape: [50], repeating: -1)
    diagnosis = network.diagnose(x, targets)
    diagnosis.isFresh = true
    let low = try #require(diagnosis.warnings.first { $0.kind == .deadUnits }).message
    #expect(low.contains("closer to 0") && !low.contains("learning rate"))
    diagnosis.isFresh = false
    let trained = try #require(diagnosis.warnings.first { $0.kind == .deadUnits }).message
    #expect(trained.contains("lower learning rate"))
  }

  @Test("A first loss below chance is warned of, a penalty is not")
  func knowing() {
    var trained = Network<Float>.identity(10)
    trained.parameters["W1"] *= 10
    let rows = Tensor<Float>(Network<Float>.identity(10).parameters["W1"])
    var diagnosis = trained.diagnose(rows, .labels(Array(0..<10)))
    diagnosis.isFresh = true
    #expect(diagnosis.warnings.map(\.kind) == [.startLoss])
    #expect(diagnosis.warnings[0].message.contains("it is better than chance"))
    let (x, targets) = Self.batch(Float.self)
    diagnosis = Self.network(Float.self).diagnose(x, targets, penalty: .l2(10))
    diagnosis.isFresh = true
    #expect(diagnosis.penalty > 20 && diagnosis.warnings == [])
  }

  @Test("A learning rate of 1000 is warned of before and after the loss explodes")
  func exploding() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (after, before) = Self.step(Self.network(Scalar.self), learningRate: 1000)
      #expect(before.warnings.map(\.kind) == [.largeUpdate, .largeUpdate])
      #expect(before.warnings.map(\.subject) == ["W1", "W2"])
      #expect(before.warnings[0].message.hasPrefix("W1: an update's norm is "))
      let (x, targets) = Self.batch(Scalar.self)
      var diagnosis = after.diagnose(x, targets)
      #expect(!diagnosis.warnings.contains { $0.kind == .explodingLoss })
      diagnosis.firstLoss = before.loss
      let warning = diagnosis.warnings.first
      #expect(warning?.kind == .explodingLoss && warning?.value == diagnosis.loss)
      #expect(warning?.message.contains("times the first one of 2.3") == true)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A loss that is not finite is warned of, whatever the first one", arguments: [0, 1])
  func notFinite(index: Int) {
    var network = Self.network(Float.self)
    network.parameters["b2"] = Tensor(
      (0..<10).map { $0 == 3 ? [Float.nan, .infinity][index] : 0 }, shape: [10])
    let (x, targets) = Self.batch(Float.self)
    var diagnosis = network.diagnose(x, targets)
    diagnosis.isFresh = true
    #expect(diagnosis.warnings.map(\.kind) == [.explodingLoss])
    #expect(diagnosis.warnings[0].message.hasPrefix("The loss is nan: numbers"))
  }

  @Test("Updates that move nothing are warned of; those of biases are not judged")
  func smallUpdates() {
    let network = Self.network(Double.self)
    let diagnosis = Self.step(network, learningRate: 1e-5).diagnosis
    #expect(diagnosis.warnings.map(\.kind) == [.smallUpdate, .smallUpdate])
    #expect(diagnosis.warnings[1].subject == "W2")
    #expect(diagnosis.warnings[1].value < Diagnosis.updateRatioRange.lowerBound)
    let (x, targets) = Self.batch(Double.self)
    var (before, after) = (network.parameters, network.parameters)
    (before["b1"], after["b1"]) = (before["b1"] + 1, after["b1"] + 9)
    for name in ["W1", "W2"] { after[name] *= 1.001 }
    #expect(network.diagnose(x, targets, update: (before, after)).warnings == [])
    after["W1"] *= Tensor(Double.nan)
    #expect(
      network.diagnose(x, targets, update: (before, after)).warnings.map(\.kind)
        == [.largeUpdate])
  }

  @Test("A training accuracy far above the validation accuracy is warned of")
  func overfitting() {
    var diagnosis = DiagnosisTests.diagnosis(Double.self)
    diagnosis.trainAccuracy = 0.9375
    #expect(diagnosis.warnings == [])
    for (validation, warned) in [(0.95, 0), (0.8125, 0), (0.75, 1)] {
      diagnosis.validationAccuracy = validation
      #expect(diagnosis.warnings.count == warned)
    }
    let warning = diagnosis.warnings[0]
    #expect(warning.kind == .overfitting && warning.value == 0.1875 && warning.subject == nil)
    #expect(
      "\(warning)".hasPrefix("Accuracy is 0.938 on training rows and 0.75 on validation rows:"))
    diagnosis.isBatchAccuracy = true
    // A batch that was just learned from is no measure of the rows.
    #expect(diagnosis.warnings == [])
    #expect(diagnosis.description.contains("accuracy on the last batch's training rows 0.9375\n"))
  }
}
