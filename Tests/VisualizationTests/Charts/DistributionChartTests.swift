import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronVisualization

@Suite("Scatter plots and histograms")
struct DistributionChartTests {
  private static func points(_ count: Int) -> [Chart.Point] {
    let numbers = Tensor<Double>.sample([count, 2], seed: 5).elements
    return (0..<count).map {
      .init(numbers[2 * $0], numbers[2 * $0] + numbers[2 * $0 + 1] / 3)
    }
  }

  private static func drawing(
    _ points: [Chart.Point], _ guide: Chart.ScatterPlot.Guide? = .diagonal
  ) -> Drawing {
    Chart.ScatterPlot(x: .init("true"), y: .init("predicted"), points: points, guide: guide)
      .drawing(width: Chart.standardWidth)
  }

  @Test("Up to 2,000 points are dots, more are cells", arguments: [10, 2000, 2001, 200_000])
  func density(_ count: Int) {
    let drawing = Self.drawing(Self.points(count))
    // One path of dots, or one of cells for each color; and the diagonal.
    #expect(drawing.marks.contains { $0.contains("stroke-linecap") } == (count <= 2000))
    #expect(drawing.marks.count <= 9)
    #expect(drawing.marks.reduce(0) { $0 + $1.utf8.count } < 40_000)
    #expect(drawing.hints.count == (count == 10 ? 10 : 0))
    #expect(drawing.commands.contains { $0.contains("points in a cell") } == (count > 2000))
  }

  @Test("The cells hold all points, and so do equal ones")
  func equal() {
    let drawing = Self.drawing([Chart.Point](repeating: .init(3, 3), count: 5000))
    #expect(drawing.marks.count == 2)
    #expect(drawing.commands.contains { $0.contains("'5000'") })
  }

  @Test("Both axes of a diagonal have one range and length, and zero is in view")
  func guides() throws {
    let diagonal = Self.drawing([.init(0, 10), .init(1, 12)])
    // From the lower left to the upper right corner.
    let line = try #require(diagonal.marks.last)
    let ends = line.matches(of: /[ML]([0-9.]+),([0-9.]+)/).compactMap { match in
      Double(match.output.1).flatMap { x in Double(match.output.2).map { (x, $0) } }
    }
    #expect(ends.count == 2)
    #expect(abs((ends[1].0 - ends[0].0) - (ends[0].1 - ends[1].1)) < 0.2)
    let zero = Self.drawing([.init(0, 10), .init(1, 12)], .zero)
    #expect(zero.marks.contains { $0.contains("stroke-dasharray") })
    #expect(!Self.drawing([.init(0, 10)], nil).marks.contains { $0.contains("stroke-dasharray") })
  }

  @Test(
    "Points of any numbers are drawn",
    .requires(.gnuplot, Gnuplot.isInstalled, "needs gnuplot"),
    arguments: [
      [1.0], [2, 2, 2], [0, 0], [1e-300, 1e300], [-1e308, 1e308], [.infinity, 1],
      [.leastNonzeroMagnitude, .leastNormalMagnitude], [1, .nan, 1],
    ])
  func numbers(_ values: [Double]) throws {
    let points = values.map { Chart.Point($0, -$0) }
    let charts = [Chart.ScatterPlot.Guide.diagonal, .zero, nil].map { guide in
      Chart(
        title: "t", summary: "s",
        .scatter(.init(x: .init("x"), y: .init("y"), points: points, guide: guide)))
    }
    let histogram = Chart(
      title: "t", summary: "s",
      .histogram(.init(of: values, axis: .init("x"), countLabel: "rows", mark: 0)))
    for svg in try Gnuplot.draw(charts + [histogram]) {
      _ = MarkupReading(svg.file)
      #expect(!svg.file.contains("nan") && !svg.file.contains("inf"))
    }
  }

