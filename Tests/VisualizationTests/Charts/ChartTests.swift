import Foundation
import TestSupport
import Testing
@testable import PerceptronVisualization

@Suite("Charts", .requires(.gnuplot, Gnuplot.isInstalled, "needs gnuplot"))
struct ChartTests {
  static let awkward = [
    "plain", "<script>alert('x')</script>", "\"quotes\" 'and' `more`", "$a @b %c {d} \\n _e ^f",
    "two\nlines\tand a tab", "emoji 🎉 and 漢字", String(repeating: "long ", count: 60), "",
    "\u{1}\u{7f}", "x'\u{301}`exit 3`",
  ]

  /// A chart of each kind in which every text is `text`.
  static func charts(_ text: String) -> [Chart] {
    [
      .curves(
        .init(
          x: .init(text), y: .init(text, scale: .logarithmic),
          series: [
            .init(text, [.init(0, 1), .init(1, .nan), .init(2, -3), .init(3, 1e-7)]),
            .init(text, [.init(0, 2), .init(3, 5)], style: .linePoints),
          ])),
      .curves(
        .init(
          x: .init(text), y: .init(text),
          series: [.init(text, [.init(0, 1), .init(1, 0)], notes: [text, text])], diagonal: text)),
      .scatter(
        .init(
          x: .init(text), y: .init(text), points: [.init(0, 1), .init(1, .nan)], guide: .diagonal,
          names: [text, text])),
      .bars(.init(axis: .init(text), names: [text, text], values: [0.25, -.infinity])),
      .histogram(.init(of: [1, 2, .nan], axis: .init(text), countLabel: text, mark: 1.5)),
      .heatMap(
        .init(
          columnLabel: text, columns: [text, text, text], rowLabel: text, rows: [text],
          values: [[0.1, nil, .nan]], valueLabel: text)),
      .parallelCoordinates(
        .init(
          dimensions: [
            .init(text, ticks: [.init(0, text), .init(1, text)]), .init(text, ticks: []),
          ],
          lines: [
            .init(text, positions: [0, nil], value: 1), .init(text, positions: [1, 0], value: nil),
          ],
          valueLabel: text)),
      .timeline(.init(label: text, kinds: [text], spans: [.init(text, seconds: 1...2, kind: 0)])),
    ].map { Chart(title: text, summary: text, $0) }
  }

  @Test("Any text stays text, in a file and in a page", arguments: awkward)
  func texts(_ text: String) throws {
    let drawn = try Gnuplot.draw(Self.charts(text))
    for (index, svg) in drawn.enumerated() {
      for document in [svg.file, svg.inlined(prefix: "chart\(index)-")] {
        let found = MarkupReading(document)
        #expect(!found.elements.contains("script"))
        #expect(Set(found.ids).count == found.ids.count)
      }
    }
  }

  @Test("Short texts are written as they are")
  func shown() throws {
    let text = "<b>'q' \"w\" & 🎉"
    for svg in try Gnuplot.draw(Self.charts(text)) {
      let found = MarkupReading(svg.inlined(prefix: "a-"))
      #expect(found.texts.contains { $0.trimmingCharacters(in: .whitespacesAndNewlines) == text })
      #expect(found.labels == ["\(text). \(text)"])
      #expect(MarkupReading(svg.file).texts.contains { $0.contains(text) })
    }
  }

  @Test("Two charts of one page share no names, and refer to their own elements")
  func names() throws {
    let chart = Self.charts("text")[0]
    let drawn = try Gnuplot.draw([chart, chart])
    let pages = [
      MarkupReading(drawn[0].inlined(prefix: "a-")), MarkupReading(drawn[1].inlined(prefix: "b-")),
    ]
    #expect(!pages[0].ids.isEmpty)
    #expect(Set(pages[0].ids).isDisjoint(with: pages[1].ids))
    for page in pages {
      #expect(!page.references.isEmpty)
      #expect(page.references.allSatisfy { page.ids.contains(String($0.dropFirst())) })
    }
  }

  @Test("A page gives charts its own colors, a file has their original ones")
  func colors() throws {
    let svg = try Self.charts("text")[0].svg
    let page = svg.inlined(prefix: "a-")
    for name in ["ink", "muted", "grid", "1", "2"] {
      #expect(page.contains("var(--chart-\(name),"), "\(name)")
    }
    #expect(!svg.file.contains("var("))
  }

  @Test("Charts without data say so")
  func empty() throws {
    let contents: [Chart.Content] = [
      .curves(.init(x: .init("x"), y: .init("y"), series: [])),
      .curves(.init(x: .init("x"), y: .init("y"), series: [.init("a", [.init(0, .nan)])])),
      .scatter(.init(x: .init("x"), y: .init("y"), points: [.init(.nan, 1)])),
      .bars(.init(axis: .init("x"), names: [], values: [])),
      .histogram(.init(of: [], axis: .init("x"), countLabel: "rows")),
      .heatMap(
        .init(columnLabel: "c", columns: [], rowLabel: "r", rows: [], values: [], valueLabel: "v")),
      .parallelCoordinates(.init(dimensions: [], lines: [], valueLabel: "v")),
      .timeline(.init(label: "trial", kinds: [], spans: [])),
    ]
    for svg in try Gnuplot.draw(contents.map { Chart(title: "t", summary: "s", $0) }) {
      #expect(
        MarkupReading(svg.inlined(prefix: "a-")).texts.contains {
          $0.contains("There is nothing to show.")
        })
    }
  }

  @Test(
    "Curves of any numbers are drawn",
    arguments: [
      [1.0], [2, 2, 2], [0, 0], [1e-300, 1e300], [-1e308, 1e308], [.infinity, 1],
      [.leastNonzeroMagnitude, .leastNormalMagnitude],
      [1, .nan, 1],
    ])
  func numbers(_ values: [Double]) throws {
    let points = values.enumerated().map { Chart.Point(Double($0), $1) }
    let charts = [Chart.Scale.linear, .logarithmic].map { scale in
      Chart(
        title: "t", summary: "s",
        .curves(
          .init(x: .init("x"), y: .init("y", scale: scale), series: [.init("a", points)])))
    }
    for svg in try Gnuplot.draw(charts) { _ = MarkupReading(svg.file) }
  }
}
