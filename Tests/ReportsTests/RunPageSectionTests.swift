import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronVisualization

@Suite("Sections of numbers, yes or no, and labels")
struct RunPageSectionTests {
  static let awkward = ["price", "<b>'q' \"w\" & 🎉", String(repeating: "long", count: 50)]

  /// Targets with a spread of 3 and predictions with errors of 1; the second output's are constant.
  static func numbers(
    rows: Int, names: [String], weights: [Double]? = nil
  ) -> [Report.Section] {
    let shape: Shape = [rows, names.count]
    let targets = Tensor<Double>.sample(shape, seed: 1).elements.map { 3 * $0 + 10 }
    let errors = Tensor<Double>.sample(shape, seed: 2).elements
    return RunPage.numbers(
      predicted: Tensor(zip(targets, errors).map { $0 + $1 }, shape: shape),
      targets: Tensor(targets, shape: shape), names: names, weights: weights, rows: "the test set")
  }

  static func yesNo(rows: Int, yes: String = "yes") -> [Report.Section] {
    var random = SeededRandom(seed: 3, purpose: "test")
    let probabilities = (0..<rows).map { _ in random.uniform() }
    let labels = probabilities.map { random.uniform() < $0 * $0 ? 1 : 0 }
    return RunPage.yesNo(
      probabilities: probabilities, labels: labels, names: ("no", yes), rows: "the test set")
  }

  static func labels(rows: Int, names: [String]) -> [Report.Section] {
    var random = SeededRandom(seed: 4, purpose: "test")
    let shape: Shape = [rows, names.count]
    let targets = (0..<shape.count).map {
      $0 % names.count == 0 || random.uniform() < 0.7 ? 0.0 : 1
    }
    let probabilities = targets.map { min(max(0.5 * $0 + 0.7 * random.uniform() - 0.1, 0), 1) }
    return RunPage.labels(
      probabilities: Tensor(probabilities, shape: shape), targets: Tensor(targets, shape: shape),
      names: names, rows: "the test set")
  }

  private static func figures(_ sections: [Report.Section]) -> [Report.Fact] {
    sections.flatMap(\.blocks).flatMap { block -> [Report.Fact] in
      if case .figures(let facts) = block { facts } else { [] }
    }
  }

  private static func tables(_ sections: [Report.Section]) -> [Report.Table] {
    sections.flatMap(\.blocks).compactMap { block in
      if case .table(let table) = block { table } else { nil }
    }
  }

  @Test("Pages with any names are well-formed and have distinct charts", arguments: awkward)
  func wellFormed(_ name: String) throws {
    for sections in [
      Self.numbers(rows: 40, names: [name]), Self.numbers(rows: 40, names: [name, name]),
      Self.yesNo(rows: 40, yes: name), Self.labels(rows: 40, names: [name, name]),
    ] {
      let page = Report(title: name, sections: sections)
      let found = MarkupReading(try page.html(.missing("not drawn")))
      #expect(!found.elements.contains("script"))
      #expect(!page.charts.isEmpty)
    }
  }

