import PerceptronVisualization
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining

/// Runs beside each other.
@Suite("Comparison of runs")
struct ComparisonTests {
  /// One for all: how many threads BLAS uses is another number while other tests want a single one.
  private static let machine = Machine.current

  private static func entry(
    _ name: String, _ change: (inout RunRecord) -> Void = { _ in }, accuracy: Double = 0.5
  ) -> RunComparison.Entry {
    var record = RunRecord(
      settings: .init(
        data: "some", network: .init(layers: [.affine(outputs: 3)], initializer: .heNormal),
        training: TrainerSettings(length: .iterations(2), seed: 1), validation: 4),
      dataSource: .init(folder: nil, digest: "abc"), seed: 1,
      results: .init(
        status: .finished, iterations: 2, finalLoss: 0.5, training: [.accuracy: 0.75],
        validation: [.accuracy: accuracy]),
      secondsPerIteration: 0.1, seconds: 0.2, machine: machine)
    change(&record)
    return .init(
      name,
      TrainingRun(
        record: record,
        history: History(
          loss: [1, 0.5],
          epochs: [
            .init(iteration: 0, trainAccuracy: 0.5, validationAccuracy: 0.25, learningRate: 0.1),
            .init(iteration: 1, trainAccuracy: 1, validationAccuracy: accuracy, learningRate: 0.1),
          ])))
  }

  /// Changes of a record, one setting each.
  private static let changes: [@Sendable (inout RunRecord) -> Void] = [
    { ($0.seed, $0.settings.training.seed) = (2, 2) }, { $0.settings.data = "other" },
    { $0.settings.format = .idx },
    { $0.settings.network.layers = [.affine(outputs: 3), .dropout(rate: 0.1)] },
    { $0.settings.network.loss = .hinge }, { $0.settings.network.initializer = .glorotUniform },
    { $0.settings.validation = 5 }, { $0.settings.split = .last },
    { $0.settings.precision = .double },
    { $0.settings.random = .numpy }, { $0.settings.pixelScale = 1.00000001 },
    { $0.settings.subtractMean = true },
    { $0.settings.training.optimizer = .momentum() },
    { $0.settings.training.optimizer.weightDecay = 0.1 },
    { $0.settings.training.learningRate = 0.00100000001 },
    { $0.settings.training.schedule = .epochDecay(factor: 0.5) },
    { $0.settings.training.penalty.l1 = 1 }, { $0.settings.training.penalty.l2 = 1 },
    { $0.settings.training.maxNorm = 1 }, { $0.settings.training.clipping = .norm(maximum: 1) },
    { $0.settings.training.length = .iterations(3) }, { $0.settings.training.batchSize = 3 },
    { $0.settings.training.sampling = .replacement },
    { $0.settings.training.evaluation = .never },
    { $0.settings.training.earlyStopping = EarlyStopping(patience: 3) },
    { $0.settings.training.averageDecay = 0.9 }, { $0.settings.training.workers = 2 },
    { $0.settings.training.seed = 9 }, { $0.dataSource?.digest = "abd" },
  ]

  @Test("Any setting that differs has a row, and nothing else has", arguments: changes.indices)
  func anySettingDiffersRowNothing(_ index: Int) {
    let comparison = RunComparison([
      Self.entry("a"), Self.entry("b", Self.changes[index]), Self.entry("c"),
    ])
    let rows = comparison.differences
    #expect(rows.count == 1)
    #expect(rows.first?.values.count == 3)
    #expect(rows.first.map { $0.values[0] != $0.values[1] && $0.values[0] == $0.values[2] } == true)
  }

  @Test("A length in epochs and one in iterations are two rows")
  func lengthEpochsOneIterationsTwo() {
    let other = Self.entry("b", { $0.settings.training.length = .epochs(3) })
    let rows = RunComparison([Self.entry("a"), other]).differences
    #expect(rows.map(\.name) == ["iterations", "epochs"])
    #expect(rows.map(\.values) == [["2", "–"], ["–", "3"]])
  }

  @Test("Obstacles to a comparison are stated")
  func doesNotCompareSaid() {
    func cautions(_ change: (inout RunRecord) -> Void) -> [String] {
      RunComparison([Self.entry("a"), Self.entry("b", change)]).cautions
    }
    #expect(cautions { $0.seed = 2 }.isEmpty)
    #expect(cautions { $0.dataSource?.digest = "x" }.first?.contains("different data") == true)
    #expect(cautions { $0.dataSource = nil }.first?.contains("the record of b") == true)
    #expect(cautions { $0.settings.validation = 9 }.first?.contains("held out different") == true)
    let hinge = cautions { $0.settings.network.loss = .hinge }
    #expect(hinge.first?.contains("losses are not comparable") == true)
    #expect(cautions { $0.settings.training.penalty.l2 = 1 }.count == 1)
  }

