import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Overfit check")
struct OverfitCheckTests {
  /// Rows and labels without anything in common, which can only be learned by heart.
  static func noise<Scalar: BLASScalar>(
    _ count: Int, as: Scalar.Type = Scalar.self
  ) -> PreparedDataset<Scalar> {
    let labels = (0..<count).map { ($0 * $0) % 3 }
    return Dataset(Tensor<Scalar>.sample([count, 8]), labels: labels, classNames: ["a", "b", "c"])
      .prepared(with: .none)
  }

  static func network<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Network<Scalar> {
    var random = SeededRandom(seed: 0)
    return Network(
      inputSize: 8, [.affine(outputs: 50), .relu, .affine(outputs: 3)], using: &random)
  }

  @Test("A network learns twenty rows by heart, and is left as it was")
  func passes() throws {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) throws {
      let network = Self.network(type)
      let check = try network.overfitCheck(
        on: Self.noise(200), iterations: 2000, learningRate: 0.3)
      #expect(check.passed && check.rowCount == 20 && check.accuracy == 1)
      #expect(check.losses[0] > 0.5 && check.losses.last ?? 1 < 1e-2)
      #expect(check.losses.dropLast().allSatisfy { $0 >= 1e-2 })
      #expect((1..<2000).contains(check.iterations))
      #expect(check.description.hasPrefix("overfit check passed: 20 rows, "))
      #expect(network == Self.network(type))
      #expect(
        try network.overfitCheck(on: Self.noise(200), iterations: 2000, learningRate: 0.3)
          == check)
    }
    for type in scalarTypes { try check(type) }
  }

  @Test(
    "With smoothed labels the loss has to come near the least there is", arguments: [false, true])
  func smoothing(isWeighted: Bool) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      var random = SeededRandom(seed: 0)
      let network = Network<Scalar>(
        inputSize: 8, [.affine(outputs: 50), .relu, .affine(outputs: 3)],
        loss: .softmax(labelSmoothing: 0.3, classWeights: isWeighted ? [1, 2, 0.5] : nil),
        using: &random)
      let check = try network.overfitCheck(
        on: Self.noise(200), iterations: 3000, learningRate: 0.3)
      #expect(check.passed && check.losses.allSatisfy { $0 >= check.lossFloor - 1e-5 })
      if !isWeighted {
        // Targets of 0.8, 0.1 and 0.1.
        expectClose(check.lossFloor, 0.6390318597, tolerance: 1e-9)
      }
      #expect(check.description.contains("with smoothed labels"))
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("A network without gradients, or with an unsuitable learning rate, fails")
  func fails() throws {
    var dead = Self.network(Float.self)
    dead.parameters["b1"] = Tensor(shape: [50], repeating: -1000)
    var check = try dead.overfitCheck(on: Self.noise(200), iterations: 300, learningRate: 0.3)
    #expect(!check.passed && check.iterations == 300 && check.losses.count == 301)
    #expect(check.description.hasPrefix("overfit check FAILED: 20 rows, 300 updates, loss 1.1 to"))
    check = try Self.network(Float.self).overfitCheck(
      on: Self.noise(200), iterations: 50, learningRate: 1e-5)
    #expect(!check.passed)
    check = try Self.network(Float.self).overfitCheck(
      on: Self.noise(200), iterations: 50, learningRate: 1e30)
    #expect(!check.passed && check.iterations < 50)
    #expect(check.losses.last?.isFinite == false)
  }

  @Test("Rows of equal features are used once, and fewer rows if there are not enough")
  func distinct() throws {
    let row = Tensor<Double>.sample([1, 8])
    let twice = Dataset(
      Tensor<Double>(row.elements + row.elements, shape: [2, 8]), labels: [0, 1],
      classNames: ["a", "b", "c"])
    var check = try Self.network(Double.self).overfitCheck(
      on: twice.prepared(with: .none), iterations: 200, learningRate: 0.3)
    #expect(check.passed && check.rowCount == 1)
    check = try Self.network(Double.self).overfitCheck(
      on: Self.noise(7), rows: 9, iterations: 2000, learningRate: 0.3)
    #expect(check.passed && check.rowCount == 7)
    check = try Self.network(Double.self).overfitCheck(
      on: Self.noise(50), rows: 3, iterations: 2000, learningRate: 0.3)
    #expect(check.rowCount == 3)
  }

  @Test("Every pass is one of training with the same seed")
  func trainingPasses() throws {
    let network = Self.network(Float.self)
    let layers = network.layers + [OnlyTrains(seed: 5)]
    let check = try Network(inputSize: 8, layers: layers).overfitCheck(
      on: Self.noise(200), iterations: 2000, learningRate: 0.3, seed: 5)
    #expect(check.passed)
  }

  @Test("Invalid settings are refused with their value")
  func settings() {
    func expectRefused(
      _ name: String, data: Int = 30, rows: Int = 20, iterations: Int = 5, rate: Double = 0.1,
      limit: Double = 0.1
    ) {
      let error = #expect(throws: InvalidSetting.self) {
        try Self.network(Float.self).overfitCheck(
          on: Self.noise(data), rows: rows, iterations: iterations, learningRate: rate,
          lossLimit: limit)
      }
      #expect(error?.description.hasPrefix(name) == true, "\(error as Any)")
    }
    expectRefused("the number of rows to draw from is 0", data: 0)
    expectRefused("the number of rows to learn is 0", rows: 0)
    expectRefused("iterations is -1", iterations: -1)
    for rate in [0, -1, .nan, .infinity] { expectRefused("learning rate is ", rate: rate) }
    for limit in [0, -1, .nan] { expectRefused("the limit of the loss is ", limit: limit) }
  }
}

/// A layer that changes nothing in training with its seed, and leaves NaN in every other pass.
private struct OnlyTrains: Layer {
  let seed: UInt64

  var traits: LayerTraits { LayerTraits(backwardReads: .neither) }

  func forward(
    _ input: RowBlock<Float>, into output: MutableRowBlock<Float>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Float>
  ) {
    let isExpected = pass == .training(seed: seed).inLayer(3)
    for index in 0..<input.count { output.base[index] = isExpected ? input.base[index] : .nan }
  }

  func inputGradient(
    upstream: RowBlock<Float>, record: ForwardRecord<Float>, into gradient: MutableRowBlock<Float>
  ) {
    gradient.base.update(from: upstream.base, count: upstream.count)
  }

  var specification: LayerSpecification { .relu }

  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> { ReLU<Other>() }
}
