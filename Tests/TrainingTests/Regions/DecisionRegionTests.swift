import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Decision regions")
struct DecisionRegionTests {
  static let spiral = Toy.spiral.dataset()

  static func network<Scalar: BLASScalar>(
    _ loss: LossSpecification = .softmax, outputs: Int = 3
  ) -> Network<Scalar> {
    var random = SeededRandom(seed: 1)
    return Network(
      inputSize: 2, [.affine(outputs: 20), .tanh, .affine(outputs: outputs)], loss: loss,
      initializer: .normal(scale: 2), using: &random)
  }

  /// Whether each cell has the class and the probability that a network gives to its middle.
  private func check<Scalar: BLASScalar>(
    _ network: Network<Scalar>, _ schema: TargetSchema, _ preprocessing: Preprocessing
  ) {
    let plane = DecisionPlane(x: -2...1, y: 0...0.5, columns: 7, rows: 5)
    let regions = network.decisionRegions(on: plane, as: schema, preprocessing: preprocessing)
    for row in 0..<5 {
      for column in 0..<7 {
        let (x, y) = (-2 + 3 * (Double(column) + 0.5) / 7, 0.5 * (Double(row) + 0.5) / 5)
        let cell = row * 7 + column
        #expect(plane.cell(x: x, y: y) == cell)
        let point: Tensor<Scalar> = Features(.doubles([x, y]), exampleShape: [2])
          .prepared(with: preprocessing).block(0..<1)
        let label = network.predict(point)[0]
        #expect(regions.predictedClass(x: x, y: y) == label)
        let probability =
          network.loss.probabilities(of: network.outputs(of: point)).map {
            Double($0[position: label])
          } ?? 1
        #expect((Double(regions.confidences[cell]) / 255 - probability).magnitude <= 0.51 / 255)
      }
    }
  }

  @Test(
    "Each cell has the prediction of its middle, of prepared coordinates", arguments: scalarTypes)
  func cells(_ scalar: any BLASScalar.Type) {
    func run<Scalar: BLASScalar>(_: Scalar.Type) {
      let network: Network<Scalar> = Self.network()
      check(network, Self.spiral.schema, .none)
      check(network, Self.spiral.schema, Preprocessing(divisor: 2, mean: [0.5, -1]))
    }
    run(scalar)
  }

  @Test("One output has two classes, and a hinge is everywhere sure")
  func otherLosses() {
    check(Self.network(.logistic, outputs: 1) as Network<Double>, .classes(["no", "yes"]), .none)
    check(Self.network(.hinge) as Network<Double>, Self.spiral.schema, .none)
  }

  @Test("A plane lies around all finite rows of two numbers, with a margin")
  func plane() throws {
    let features = Features(.doubles([0, 10, 10, 30, .nan, 20]), exampleShape: [2])
    let plane = try #require(DecisionPlane(around: features))
    #expect(plane.x == -1...11 && plane.y == 8...32 && plane.cellCount == 100 * 100)
    #expect(plane.cell(x: -1, y: 8) == 0 && plane.cell(x: 11, y: 32) == plane.cellCount - 1)
    #expect(plane.cell(x: -1.01, y: 8) == nil && plane.cell(x: .nan, y: 8) == nil)
    // The logarithm of 1 + x has its pole at -1.
    let logarithm = Preprocessing(steps: [.log(columns: [0])])
    #expect(DecisionPlane(around: features, preprocessing: logarithm)?.x == -0.5...11)
    let constant = Features(.floats([3, 0, 3, 1]), exampleShape: [2])
    #expect(DecisionPlane(around: constant)?.x == 0...6)
  }

