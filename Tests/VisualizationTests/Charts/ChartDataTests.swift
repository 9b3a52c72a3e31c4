import PerceptronFiles
import Testing
@testable import PerceptronVisualization

@Suite("The data of charts")
struct ChartDataTests {
  @Test("A long curve keeps its extremes, its order and its ends' neighborhood")
  func decimation() {
    var points = (0..<100_000).map { Chart.Point(Double($0), Double($0 % 7)) }
    points[31_415].y = 99
    points[27_182].y = -99
    points[5] = .init(5, .nan)
    let kept = Chart.Curves.decimated(points, to: 600)
    #expect(kept.count <= 600)
    #expect(kept.contains(points[31_415]) && kept.contains(points[27_182]))
    #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(kept.count { !$0.y.isFinite } == 1)
  }

  @Test("A stretch without numbers stays a gap")
  func gap() {
    let points = (0..<1000).map { Chart.Point(Double($0), (400..<600).contains($0) ? .nan : 1) }
    #expect(Chart.Curves.decimated(points, to: 100).contains { $0.y.isNaN })
  }

  @Test("A short curve is drawn as it is")
  func short() {
    let points = (0..<600).map { Chart.Point(Double($0), .nan) }
    #expect(Chart.Curves.decimated(points, to: 600).count == 600)
    #expect(Chart.Curves.decimated([], to: 600).isEmpty)
  }

  @Test("The table has all points and names in full")
  func table() {
    let chart = Chart(
      title: "", summary: "",
      .curves(
        .init(
          x: .init("iteration"), y: .init("a, b"),
          series: [.init("say \"x\"", [.init(0, 0.1), .init(1, .nan)])])))
    #expect(
      chart.csv
        == "series,iteration,\"a, b\"\n\"say \"\"x\"\"\",0.0,0.1\n\"say \"\"x\"\"\",1.0,nan\n")
    let map = Chart(
      title: "", summary: "",
      .heatMap(
        .init(
          columnLabel: "c", columns: ["x", "y"], rowLabel: "r", rows: ["a"], values: [[1, nil]],
          valueLabel: "v")))
    #expect(map.csv == "r,c,v\na,x,1.0\na,y,\n")
    let scatter = Chart(
      title: "", summary: "",
      .scatter(.init(x: .init("x"), y: .init("y"), points: [.init(1, .nan), .init(2, 3)])))
    #expect(scatter.csv == "x,y\n1.0,nan\n2.0,3.0\n")
    let histogram = Chart(
      title: "", summary: "",
      .histogram(.init(axis: .init("x"), edges: [0, 1, 2], counts: [3, 4], countLabel: "rows")))
    #expect(histogram.csv == "from,to,rows\n0.0,1.0,3.0\n1.0,2.0,4.0\n")
  }

  @Test("Spans share a lane if they do not overlap")
  func lanes() {
    let spans: [Chart.Timeline.Span] = [
      .init("a", seconds: 0...2, kind: 0), .init("b", seconds: 1...3, kind: 0),
      .init("c", seconds: 2...4, kind: 0), .init("d", seconds: 3...3, kind: 0),
    ]
    #expect(Chart.Timeline.lanes(of: spans) == [0, 1, 0, 1])
  }

  @Test(
    "Numbers on axes are short",
    arguments: [
      (0.0, "0"), (0.1 * 3, "0.3"), (1e-5, "1e-5"), (-2.5e-7, "-2.5e-7"), (25000.0, "25k"),
      (1.5e6, "1.5M"), (1e12, "1e12"), (1234.0, "1234"),
    ] as [(Double, String)])
  func labels(_ value: Double, _ label: String) { #expect(Ticks.label(value) == label) }

  @Test("Close ticks have enough digits to distinguish them")
  func close() {
    let labels = Ticks(2.302580...2.302585, scale: .linear, count: 5).places.map(\.label)
    #expect(labels == ["2.30258", "2.302581", "2.302582", "2.302583", "2.302584", "2.302585"])
  }

  @Test("Neighbors of one color in a large map are one box")
  func runs() {
    let (a, b) = (ChartColor.value(0), ChartColor.value(1))
    let runs = Chart.HeatMap.runs(of: [a, a, nil, a, b, b, b])
    #expect(runs.map(\.columns) == [0..<2, 3..<4, 4..<7])
    #expect(runs.map(\.color) == [a, a, b])
  }

  @Test("Quotation marks with accents are doubled in scripts and tables")
  func quotation() {
    #expect(Drawing.quoted("x'\u{301}`touch y`'") == "'x''\u{301}`touch y`'''")
    #expect(CSV.text([["\"\u{301}"]]) == "\"\"\"\u{301}\"\n")
  }

  @Test("Ticks lie within their range")
  func ticks() {
    let linear = Ticks(0...1, scale: .linear, count: 5).places.map(\.value)
    #expect(linear == [0, 0.2, 0.4, 0.6, 0.8, 1])
    let logarithmic = Ticks(0.001...1000, scale: .logarithmic, count: 10).places.map(\.value)
    #expect(logarithmic == [0.001, 0.01, 0.1, 1, 10, 100, 1000])
    let narrow = Ticks(1.1...1.3, scale: .logarithmic, count: 5).places.map(\.value)
    #expect(narrow.count >= 2 && narrow.allSatisfy { 1.1...1.3 ~= $0 })
  }

  @Test("Colors run from dark to light, and texts on them contrast")
  func colors() {
    #expect(ChartColor.value(0).contrasting == .white)
    #expect(ChartColor.value(1).contrasting == .black)
    #expect(ChartColor.value(.nan) == .value(0) && ChartColor.value(7) == .value(1))
  }

  @Test("Texts are cut to their room")
  func shortened() {
    #expect(Drawing.shortened("abc", to: 100) == "abc")
    #expect(Drawing.shortened("abcdefghij", to: 5 * Drawing.characterWidth) == "abcd…")
    #expect(Drawing.shortened("a\nb\u{0}c", to: 100) == "a b c")
  }
}
