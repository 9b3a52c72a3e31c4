import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Hidden layers")
struct HiddenLayerTests {
  private static func net(_ layers: [LayerSpecification]) -> Network<Double> {
    var random = SeededRandom(seed: 3)
    return Network(inputSize: 4, layers, using: &random)
  }

  private static let deep = net([
    .dropout(rate: 0.2), .affine(outputs: 6), .batchNorm(), .relu, .dropout(rate: 0.5),
    .affine(outputs: 5), .tanh, .layerNorm(), .affine(outputs: 3),
  ])

  @Test("A truncated network gives the activations of its last layer, which the rest completes")
  func completion() {
    let x = Tensor<Double>.sample([7, 4])
    for position in Self.deep.layers.indices.dropLast() {
      let lower = Self.deep.truncated(afterLayer: position)
      let upper = Network(
        inputSize: lower.outputSize, layers: Array(Self.deep.layers[(position + 1)...]))
      #expect(lower.layers.count == position + 1)
      #expect(lower.inputSize == 4)
      expectClose(upper.outputs(of: lower.outputs(of: x)), Self.deep.outputs(of: x))
    }
  }

  @Test("Truncated after its last layer, a network is the same, and changing one leaves the other")
  func whole() {
    var copy = Self.deep.truncated(afterLayer: Self.deep.layers.count - 1)
    #expect(copy == Self.deep)
    copy.updateParameters { $1 *= 2 }
    #expect(copy != Self.deep)
  }

  @Test("A position that is no layer's traps", arguments: [-1, 9])
  func positions(position: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [position] in
      _ = HiddenLayerTests.deep.truncated(afterLayer: position)
    }
    expectMessage(result, "truncated after layer \(position) of 9")
  }

  @Test("Hidden units are seen after their activation function, whatever stands around it")
  func hiddenLayers() {
    #expect(Self.deep.hiddenLayers == [3, 6])
    #expect(Self.net([.affine(outputs: 3)]).hiddenLayers == [])
    #expect(Self.net([.affine(outputs: 3), .relu]).hiddenLayers == [])
    #expect(Self.net([.relu, .affine(outputs: 3), .affine(outputs: 2)]).hiddenLayers == [1])
    #expect(
      Self.net([.affine(outputs: 3), .layerNorm(), .affine(outputs: 2)]).hiddenLayers == [1])
  }
}
