import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@testable import PerceptronTraining

@Suite("Baselines")
struct BaselineTests {
  private static let names = ["a", "b"]

  // MARK: - Ridge regression

  @Test(
    "Ridge regression has scikit-learn's weights, intercepts and predictions, weighted or not",
    arguments: BaselineVectors.all.numbers)
  func ridge(vectors: BaselineVectors.Numbers) throws {
    let training: PreparedDataset<Double> = unprepared(
      vectors.rows, .numbers(vectors.targets.flatMap { $0 }, names: Self.names),
      weights: vectors.weights)
    for expected in vectors.ridge {
      let model = try RidgeRegression(training, penalty: expected.penalty)
      expectClose(model.weights.elements, expected.weights.flatMap { $0 }, within: 1e-9)
      expectClose(model.intercept.elements, expected.intercept, within: 1e-9)
      let found = model.predictions(of: unprepared(vectors.tests), as: training.schema)
      expectClose(found.values?.elements ?? [], expected.predicted.flatMap { $0 }, within: 1e-9)
    }
  }

  @Test(
    "Ridge regression predicts the classes of scikit-learn's RidgeClassifier",
    arguments: BaselineVectors.all.classes)
  func ridgeClasses(vectors: BaselineVectors.Classes) throws {
    let training = training(vectors, weights: vectors.weights, as: Double.self)
    for expected in vectors.ridge {
      let model = try RidgeRegression(training, penalty: expected.penalty)
      let found = model.predictions(of: unprepared(vectors.tests), as: training.schema)
      #expect(found.classes == expected.predicted)
    }
  }

  @Test("Ridge regression of standardized targets predicts in their own unit")
  func ridgeScaling() throws {
    let vectors = BaselineVectors.all.numbers[0]
    let data = Dataset(
      Features(Tensor(vectors.rows)),
      targets: .numbers(vectors.targets.flatMap { $0 }, names: Self.names))
    let preprocessing = try Preprocessing.fitted(to: data, divisor: 1, subtractMean: true)
    #expect(preprocessing.targets != nil)
    let model = try RidgeRegression<Double>(data.prepared(with: preprocessing), penalty: 1)
    let tests: PreparedFeatures<Double> = Features(Tensor(vectors.tests)).prepared(
      with: preprocessing)
    // A penalty is blind to the targets' units and to the features' means.
    expectClose(
      model.predictions(of: tests, as: data.schema).values?.elements ?? [],
      vectors.ridge[1].predicted.flatMap { $0 }, within: 1e-9)
  }

  @Test("Labels are predicted where a ridge regression of 0 and 1 is above ½")
  func ridgeLabels() throws {
    let training: PreparedDataset<Double> = unprepared(
      [[0], [1], [2], [3]], .labels([0, 1, 0, 1, 1, 0, 1, 0], names: Self.names))
    let found = try RidgeRegression(training, penalty: 1e-3)
      .predictions(of: training.features, as: training.schema)
    #expect(found.values?.elements == [0, 1, 0, 1, 1, 0, 1, 0])
  }

  @Test("A single row, equal columns and bytes are fitted")
  func degenerate() throws {
    let single: PreparedDataset<Float> = unprepared([[1, 2]], .numbers([5], names: ["y"]))
    let found = try RidgeRegression(single, penalty: 1)
      .predictions(of: single.features, as: single.schema)
    #expect(found.values?.elements == [5])
    let bytes = Features(.bytes((0..<40).map { UInt8($0 / 2 * 5) }), exampleShape: [2])
    let data = Dataset(bytes, targets: .numbers((0..<20).map { 3 * Double($0) }, names: ["y"]))
    let model = try RidgeRegression<Float>(data.prepared(with: .none), penalty: 0.1)
    // Two equal columns share the weight.
    expectClose(model.weights.elements, [0.3, 0.3], within: 1e-4)
  }

  @Test("Rows without weight throw")
  func ridgeErrors() {
    let training: PreparedDataset<Double> = unprepared(
      [[1], [2]], .numbers([1, 2], names: ["y"]), weights: [0, 0])
    #expect(throws: DatasetError.self) { try RidgeRegression(training, penalty: 1) }
  }

