import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Examples that explain a network")
struct ExampleTests {
  /// Whole numbers, so that any number of workers gives the same activations, many of them equal.
  private static func data<Scalar: BLASScalar>(
    rows: Int, weights: [Double]? = nil, as _: Scalar.Type
  ) -> PreparedDataset<Scalar> {
    var random = SeededRandom(seed: 5)
    let features = (0..<rows * 3).map { _ in Scalar(random.index(below: 7) - 3) }
    let labels = (0..<rows).map { _ in random.index(below: 3) }
    return Dataset(
      Features(Tensor(features, shape: [rows, 3])),
      targets: .classes(labels, names: ["a", "b", "c"]), weights: weights
    ).prepared(with: .none)
  }

  private static func network<Scalar: BLASScalar>(as _: Scalar.Type) -> Network<Scalar> {
    var random = SeededRandom(seed: 6)
    var network = Network<Scalar>(
      inputSize: 3, [.affine(outputs: 4), .relu, .affine(outputs: 5), .relu, .affine(outputs: 3)],
      using: &random)
    network.parameters["W1"] = Tensor((0..<12).map { Scalar($0 * 5 % 7 - 3) }, shape: [3, 4])
    network.parameters["W2"] = Tensor((0..<20).map { Scalar($0 * 3 % 5 - 2) }, shape: [4, 5])
    // The last unit of the second hidden layer is off for every row.
    network.parameters["b2"] = Tensor([0, 0, 0, 0, -1000])
    return network
  }

  private static func activations<Scalar>(
    _ network: Network<Scalar>, _ data: PreparedDataset<Scalar>, layer: Int
  ) -> Tensor<Scalar> {
    network.truncated(afterLayer: layer).outputs(of: data.block(0..<data.count), workers: 1)
  }

  @Test("The outputs of all rows are those of the rows at once")
  func outputs() {
    let (data, network) = (Self.data(rows: 2300, as: Float.self), Self.network(as: Float.self))
    let expected = network.outputs(of: data.block(0..<2300))
    for workers in [1, 3] {
      expectClose(network.outputs(of: data.features, workers: workers), expected)
    }
    #expect(network.outputs(of: Self.data(rows: 0, as: Float.self).features).shape == [0, 3])
  }

