import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import Synchronization
import TestSupport
import Testing

@testable import PerceptronTraining

/// A model for which rows are predicted one by one and many at once.
private struct RowCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  var inputs = 70
  var layers: [LayerSpecification]
  var loss: LossSpecification = .softmax
  var kind: TargetKind = .classes
  var memberCount = 1
  var preprocessing = Preprocessing(divisor: 2, mean: (0..<70).map { Double($0) / 100 })

  func network<Scalar: BLASScalar>(seed: UInt64, as _: Scalar.Type) -> Network<Scalar> {
    var random = SeededRandom(seed: seed)
    var network = Network<Scalar>(inputSize: inputs, layers, loss: loss, using: &random)
    network.updateParameters { _, parameter in
      let noise = Tensor<Scalar>.normal(parameter.shape, standardDeviation: 0.3, using: &random)
      parameter = parameter + noise
    }
    return network
  }

  func model<Scalar: BLASScalar>(as scalar: Scalar.Type = Scalar.self) throws -> TrainedModel<
    Scalar
  > {
    let members = (0..<memberCount).map { self.network(seed: UInt64($0), as: scalar) }
    let network: Network<Scalar> =
      try memberCount == 1 ? members[0] : Ensemble(members, predicting: kind).network
    let count = kind == .classes ? network.classCount : network.outputSize
    let names = (0..<count).map { "name \($0)" }
    return TrainedModel(
      network: network, preprocessing: preprocessing, schema: TargetSchema(kind, names: names))
  }

  static let all: [RowCase] = activations + others

  private static let activations: [RowCase] = LayerSpecification.activations.map {
    RowCase(
      testDescription: "\($0.rawValue)",
      layers: [.affine(outputs: 67), $0.layer, .affine(outputs: 5)])
  }

  private static let others: [RowCase] = [
    RowCase(
      testDescription: "norms and dropout, three layers",
      layers: [
        .affine(outputs: 80), .batchNorm(), .relu, .dropout(rate: 0.3), .affine(outputs: 20),
        .layerNorm(), .gelu, .affine(outputs: 3),
      ]),
    RowCase(testDescription: "no hidden layer", layers: [.affine(outputs: 4)]),
    RowCase(
      testDescription: "a small network", inputs: 3,
      layers: [.affine(outputs: 8), .tanh, .affine(outputs: 2)], preprocessing: .none),
    RowCase(
      testDescription: "one score for two classes", layers: [.affine(outputs: 1)], loss: .logistic),
    RowCase(
      testDescription: "several logistic scores", layers: [.affine(outputs: 3)], loss: .logistic),
    RowCase(
      testDescription: "classes by squares", layers: [.affine(outputs: 1)], loss: .squaredError),
    RowCase(testDescription: "a hinge", layers: [.affine(outputs: 4)], loss: .hinge),
    RowCase(
      testDescription: "labels", layers: [.affine(outputs: 90), .relu, .affine(outputs: 3)],
      loss: .logistic, kind: .labels),
    RowCase(
      testDescription: "labels by squares", layers: [.affine(outputs: 3)], loss: .squaredError,
      kind: .labels),
    RowCase(
      testDescription: "numbers in their own unit",
      layers: [.affine(outputs: 90), .relu, .affine(outputs: 2)], loss: .huber(delta: 1),
      kind: .numbers,
      preprocessing: Preprocessing(
        divisor: 3, targets: TargetScaling(means: [5, -2], deviations: [0.1, 30]))),
    RowCase(
      testDescription: "an ensemble of classes",
      layers: [.affine(outputs: 80), .batchNorm(), .relu, .affine(outputs: 3)], memberCount: 3),
    RowCase(
      testDescription: "an ensemble of one score", layers: [.affine(outputs: 1)], loss: .logistic,
      memberCount: 2),
    RowCase(
      testDescription: "an ensemble of labels",
      layers: [.affine(outputs: 80), .tanh, .affine(outputs: 3)], loss: .logistic, kind: .labels,
      memberCount: 2),
    RowCase(
      testDescription: "an ensemble of numbers", layers: [.affine(outputs: 2)],
      loss: .absoluteError, kind: .numbers, memberCount: 2),
  ]
}

@Suite("Predictions of one row at a time")
struct RowPredictorTests {
  /// Rows of each type of numbers.
  private static func features(_ count: Int, columns: Int) -> [Features] {
    var random = SeededRandom(seed: 9)
    let numbers = Tensor<Double>.uniform([count, columns], using: &random).elements
    return [
      .bytes(numbers.map { UInt8($0 * 255) }), .floats(numbers.map { Float($0) }),
      .doubles(numbers),
    ].map { Features($0, exampleShape: [columns]) }
  }