  @Test(
    "A page gives dots and bars its own colors",
    .requires(.gnuplot, Gnuplot.isInstalled, "needs gnuplot"))
  func colors() throws {
    let histogram = Chart(
      title: "t", summary: "s",
      .histogram(.init(of: [1, 2, 3], axis: .init("x"), countLabel: "rows", mark: 2)))
    let scatter = Chart(
      title: "t", summary: "s",
      .scatter(.init(x: .init("x"), y: .init("y"), points: Self.points(9), guide: .zero)))
    for svg in try Gnuplot.draw([histogram, scatter]) {
      let page = svg.inlined(prefix: "a-")
      #expect(page.contains("\"var(--chart-1,") && page.contains("\"var(--chart-ink,"))
      #expect(!svg.file.contains("var("))
    }
  }

  private static func grouped(_ count: Int, groups: Int, crossed: Set<Int> = []) -> Chart {
    Chart(
      title: "t", summary: "s",
      .scatter(
        .init(
          x: .init("x"), y: .init("y"), points: points(count),
          names: (0..<count).map { "row \($0)" },
          groups: .init(
            names: (0..<groups).map { "group <\($0)>" }, ofPoints: (0..<count).map { $0 % groups },
            crossed: crossed, crossName: "wrong"))))
  }

  /// The shape, such as the path's relative moves, and the color of each path of dots.
  private static func looks(_ drawing: Drawing) -> [String] {
    drawing.marks.filter { $0.hasPrefix("<path") }.map { mark in
      mark.replacing(/M[0-9.-]+,[0-9.-]+/, with: "M").replacing(/d="(M[^M"]*)[^"]*"/) {
        "d=\"\($0.output.1)\""
      }
    }
  }

  @Test(
    "Up to twenty groups differ by color and shape, and each has its name", arguments: [1, 10, 20])
  func groups(_ count: Int) {
    let drawing = Self.grouped(400, groups: count).drawing(width: 440)
    let looks = Self.looks(drawing)
    #expect(looks.count == count && Set(looks).count == count)
    let names = drawing.marks.filter { $0.hasPrefix("<text") }
    #expect(names.count == count)
    for group in 0..<count {
      #expect(names.contains { $0.contains("group &lt;\(group)&gt;") })
    }
    // Names do not cover each other.
    let places = names.compactMap { name in
      name.firstMatch(of: /x="([0-9.]+)" y="([0-9.]+)"/).flatMap { match in
        Double(match.output.1).flatMap { x in Double(match.output.2).map { (x, $0) } }
      }
    }
    #expect(places.count == count)
    for (index, place) in places.enumerated() {
      for other in places[..<index] {
        #expect(abs(place.0 - other.0) > 20 || abs(place.1 - other.1) >= Drawing.fontSize)
      }
    }
  }

  @Test("Crosses stand above the dots, in their group's color, and come first among the tooltips")
  func crosses() throws {
    let drawing = Self.grouped(1000, groups: 2, crossed: [0, 999]).drawing(width: 440)
    let paths = Self.looks(drawing)
    // The legend's, the two groups' dots, and theirs.
    #expect(paths.count == 5)
    #expect(paths.suffix(2).allSatisfy { $0.contains("stroke-width=\"2\"") })
    for (dots, cross) in zip(paths[1...2], paths[3...4]) {
      let color = try #require(dots.firstMatch(of: /rgb\([0-9,]+\)/)).output
      #expect(cross.contains(color))
    }
    #expect(drawing.hints.count == 300)
    #expect(drawing.hints[0].contains("row 0\n") && drawing.hints[1].contains("row 999\n"))
    #expect(drawing.hints[299].contains("row 99"))
    #expect(drawing.commands.contains { $0.contains("'wrong'") })
  }

  @Test("Of more than thirty groups no names are written")
  func manyGroups() {
    let drawing = Self.grouped(400, groups: 31).drawing(width: 440)
    #expect(!drawing.marks.contains { $0.hasPrefix("<text") })
  }

  @Test("The CSV has the group of each point, and whether it is crossed")
  func groupsInCSV() {
    let lines = Self.grouped(3, groups: 2, crossed: [1]).csv.split(whereSeparator: \.isNewline)
    #expect(lines[0] == "x,y,group,wrong")
    #expect(lines[1].hasSuffix(",group <0>,0"))
    #expect(lines[2].hasSuffix(",group <1>,1"))
    #expect(Self.grouped(3, groups: 2).csv.split(whereSeparator: \.isNewline)[0] == "x,y,group")
  }

  @Test(
    "A page gives groups its own colors",
    .requires(.gnuplot, Gnuplot.isInstalled, "needs gnuplot"))
  func groupColors() throws {
    let svg = try Self.grouped(100, groups: 10, crossed: [5]).svg
    let page = svg.inlined(prefix: "a-")
    for color in 1...10 { #expect(page.contains("var(--chart-\(color),")) }
    #expect(page.contains("stroke=\"var(--chart-paper,"))
    #expect(!svg.file.contains("var("))
    _ = MarkupReading(svg.file)
  }

  @Test("Bins have round ends, and each number is in one", arguments: [1, 2, 10, 300, 5000])
  func bins(_ count: Int) {
    let numbers = Tensor<Double>.sample([count], seed: 2).elements
    let histogram = Chart.Histogram(of: numbers, axis: .init("x"), countLabel: "rows")
    #expect(histogram.counts.reduce(0, +) == Double(count))
    #expect(histogram.counts.count <= 62)
    #expect(histogram.edges.allSatisfy { Ticks.label($0, digits: 6).count <= 9 } || count == 1)
    for (bin, count) in histogram.counts.enumerated() {
      let inside = numbers.count { $0 >= histogram.edges[bin] && $0 < histogram.edges[bin + 1] }
      #expect(Double(inside) == count)
    }
    #expect(histogram.below == 0 && histogram.above == 0)
  }

  @Test("A few numbers far out are counted in the outermost bins")
  func outliers() {
    let numbers = Tensor<Double>.sample([2000], seed: 2).elements + [1e6, -1e5]
    let histogram = Chart.Histogram(of: numbers, axis: .init("x"), countLabel: "rows")
    #expect(histogram.edges[0] > -10 && histogram.edges[histogram.edges.count - 1] < 10)
    #expect(histogram.counts.reduce(0, +) == 2002)
    #expect(histogram.above > 0 && histogram.below > 0)
    let hints = histogram.drawing(width: 440).hints
    #expect(hints.first?.contains("x below") == true && hints.last?.contains(" up") == true)
  }

  @Test("Equal numbers are one bar, and none are nothing")
  func degenerate() {
    let equal = Chart.Histogram(of: [5, 5, 5], axis: .init("x"), countLabel: "rows")
    #expect(equal.counts == [3] && equal.edges[0] < 5 && equal.edges[1] > 5)
    let none = Chart.Histogram(of: [.nan], axis: .init("x"), countLabel: "rows")
    #expect(none.counts.reduce(0, +) == 0)
  }

  @Test("A diagonal makes curves' axes equally long, and notes stand at points")
  func diagonal() {
    let curves = Chart.Curves(
      x: .init("x", range: 0...1), y: .init("y", range: 0...1),
      series: [.init("a", [.init(0.2, 0.3), .init(0.9, 1)], notes: ["12", "1.5k"])],
      diagonal: "chance")
    let drawing = curves.drawing(width: 440)
    let margins = ["l", "r", "t", "b"].map { side in
      drawing.commands.compactMap { command in
        command.wholeMatch(of: /set (.)margin at screen (.*)/).flatMap {
          String($0.output.1) == side ? Double($0.output.2) : nil
        }
      }[0]
    }
    expectClose(
      (margins[1] - margins[0]) * drawing.width, (margins[2] - margins[3]) * drawing.height,
      tolerance: 1e-9)
    for text in ["'chance'", "'12'", "'1.5k'"] {
      #expect(drawing.commands.contains { $0.contains(text) }, "\(text)")
    }
    #expect(drawing.hints.contains { $0.contains("a: 0.3 (12)") })
  }
}
