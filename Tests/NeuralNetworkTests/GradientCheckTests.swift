import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Gradient check")
struct GradientCheckTests {
  /// A network, a batch for it and λ.
  struct Setting {
    var net: TwoLayerNet<Double>
    var x: Tensor<Double>
    var labels: [Int]
    var regularization: Double

    /// A network of random sizes on random data; every second one is regularized.
    init(seed: UInt64) {
      var random = SeededRandom(seed: seed, purpose: "gradient check test")
      let rows = 1 + random.index(below: 40)
      let inputs = 1 + random.index(below: 70)
      let classes = 1 + random.index(below: 12)
      net = TwoLayerNet(
        inputSize: inputs, hiddenSize: 1 + random.index(below: 30), classCount: classes,
        scale: 0.3, using: &random)
      net.hidden.bias = .normal(net.hidden.bias.shape, standardDeviation: 0.3, using: &random)
      net.output.bias = .normal(net.output.bias.shape, standardDeviation: 0.3, using: &random)
      x = .normal([rows, inputs], using: &random)
      labels = (0..<rows).map { _ in random.index(below: classes) }
      regularization = seed % 2 == 0 ? 0 : 0.01 + random.uniform()
    }

    var objective: NetworkObjective {
      net.objective(on: x, labels: labels, regularization: regularization)
    }

    func report(_ check: GradientCheck = GradientCheck()) -> GradientCheckReport {
      check.run(objective)
    }
  }

  @Test("Random networks of all shapes pass below 1e-7", arguments: 0..<26 as Range<UInt64>)
  func shapes(seed: UInt64) {
    let setting = Setting(seed: seed)
    let report = setting.report(GradientCheck(sampleSize: 250, seed: seed))
    #expect(report.passed, "\(report)")
    #expect(report.parameters.allSatisfy { $0.largestError < 1e-7 })
    for (parameter, expected) in zipped(report.parameters, setting.net.parameters) {
      #expect(parameter.name == expected.name)
      let looked = parameter.checkedCount + parameter.kinkCount + parameter.unresolvedCount
      #expect(looked == min(250, expected.tensor.count))
      #expect(parameter.unresolvedCount <= 1 + looked / 20)
    }
  }

  @Test(
    "Correct gradients always pass, whatever the size of data, weights and penalty",
    arguments: [1e-6, 0.01, 1, 10, 1000], [1e-4, 0.01, 1])
  func neverWrong(dataScale: Double, weightScale: Double) {
    for seed in 0..<4 as Range<UInt64> {
      var setting = Setting(seed: seed)
      setting.x *= dataScale
      for name in setting.net.parameters.names {
        setting.net.parameters[name] *= weightScale / 0.3
      }
      if seed % 3 == 0 { setting.net.hidden.bias *= 0 }
      setting.regularization = [0, 0.05, 10, 1000][Int(seed % 4)]
      let report = setting.report(GradientCheck(sampleSize: 25, seed: seed))
      #expect(report.outcome != .failed, "seed \(seed): \(report)")
    }
  }

  @Test("A penalty too large for the change of one entry to show is not taken for none")
  func hugePenalty() {
    for seed in 0..<4 as Range<UInt64> {
      var setting = Setting(seed: seed)
      for name in setting.net.parameters.names { setting.net.parameters[name] *= 300 }
      setting.regularization = 1000
      let report = setting.report(GradientCheck(sampleSize: 100, seed: seed))
      #expect(report.outcome != .failed, "\(report)")
    }
  }

  @Test("A parameter most of which is at kinks is undecided, one without a slope is named")
  func vacuous() {
    // Three entries of W1 see no input, the fourth is at the kink.
    var net = TwoLayerNet<Double>(
      hidden: Affine(weights: [[0.5, 0], [0.5, 0.5]], bias: [-0.5, -0.5]),
      output: Affine(weights: [[1, -1], [1, 1]], bias: [0, 0]))
    let atKinks = GradientCheck().run(net, on: [[1, 0]], labels: [0], regularization: 0)
    #expect(atKinks.outcome == .undecided, "\(atKinks)")
    net.hidden.bias = [-9, -9]
    let dead = GradientCheck().run(net, on: [[1, 0]], labels: [0], regularization: 0)
    #expect(dead.verdict.hasSuffix("all gradients of W1, b1, W2 are 0"), "\(dead)")
  }