  /// Compares the predictions of each row with those of all.
  private func compare<Scalar: BLASScalar>(
    _ model: TrainedModel<Scalar>, on features: Features, within tolerance: Double = 0
  ) throws {
    let expected = model.network.predictions(
      of: features.prepared(with: model.preprocessing), as: model.schema)
    let predictor = RowPredictor(model)
    let workspace = predictor.makeWorkspace()
    func equal(_ found: [Double], _ all: Tensor<Double>?, row: Int) -> Bool {
      let all = all?[rows: row..<row + 1].elements ?? []
      return found.count == all.count
        && zip(found, all).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }
    for row in 0..<features.count {
      let found = try predict(features, row, by: predictor, in: workspace)
      #expect(equal(found.outputs, expected.outputs, row: row), "row \(row)")
      #expect(equal(found.probabilities, expected.probabilities, row: row), "row \(row)")
      #expect(equal(found.values, expected.values, row: row), "row \(row)")
      if !expected.classes.isEmpty {
        #expect(found.classIndex == expected.classes[row], "row \(row)")
      }
    }
    #expect(predictor.hasProbabilities == (expected.probabilities != nil))
  }

  private func predict<Scalar>(
    _ features: Features, _ row: Int, by predictor: RowPredictor<Scalar>,
    in workspace: RowPredictor<Scalar>.Workspace
  ) throws -> RowPrediction {
    let range = row * features.featureCount..<(row + 1) * features.featureCount
    return switch features.storage {
    case .bytes(let all): try predictor.predict(Array(all[range]), in: workspace)
    case .floats(let all): try predictor.predict(Array(all[range]).span, in: workspace)
    case .doubles(let all): try predictor.predict(Array(all[range]), in: workspace)
    case .mapped: fatalError("features in a file")
    }
  }

  @Test("They are those of many rows, to the bit", arguments: RowCase.all)
  private func sameBits(own: RowCase) throws {
    for features in Self.features(9, columns: own.inputs) {
      try compare(own.model(as: Float.self), on: features)
      try compare(own.model(as: Double.self), on: features)
    }
  }

  @Test("Many rows together are those of the network, to the bit", arguments: RowCase.all)
  private func together(own: RowCase) throws {
    let model = try own.model(as: Float.self)
    let predictor = RowPredictor(model)
    for count in [0, 1, 3, 9] {
      for features in Self.features(count, columns: own.inputs) {
        let prepared: PreparedFeatures<Float> = features.prepared(with: model.preprocessing)
        let found = predictor.predictions(of: prepared)
        let expected = model.network.predictions(of: prepared, as: model.schema)
        #expect(found.outputs == expected.outputs && found.classes == expected.classes)
        #expect(found.probabilities == expected.probabilities && found.values == expected.values)
      }
    }
  }

  @Test("With principal components they are those of many rows, to rounding")
  func components() throws {
    var own = RowCase(testDescription: "", inputs: 6, layers: [.affine(outputs: 3)])
    for features in Self.features(40, columns: 12) {
      let steps = Preprocessing(divisor: 4, mean: Array(repeating: 0.1, count: 12))
      let data = Dataset(
        features, labels: features.indices.map { $0 % 3 }, classNames: ["a", "b", "c"])
      own.preprocessing = steps.projecting(
        onto: try steps.components(of: data, ProjectionSettings(count: .number(6), whitening: 1e-5))
      )
      try compare(own.model(as: Float.self), on: features, within: 1e-5)
      try compare(own.model(as: Double.self), on: features, within: 1e-12)
    }
  }