  @Test("The page has results with the best tinted, and every run's curve")
  func pageResultsWithBestTinted() throws {
    let report = Report(
      of: RunComparison([Self.entry("a", accuracy: 0.5), Self.entry("b", accuracy: 0.75)]))
    #expect(report.title == "Comparison of 2 runs")
    #expect(report.paragraphs == ["The runs have the same settings."])
    let table = try #require(report.table("Overview"))
    let accuracy = try #require(table.rows.first { $0[0].text == "validation accuracy" })
    #expect(accuracy.map(\.text) == ["validation accuracy", "0.5000", "0.7500"])
    #expect(accuracy.map(\.tint) == [nil, nil, 1])
    for name in ["loss", "validation-accuracy", "training-accuracy", "learning-rate"] {
      guard case .curves(let curves)? = report.chart(name)?.content else {
        Issue.record("no \(name)")
        continue
      }
      #expect(curves.series.map(\.name) == ["a", "b"])
    }
  }

  @Test("Runs that hold out other rows of the same number do not compare")
  func runsHoldOutOtherRows() {
    let other = Self.entry("b", { $0.settings.split = .stratified(seed: 7) })
    #expect(
      RunComparison([Self.entry("a"), other]).cautions == [
        "The runs held out different rows: their validation metrics are not comparable."
      ])
  }

  @Test("The ten best of many runs have colors, the others are gray")
  func manyRunsTenBestCan() throws {
    let entries = (0..<13).map { Self.entry("run \($0)", accuracy: Double($0) / 13) }
    let report = Report(of: RunComparison(entries))
    guard case .curves(let curves)? = report.chart("loss")?.content else {
      Issue.record("no loss")
      return
    }
    #expect(
      curves.series.map(\.name) == ["others", "others", "others"] + (3..<13).map { "run \($0)" })
    #expect(curves.series.prefix(3).allSatisfy { $0.style == .faint })
    #expect(report.paragraphs.contains { $0.contains("the other 3 are gray") })
  }

  @Test("Each metric that a run has is a row and a chart; the best is tinted, errors the lowest")
  func metrics() throws {
    func entry(_ name: String, _ error: Double) -> RunComparison.Entry {
      var entry = Self.entry(name)
      entry.run.record.settings.task = .numbers
      entry.run.record.results.training = [.r2: 0.5, .mae: 2]
      entry.run.record.results.validation = [.r2: 1 - error, .mae: 100 * error]
      entry.run.history = History(
        loss: [1, 0.5],
        epochs: [
          .init(
            iteration: 1, batch: [.r2: 0.5], validation: [.r2: 1 - error], validationLoss: error,
            learningRate: 0.1)
        ])
      return entry
    }
    let report = Report(of: RunComparison([entry("a", 0.5), entry("b", 0.25)]))
    let table = try #require(report.table("Overview"))
    func row(_ name: String) -> [Report.Table.Cell]? { table.rows.first { $0[0].text == name } }
    #expect(row("validation R²")?.map(\.text) == ["validation R²", "0.5000", "0.7500"])
    #expect(row("validation R²")?.map(\.tint) == [nil, nil, 1])
    #expect(row("validation MAE")?.map(\.text) == ["validation MAE", "50.00", "25.00"])
    #expect(row("validation MAE")?.map(\.tint) == [nil, nil, 1])
    #expect(row("training accuracy") == nil)
    #expect(report.chart("validation-r2") != nil && report.chart("validation-accuracy") == nil)
    guard case .curves(let curves)? = report.chart("loss")?.content else {
      Issue.record("no loss")
      return
    }
    #expect(
      curves.series.map(\.name) == ["a, training", "a, validation", "b, training", "b, validation"])
    #expect(curves.series.map(\.style) == [.line, .dashed, .line, .dashed])
    #expect(curves.series.map(\.color) == [0, 0, 1, 1])
  }

  @Test("Runs of different kinds are not comparable, and nothing is tinted")
  func kinds() throws {
    let other = Self.entry("b", { $0.settings.task = .labels }, accuracy: 0.75)
    let comparison = RunComparison([Self.entry("a"), other])
    #expect(
      comparison.cautions == [
        "The runs predict different kinds of targets, classes and labels: their losses and metrics "
          + "are not comparable."
      ])
    let table = try #require(Report(of: comparison).table("Overview"))
    #expect(table.rows.joined().allSatisfy { $0.tint == nil })
  }
}
