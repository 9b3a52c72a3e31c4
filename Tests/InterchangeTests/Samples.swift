import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// A trained model's like for tests, with weights that are not zero anywhere.
enum Sample {
  /// A network with fresh weights, whose other parameters and statistics are moved from where they begin.
  static func network<Scalar: BLASScalar>(
    _ inputs: Int, _ layers: [LayerSpecification], loss: LossSpecification = .softmax,
    seed: UInt64 = 1, as scalar: Scalar.Type = Float.self
  ) -> Network<Scalar> {
    var random = SeededRandom(seed: seed)
    var network = Network<Scalar>(inputSize: inputs, layers, loss: loss, using: &random)
    network.updateParameters { place, parameter in
      if !place.isPenalized {
        let noise = Tensor<Scalar>.normal(parameter.shape, standardDeviation: 0.3, using: &random)
        parameter = parameter + noise
      }
    }
    network.statistics = Parameters(
      network.statistics.map { name, tensor in
        let noise = Tensor<Scalar>.normal(tensor.shape, standardDeviation: 0.3, using: &random)
        return (name, tensor + noise * noise)
      })
    return network
  }

  /// A model of classes without preprocessing.
  static func model(
    _ layers: [LayerSpecification], inputs: Int = 4, loss: LossSpecification = .softmax
  ) -> TrainedModel<Float> {
    let network = network(inputs, layers, loss: loss)
    return TrainedModel(
      network: network, preprocessing: .none,
      classNames: (0..<network.classCount).map { "class \($0)" })
  }

  /// Rows of normal deviates.
  static func rows(_ count: Int, _ columns: Int, seed: UInt64 = 2) -> Tensor<Float> {
    var random = SeededRandom(seed: seed)
    return .normal([count, columns], standardDeviation: 1, using: &random)
  }

  /// A table with numbers that may be missing and two columns of categories.
  static let table = TrainedModel<Float>(
    network: network(10, [.affine(outputs: 5), .relu, .affine(outputs: 3)]),
    preprocessing: Preprocessing(
      steps: [
        .impute(columns: [0, 2], values: [30, 1], indicated: [0]), .log(columns: [2]),
        .standardize(columns: [0, 2], means: [31.7, 0.5], deviations: [12.5, 0.25]),
        .oneHot(columns: [1], categories: [["Rome", "Oslo", "Bern"]], unknown: .other),
        .oneHot(columns: [3], categories: [["x", "y", "z"]], unknown: .ignore),
      ],
      columns: [
        FeatureColumn(name: "age"),
        FeatureColumn(name: "city", categories: ["Rome", "Oslo", "Bern", "Rare"]),
        FeatureColumn(name: "size"), FeatureColumn(name: "kind", categories: ["x", "y", "z"]),
      ]),
    classNames: ["low", "middle", "high"])
}

/// A layer that files know nothing of.
struct OwnLayer: Layer {
  typealias Scalar = Float
  func forward(
    _ input: RowBlock<Float>, into output: MutableRowBlock<Float>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Float>
  ) {}
  func inputGradient(
    upstream: RowBlock<Float>, record: ForwardRecord<Float>, into gradient: MutableRowBlock<Float>
  ) {}
}