  private static let table = Preprocessing(
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
    ])

  @Test("Missing cells, categories and logarithms of a table")
  func cells() throws {
    let own = RowCase(
      testDescription: "", inputs: 10, layers: [.affine(outputs: 70), .relu, .affine(outputs: 3)],
      preprocessing: Self.table)
    let (model, nan) = (try own.model(as: Float.self), Double.nan)
    let cells: [Double] = [
      31, 0, 0.5, 1, nan, 3, nan, 2, -4, 4, 3, nan, 0, nan, 7, 3, 50, 2, 0.25, 0,
    ]
    let features = Features(
      .doubles(cells), exampleShape: [4], columns: Self.table.columnsWithOther)
    try compare(model, on: features)
    let predictor = RowPredictor(model)
    let workspace = predictor.makeWorkspace()
    let wrong: [([Double], String)] = [
      ([31, 5, 0, 1], "row 0, column city: expected the position of a category, below 4, or 4"),
      ([31, 0.5, 0, 1], "row 0, column city: expected the position of a category"),
      ([31, 0, 0, -1], "row 0, column kind: expected the position of a category, below 3"),
      ([.infinity, 0, 0, 1], "the feature in row 0, column age is inf, not a finite number"),
      ([31, 0, -1, 1], "the feature in row 0, column size is -1, expected a number above -1"),
    ]
    for (row, sentence) in wrong {
      let error = try #require(throws: DatasetError.self) {
        try predictor.predict(row, in: workspace)
      }
      #expect("\(error)".contains(sentence), "\(error)")
    }
  }

  @Test("A feature that is not finite is refused, and so are scores that are not")
  func refusals() throws {
    let own = RowCase(
      testDescription: "", inputs: 3, layers: [.affine(outputs: 2)], preprocessing: .none)
    var model = try own.model(as: Float.self)
    let predictor = RowPredictor(model)
    let workspace = predictor.makeWorkspace()
    for bad in [Float.nan, .infinity, -.infinity] {
      let error = try #require(throws: DatasetError.self) {
        try predictor.predict([1, bad, 2], in: workspace)
      }
      #expect("\(error)".contains("row 0, column 1"), "\(error)")
    }
    model.network.parameters["W1"] = Tensor(shape: [3, 2], repeating: 3e38)
    let large = RowPredictor(model)
    let error = try #require(throws: DatasetError.self) {
      try large.predict([3, 3, 3] as [Float], in: large.makeWorkspace())
    }
    #expect("\(error)" == "the scores are not finite")
  }

  @Test("Rows of another size and foreign workspaces are refused")
  func mistakes() async {
    await #expect(processExitsWith: .failure) {
      let own = RowCase(testDescription: "", layers: [.affine(outputs: 2)])
      let predictor = RowPredictor(try own.model(as: Float.self))
      try predictor.predict([1, 2] as [Float], in: predictor.makeWorkspace())
    }
    await #expect(processExitsWith: .failure) {
      let own = RowCase(testDescription: "", layers: [.affine(outputs: 2)])
      let model = try own.model(as: Float.self)
      try RowPredictor(model).predict(
        [Float](repeating: 0, count: 70), in: RowPredictor(model).makeWorkspace())
    }
  }

  @Test("A loss of one's own with more probabilities than classes is refused")
  func ownLoss() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let affine = Affine<Float>(weights: .zeros([3, 2]), bias: .zeros([2]))
      let model = TrainedModel(
        network: Network<Float>(inputSize: 3, layers: [affine], loss: FiveProbabilities()),
        preprocessing: .none, classNames: ["a", "b"])
      let predictor = RowPredictor(model)
      try predictor.predict([1, 2, 3] as [Float], in: predictor.makeWorkspace())
    }
    expectMessage(result, "FiveProbabilities: 5 probabilities for 2 classes")
  }

  @Test("A prediction stays what it is when the next one is made")
  func values() throws {
    let own = RowCase.all[0]
    let predictor = RowPredictor(try own.model(as: Float.self))
    let workspace = predictor.makeWorkspace()
    let first = try predictor.predict([Float](repeating: 0.1, count: 70), in: workspace)
    let copy = first.outputs.map { $0 }
    let second = try predictor.predict([Float](repeating: 0.9, count: 70), in: workspace)
    #expect(first.outputs == copy && first != second)
  }

  @Test("Four threads get the same bits from one predictor")
  func threads() throws {
    let model = try RowCase.all[5].model(as: Float.self)
    let features = Self.features(50, columns: 70)[1]
    let expected = model.network.predictions(
      of: features.prepared(with: model.preprocessing), as: model.schema)
    let predictor = RowPredictor(model)
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let workspace = predictor.makeWorkspace()
      for turn in 0..<200 {
        let row = turn % features.count
        let found = try? predict(features, row, by: predictor, in: workspace)
        if found?.outputs != expected.outputs[rows: row..<row + 1].elements {
          wrong.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test("The activations of any layer are those of the network cut there, for a row and for many")
  func activations() throws {
    for own in RowCase.all {
      let model = try own.model(as: Float.self)
      let features = Self.features(6, columns: own.inputs)[1]
      let predictor = RowPredictor(model)
      let workspace = predictor.makeWorkspace()
      let x: Tensor<Float> = features.prepared(with: model.preprocessing).block(0..<6)
      for layer in model.network.layers.indices {
        let expected = model.network.truncated(afterLayer: layer).outputs(of: x)
        #expect(model.activations(of: features, afterLayer: layer) == expected)
        for row in 0..<6 {
          let numbers = features.withoutPreparation.block(row..<row + 1).elements.map { Float($0) }
          let found = try predictor.activations(of: numbers, afterLayer: layer, in: workspace)
          #expect(found == expected[rows: row..<row + 1].elements, "\(own), layer \(layer)")
        }
      }
    }
  }
}

/// A loss with five probabilities for any number of outputs.
private struct FiveProbabilities: Loss {
  func forward(
    outputs: RowBlock<Float>, targets: TargetBlock<Float>, saved: MutableRowBlock<Float>,
    losses: UnsafeMutableBufferPointer<Float>
  ) {}

  func backward(
    saved: RowBlock<Float>, targets: TargetBlock<Float>, normalizer: Float,
    into gradient: MutableRowBlock<Float>
  ) {}

  func probabilities(of outputs: Tensor<Float>) -> Tensor<Float>? {
    .zeros([outputs.shape.rowCount, 5])
  }
}

extension Features {
  fileprivate var indices: Range<Int> { 0..<count }
}
