import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension Sample {
  static let deep: [LayerSpecification] = [
    .affine(outputs: 6), .batchNorm(), .gelu, .dropout(rate: 0.2), .affine(outputs: 5),
    .layerNorm(epsilon: 1e-3), .leakyReLU(slope: 0.2), .affine(outputs: 4), .tanh,
    .affine(outputs: 4), .sigmoid, .affine(outputs: 3),
  ]

  private static let scaling = Preprocessing(
    steps: [
      .standardize(
        columns: [0, 1, 2, 3], means: [1000.3, -2, 0.1, 3e-4], deviations: [2, 3, 0.7, 1e-3])
    ])

  private static func components(whitening: Double?) -> PrincipalComponents {
    PrincipalComponents(
      mean: [0.5, -1, 2, 0.25], directions: [[0.6, 0], [0.8, 0], [0, 1], [0, 0]],
      variances: [2, 0.5], explainedVarianceRatio: [0.7, 0.2], whitening: whitening)
  }

  /// A table of which no missing number is allowed and no unknown category, and of which some columns have
  /// indicators.
  private static let strictTable = TrainedModel<Float>(
    network: network(6, [.affine(outputs: 5), .relu, .affine(outputs: 2)]),
    preprocessing: Preprocessing(
      steps: [
        .impute(columns: [1], values: [-2], indicated: [1]),
        .minMax(columns: [1, 2], minima: [-5, 1e4], ranges: [10, 3]),
        .oneHot(columns: [0], categories: [["a", "b", "c"]], unknown: .error),
      ],
      columns: [
        FeatureColumn(name: "letter", categories: ["a", "b", "c"]), FeatureColumn(name: "x"),
        FeatureColumn(name: "y"),
      ]),
    classNames: ["no", "yes"])

  /// A table with seconds since 1970, which single precision does not have, and a logarithm.
  static let timestamps = TrainedModel<Float>(
    network: network(3, [.affine(outputs: 5), .tanh, .affine(outputs: 2)]),
    preprocessing: Preprocessing(
      steps: [
        .impute(columns: [0, 2], values: [1_764_501_234.5, 3], indicated: []), .log(columns: [2]),
        .standardize(
          columns: [0, 1, 2], means: [1_764_501_800.25, 0.5, 1], deviations: [1039.5, 2, 0.5]),
      ],
      columns: ["time", "size", "count"].map { FeatureColumn(name: $0) }),
    classNames: ["no", "yes"])

  /// Models of every kind.
  static let models: [(name: String, model: TrainedModel<Float>)] = {
    func ensemble(_ kind: TargetKind, _ loss: LossSpecification) -> Network<Float> {
      let members = (1...3).map {
        network(
          4, [.affine(outputs: 5), .tanh, .affine(outputs: 3)], loss: loss, seed: $0)
      }
      guard let ensemble = try? Ensemble(members, predicting: kind) else { fatalError() }
      return ensemble.network
    }
    func numbers(_ network: Network<Float>, _ preprocessing: Preprocessing) -> TrainedModel<Float> {
      TrainedModel(
        network: network, preprocessing: preprocessing,
        schema: TargetSchema(.numbers, names: ["a", "b", "c"]))
    }
    func labels(_ network: Network<Float>) -> TrainedModel<Float> {
      TrainedModel(
        network: network, preprocessing: scaling,
        schema: TargetSchema(.labels, names: ["a", "b", "c"]))
    }
    func ensembleOfSides() -> Network<Float> {
      let members = (1...2).map { network(4, [.affine(outputs: 1)], loss: .logistic, seed: $0) }
      guard let ensemble = try? Ensemble(members, predicting: .classes) else { fatalError() }
      return ensemble.network
    }
    func projected(_ whitening: Double?) -> TrainedModel<Float> {
      TrainedModel(
        network: network(2, [.affine(outputs: 3)]),
        preprocessing: scaling.projecting(onto: components(whitening: whitening)),
        classNames: ["a", "b", "c"])
    }
    let activations: [LayerSpecification] = [
      .relu, .leakyReLU(slope: 0.1), .tanh, .sigmoid, .gelu,
    ]
    let targets = TargetScaling(means: [100, 0, -5], deviations: [10, 1, 0.5])
    return [
      ("deep", model(deep)), ("hinge", model([.affine(outputs: 3)], loss: .hinge)),
      ("two classes", model([.affine(outputs: 1)], loss: .logistic)),
      ("one against the rest", model([.affine(outputs: 3)], loss: .logistic)),
      ("squared error", model([.affine(outputs: 1)], loss: .squaredError)),
      (
        "smoothing and weights",
        model(
          [.affine(outputs: 2)], loss: .softmax(labelSmoothing: 0.1, classWeights: [1, 2]))
      ),
      (
        "pixels",
        TrainedModel(
          network: network(12, [.affine(outputs: 4), .relu, .affine(outputs: 2)]),
          preprocessing: Preprocessing(
            divisor: 255, mean: Array(repeating: 0.3, count: 12), magnitude: 200),
          classNames: ["cat", "Zürich"], image: ImageShape(width: 4, height: 3))
      ),
      (
        "numbers",
        numbers(
          network(
            4, [.affine(outputs: 5), .gelu, .affine(outputs: 3)], loss: .squaredError),
          Preprocessing(steps: scaling.steps, targets: targets))
      ),
      ("labels", labels(network(4, deep, loss: .logistic))),
      ("whitened components", projected(1e-5)), ("components", projected(nil)),
      ("table", table), ("timestamps", timestamps),
      (
        "ensemble",
        TrainedModel(
          network: ensemble(.classes, .softmax), preprocessing: .none,
          classNames: ["a", "b", "c"])
      ),
      (
        "ensemble of numbers",
        numbers(ensemble(.numbers, .huber()), Preprocessing(targets: targets))
      ), ("ensemble of labels", labels(ensemble(.labels, .logistic))),
      (
        "ensemble of two classes",
        TrainedModel(
          network: ensembleOfSides(), preprocessing: scaling, classNames: ["no", "yes"])
      ),
      (
        "norms first",
        model([.batchNorm(), .layerNorm(), .relu, .batchNorm(), .affine(outputs: 3)])
      ),
      ("no weights", model([.tanh], inputs: 3)),
      (
        "wide",
        TrainedModel(
          network: network(1201, [.affine(outputs: 70), .relu, .affine(outputs: 5)]),
          preprocessing: Preprocessing(divisor: 255), classNames: ["a", "b", "c", "d", "e"])
      ),
      ("strict table", strictTable),
      (
        "one number",
        TrainedModel(
          network: network(
            4, [.affine(outputs: 6), .tanh, .affine(outputs: 1)], loss: .absoluteError),
          preprocessing: Preprocessing(
            targets: TargetScaling(means: [3e4], deviations: [20])),
          schema: TargetSchema(.numbers, names: ["price"]))
      ),
    ]
      + activations.map { ("\($0)", model([.affine(outputs: 7), $0, .affine(outputs: 3)])) }
  }()
}