  // MARK: - Nearest neighbours

  @Test(
    "The nearest rows, their distances and the classes' shares are scikit-learn's",
    arguments: BaselineVectors.all.classes)
  func neighbors(vectors: BaselineVectors.Classes) {
    let model = NearestNeighbors(training(vectors, as: Float.self), count: 3)
    let tests: PreparedFeatures<Float> = unprepared(vectors.tests)
    let nearest = model.neighbors(of: tests)
    #expect(nearest.map { $0.map(\.row) } == vectors.nearest)
    expectClose(
      nearest.flatMap { $0.map(\.value) }, vectors.distances.flatMap { $0 }, within: 1e-5)
    expectClose(
      model.predictions(of: tests).probabilities?.elements ?? [],
      vectors.shareOfNeighbors.flatMap { $0 }, within: 1e-12)
  }

  @Test(
    "Numbers are the means of the neighbours' as scikit-learn's, for any k",
    arguments: BaselineVectors.all.numbers)
  func neighborMeans(vectors: BaselineVectors.Numbers) throws {
    let training: PreparedDataset<Double> = unprepared(
      vectors.rows, .numbers(vectors.targets.flatMap { $0 }, names: Self.names))
    for (count, expected) in vectors.neighbors {
      let model = NearestNeighbors(training, count: try #require(Int(count)))
      expectClose(
        model.predictions(of: unprepared(vectors.tests)).values?.elements ?? [],
        expected.flatMap { $0 }, within: 1e-12)
    }
  }

  @Test("Of rows at equal distances the lowest comes first, however many there are")
  func ties() {
    // All at distance 5 from the origin but row 90, which is nearer.
    let rows = (0..<100).map { $0 == 90 ? [3.0, 3] : $0 % 2 == 0 ? [3, 4] : [-4, 3] }
    let training: PreparedDataset<Float> = unprepared(
      rows, .classes([Int](repeating: 0, count: 100), names: ["a"]))
    let nearest = NearestNeighbors(training, count: 5).neighbors(of: unprepared([[0, 0]]))
    #expect(nearest[0].map(\.row) == [90, 0, 1, 2, 3])
  }

  @Test("Small differences of large features decide, though single precision rounds their products")
  func precision() {
    let rows = (0..<60).map { [4000 + Double(($0 * 37) % 60) / 16, 4000] }
    let training: PreparedDataset<Float> = unprepared(
      rows, .classes([Int](repeating: 0, count: 60), names: ["a"]))
    let nearest = NearestNeighbors(training, count: 3).neighbors(of: unprepared([[4000, 4000]]))
    let expected = (0..<60).sorted { ($0 * 37) % 60 < ($1 * 37) % 60 }.prefix(3)
    #expect(nearest[0].map(\.row) == Array(expected))
  }

  @Test("Votes count by weight, ties go to the nearest row, and rows of weight 0 have none")
  func votes() {
    func predicted(_ count: Int, _ weights: [Double]?) -> [Int] {
      let training: PreparedDataset<Double> = unprepared(
        [[1], [2], [3], [4]], .classes([2, 1, 0, 0], names: ["a", "b", "c"]), weights: weights)
      return NearestNeighbors(training, count: count).predictions(of: unprepared([[0]])).classes
    }
    #expect(predicted(1, nil) == [2])
    #expect(predicted(3, nil) == [2], "three classes with a vote each")
    #expect(predicted(4, nil) == [0])
    #expect(predicted(4, [1, 3, 1, 1]) == [1])
    #expect(predicted(1, [0, 1, 1, 1]) == [1])
    #expect(predicted(4, [0, 1, 1, 0]) == [1], "fewer rows than neighbours")
  }

  @Test("A label that half of the votes have is that of the nearest row")
  func labelVotes() {
    let training: PreparedDataset<Double> = unprepared(
      [[1], [2], [9]], .labels([1, 0, 0, 1, 1, 1], names: Self.names))
    let model = NearestNeighbors(training, count: 2)
    #expect(model.predictions(of: unprepared([[0], [5.6]])).values?.elements == [1, 0, 1, 1])
  }

  // MARK: - Nearest centroid

  @Test(
    "Centroids and the classes of the nearest are scikit-learn's",
    arguments: BaselineVectors.all.classes)
  func centroids(vectors: BaselineVectors.Classes) {
    let model = NearestCentroid(training(vectors, as: Float.self))
    expectClose(model.centroids.elements, vectors.centroids.flatMap { $0 }, within: 1e-6)
    let schema = TargetSchema(.classes, names: (0..<vectors.classes).map { "\($0)" })
    #expect(
      model.predictions(of: unprepared(vectors.tests), as: schema).classes
        == vectors.nearestCentroid)
  }