  @Test("One output has its figures with intervals; a row of weight 0 counts nowhere")
  func single() throws {
    let sections = Self.numbers(
      rows: 300, names: ["price"], weights: (0..<300).map { $0 < 20 ? 0 : 1 })
    #expect(
      sections.map(\.heading) == ["Errors on the test set", "Predicted and true numbers"])
    let figures = Self.figures(sections)
    #expect(figures.contains(.init("rows", "280", detail: "weighted; effectively 280.0")))
    #expect(figures[2].detail?.wholeMatch(of: /95 % interval 0\.8\d+–0\.9\d+/) != nil)
    #expect(figures[2].value.hasPrefix("0.8") || figures[2].value.hasPrefix("0.9"))
    let charts = Report(title: "", sections: sections).charts
    #expect(
      charts.map(\.name) == ["predicted-true", "residuals", "residual-distribution"])
    guard case .scatter(let plot) = charts[0].chart.content else {
      Issue.record("no scatter plot")
      return
    }
    #expect(plot.points.count == 280 && plot.names[0] == "row 20")
  }

  @Test("Of many outputs the first six have charts, and all are in the table")
  func several() {
    let sections = Self.numbers(rows: 50, names: (0..<9).map { "output \($0)" })
    #expect(sections.count == 7)
    #expect(Report(title: "", sections: sections).charts.count == 18)
    #expect(Self.tables(sections)[0].rows.count == 9)
    #expect(Self.tables(sections)[0].caption.contains("the first 6"))
  }

  @Test("Of very many rows every so manieth is drawn, and the page stays small")
  func many() throws {
    let sections = Self.numbers(rows: 50_000, names: ["price"])
    let page = Report(title: "", sections: sections)
    #expect(page.charts[0].chart.summary.contains("Every 3rd row is drawn."))
    let curve = Report(title: "", sections: Self.yesNo(rows: 50_000)).charts[0]
    #expect(curve.name == "roc" && curve.chart.csv.count < 200_000)
  }

  @Test("The largest errors come first")
  func largest() {
    let sections = RunPage.numbers(
      predicted: Tensor([1, 2, 3, 9, 5, 6, 7, 8, 9, 30], shape: [10, 1]),
      targets: Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], shape: [10, 1]), names: ["n"],
      rows: "the test set")
    let table = Self.tables(sections)[0]
    #expect(table.rows.count == 8)
    #expect(table.rows[0].map(\.text) == ["9", "10", "30", "20"])
    #expect(table.rows[1].map(\.text) == ["3", "4", "9", "5"])
  }

  @Test("Yes or no has a ROC, a calibration and nine thresholds; of one class there is no ROC")
  func binary() {
    let sections = Self.yesNo(rows: 400)
    #expect(Report(title: "", sections: sections).charts.map(\.name) == ["roc", "calibration"])
    let tables = Self.tables(sections)
    #expect(tables[0].rows.map { $0[0].text } == (1...9).map { "0.\($0)" })
    #expect(tables[1].rows.count == 10)
    #expect(Self.figures(sections)[0].detail?.hasPrefix("95 % interval 0.") == true)
    let single = RunPage.yesNo(
      probabilities: [0.2, 0.3], labels: [0, 0], names: ("no", "yes"), rows: "the test set")
    #expect(Report(title: "", sections: single).charts.map(\.name) == ["calibration"])
    #expect(Self.figures(single)[0] == .init("area under the ROC", "–"))
  }

  @Test("Each label has a line, and those told apart worst a curve")
  func multiple() {
    let sections = Self.labels(rows: 200, names: ["a", "b", "c", "d", "e", "f", "g"])
    let table = Self.tables(sections)[0]
    #expect(table.rows.count == 7)
    // The first label never occurs.
    #expect(table.rows[0][5].text == "–" && table.rows[0][1].text == "0")
    guard
      case .curves(let curves)? = Report(title: "", sections: sections).charts.first?.chart.content
    else {
      Issue.record("no curves")
      return
    }
    #expect(curves.series.count == 4)
    let many = Self.labels(rows: 30, names: (0..<150).map(String.init))
    #expect(Self.tables(many)[0].rows.count == 100)
  }

  @Test(
    "Numbers have four digits, zeros at the end included",
    arguments: [
      (0.803, "0.8030"), (0.7947, "0.7947"), (0, "0"), (12, "12.00"), (1234, "1234"),
      (9999.7, "10000"), (123_456.4, "123456"), (-0.05, "-0.05000"), (1e-5, "1.000e-05"),
      (.nan, "nan"),
    ])
  func digits(_ value: Double, _ text: String) {
    #expect(RunPage.number(value) == text)
  }

  @Test("A column of whole numbers has no decimals")
  func whole() {
    #expect(RunPage.numbers([151, 75]) == ["151", "75"])
    #expect(RunPage.numbers([151, 75.5]) == ["151.0", "75.50"])
  }

  @Test("A figure has the decimals of its interval, and names that are numbers say of what")
  func decimals() {
    let bias = RunPage.fact("bias", MetricInterval(0.0099, -10.334...10.354))
    #expect(bias.value == "0.01" && bias.detail == "95 % interval -10.33 to 10.35")
    let small = RunPage.cell(MetricInterval(0.0044721, 0.0040671...0.0048783))
    #expect(small.text == "0.004472" && small.detail == "0.004067–0.004878")
    let headings = Self.numbers(rows: 20, names: ["0", "price"]).map(\.heading)
    #expect(headings == ["Errors on the test set", "Output 0", "Output price"])
  }
}
