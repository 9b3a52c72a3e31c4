import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining

/// What the page of a run shows of its network and of the mistakes it makes.
@Suite("Report of a run")
struct RunReportTests {
  private static func run(finalLoss: Double = 0.5) -> TrainingRun {
    TrainingRun(
      record: RunRecord(
        settings: .init(
          data: "some", network: .init(layers: [.affine(outputs: 3)], initializer: .heNormal),
          training: TrainerSettings(length: .iterations(2)), validation: 0),
        seed: 1,
        results: .init(
          status: .finished, iterations: 2, finalLoss: finalLoss, training: [.accuracy: 0.75],
          validation: nil),
        secondsPerIteration: 0.1, seconds: 0.2, machine: .current),
      history: History(loss: [1, 0.5], epochs: []))
  }

  /// A network whose scores are the first three of its six inputs.
  private static func network(_ loss: any Loss<Double> = SoftmaxLoss()) -> Network<Double> {
    var weights = Tensor<Double>.zeros([6, 3])
    for index in 0..<3 { weights[index, index] = 1 }
    return Network(
      inputSize: 6, layers: [Affine(weights: weights, bias: .zeros([3]))], loss: loss)
  }

  /// Row 0 is right; rows 1 to 3 are wrong by 1, 5 and 3.
  private static func data(image: ImageShape?) -> PreparedDataset<Double> {
    let features = Tensor<Double>(
      [
        2, 0, 0, 0, 0, 0,
        1, 2, 0, 0, 0, 0,
        5, 0, 0, 9, 0, 0,
        0, 0, 3, 0, 0, 9,
      ], shape: [4, 6])
    return Dataset(
      Features(features, image: image), labels: [0, 0, 2, 1],
      classNames: ["cat", "dog", "owl"]
    ).prepared(with: .none)
  }

  private static let shape = ImageShape(width: 3, height: 2)

  private static func report(
    image: ImageShape?, _ loss: any Loss<Double> = SoftmaxLoss()
  ) -> Report {
    let network = network(loss)
    return Report(
      ofRun: run(), named: "r", network: RunNetwork(network, image: image),
      evaluation: RunEvaluation(of: network, on: data(image: image), rows: "the test set"))
  }

  private static func pictures(_ report: Report, _ heading: String) throws -> [Report.Picture] {
    let section = try #require(report.sections.first { $0.heading == heading })
    return section.blocks.flatMap { block -> [Report.Picture] in
      if case .pictures(let pictures) = block { pictures } else { [] }
    }
  }

