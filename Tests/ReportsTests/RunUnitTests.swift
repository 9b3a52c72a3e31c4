import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining

/// What the page of a run shows of hidden units.
@Suite("Hidden units on the page of a run")
struct RunUnitTests {
  private static let rows = 40
  private static let sections = ["What excites each unit", "The last hidden layer"]

  private static func run(_ task: TargetKind) -> TrainingRun {
    TrainingRun(
      record: RunRecord(
        settings: .init(
          data: "some", task: task,
          network: .init(
            layers: [.affine(outputs: 5), .relu, .affine(outputs: 3)],
            loss: task == .numbers ? .squaredError : .softmax, initializer: .heNormal),
          training: TrainerSettings(length: .iterations(2)), validation: 0),
        seed: 1,
        results: .init(
          status: .finished, iterations: 2, finalLoss: 0.5, training: MetricValues(),
          validation: nil),
        secondsPerIteration: 0.1, seconds: 0.2, machine: .current),
      history: History(loss: [1, 0.5], epochs: []))
  }

  /// A network in which the hidden units 1 and 3 are never active.
  private static func network(
    hidden: Int = 5, inputs: Int = 6, outputs: Int = 3, _ loss: any Loss<Double> = SoftmaxLoss()
  ) -> Network<Double> {
    var bias = Tensor<Double>.zeros([hidden])
    if hidden > 3 { (bias[1], bias[3]) = (-1000, -1000) }
    return Network(
      inputSize: inputs,
      layers: [
        Affine(weights: .sample([inputs, hidden], seed: 3), bias: bias), ReLU(),
        Affine(weights: .sample([hidden, outputs], seed: 4), bias: .zeros([outputs])),
      ], loss: loss)
  }

  private static func data(
    image: ImageShape? = nil, _ targets: DatasetTargets? = nil
  ) -> PreparedDataset<Double> {
    let labels = (0..<rows).map { $0 % 3 }
    return Dataset(
      Features(Tensor<Double>.sample([rows, 6], seed: 5), image: image),
      targets: targets ?? .classes(labels, names: ["cat", "dog", "owl"])
    ).prepared(with: .none)
  }

  private static func report(
    image: ImageShape? = nil, _ network: Network<Double> = network(),
    _ targets: DatasetTargets? = nil
  ) -> Report {
    let data = data(image: image, targets)
    return Report(
      ofRun: run(data.schema.kind), named: "r", network: RunNetwork(network, image: image),
      units: RunUnits(of: network, on: data),
      evaluation: RunEvaluation(of: network, on: data, rows: "the test set"))
  }

  private static let shape = ImageShape(width: 3, height: 2)

  private static func picture(_ report: Report) throws -> Report.Picture {
    let section = try #require(report.sections.first { $0.heading == sections[0] })
    let pictures = section.blocks.flatMap { block -> [Report.Picture] in
      if case .pictures(let pictures) = block { pictures } else { [] }
    }
    return try #require(pictures.first)
  }

  @Test("Units come before the confusions, in place of the first layer's weights")
  func order() {
    for image in [nil, Self.shape] {
      let headings = Self.report(image: image).sections.map(\.heading)
      #expect(Array(headings.dropFirst(2).prefix(2)) == Self.sections)
      #expect(headings[4] == "Confusions on the test set")
      #expect(!headings.contains("First-layer weights"))
    }
  }

  @Test("A network without hidden layers has no such sections")
  func linear() {
    let linear = Network<Double>(
      inputSize: 6, layers: [Affine(weights: .sample([6, 3]), bias: .zeros([3]))])
    #expect(RunUnits(of: linear, on: Self.data()) == nil)
    let headings = Self.report(image: Self.shape, linear).sections.map(\.heading)
    #expect(!Self.sections.contains(where: headings.contains))
    #expect(headings.contains("First-layer weights"))
  }

