import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization
import TestSupport
import Testing

@testable import PerceptronReports

/// The numbers on the lesson's page, read from its tables and formulas, beside NumPy's.
@Suite("The lesson")
struct LessonTests {
  private let numPy = ReferenceCase.toy
  private let page: Report

  private static let made = Result { try Report(of: Lesson()) }

  init() throws { page = try Self.made.get() }

  private var blocks: [Report.Block] { page.sections.flatMap(\.blocks) }

  /// The table whose caption begins with a text.
  private func table(_ caption: String) throws -> Report.Table {
    try #require(
      blocks.lazy.compactMap { block in
        if case .table(let table) = block, table.caption.hasPrefix(caption) { table } else { nil }
      }.first, "\(caption)")
  }

  private static func number(_ text: String) -> Double? {
    Double(text.replacing("−", with: "-"))
  }

  /// Expects the columns of a table after the first to be a matrix to the digits shown, at least four
  /// decimals; exact zeros are shown as 0.
  private func expect(
    _ caption: String, _ tensor: Tensor<Double>, columns: Range<Int>? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let table = try table(caption)
    let columns = columns ?? 1..<table.columns.count
    let shown = table.rows.flatMap { $0[columns].map(\.text) }
    #expect(shown.count == tensor.count, sourceLocation: sourceLocation)
    for (text, value) in zipped(shown, tensor.elements) {
      let number = try #require(Self.number(text), sourceLocation: sourceLocation)
      let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
      if text == "0" {
        #expect(value.magnitude < 1e-15, "\(caption)", sourceLocation: sourceLocation)
      } else {
        #expect(decimals >= 4, "\(caption): \(text)", sourceLocation: sourceLocation)
        #expect(
          (number - value).magnitude <= 0.500001 * pow(10, -Double(decimals)),
          "\(caption): \(text), NumPy \(value)", sourceLocation: sourceLocation)
      }
    }
  }

  private func initial(_ name: String) throws -> Tensor<Double> {
    try #require(numPy.initial[name])
  }

  @Test("Rows, weights, scores and gradients are NumPy's to the digits shown")
  func vectors() throws {
    try expect("X, [5, 4]", numPy.x, columns: 1..<5)
    #expect(try table("X, [5, 4]").rows.map { $0[5].text } == numPy.labels.map(String.init))
    for name in ["W1", "W2"] { try expect("\(name), [", try initial(name)) }
    try expect("S, [5, 3]", numPy.scores)
    for (name, gradient) in numPy.gradients { try expect("d\(name), [", gradient) }
  }

  @Test("What lies between them is what plain products of NumPy's numbers give")
  func between() throws {
    let sums = naiveMatmul(numPy.x, try initial("W1"))
    let mask = sums.map { $0 > 0 ? 1 : 0 }
    try expect("Z, [", sums)
    try expect("H, [", sums * mask)
    let shown = try table("M, [").rows.flatMap { $0.dropFirst().map(\.text) }
    #expect(shown == mask.elements.map { "\(Int($0))" })
    let powers = numPy.scores.map { exp($0) }
    var p = powers
    for row in 0..<5 {
      let total = (0..<3).reduce(0) { $0 + powers[row, $1] }
      for name in 0..<3 { p[row, name] /= total }
    }
    try expect("P, [5, 3]", p, columns: 1..<4)
    let losses = numPy.labels.enumerated().map { -log(p[$0, $1]) }
    try expect("P, [5, 3]", Tensor(losses), columns: 4..<5)
    var g = p
    for (row, label) in numPy.labels.enumerated() { g[row, label] -= 1 }
    g /= 5
    try expect("G, [5, 3]", g)
    let flow = naiveMatmul(g, try initial("W2").transposed())
    try expect("F, [", flow)
    try expect("D, [", flow * mask)
  }

  @Test("Losses are NumPy's in all digits, and so are those on the way")
  func losses() throws {
    let figures = blocks.flatMap { block in
      if case .figures(let facts) = block { facts } else { [Report.Fact]() }
    }
    let known = [
      "loss, L": numPy.loss, "loss before": numPy.loss, "first loss": numPy.losses[0],
      "last loss": numPy.losses[99],
    ]
    for (name, value) in known {
      let shown = try #require(
        figures.first { $0.name == name }.flatMap { Double($0.detail ?? "") })
      #expect(relativeError(shown, value) <= 1e-12, "\(name)")
    }
    #expect(relativeError(numPy.loss, 1.30378789132982) <= 1e-14)
    #expect(numPy.losses[99] == 0.017149607938732093)
    let steps = try table("The loss of some steps").rows
    let shown = try steps.map { numPy.losses[try #require(Int($0[0].text))] }
    try expect("The loss of some steps", Tensor(shown))
  }

  @Test("The scores after the hundred steps are those of NumPy's trained weights")
  func trained() throws {
    let parameter = { (name: String) in try #require(numPy.trained[name]) }
    let hidden = (naiveMatmul(numPy.x, try parameter("W1")) + (try parameter("b1")))
      .map { max(0, $0) }
    let scores = naiveMatmul(hidden, try parameter("W2")) + (try parameter("b2"))
    try expect("The scores after training", scores)
    let answers = try table("The probabilities before and after").rows
    #expect(answers.map { $0[5].text } == numPy.scores.argmax(axis: 1).map(String.init))
    #expect(answers.map { $0[9].text } == numPy.labels.map(String.init))
    try expect("The probabilities before and after", softmax(scores), columns: 6..<9)
  }

  @Test("Every calculation can be repeated from the digits shown")
  func calculations() throws {
    let lines = blocks.flatMap { block in
      if case .formula(let lines) = block { lines } else { [String]() }
    }
    var count = 0
    for line in lines {
      let parts = line.replacing(" ≈ ", with: " = ").split(separator: " = ")
      guard let last = parts.last, let shown = Self.number(String(last)),
        parts.count > 2 || line.hasPrefix("e^")
      else { continue }
      let value = try #require(Calculation.value(of: parts[parts.count - 2]), "\(line)")
      let decimals = last.split(separator: ".").dropFirst().first?.count ?? 12
      // Powers are right to the last digit; the rest may differ by 1 in it.
      let units = line.hasPrefix("e^") ? 0.52 : 1.01
      #expect((value - shown).magnitude <= units * pow(10, -Double(decimals)), "\(line): \(value)")
      count += 1
    }
    #expect(count == 31)
  }

  @Test("The entries that are checked agree with their differences and with NumPy's gradient")
  func checks() throws {
    let rows = try table("Five entries").rows
    #expect(rows.count == 5)
    for cells in rows.map({ $0.map(\.text) }) {
      let place = try #require(cells[0].firstMatch(of: /(\w\d) \[(\d+)(?:,(\d+))?\]/)).output
      let gradient = try #require(numPy.gradients[String(place.1)])
      let (first, second) = (Int(place.2) ?? 0, place.3.flatMap { Int($0) })
      let expected = second.map { gradient[first, $0] } ?? gradient[first]
      for column in 3...4 {
        #expect(abs((Self.number(cells[column]) ?? .nan) - expected) < 2e-9, "\(cells)")
      }
      #expect((Self.number(cells[5]) ?? .nan) < 1e-7, "\(cells)")
      let losses = try cells[1...2].map { try #require(Self.number($0)) }
      #expect(abs((losses[0] - losses[1]) / 2e-5 - expected) < 1e-6)
    }
  }

  @Test("What the text says of the numbers is so")
  func claims() throws {
    let lesson = try Lesson()
    #expect(lesson.silentUnits == [1, 5, 6])
    #expect(lesson.lossAfterStep < lesson.loss)
    let rates = try table("The loss after one step").rows.compactMap { Self.number($0[1].text) }
    #expect(rates.count == 5 && rates[0] > rates[1] && rates[1] > rates[2])
    #expect(rates[3] > lesson.loss && rates[4] > rates[3])
    let penalties = try table("The same hundred steps").rows
    let fits = penalties.compactMap { Self.number($0[1].text) }
    let squares = penalties.compactMap { Self.number($0[2].text) }
    #expect(fits.count == 5 && fits == fits.sorted())
    #expect(squares.count == 5 && squares == squares.sorted(by: >))
    #expect(penalties[0].dropFirst().map(\.text) == penalties[1].dropFirst().map(\.text))
    #expect(lesson.rowLosses.elements.count { $0 > log(3) } == 4)
    #expect(lesson.gradientCheck.parameters.allSatisfy { $0.largestError < 1e-8 })
  }

  @Test("The page is well-formed, with a line of speech for each formula, and small")
  func markup() throws {
    let drawings = page.draw().drawings
    let text = try page.html(drawings)
    #expect(text.utf8.count < 1_500_000)
    let reading = MarkupReading(text)
    #expect(reading.elements.filter { $0 == "section" }.count == 9)
    #expect(reading.labels.contains { $0.contains("e^(s_(k) − m)") })
    #expect(!text.contains("nan") && !text.contains("−0.0000<"))
  }
}