  @Test("Weights come before the confusions, wrong examples after them")
  func weightsComeBeforeConfusionsWrong() {
    #expect(
      Self.report(image: Self.shape).sections.map(\.heading) == [
        "Overview", "Training", "First-layer weights", "Confusions on the test set",
        "Most confident errors", "Classes", "Settings and machine",
      ])
  }

  @Test("The number of parameters is among the figures")
  func numberParametersAmongFigures() {
    let report = Self.report(image: nil)
    #expect(report.figures.contains(.init("parameters", "21")))
    let bare = Report(ofRun: Self.run(), named: "r")
    #expect(!bare.figures.contains { $0.name == "parameters" })
  }

  @Test(
    "A loss of any size has digits that count",
    arguments: [(1e-5, "1e-05"), (3e38, "3e+38"), (0.5, "0.5000")])
  func lossAnySizeDigitsCount(loss: Double, text: String) {
    let report = Report(ofRun: Self.run(finalLoss: loss), named: "r")
    #expect(report.figures.contains(.init("last batch's loss", text)))
  }

  @Test(
    "A picture is at least three times as large as it was",
    arguments: [(1, 96), (28, 84), (32, 96), (40, 120), (64, 192), (300, 900)])
  func pictureAtLeastThreeTimes(side: Int, expected: Int) {
    let image = Image(
      width: side, height: 1, channels: 1, pixels: [UInt8](repeating: 0, count: side))
    #expect(image.magnified(toSide: 96).width == expected)
  }

  @Test("The weights of each unit are a tile, magnified so that they can be seen")
  func weightsEachUnitTileMagnified() throws {
    let picture = try #require(
      try Self.pictures(Self.report(image: Self.shape), "First-layer weights").first)
    // 64 pixels and more for three are 22 for each.
    let tiles = try #require(Self.network().firstLayerImages(Self.shape))
    let grid = ImageGrid(
      tiles, columns: 3, magnification: 22, spacing: 4, background: 255)
    #expect(picture.image == grid.image)
    #expect(picture.image.width == 3 * 66 + 8 && picture.image.height == 44)
    #expect(picture.caption.hasPrefix("The weights of 3 units over the inputs."))
    #expect(!picture.caption.contains("red"))
  }

  @Test("The first hundred of many units are drawn, in color for color images")
  func manyUnitsFirstHundredDrawn()
    throws
  {
    let shape = ImageShape(width: 70, height: 1, channels: 3)
    var random = SeededRandom(seed: 1)
    let network = Network<Float>(inputSize: 210, [.affine(outputs: 101)], using: &random)
    let report = Report(
      ofRun: Self.run(), named: "r", network: RunNetwork(network, image: shape))
    let picture = try #require(try Self.pictures(report, "First-layer weights").first)
    #expect(picture.caption.contains("the first 100 of 101 units"))
    #expect(picture.caption.contains("over red, green and blue together"))
    // Three times as large, 5 fit into a row.
    #expect(picture.image.width == 5 * 214 - 4 && picture.image.height == 20 * 7 - 4)
    #expect(picture.image.channels == 3)
  }

  @Test("Weights are not drawn for inputs other than images, with a note")
  func inputsNoPicturesThereNo() throws {
    let report = Self.report(image: nil)
    #expect(!report.sections.contains { $0.heading == "First-layer weights" })
    #expect(report.paragraphs.contains { $0.contains("not known to be pictures") })
    let table = try #require(report.table("Most confident errors"))
    #expect(table.columns.map(\.title) == ["row", "true class", "predicted", "probability"])
    #expect(
      table.rows.map { $0.map(\.text) } == [
        ["2", "owl", "cat", "99 %"], ["3", "dog", "owl", "91 %"], ["1", "cat", "dog", "67 %"],
      ])
  }

  @Test("A first layer without weights for each input is mentioned")
  func layerNoWeightsOverInputs() {
    let network = Network<Double>(inputSize: 6, layers: [Dropout(rate: 0.5)])
    let report = Report(
      ofRun: Self.run(), named: "r", network: RunNetwork(network, image: Self.shape))
    #expect(report.paragraphs.contains { $0.contains("no layer has weights over the inputs") })
    #expect(!report.sections.contains { $0.heading == "First-layer weights" })
  }

  @Test("Misclassified examples are images on one scale, the most confident first")
  func wrongExamplesPicturesSurestFirst() throws {
    let pictures = try Self.pictures(Self.report(image: Self.shape), "Most confident errors")
    #expect(
      pictures.map(\.caption) == [
        "owl → cat, 99\u{A0}%, row\u{A0}2", "dog → owl, 91\u{A0}%, row\u{A0}3",
        "cat → dog, 67\u{A0}%, row\u{A0}1",
      ])
    #expect(pictures.map(\.name) == ["wrong-1-row-2", "wrong-2-row-3", "wrong-3-row-1"])
    #expect(pictures.allSatisfy { $0.image.width == 96 && $0.image.height == 64 })
    // White is 9, the largest number of all rows: 5/9 of 255 is 142.
    #expect(pictures[0].image.pixels[0] == 142 && pictures[0].image.pixels[96 * 32] == 255)
    #expect(pictures[0].summary == "Row 2 of class owl, predicted as cat")
  }

  @Test("A loss without probabilities has margins instead")
  func lossKnowsNoProbabilitiesMargins() throws {
    let report = Self.report(image: Self.shape, Hinge())
    let pictures = try Self.pictures(report, "Most confident errors")
    #expect(
      pictures.map(\.caption) == [
        "owl → cat, by\u{A0}5, row\u{A0}2", "dog → owl, by\u{A0}3, row\u{A0}3",
        "cat → dog, by\u{A0}1, row\u{A0}1",
      ])
    #expect(report.paragraphs.contains { $0.contains("furthest ahead of the true one") })
    let table = Self.report(image: nil, Hinge()).table("Most confident errors")
    #expect(table?.columns.last?.title == "margin")
  }

  @Test("Without errors there is no such section")
  func nothingWrongThereNoSuch() {
    let data = Self.data(image: Self.shape)
    let right: PreparedDataset<Double> = data.dataset[rows: 0..<1].prepared(with: .none)
    let report = Report(
      ofRun: Self.run(), named: "r",
      evaluation: RunEvaluation(of: Self.network(), on: right, rows: "the test set"))
    #expect(!report.sections.contains { $0.heading == "Most confident errors" })
  }

  @Test("A few confusions can be seen, and the axes of their table have names")
  func fewConfusionsCanSeenAxes() throws {
    let report = Self.report(image: nil)
    let table = try #require(report.table("Confusions on the test set"))
    #expect(table.axis == "predicted class" && table.columns[0].title == "true class")
    // One of two cats is taken for a dog: strongly tinted, and told in words.
    let cell = table.rows[0][2]
    #expect(cell.isBad && cell.tint == 0.5.squareRoot())
    #expect(cell.hint == "cat, predicted as dog: 1 of 2 rows")
    let page = try report.html(.drawn([:]))
    #expect(page.contains("<th scope=\"colgroup\" colspan=\"3\">predicted class</th>"))
    #expect(page.contains("title=\"cat, predicted as dog: 1 of 2 rows\""))
  }

  @Test("Each unit's weights are a picture of their own, so that none is out of sight")
  func eachUnitsWeightsPictureTheir() throws {
    let report = Self.report(image: Self.shape)
    let page = try report.html(.drawn([:]))
    #expect(page.matches(of: /<img alt="" title="unit [0-2]"/).count == 3)
    #expect(!page.contains("overflow-x: auto; } .picture"))
  }

  @Test
  func
    `what is wrong with a run comes before everything else, and validation loss beside training loss`()
    throws
  {
    var run = Self.run()
    run.record.results.warnings = [
      .init(kind: .risenLoss, subject: nil, value: 9, message: "The loss has risen.")
    ]
    run.record.settings.training.penalty = .l2(1)
    (run.record.results.trainLoss, run.record.results.validationLoss) = (0.25, 0.375)
    run.history = History(
      loss: [1, 0.5],
      epochs: [
        .init(
          iteration: 1, trainAccuracy: 1, validationAccuracy: 0.5, validationLoss: 0.75,
          learningRate: 1)
      ])
    let report = Report(ofRun: run, named: "r")
    #expect(report.sections[0].blocks.first == .warning("The loss has risen."))
    #expect(report.figures.contains(.init("training loss, without penalty", "0.2500")))
    #expect(report.figures.contains(.init("validation loss, without penalty", "0.3750")))
    for name in ["loss", "loss-logarithmic"] {
      guard case .curves(let curves)? = report.chart(name)?.content else {
        Issue.record("no \(name)")
        continue
      }
      #expect(
        curves.series.map(\.name) == [
          "each batch, with penalty", "smoothed, with penalty", "validation, without penalty",
        ])
      #expect(curves.series[2].points == [.init(1, 0.75)])
    }
    let summary = try #require(report.chart("loss")?.summary)
    #expect(summary.contains("On validation rows it ends at 0.75."))
    #expect(
      summary.hasSuffix("The batches' losses carry the penalty, and the validation loss does not."))
    let penalized = Report(
      ofRun: run, named: "r",
      network: RunNetwork(Self.network(), image: nil, penalty: .l2(1)))
    #expect(
      penalized.chart("loss")?.summary.contains("carry the penalty, 3 of the saved network,")
        == true)
  }

  @Test("Settings are described in words")
  func settingsToldWords() {
    #expect(
      Hyperparameter.displayName(Schedule.epochDecay(factor: 0.95)) == "epoch decay, factor 0.95")
    #expect(Hyperparameter.displayName(Schedule.constant) == "constant")
    #expect(
      Hyperparameter.displayName(Optimizer.Method.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
        == "adam, beta1 0.9, beta2 0.999, epsilon 1e-08")
    #expect(
      Hyperparameter.displayName(
        Optimizer.Method.custom(name: "lion", settings: ["b": 2, "a": 0.5]))
        == "lion, a 0.5, b 2.0")
    #expect(Hyperparameter.displayName(Schedule.custom(name: "mine", settings: [:])) == "mine")
  }
}