  @Test("The top examples of a unit are the first of all rows in order", arguments: 0...4)
  func topExamples(layer: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let data = Self.data(rows: 2300, as: Scalar.self)
      var network = Self.network(as: Scalar.self)
      if layer == 4 { network.parameters["W3"] = Tensor(shape: [5, 3], repeating: 1) }
      let before = network
      let activations = Self.activations(network, data, layer: layer)
      for (workers, count) in [(1, 9), (2, 1), (3, 0), (nil, 5000), (2, 1500)] {
        let found = network.topExamples(
          of: data.features, layer: layer, count: count, workers: workers)
        #expect(found.count == activations.shape[1])
        for (unit, rows) in found.enumerated() {
          let expected = (0..<2300).map { Double(activations[$0, unit]) }.enumerated()
            .sorted { (-$0.element, $0.offset) < (-$1.element, $1.offset) }.prefix(count)
          #expect(rows.map(\.row) == expected.map(\.offset))
          #expect(rows.map(\.value) == expected.map(\.element))
        }
      }
      #expect(network == before)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Activations that are NaN come last, after those that are −∞")
  func notFinite() {
    let network = Network<Float>(inputSize: 1, layers: [Dropout(rate: 0.5)])
    let features: [Float] = [.nan, 1, -.infinity, .nan, .infinity, 1]
    let data = Dataset(
      Tensor(features, shape: [6, 1]), labels: [Int](repeating: 0, count: 6)
    ).prepared(with: .none, as: Float.self)
    let order = [4, 1, 5, 2, 0, 3]
    for count in 0...6 {
      let found = network.topExamples(of: data.features, layer: 0, count: count)
      #expect(found[0].map(\.row) == Array(order.prefix(count)))
    }
    let nearest = network.nearestRows(to: [2], in: data.features, layer: 0, count: 6)
    #expect(nearest.map(\.row) == [1, 5, 2, 4, 0, 3])
  }

  @Test("The nearest rows are the first of all by distance", arguments: [0, 1, 3])
  func nearestRows(layer: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let data = Self.data(rows: 2300, as: Scalar.self)
      let network = Self.network(as: Scalar.self)
      let activations = Self.activations(network, data, layer: layer)
      let example = data.block(17..<18)
      let distances = (0..<2300).map { row -> Double in
        (0..<activations.shape[1]).reduce(0) { sum, unit in
          let difference = Double(activations[row, unit]) - Double(activations[17, unit])
          return sum + difference * difference
        }.squareRoot()
      }
      let expected = distances.enumerated()
        .sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
      for (workers, count) in [(1, 12), (3, 2000), (nil, 0)] {
        let found = network.nearestRows(
          to: example, in: data.features, layer: layer, count: count, workers: workers)
        #expect(found.map(\.row) == expected.prefix(count).map(\.offset))
        #expect(found.map(\.value) == expected.prefix(count).map(\.element))
      }
      #expect(expected.first?.element == 0)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The nearest rows of a trained network are those that NumPy found")
  func nearestOfTrained() {
    let known = ExplanationCase.shared
    var random = SeededRandom(seed: 1)
    var network = Network<Double>(
      inputSize: 12, [.affine(outputs: 8), .relu, .affine(outputs: 5)], using: &random)
    for (name, tensor) in known.parameters.tensors { network.parameters[name] = tensor }
    let rows = Dataset(known.x.tensor, labels: known.labels).prepared(with: .none, as: Double.self)
    let found = network.nearestRows(
      to: known.example, in: rows.features, layer: network.hiddenLayers[0], count: rows.count)
    #expect(found.first?.row == known.row)
    #expect(found.dropFirst().map(\.row) == known.nearest.rows)
    expectClose(
      Tensor(found.map(\.value)), Tensor([0] + known.nearest.distances), tolerance: 1e-12)
  }

  @Test(
    "An example that is one of the rows is the nearest, at a distance of rounding errors",
    arguments: [[3, 4], [17, 33], [100, 64], [784, 300]], [1, 7, 130])
  func nearestIsItself(size: [Int], rows: Int) {
    var random = SeededRandom(seed: 4)
    let network = Network<Float>(
      inputSize: size[0], [.affine(outputs: size[1]), .tanh, .affine(outputs: 2)], using: &random)
    let x = Tensor<Float>.sample([rows, size[0]], seed: 8)
    let data = Dataset(x, labels: [Int](repeating: 0, count: rows))
      .prepared(with: .none, as: Float.self)
    for row in [0, rows / 2, rows - 1] {
      let found = network.nearestRows(
        to: x[rows: row..<row + 1], in: data.features, layer: 1, count: 1)
      #expect(found.map(\.row) == [row])
      #expect(found[0].value < 1e-4)
    }
  }

  @Test(
    "The mean activations of classes are those by hand, with weights and without",
    arguments: [false, true])
  func classActivations(isWeighted: Bool) {
    let count = 1500
    let weights = isWeighted ? (0..<count).map { Double($0 % 4) } : nil
    let data = Self.data(rows: count, weights: weights, as: Float.self)
    let network = Self.network(as: Float.self)
    let activations = Self.activations(network, data, layer: 3)
    for workers in [1, 3] {
      let found = ClassActivations(of: network, layer: 3, on: data, workers: workers)
      for label in 0..<3 {
        let rows = (0..<count).filter { data.labels[$0] == label }
        let support = rows.reduce(0) { $0 + (weights?[$1] ?? 1) }
        #expect(found.support[label] == support)
        for unit in 0..<5 {
          let sum = rows.reduce(0) { $0 + (weights?[$1] ?? 1) * Double(activations[$1, unit]) }
          expectClose(found.means[label, unit], sum / support, tolerance: 1e-12)
        }
      }
      let silent = (0..<5).filter { unit in
        (0..<count).allSatisfy { activations[$0, unit] == 0 }
      }
      #expect(found.silentUnits == silent && silent.contains(4) && silent.count < 5)
      #expect(found.unitCount == 5)
    }
  }

  @Test("A class without rows has no means, and rows of weight 0 make no unit active")
  func noRows() {
    let features = Tensor<Double>([-1, 3], shape: [2, 1])
    let data = Dataset(
      Features(features), targets: .classes([0, 0], names: ["a", "b"]), weights: [1, 0]
    ).prepared(with: .none, as: Double.self)
    let network = Network<Double>(inputSize: 1, layers: [ReLU()])
    let found = ClassActivations(of: network, layer: 0, on: data)
    #expect(found.support == [1, 0])
    #expect(found.means[0, 0] == 0 && found.means[1, 0].isNaN)
    #expect(found.silentUnits == [0])
    let none = ClassActivations(
      of: network, layer: 0, on: data.dataset[rows: 0..<0].prepared(with: .none, as: Double.self))
    #expect(none.silentUnits == [])
  }
}
