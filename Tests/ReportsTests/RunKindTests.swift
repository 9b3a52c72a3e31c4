import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining

/// Pages of runs by the kind of their targets, with and without weights of rows.
@Suite("Pages of runs of every kind")
struct RunKindTests {
  private static let rows = 60

  /// A network whose outputs are some inputs.
  private static func network(
    outputs: Int, _ loss: any Loss<Double>
  ) -> Network<Double> {
    var weights = Tensor<Double>.zeros([4, outputs])
    for index in 0..<outputs { weights[index, index] = 1 }
    return Network(
      inputSize: 4, layers: [Affine(weights: weights, bias: .zeros([outputs]))], loss: loss)
  }

  /// Inputs in -1…1, and beside them noise.
  private static func drawn() -> (features: Tensor<Double>, noise: [Double]) {
    let features = Tensor<Double>.sample([rows, 4], seed: 1)
    return (features, Tensor<Double>.sample([rows, 4], seed: 2).elements)
  }

  private static func run(_ task: TargetKind, _ metrics: MetricValues) -> TrainingRun {
    TrainingRun(
      record: RunRecord(
        settings: .init(
          data: "some", task: task,
          network: .init(
            layers: [.affine(outputs: 3)], loss: task == .numbers ? .squaredError : .logistic,
            initializer: .heNormal),
          training: TrainerSettings(length: .iterations(2)), validation: 5),
        seed: 1,
        results: .init(
          status: .finished, iterations: 2, finalLoss: 0.5, training: metrics, validation: metrics),
        secondsPerIteration: 0.1, seconds: 0.2, machine: .current),
      history: History(
        loss: [1, 0.5],
        epochs: [
          .init(
            iteration: 1, batch: metrics, validation: metrics, validationLoss: 0.25,
            learningRate: 0.1)
        ]))
  }

  private static func report(
    _ network: Network<Double>, _ targets: DatasetTargets, weights: [Double]? = nil,
    metrics: MetricValues
  ) -> Report {
    let data = Dataset(Features(drawn().features), targets: targets, weights: weights)
    return Report(
      ofRun: run(targets.schema.kind, metrics), named: "r",
      evaluation: RunEvaluation(of: network, on: data.prepared(with: .none), rows: "the test set"))
  }

  private static func numbers(outputs: Int, weights: [Double]? = nil) -> Report {
    let (features, noise) = drawn()
    let values = (0..<rows).flatMap { row in
      (0..<outputs).map { features[row, $0] + 0.3 * noise[row * 4 + $0] }
    }
    return report(
      network(outputs: outputs, SquaredError()),
      .numbers(values, names: (0..<outputs).map { "output \($0)" }), weights: weights,
      metrics: [.r2: 0.75, .mae: 2, .rmse: 3])
  }

  /// Two classes, of which a single output is the log odds.
  private static func yesNo(weights: [Double]? = nil, _ loss: any Loss<Double>) -> Report {
    let (features, noise) = drawn()
    let labels = (0..<rows).map { features[$0, 0] + noise[$0 * 4] > 0 ? 1 : 0 }
    return report(
      network(outputs: loss is LogisticLoss<Double> ? 1 : 2, loss),
      .classes(labels, names: ["no", "yes"]), weights: weights, metrics: [.accuracy: 0.75])
  }

  private static func labels(_ loss: any Loss<Double>) -> Report {
    let (features, noise) = drawn()
    let values = (0..<rows).flatMap { row in
      (0..<3).map { features[row, $0] + noise[row * 4 + $0] > 0 ? 1.0 : 0 }
    }
    return report(
      network(outputs: 3, loss), .labels(values, names: ["a", "b", "c"]),
      metrics: [.accuracy: 0.5, .f1: 0.75])
  }

  private static func fact(_ report: Report, _ name: String) throws -> Report.Fact {
    try #require(report.figures.first { $0.name == name }, "\(report.figures)")
  }

