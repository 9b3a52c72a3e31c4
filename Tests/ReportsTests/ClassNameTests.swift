import Foundation
import FoundationXML
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining

/// What classes are called comes from data files, and may be anything.
@Suite("Names of classes in a run's page")
struct ClassNameTests {
  private static let awkward = [
    "<script>alert('x')</script>", "\"quoted\" & 'single'", "👩‍👩‍👧 emoji", "x'\u{301}`exit 3`",
    String(repeating: "long", count: 75),
  ]

  /// A page of a run that took the first two of `count` classes for each other.
  private static func report(_ count: Int) -> Report {
    let names = (0..<count).map { $0 < awkward.count ? awkward[$0] : "class \($0)" }
    var (weights, features) = (
      Tensor<Double>.zeros([count, count]), Tensor<Double>.zeros([count + 2, count])
    )
    for index in 0..<count { weights[index, index] = 1 }
    for (row, predicted) in (Array(0..<count) + [1, 0]).enumerated() {
      features[row, predicted] = 9
    }
    let network = Network(
      inputSize: count, layers: [Affine(weights: weights, bias: .zeros([count]))],
      loss: SoftmaxLoss())
    let data = Dataset(
      Features(features, image: ImageShape(width: count, height: 1)),
      labels: Array(0..<count) + [0, 1], classNames: names)
    let run = TrainingRun(
      record: RunRecord(
        settings: .init(
          data: awkward[0],
          network: .init(layers: [.affine(outputs: count)], initializer: .heNormal),
          training: TrainerSettings(length: .iterations(1)), validation: 0),
        seed: 0,
        results: .init(
          status: .finished, iterations: 1, finalLoss: 1, training: nil,
          validation: nil),
        secondsPerIteration: nil, seconds: 1, machine: .current),
      history: History(loss: [1], epochs: []))
    return Report(
      ofRun: run, named: awkward[1],
      evaluation: RunEvaluation(
        of: network, on: data.prepared(with: .none), rows: "the test set"))
  }

  @Test("They are text in tables, captions and charts", arguments: [5, 30])
  func areText(_ count: Int) throws {
    let report = Self.report(count)
    let page = try report.html(report.draw().drawings)
    let found = MarkupReading(page)
    #expect(!found.elements.contains("script") && !page.contains("<script>"))
    let text = found.texts.joined(separator: "\n")
    for name in Self.awkward.dropLast(count > 20 ? 1 : 0) { #expect(text.contains(name)) }
    if count > 20 && Gnuplot.isInstalled {
      // In the chart, the long one is cut.
      #expect(text.contains("longlong") && text.contains("…"))
      let chart = try #require(report.charts.first { $0.name == "confusion" })
      #expect(chart.chart.csv.contains(Self.awkward[4]))
    }
  }
}