  @Test("A gradient of another shape traps, naming the parameter")
  func shapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let wrong = Sabotaged(right: Setting(seed: 3).objective, mistake: .otherShape)
      _ = GradientCheck().run(wrong)
    }
    expectMessage(result, "GradientCheck: W1 has shape", "its gradient [1]")
  }

  @Test("Gradients too small to be measured are not called right")
  func tooSmall() {
    var setting = Setting(seed: 4)
    setting.x *= 1e-12
    let right = setting.report(GradientCheck(sampleSize: 50))
    #expect(right.outcome == .undecided, "\(right)")
    #expect(right.verdict.contains("UNDECIDED") && right.verdict.contains("W1"))
  }

  @Test("A bias that changes nothing, as one below a batch norm, counts as checked")
  func zero() throws {
    var random = SeededRandom(seed: 1)
    var net = Network<Double>(
      inputSize: 6, [.affine(outputs: 4), .batchNorm(), .relu, .affine(outputs: 3)],
      using: &random)
    net.parameters["b1"] = .normal([4], using: &random)
    let objective = NetworkObjective(
      net, on: .normal([11, 6], using: &random), .labels((0..<11).map { $0 % 3 }),
      penalty: .l2(0.1), pass: .training(seed: 0))
    let report = GradientCheck().run(objective)
    #expect(report.passed, "\(report)")
    let bias = try #require(report.parameters.first { $0.name == "b1" })
    #expect(bias.checkedCount == 4 && bias.unresolvedCount == 0)
  }

  @Test("An error of a millionth is caught")
  func smallMistake() {
    let setting = Setting(seed: 7)
    let wrong = Sabotaged(right: setting.objective, mistake: .slightlyLarge)
    let report = GradientCheck(sampleSize: 60).run(wrong)
    #expect(report.outcome == .failed, "\(report)")
  }

  @Test("The toy network's gradients agree below 1e-8")
  func toy() {
    let net = TwoLayerNetTests.fresh(.toy, seed: 0, as: Double.self)
    let report = GradientCheck().run(
      net, on: ReferenceCase.toy.x, labels: ReferenceCase.toy.labels, regularization: 0.05)
    #expect(report.parameters.map(\.checkedCount) == [40, 10, 30, 3])
    #expect(report.parameters.allSatisfy { $0.largestError < 1e-8 }, "\(report)")
  }

  @Test(
    "Each planted error is caught", arguments: Mistake.allCases.filter { $0 != .otherShape },
    1...2 as ClosedRange<UInt64>)
  func mistakes(mistake: Mistake, seed: UInt64) {
    // Odd seeds are regularized, and every setting has rows for a mean and units to mask.
    let setting = Setting(seed: 2 * seed + 1)
    let wrong = Sabotaged(right: setting.objective, mistake: mistake)
    let report = GradientCheck(sampleSize: 100).run(wrong)
    #expect(!report.passed, "\(mistake): \(report)")
    #expect(report.verdict.contains("FAILED"))
    #expect(mistake == .slightlyLarge || report.parameters.contains { $0.largestError > 1e-2 })
  }

  @Test("An entry at a kink is counted apart, and one right beside it is not")
  func kinks() {
    // The only pre-activation is x·w + b = 0: every entry of W1 and b1 is at the kink.
    var net = TwoLayerNet<Double>(
      hidden: Affine(weights: [[0.5]], bias: [-0.5]),
      output: Affine(weights: [[1, -1]], bias: [0, 0]))
    let atKink = GradientCheck().run(net, on: [[1]], labels: [0], regularization: 0)
    #expect(atKink.parameters.map(\.kinkCount) == [1, 1, 0, 0])
    #expect(atKink.outcome == .undecided && atKink.verdict.contains("too few entries of W1, b1"))
    net.hidden.bias = [-0.49]
    let beside = GradientCheck().run(net, on: [[1]], labels: [0], regularization: 0)
    #expect(beside.parameters.map(\.kinkCount) == [0, 0, 0, 0])
    #expect(beside.passed, "\(beside)")
  }

  @Test("A sample is the same for the same seed")
  func sampling() {
    let setting = Setting(seed: 5)
    func first(_ seed: UInt64) -> [[Int]] {
      setting.report(GradientCheck(sampleSize: 3, seed: seed)).parameters.map(\.index)
    }
    #expect(first(1) == first(1))
    #expect((2..<12).contains { first($0) != first(1) })
  }

  @Test("A gradient that is not a number fails")
  func notANumber() {
    let setting = Setting(seed: 3)
    let report = GradientCheck(sampleSize: 5).run(Sabotaged(right: setting.objective, mistake: nil))
    #expect(!report.passed)
    #expect(report.parameters.last?.largestError == .infinity)
  }

  @Test("The report is a table with the largest errors, their positions, and a verdict")
  func table() {
    let net = TwoLayerNetTests.fresh(.toy, seed: 0, as: Double.self)
    let report = GradientCheck().run(
      net, on: ReferenceCase.toy.x, labels: ReferenceCase.toy.labels, regularization: 0.05)
    let lines = report.description.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[0].hasPrefix("parameter  shape  checked  kinks  unresolved"))
    let row = /W1 +4×10 +40 +0 +0 +\d\.\de-\d\d  \[\d, \d\] +-?\d\.\d{7}e-\d\d +-?\d\.\d{7}e-\d\d/
    #expect(lines[1].wholeMatch(of: row) != nil, "\(lines[1])")
    #expect(lines[5] == "gradient check passed: every relative error is below 1e-07")
  }

  @Test("The relative error has a floor of 1e-8 and does not hide NaN")
  func relativeErrors() {
    #expect(GradientCheckReport.relativeError(1, 3) == 0.5)
    #expect(GradientCheckReport.relativeError(1e-9, -1e-9) == 0.2)
    #expect(GradientCheckReport.relativeError(.nan, 1) == .infinity)
  }
}