  @Test("A number has its errors with intervals, and charts of the metrics by their names")
  func number() throws {
    let report = Self.numbers(outputs: 1)
    #expect(
      report.sections.map(\.heading) == [
        "Overview", "Training", "Errors on the test set", "Predicted and true numbers",
        "Settings and machine",
      ])
    let r2 = try Self.fact(report, "R² on the test set")
    #expect(r2.detail?.hasPrefix("95 % interval 0.") == true)
    #expect(try Self.fact(report, "MAE on the test set").detail != nil)
    #expect(try Self.fact(report, "validation MAE").value == "2.000")
    #expect(try Self.fact(report, "loss on the test set").detail == "of the scaled targets")
    for name in ["r2", "mae", "rmse", "predicted-true", "residuals"] {
      #expect(report.chart(name) != nil)
    }
    #expect(report.chart("accuracy") == nil && report.chart("r2")?.title == "R²")
    #expect(!report.figures.contains { $0.value == "nan" })
  }

  @Test("Several numbers have the mean, and a line for each")
  func numbers() throws {
    let report = Self.numbers(outputs: 3)
    #expect(try Self.fact(report, "mean R² on the test set").detail == nil)
    #expect(try #require(report.table("Errors on the test set")).rows.count == 3)
  }

  @Test("Rows of weight 0 count nowhere, and weighted rows have an effective number")
  func weights() throws {
    let weights = (0..<Self.rows).map { $0 < 10 ? 0 : $0 < 20 ? 2.0 : 1 }
    let report = Self.numbers(outputs: 1, weights: weights)
    // (2·10 + 40)² / (4·10 + 40)
    #expect(
      try Self.fact(report, "rows")
        == .init("rows", "50", detail: "weighted; effectively 45.00"))
    let binary = Self.yesNo(weights: weights, LogisticLoss())
    #expect(try Self.fact(binary, "rows").value == "50")
    let confusions = try #require(binary.table("Confusions on the test set"))
    #expect(confusions.caption.hasPrefix("The weight of the rows by true"))
    let classes = try #require(binary.table("Classes"))
    #expect(classes.rows.last?.last?.text == "60.00")
    let mistakes = try #require(binary.table("Most confident errors"))
    #expect(mistakes.rows.allSatisfy { (Int($0[0].text) ?? 0) >= 10 })
  }

  @Test("Two classes have ROC and calibration beside the confusions, with one output or two")
  func binary() throws {
    for loss in [LogisticLoss<Double>(), SoftmaxLoss<Double>()] as [any Loss<Double>] {
      let report = Self.yesNo(loss)
      #expect(
        report.sections.map(\.heading) == [
          "Overview", "Training", "Yes or no on the test set", "Confusions on the test set",
          "Most confident errors", "Classes", "Settings and machine",
        ])
      #expect(report.chart("roc") != nil && report.chart("calibration") != nil)
      #expect(try Self.fact(report, "AUC on the test set").detail != nil)
      #expect(try Self.fact(report, "accuracy on the test set").detail != nil)
    }
  }

  @Test("Two classes of a loss without probabilities have confusions alone")
  func hinge() throws {
    let report = Self.yesNo(Hinge())
    #expect(report.chart("roc") == nil)
    #expect(try Self.fact(report, "balanced accuracy").detail != nil)
    #expect(try Self.fact(report, "AUC").detail != nil)
  }

  @Test("Labels have a line each, with any loss", arguments: [true, false])
  func labels(_ isLogistic: Bool) throws {
    let report = Self.labels(isLogistic ? LogisticLoss() : SquaredError())
    #expect(
      report.sections.map(\.heading) == [
        "Overview", "Training", "Labels on the test set", "Settings and machine",
      ])
    #expect(try Self.fact(report, "accuracy on the test set").detail != nil)
    #expect(try #require(report.table("Labels on the test set")).rows.count == 3)
    #expect(report.chart("accuracy") != nil && report.chart("f1")?.title == "Macro F1")
  }

  @Test("An ensemble of any kind has the same sections")
  func ensemble() throws {
    for kind in TargetKind.allCases {
      let loss: any Loss<Double> =
        switch kind {
        case .classes: SoftmaxLoss()
        case .numbers: SquaredError()
        case .labels: LogisticLoss()
        }
      let outputs = kind == .classes ? 2 : 3
      let ensemble = try Ensemble(
        [Self.network(outputs: outputs, loss), Self.network(outputs: outputs, loss)],
        predicting: kind)
      let values = (0..<Self.rows * 3).map { Double($0 % 2) }
      let targets: DatasetTargets =
        switch kind {
        case .classes: .classes((0..<Self.rows).map { $0 % 2 }, names: ["no", "yes"])
        case .numbers: .numbers(values, names: ["a", "b", "c"])
        case .labels: .labels(values, names: ["a", "b", "c"])
        }
      let heading = ["Yes or no", "Errors", "Labels"][TargetKind.allCases.firstIndex(of: kind) ?? 0]
      let report = Self.report(ensemble.network, targets, metrics: [:])
      #expect(report.sections[2].heading == heading + " on the test set")
    }
  }

  @Test("Losses tell whether they have the class weights")
  func classWeights() throws {
    var run = Self.run(.classes, [.accuracy: 0.5])
    run.record.settings.classWeights = .balanced
    run.record.settings.training.penalty = .l2(0.1)
    let report = Report(ofRun: run, named: "r")
    #expect(
      report.figures.contains {
        $0.name == "last batch's loss, with penalty and class weights"
      })
    guard case .curves(let curves)? = report.chart("loss")?.content else {
      Issue.record("no loss")
      return
    }
    #expect(curves.series.last?.name == "validation, without penalty or class weights")
  }
}
