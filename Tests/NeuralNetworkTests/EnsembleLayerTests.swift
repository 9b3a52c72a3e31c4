import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Layers of ensembles")
struct EnsembleLayerTests {
  private static func member<Scalar>(_ seed: UInt64, hidden: Int = 70) -> Network<Scalar> {
    var random = SeededRandom(seed: seed)
    return Network(
      inputSize: 90,
      [.affine(outputs: hidden), .batchNorm(), .relu, .dropout(rate: 0.5), .affine(outputs: 4)],
      using: &random)
  }

  @Test("Its probabilities are the members' means, for any number of rows and workers")
  func mean() throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let members: [Network<Scalar>] = [
        Self.member(1), Self.member(2, hidden: 20), Self.member(3),
      ]
      let network = Network(inputSize: 90, layers: [try EnsembleLayer(members)])
      #expect(network.parameterPlaces.count == 18 && network.statistics.count == 6)
      for rows in [0, 1, 5, 600] {
        let x = Tensor<Scalar>.sample([rows, 90])
        var expected = Tensor<Double>.zeros([rows, 4])
        for member in members {
          let own = try #require(member.predictProbabilities(x))
          expected = expected + Tensor<Double>(own) / Tensor(3)
        }
        let found = try #require(network.predictProbabilities(x, workers: 1))
        expectClose(found, expected)
        for workers in [2, 3, 5] {
          #expect(network.predictProbabilities(x, workers: workers) == found)
        }
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("It predicts with weights that are set later")
  func updates() throws {
    let x = Tensor<Float>.sample([20, 90])
    var network = Network(
      inputSize: 90, layers: [try EnsembleLayer<Float>([Self.member(1), Self.member(2)])])
    let other = Network(
      inputSize: 90, layers: [try EnsembleLayer<Float>([Self.member(3), Self.member(4)])])
    #expect(network.outputs(of: x) != other.outputs(of: x))
    network.parameters = other.parameters
    network.statistics = other.statistics
    #expect(network.outputs(of: x) == other.outputs(of: x) && network == other)
  }

  @Test("Members that do not go together are refused")
  func refused() throws {
    var random = SeededRandom(seed: 1)
    let hinge = Network<Float>(
      inputSize: 90, [.affine(outputs: 4)], loss: .hinge, using: &random)
    let narrow = Network<Float>(inputSize: 9, [.affine(outputs: 4)], using: &random)
    for (members, message) in [
      ([], "at least 1"), ([Self.member(1), hinge], "a loss that has probabilities"),
      ([Self.member(1), narrow], "90 and 4 as in member 0"),
    ] as [([Network<Float>], String)] {
      let error = #expect(throws: InvalidSetting.self) { _ = try EnsembleLayer(members) }
      #expect(error?.description.contains(message) == true, "\(error)")
    }
    for specification in [
      LayerSpecification.ensemble([]),
      .ensemble([.init(layers: [], loss: .softmax)]),
      .ensemble([.init(layers: [.affine(outputs: 4)], loss: .hinge)]),
      .ensemble([
        .init(layers: [.affine(outputs: 4)], loss: .softmax),
        .init(layers: [.affine(outputs: 5)], loss: .softmax),
      ]),
      .ensemble([
        .init(layers: [.affine(outputs: 4)], loss: .softmax),
        .init(layers: [.relu], loss: .softmax),
      ]),
    ] {
      #expect(throws: InvalidSetting.self) { try specification.check() }
    }
  }
}