  @Test("Centroids count rows by weight; a class without rows is never predicted")
  func weightedCentroids() {
    let training: PreparedDataset<Float> = unprepared(
      [[10_000], [10_004], [10_006], [0]], .classes([0, 0, 2, 1], names: ["a", "b", "c"]),
      weights: [1, 3, 1, 0])
    let model = NearestCentroid(training)
    #expect(model.centroids.elements == [10_003, 0, 10_006])
    let tests: PreparedFeatures<Float> = unprepared([[0], [10_004.25], [10_004.75]])
    #expect(model.predictions(of: tests, as: training.schema).classes == [0, 0, 2])
  }

  // MARK: - Constants

  @Test(
    "The shares of the classes are scikit-learn's, by weights",
    arguments: BaselineVectors.all.classes
  )
  func shares(vectors: BaselineVectors.Classes) {
    let training = training(vectors, weights: vectors.weights, as: Double.self)
    let found = ConstantBaseline(training).network.predictions(
      of: unprepared(vectors.tests), as: training.schema)
    #expect(found.classes == vectors.tests.map { _ in vectors.most })
    expectClose(
      Array((found.probabilities?.elements ?? []).prefix(vectors.classes)), vectors.shares,
      within: 1e-9)
  }

  @Test(
    "The means of numbers are scikit-learn's, by weights", arguments: BaselineVectors.all.numbers)
  func means(vectors: BaselineVectors.Numbers) throws {
    let data = Dataset(
      Features(Tensor(vectors.rows)),
      targets: .numbers(vectors.targets.flatMap { $0 }, names: Self.names), weights: vectors.weights
    )
    let preprocessing = try Preprocessing.fitted(to: data, divisor: 1, subtractMean: false)
    let training: PreparedDataset<Double> = data.prepared(with: preprocessing)
    let model = ConstantBaseline(training)
    expectClose(model.values.elements, vectors.mean, within: 1e-12)
    let found = model.network.predictions(of: training.features, as: data.schema)
    expectClose(Array((found.values?.elements ?? []).prefix(2)), vectors.mean, within: 1e-12)
  }

  @Test("Each label is predicted that more than half of the weight has")
  func labelShares() {
    let training: PreparedDataset<Double> = unprepared(
      [[1], [2], [3]], .labels([1, 0, 0, 1, 0, 0], names: Self.names), weights: [3, 1, 1])
    let model = ConstantBaseline(training)
    expectClose(model.values.elements, [0.6, 0.2], within: 1e-12)
    let found = model.network.predictions(of: unprepared([[7]]), as: training.schema)
    #expect(found.values?.elements == [1, 0])
    expectClose(found.probabilities?.elements ?? [], [0.6, 0.2], within: 1e-12)
  }

  private func expectClose(
    _ actual: [Double], _ expected: [Double], within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    TestSupport.expectClose(
      Tensor(actual), Tensor(expected), tolerance: tolerance, sourceLocation: sourceLocation)
  }

  private func training<Scalar>(
    _ vectors: BaselineVectors.Classes, weights: [Double]? = nil, as _: Scalar.Type
  ) -> PreparedDataset<Scalar> {
    unprepared(
      vectors.rows,
      .classes(vectors.labels, names: (0..<vectors.classes).map { "\($0)" }), weights: weights)
  }
}
