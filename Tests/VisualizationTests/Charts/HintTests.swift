import Testing
@testable import PerceptronVisualization

@Suite("Hints of charts")
struct HintTests {
  private static func hints(_ content: Chart.Content) -> [String] {
    Chart(title: "", summary: "", content).drawing(width: 440).hints
  }

  @Test("The hint at each position with a point has the values of all curves")
  func curves() {
    let hints = Self.hints(
      .curves(
        .init(
          x: .init("iteration"), y: .init("loss"),
          series: [
            .init("a", [.init(0, 1), .init(10, 0.5), .init(20, 0.25)]),
            .init("b", [.init(0, 2), .init(20, .nan)]),
          ])))
    #expect(hints.count == 3)
    #expect(hints[0].contains("<title>iteration 0\na: 1\nb: 2</title>"))
    #expect(hints[1].contains("<title>iteration 10\na: 0.5</title>"))
  }

  @Test("A curve with fewer points has the hint of its nearest point, with its position")
  func sparse() {
    let dense = (0...1000).map { Chart.Point(Double($0), 1) }
    let hints = Self.hints(
      .curves(
        .init(
          x: .init("iteration"), y: .init("y"),
          series: [.init("all", dense), .init("few", [.init(0, 5), .init(500, 6), .init(900, 7)])]))
    )
    #expect(hints.count == Chart.Curves.mostHints)
    #expect(hints.contains { $0.contains("few: 6 (at 500)") })
    #expect(hints.first?.contains("few: 5<") == true)
    // Beyond its end there is nothing to tell.
    #expect(hints.last?.contains("few") == false)
  }

  @Test("Hints of bars, cells, lines and spans have their full names and values")
  func others() {
    let name = String(repeating: "long ", count: 30) + "<name>"
    let escaped = String(repeating: "long ", count: 30) + "&lt;name&gt;"
    let all = [
      Self.hints(.bars(.init(axis: .init("x"), names: [name], values: [0.25]))),
      Self.hints(
        .heatMap(
          .init(
            columnLabel: "c", columns: [name], rowLabel: "r", rows: ["row"], values: [[0.25]],
            valueLabel: "v"))),
      Self.hints(
        .parallelCoordinates(
          .init(
            dimensions: [.init("d", ticks: []), .init("e", ticks: [])],
            lines: [.init(name, positions: [0, 1], value: 0.25)], valueLabel: "v"))),
      Self.hints(
        .timeline(
          .init(
            label: "trial", kinds: ["done"],
            spans: [.init(name, seconds: 0...2, kind: 0, detail: "0.25")]))),
    ]
    for hints in all {
      #expect(hints.count == 1)
      #expect(hints.allSatisfy { $0.contains(escaped) && $0.contains("0.25") })
    }
    #expect(all[3][0].contains("done") && all[3][0].contains("from 0 µs to 2.0 s"))
  }

  @Test("No two of many curves have the same color and dashes")
  func dashes() {
    let series = (0..<12).map {
      Chart.Curves.Series("\($0)", [.init(0, Double($0)), .init(1, 0)])
    }
    let commands =
      Chart(
        title: "", summary: "", .curves(.init(x: .init("x"), y: .init("y"), series: series))
      ).drawing(width: 440).commands.last ?? ""
    let styles = commands.split(separator: ", $data").map { $0.drop { $0 != " " } }
    #expect(styles.count == 12 && Set(styles).count == 12)
  }

  @Test("Colors span at least the given range, and lines are visible on light and dark paper")
  func colors() throws {
    let scale = try #require(ColorScale([0.75, 1], range: 0.5...1, label: "v"))
    #expect(scale.color(of: 1) == .value(1) && scale.color(of: 0.75) == .value(0.5))
    let lines = try #require(
      ColorScale([0, 1], label: "v", shades: ColorScale.shadesOfLines))
    #expect(lines.color(of: 0) == .value(0.25) && lines.color(of: 1) == .value(0.8))
  }

  @Test("Curves are drawn where they differ when their beginnings would press them together")
  func lateRange() throws {
    let curve = (0...100).map { Chart.Point(Double($0), $0 < 5 ? 0.1 : 0.9 + Double($0) / 1000) }
    let range = try #require(Chart.Curves.lateRange(of: [curve]))
    #expect(range.lowerBound > 0.89 && range.upperBound > 1 && range.upperBound < 1.02)
    #expect(Chart.Curves.lateRange(of: [[.init(0, 0), .init(50, 0.5), .init(100, 1)]]) == nil)
  }
}