  @Test("Each unit has its weights and the nine examples that excite it most")
  func pictures() throws {
    let network = Self.network()
    let picture = try Self.picture(Self.report(image: Self.shape, network))
    let tiles = try #require(picture.tiles)
    #expect(tiles.grid.tiles == network.firstLayerImages(Self.shape))
    let data = Self.data(image: Self.shape)
    let top = network.topExamples(of: data.features, layer: 1, count: 9)
    let images = try #require(data.dataset.images(rows: top[2].map(\.row)))
    #expect(
      tiles.beside?.tiles[2]
        == ImageGrid(images, columns: 3, magnification: 1, spacing: 1, background: 255).image)
    let names = ["cat", "dog", "owl"]
    for name in names {
      let count = top[2].count { names[$0.row % 3] == name }
      #expect(tiles.labels[2].contains("\(count)×\u{A0}\(name)") == (count > 0))
    }
    #expect(tiles.labels[1] == "unit 1: never active")
    #expect(tiles.names[2].hasPrefix("unit 2\ntraining row \(top[2][0].row), "))
    #expect(picture.caption.contains("excite each of 5 units most, after relu"))
    #expect(picture.caption.contains("All 40 training rows"))
    #expect(!picture.caption.contains("smaller"))
  }

  @Test("Of many units the first sixty are shown, at a small size where pictures are large")
  func manyUnits() throws {
    let shape = ImageShape(width: 40, height: 40, channels: 3)
    let network = Self.network(hidden: 61, inputs: 4800)
    let data: PreparedDataset<Double> = Dataset(
      Features(Tensor<Double>.sample([10, 4800]), image: shape), labels: (0..<10).map { $0 % 3 },
      classNames: ["a", "b", "c"]
    ).prepared(with: .none)
    let report = Report(
      ofRun: Self.run(.classes), named: "r", network: RunNetwork(network, image: shape),
      units: RunUnits(of: network, on: data))
    let picture = try Self.picture(report)
    #expect(picture.tiles?.grid.tiles.count == 60)
    #expect(picture.caption.contains("each of the first 60 of 61 units most"))
    #expect(picture.caption.contains("at a smaller size"))
    #expect(picture.caption.contains("over red, green and blue together"))
    // Three times 14 pixels, one apart, and weights of 20.
    #expect(picture.tiles?.beside?.tiles[0].width == 44)
    #expect(picture.tiles?.grid.tiles[0].width == 20)
  }

  @Test("Without pictures a table has the largest weights, the classes and the highest activation")
  func table() throws {
    let network = Self.network()
    let report = Self.report(image: nil, network)
    let section = try #require(report.sections.first { $0.heading == Self.sections[0] })
    guard case .table(let table)? = section.blocks.first else {
      Issue.record("no table")
      return
    }
    #expect(
      table.columns.map(\.title) == [
        "unit", "largest weights", "excited most by", "highest activation",
      ])
    let highest = table.rows.compactMap { Double($0[3].text) }
    #expect(highest.count == 3 && highest == highest.sorted(by: >))
    let index = try #require(table.rows.firstIndex { $0[0].text == "2" })
    let weights = network.parameters["W1"]
    let largest = (0..<6).max { abs(weights[$0, 2]) < abs(weights[$1, 2]) } ?? 0
    #expect(
      table.rows[index][1].text.split(separator: ",")[0].hasSuffix("\u{A0}feature \(largest)"))
    #expect(table.rows[index][1].text.hasPrefix(RunPage.number(weights[largest, 2])))
    #expect(table.rows[4].map(\.text).suffix(2) == ["never active", "–"])
    #expect(!report.paragraphs.contains { $0.contains("not known to be pictures") })
  }

  @Test("Targets that are numbers have what excites units, and no classes")
  func numbers() throws {
    let network = Self.network(outputs: 1, SquaredError())
    let targets = DatasetTargets.numbers((0..<Self.rows).map { Double($0) }, names: ["price"])
    let report = Self.report(image: nil, network, targets)
    let headings = report.sections.map(\.heading)
    #expect(headings.contains(Self.sections[0]))
    #expect(!headings.contains(Self.sections[1]))
  }

  @Test("The plane has every row in its class's group, and those that are wrong as crosses")
  func plane() throws {
    let network = Self.network()
    let data = Self.data()
    let chart = try #require(Self.report().shownCharts.first { $0.name == "hidden-layer" }).chart
    guard case .scatter(let plot) = chart.content else {
      Issue.record("no scatter plot")
      return
    }
    let groups = try #require(plot.groups)
    #expect(groups.ofPoints == data.labels && groups.names == ["cat", "dog", "owl"])
    let predicted = network.predict(data.features)
    #expect(groups.crossed == Set((0..<Self.rows).filter { predicted[$0] != data.labels[$0] }))
    let activations = network.truncated(afterLayer: 1).outputs(of: data.features)
    let components = try PrincipalComponents(of: activations, count: 2)
    let places = components.transform(activations)
    #expect(plot.points == (0..<Self.rows).map { .init(places[$0, 0], places[$0, 1]) })
    #expect(chart.summary.contains("5 units (relu) on the test set in the plane"))
  }

  @Test("Of many rows two thousand are in the plane, without those of weight 0")
  func manyRows() throws {
    let count = 5000
    let data: PreparedDataset<Double> = Dataset(
      Features(Tensor<Double>.sample([count, 6])),
      targets: .classes((0..<count).map { $0 % 3 }, names: ["a", "b", "c"]),
      weights: (0..<count).map { $0 % 2 == 0 ? 1 : 0 }
    ).prepared(with: .none)
    let hidden = try #require(RunHiddenLayer(of: Self.network(), on: data))
    let plane = try #require(hidden.plane)
    #expect(plane.rows.count == 2000 && plane.places.shape == [2000, 2])
    #expect(plane.rows.allSatisfy { $0 % 2 == 0 } && plane.rows == plane.rows.sorted())
    #expect(Set(plane.rows).count == 2000)
  }

  @Test(
    "Units stand by the class that uses them most, scaled by their largest mean; silent ones are named"
  )
  func classUse() throws {
    let chart = try #require(Self.report().shownCharts.first { $0.name == "units-by-class" }).chart
    guard case .heatMap(let map) = chart.content else {
      Issue.record("no heat map")
      return
    }
    #expect(Set(map.columns) == ["0", "2", "4"])
    #expect(map.rows == ["cat", "dog", "owl"])
    let use = ClassActivations(of: Self.network(), layer: 1, on: Self.data())
    let tops = map.columns.indices.map { column in
      let values = map.values.compactMap { $0[column] }
      #expect(values.max() == 1)
      let unit = Int(map.columns[column]) ?? 0
      let largest = (0..<3).map { use.means[$0, unit] }.max() ?? 0
      for label in 0..<3 { #expect(values[label] == use.means[label, unit] / largest) }
      return values.firstIndex(of: 1) ?? 0
    }
    #expect(tops == tops.sorted())
    #expect(chart.summary.contains("2 of the 5 units are 0 for every row: 1, 3."))
    #expect(map.range == 0...1)
  }

  @Test("Where all units are silent, the page says so")
  func allSilent() {
    let network = Network<Double>(
      inputSize: 6,
      layers: [
        Affine(weights: .zeros([6, 2]), bias: [-1, -1]), ReLU(),
        Affine(weights: .zeros([2, 3]), bias: .zeros([3])),
      ])
    let report = Self.report(image: Self.shape, network)
    #expect(report.paragraphs.contains("All 2 units are 0 for every row."))
    #expect(!report.shownCharts.contains { $0.name == "units-by-class" })
  }
}