  @Test(
    "Other rows have no plane",
    arguments: [
      Features(.doubles([1, 2, 3]), exampleShape: [3]),
      Features(
        .doubles([1, 0]), exampleShape: [2],
        columns: [
          FeatureColumn(name: "x"), FeatureColumn(name: "y", categories: ["a", "b"]),
        ]),
      Features(.bytes([1, 2]), exampleShape: [1, 2], image: ImageShape(width: 2, height: 1)),
      Features(.doubles([.nan, 1]), exampleShape: [2]), Features(.doubles([]), exampleShape: [2]),
    ])
  func noPlane(_ features: Features) { #expect(DecisionPlane(around: features) == nil) }

  @Test(
    "Moments are about twenty, from the untrained network to the last",
    arguments: [0, 1, 5, 200, 10_000])
  func moments(iterations: Int) {
    let moments = DecisionRegionSeries.moments(of: iterations)
    #expect(moments.first == 0 && moments.last == iterations && moments.count <= 20)
    #expect(moments == Set(moments).sorted())
    if iterations == 10_000 { #expect(moments[..<4] == [0, 1, 12, 39]) }
  }

  static func series() -> DecisionRegionSeries {
    let plane = DecisionPlane(x: -1...1, y: 0...3, columns: 4, rows: 2)
    let network: Network<Double> = network()
    let regions = network.decisionRegions(on: plane, as: spiral.schema)
    let other = DecisionRegions(
      on: plane, classes: .init(repeating: 2, count: 8), confidences: .init(repeating: 9, count: 8))
    return DecisionRegionSeries(
      on: plane,
      [
        .init(iterations: 0, loss: 1.1, accuracy: 1.0 / 3, regions: regions),
        .init(iterations: 7, loss: 0.1, accuracy: 1, regions: other),
      ])
  }

  @Test("A series is read as it was written, from its file and from JSON")
  func roundTrip() throws {
    let scratch = try TemporaryDirectory()
    let series = Self.series()
    try series.write(to: scratch.file("regions.npz"))
    #expect(try DecisionRegionSeries(readingFrom: scratch.file("regions.npz")) == series)
    #expect(try DecisionRegionSeries(json: series.jsonLine.utf8) == series)
    let empty = DecisionRegionSeries(on: series.plane)
    try empty.write(to: scratch.file("empty.npz"))
    #expect(try DecisionRegionSeries(readingFrom: scratch.file("empty.npz")) == empty)
  }

  @Test("A moment takes the place of the last one of as many iterations")
  func appending() {
    var series = Self.series()
    var moment = series.moments[1]
    moment.loss = 0.05
    series.append(moment)
    #expect(series.moments.count == 2 && series.moments[1].loss == 0.05)
    moment.iterations = 3
    series.append(moment)
    #expect(series.moments.map(\.iterations) == [0, 7, 3])
  }

  @Test("Files whose arrays do not go together are refused")
  func damaged() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("regions.npz")
    func refusal(
      classes: [Int] = [1, 2, 2], loss: Int = 1, x: [Double] = [0, 1]
    ) throws -> String? {
      try NumPyArchive.write(to: path) { archive in
        let cells = [UInt8](repeating: 0, count: classes.reduce(1, *))
        try archive.add(bytes: cells, shape: classes, named: "classes")
        try archive.add(bytes: cells, shape: classes, named: "confidences")
        try archive.add(integers: [5], shape: [1], named: "iterations")
        try archive.add(Tensor<Double>.zeros([loss]), named: "loss")
        try archive.add(Tensor<Double>.zeros([1]), named: "accuracy")
        try archive.add(Tensor(x, shape: [x.count]), named: "x_range")
        try archive.add(Tensor([0.0, 1], shape: [2]), named: "y_range")
      }
      do {
        _ = try DecisionRegionSeries(readingFrom: path)
        return nil
      } catch let error as FileError {
        #expect(error.path == path)
        return error.message
      }
    }
    #expect(try refusal() == nil)
    #expect(try refusal(classes: [2, 2, 2])?.contains("of [1, rows, columns]") == true)
    #expect(try refusal(classes: [1, 4])?.contains("found [1, 4]") == true)
    #expect(try refusal(classes: [1, 0, 4])?.contains("at least one row") == true)
    #expect(try refusal(loss: 2)?.contains("expected 1 number in loss, found 2") == true)
    #expect(try refusal(x: [1, 1])?.contains("expected a range in x_range") == true)
    #expect(try refusal(x: [.nan, 1])?.contains("expected a range in x_range") == true)
    try scratch.write([1, 2, 3], to: "regions.npz")
    #expect(throws: FileError.self) { try DecisionRegionSeries(readingFrom: path) }
  }

  @Test("JSON with other numbers of cells is refused")
  func damagedJSON() throws {
    let text = try Self.series().jsonLine
    #expect(throws: DecodingError.self) {
      try DecisionRegionSeries(json: text.replacing("\"rows\":2", with: "\"rows\":3").utf8)
    }
    #expect(throws: DecodingError.self) {
      try DecisionRegionSeries(json: text.replacing("\"columns\":4", with: "\"columns\":-4").utf8)
    }
  }

  @Test("A run's folder holds its regions until another run takes its place")
  func folder() throws {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("run"))
    let lock = try directory.create(overwrite: false)
    #expect(try directory.decisionRegions() == nil)
    let record = RunRecord.sample(iterations: 1, finalLoss: 1)
    let history = History(loss: [1], epochs: [])
    let series = Self.series()
    try directory.write(
      record, history: history, regions: series, model: TrainedModel<Float>?.none, under: lock)
    #expect(try directory.decisionRegions() == series)
    #expect(directory.files.contains("regions.npz"))
    try directory.write(record, history: history, model: TrainedModel<Float>?.none, under: lock)
    #expect(try directory.decisionRegions() == nil)
  }
}
