import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Ensembles", .mayHang)
struct EnsembleTests {
  /// A network whose probabilities of the classes are the given ones, whatever comes in.
  static func constant<Scalar: BLASScalar>(_ probabilities: [Double]) -> Network<Scalar> {
    let bias = Tensor(probabilities.map { Scalar(Double.logarithm($0)) })
    return Network(
      inputSize: 2, layers: [Affine(weights: .zeros([2, probabilities.count]), bias: bias)])
  }

  static func random(_ seed: UInt64, hidden: Int = 5) -> Network<Double> {
    var random = SeededRandom(seed: seed)
    return Network(
      inputSize: 3, [.affine(outputs: hidden), .relu, .affine(outputs: 4)], using: &random)
  }

  @Test("Probabilities are the members' means, and the most probable class is predicted")
  func worked() throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      // 0.45 and 0.35 for class 0 and 1, though two of three prefer class 1.
      let ensemble = try Ensemble<Scalar>([
        Self.constant([0.75, 0.05, 0.2]), Self.constant([0.3, 0.5, 0.2]),
        Self.constant([0.3, 0.5, 0.2]),
      ])
      let x = Tensor<Scalar>.sample([2, 2])
      expectClose(
        ensemble.predictProbabilities(x),
        Tensor<Double>([0.45, 0.35, 0.2, 0.45, 0.35, 0.2], shape: [2, 3]))
      #expect(ensemble.predict(x) == [0, 0])
      let data = Dataset(x, labels: [0, 1], classNames: ["a", "b", "c"])
      let evaluation = ensemble.evaluate(on: data.prepared(with: .none))
      #expect(evaluation.accuracy == 0.5 && evaluation.count == 2)
      // −(ln 0.45 + ln 0.35) / 2
      expectClose(evaluation.loss, 0.9241649103582248, tolerance: Scalar.testTolerance)
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Evaluation in blocks equals the whole", arguments: [1, 999, 1000, 1001, 2500])
  func blocks(count: Int) throws {
    let ensemble = try Ensemble([Self.random(1), Self.random(2, hidden: 7), Self.random(3)])
    let x = Tensor<Double>.sample([count, 3])
    let labels = (0..<count).map { ($0 * 7) % 4 }
    let data = Dataset(x, labels: labels, classNames: ["a", "b", "c", "d"])
      .prepared(with: .none, as: Double.self)
    let evaluation = ensemble.evaluate(on: data)
    let probabilities = ensemble.predictProbabilities(x)
    let loss = labels.indices.reduce(0) { $0 - Double.logarithm(probabilities[$1, labels[$1]]) }
    expectClose(evaluation.loss, loss / Double(count), tolerance: 1e-12)
    #expect(evaluation.accuracy == accuracy(of: ensemble.predict(x), labels: labels))
  }

  @Test("An ensemble of one is that network")
  func single() throws {
    let network = Self.random(1)
    let ensemble = try Ensemble([network])
    let x = Tensor<Double>.sample([9, 3])
    let data = Dataset(x, labels: [0, 1, 2, 3, 0, 1, 2, 3, 0]).prepared(
      with: .none, as: Double.self)
    expectClose(
      ensemble.predictProbabilities(x),
      Tensor<Double>(try #require(network.predictProbabilities(x))))
    let (ours, its) = (ensemble.evaluate(on: data), network.evaluate(on: data))
    expectClose(ours.loss, its.loss, tolerance: 1e-12)
    #expect(ours.accuracy == its.accuracy)
  }

  @Test("A probability of 0 does not make the loss infinite, NaN shows in it, no rows have none")
  func extremes() throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      var network: Network<Scalar> = Self.constant([0.5, 0.5])
      network.parameters["b1"] = [1e6, -1e6]
      let data = Dataset(Tensor<Scalar>.zeros([2, 2]), labels: [0, 1]).prepared(
        with: .none, as: Scalar.self)
      let loss = try Ensemble([network]).evaluate(on: data).loss
      expectClose(
        loss, -Double.logarithm(Double(Scalar.leastNormalMagnitude)) / 2,
        tolerance: Scalar.testTolerance)
      network.parameters["b1"] = Tensor([Scalar.nan, 0])
      #expect(try Ensemble([network]).evaluate(on: data).loss.isNaN)
      let none = Dataset(Tensor<Scalar>.zeros([0, 2]), labels: []).prepared(
        with: .none, as: Scalar.self)
      let evaluation = try Ensemble([network]).evaluate(on: none)
      #expect(evaluation.count == 0 && evaluation.loss.isNaN && evaluation.accuracy.isNaN)
      #expect(try Ensemble([network]).predictProbabilities(.zeros([0, 2])).shape == [0, 2])
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Members that do not go together are refused, naming which and why")
  func refused() {
    func message(_ members: [Network<Double>]) -> String {
      do {
        _ = try Ensemble(members)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(message([]) == "the number of an ensemble's members is 0, expected at least 1")
    #expect(
      message([Self.random(1), .identity(3)])
        == "member 1 of the ensemble is for 3 inputs and 3 classes, expected 3 and 4 as in member 0"
    )
    let unsure = Network<Double>(
      inputSize: 3, layers: Self.random(1).layers, loss: WithoutProbabilities())
    #expect(
      message([Self.random(1), unsure]).hasPrefix("member 1 of the ensemble is trained with"))
  }
}

/// A loss that knows no probabilities.
private struct WithoutProbabilities: Loss {
  private let softmax = SoftmaxLoss<Double>()

  func forward(
    outputs: RowBlock<Double>, targets: TargetBlock<Double>, saved: MutableRowBlock<Double>,
    losses: UnsafeMutableBufferPointer<Double>
  ) {
    softmax.forward(outputs: outputs, targets: targets, saved: saved, losses: losses)
  }

  func backward(
    saved: RowBlock<Double>, targets: TargetBlock<Double>, normalizer: Double,
    into gradient: MutableRowBlock<Double>
  ) {
    softmax.backward(saved: saved, targets: targets, normalizer: normalizer, into: gradient)
  }

  var specification: LossSpecification { .softmax }

  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    SoftmaxLoss<Other>()
  }
}
