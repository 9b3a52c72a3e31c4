import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

extension LayerSpecification {
  /// A layer made of it, for rows of `inputSize` numbers.
  func layer<Scalar: BLASScalar>(
    _: Scalar.Type = Scalar.self, inputSize: Int = 1, seed: UInt64 = 1
  ) -> any Layer<Scalar> {
    var random = SeededRandom(seed: seed)
    return Network<Scalar>(inputSize: inputSize, [self], using: &random).layers[0]
  }
}

@Suite("Layer specifications")
struct SpecificationTests {
  @Test("A layer's and a loss's description is its name with its settings")
  func descriptions() {
    let layers: [LayerSpecification] = [
      .affine(outputs: 3), .relu, .leakyReLU(), .tanh, .sigmoid, .gelu, .dropout(rate: 0.2),
      .batchNorm(), .batchNorm(momentum: 0.5, epsilon: 0.001), .layerNorm(),
      .layerNorm(epsilon: 0.5),
    ]
    #expect(
      layers.map { "\($0)" } == [
        "affine", "relu", "leaky relu 0.01", "tanh", "sigmoid", "gelu", "dropout 0.2",
        "batch norm", "batch norm, momentum 0.5, epsilon 0.001", "layer norm",
        "layer norm, epsilon 0.5",
      ])
    let losses: [LossSpecification] = [
      .softmax, .softmax(labelSmoothing: 0.1, classWeights: [1, 2]), .hinge, .squaredHinge,
      .squaredError, .absoluteError, .huber(), .huber(delta: 0.5), .logistic,
    ]
    #expect(
      losses.map { "\($0)" } == [
        "softmax cross-entropy",
        "softmax cross-entropy, label smoothing 0.1, class weights [1.0, 2.0]", "hinge",
        "squared hinge", "squared error", "absolute error", "huber", "huber, delta 0.5",
        "logistic",
      ])
  }

  @Test("Every name in a list leads back to its entry, and no other name to any")
  func names() {
    for activation in LayerSpecification.activations {
      #expect(LayerSpecification.Activation(rawValue: activation.rawValue) == activation)
      #expect(!activation.layer.description.isEmpty)
    }
    for entry in LossSpecification.named {
      #expect(LossSpecification.Entry(rawValue: entry.rawValue) == entry)
      #expect(!entry.loss.description.isEmpty)
    }
    for entry in Initializer.named {
      #expect(Initializer.Entry(rawValue: entry.rawValue) == entry)
    }
    #expect(LayerSpecification.Activation(rawValue: "swish") == nil)
    #expect(LossSpecification.Entry(rawValue: "focal") == nil)
    #expect(Initializer.Entry(rawValue: "ones") == nil)
  }

  @Test("Settings on the edge of the valid range pass")
  func edges() throws {
    for right: LayerSpecification in [
      .affine(outputs: 1), .dropout(rate: 0), .dropout(rate: 1 - 0x1p-53),
      .batchNorm(momentum: 0), .batchNorm(momentum: 1), .leakyReLU(slope: 1e-300),
      .layerNorm(epsilon: 1e-300),
    ] {
      try right.check()
    }
    try LossSpecification.softmax(labelSmoothing: 0, classWeights: [0, 1e-300]).check()
  }

  @Test(
    "An invalid setting of a layer is refused with its name and value",
    arguments: [
      (.affine(outputs: 0), "width of an affine layer is 0, expected 1 to 2³¹ − 1"),
      (.affine(outputs: -3), "width of an affine layer is -3, expected 1 to 2³¹ − 1"),
      (.affine(outputs: 1 << 31), "width of an affine layer is 2147483648, expected 1 to 2³¹ − 1"),
      (.leakyReLU(slope: 0), "slope of a leaky relu is 0.0, expected a number above 0"),
      (.leakyReLU(slope: .infinity), "slope of a leaky relu is inf, expected a number above 0"),
      (.dropout(rate: 1), "dropout rate is 1.0, expected 0 or more and below 1"),
      (.dropout(rate: -0.5), "dropout rate is -0.5, expected 0 or more and below 1"),
      (.dropout(rate: .nan), "dropout rate is nan, expected 0 or more and below 1"),
      (.batchNorm(momentum: 1.5), "momentum of a batch norm is 1.5, expected 0 to 1"),
      (.batchNorm(epsilon: 0), "epsilon of a batch norm is 0.0, expected a number above 0"),
      (.layerNorm(epsilon: -1), "epsilon of a layer norm is -1.0, expected a number above 0"),
    ] as [(LayerSpecification, String)])
  func layers(wrong: LayerSpecification, message: String) {
    let error = #expect(throws: InvalidSetting.self) { try wrong.check() }
    #expect(error?.description == message && error?.errorDescription == message)
  }

  @Test(
    "An invalid setting of a loss is refused with its name and value",
    arguments: [
      (.softmax(labelSmoothing: 1), "label smoothing is 1.0, expected 0 or more and below 1"),
      (.softmax(labelSmoothing: .nan), "label smoothing is nan, expected 0 or more and below 1"),
      (.softmax(classWeights: [1, -2]), "class weight is -2.0, expected 0 or a number above 0"),
      (
        .softmax(classWeights: [0, 0]),
        "class weights is [0.0, 0.0], expected one for each class, at least one of them above 0"
      ),
    ] as [(LossSpecification, String)])
  func losses(wrong: LossSpecification, message: String) {
    let error = #expect(throws: InvalidSetting.self) { try wrong.check() }
    #expect(error?.description == message)
  }

  @Test("Class weights must be as many as there are classes")
  func classWeights() throws {
    let specification = LossSpecification.softmax(classWeights: [1, 2])
    try specification.check(classCount: 2)
    try LossSpecification.hinge.check(classCount: 3)
    let error = #expect(throws: InvalidSetting.self) { try specification.check(classCount: 3) }
    #expect(
      error?.description == "class weights is [1.0, 2.0], expected one for each of 3 classes")
  }
}
