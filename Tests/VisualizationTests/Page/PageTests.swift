import Foundation
import PerceptronFiles
import TestSupport
import Testing
@testable import PerceptronVisualization
#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("The page")
struct PageTests {
  static let names = [
    "<script>alert(1)</script>", "\"quoted\" & 'single'", "👩‍👩‍👧 emoji",
    String(repeating: "long", count: 75), "a\u{1}b",
  ]

  /// A page of every kind of block, each with a difficult text.
  static func report(_ text: String) -> Report {
    let curve = Chart(
      title: text, summary: text,
      .curves(
        .init(x: .init(text), y: .init(text), series: [.init(text, [.init(0, 1), .init(1, 2)])])))
    let image = Image(width: 2, height: 1, channels: 1, pixels: [0, 255])
    return Report(
      title: text, subtitle: text,
      sections: [
        .init(
          text,
          [
            .paragraph(text), .warning(text), .code(text), .formula([text, text]),
            .figures([.init(text, text)]),
          ]),
        .init(
          text,
          [
            .facts([.init(text, text)]),
            .table(
              .init(
                caption: text, columns: [.words(text), .figures(text)],
                rows: [[.init(text), .init(text, detail: text, tint: 2, isBad: true)]])),
            .charts([.init("curve", curve)]),
            .pictures([.init("picture", image, caption: text, summary: text)]),
          ]), .init("empty", []),
      ])
  }

  @Test("It is well-formed, and any text appears as text", arguments: names)
  func wellFormed(_ text: String) throws {
    let page = try Self.report(text).html(.missing(text))
    let found = Reading()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = found
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(!found.elements.contains("script"))
    let shown = text.replacing("\u{1}", with: "\u{FFFD}")
    #expect(found.text.contains(shown))
    #expect(found.alternatives == [shown])
    #expect(
      found.elements.filter { ["h1", "h2", "h3"].contains($0) } == ["h1", "h2", "h2", "h3", "h2"])
  }

  @Test("It needs nothing from elsewhere")
  func selfContained() throws {
    let report = Self.report("text")
    let page = try report.html(report.draw().drawings)
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<link"))
    #expect(!page.contains("@import") && !page.contains("url("))
    #expect(
      page.matches(of: /src="/).count == page.matches(of: /src="data:image\/png;base64,/).count)
  }

  @Test("Files of an earlier page are replaced, others stay")
  func files() throws {
    let scratch = try TemporaryDirectory()
    var report = Self.report("text")
    let page = scratch.file("page.html")
    guard case .charts(let charts) = report.sections[1].blocks[2] else {
      Issue.record("no charts")
      return
    }
    report.sections[1].blocks[2] = .charts([.init("old", charts[0].chart)])
    try report.write(to: page, report.draw().drawings)
    try scratch.write([1], to: "page/mine.csv")
    report.sections[1].blocks[2] = .charts(charts)
    try report.write(to: page, report.draw().drawings)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("page")).sorted()
    #expect(
      names.filter { !$0.hasSuffix(".svg") } == [
        ".page-files", "curve.csv", "mine.csv", "picture.png",
      ])
    #expect(names.contains("curve.svg") == Gnuplot.isInstalled && !names.contains("old.svg"))
    let csv = try String(contentsOfFile: scratch.file("page/curve.csv"), encoding: .utf8)
    #expect(csv == "series,text,text\ntext,0.0,1.0\ntext,1.0,2.0\n")
    #expect(try String(contentsOfFile: page, encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
  }

  @Test("A folder with other files is refused, and nothing is written")
  func foreignFolder() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("page")
    try scratch.write([1], to: "page/history.csv")
    let report = Self.report("text")
    #expect(throws: FileError.self) {
      try report.write(to: scratch.file("page.html"), .missing("none"))
    }
    #expect(try scratch.names == ["page"])
    #expect(try scratch.bytes(of: "page/history.csv") == [1])
  }

  @Test("A page alone replaces a page with its folder, and no other file")
  func alone() throws {
    let scratch = try TemporaryDirectory()
    let report = Self.report("text")
    try report.write(to: scratch.file("page.html"), .missing("none"))
    #expect(try scratch.names == ["page", "page.html"])
    try report.writePage(to: scratch.file("page.html"), .missing("none"))
    #expect(try scratch.names == ["page.html"])
    #expect(Report.isPage(at: scratch.file("page.html")))
    try scratch.write(Array("<p>mine</p>".utf8), to: "mine.html")
    #expect {
      try report.writePage(to: scratch.file("mine.html"), .missing("none"))
    } throws: {
      "\($0)".contains("mine.html: expected a page of this library to replace")
    }
    #expect(try scratch.bytes(of: "mine.html") == Array("<p>mine</p>".utf8))
  }

  @Test("A page alone leaves the files in the folder beside it that are not its own")
  func aloneBesideOthers() throws {
    let scratch = try TemporaryDirectory()
    let report = Self.report("text")
    _ = try scratch.makeDirectory("page")
    try scratch.write([1], to: "page/history.csv")
    try report.writePage(to: scratch.file("page.html"), .missing("none"))
    try report.writePage(to: scratch.file("page.html"), .missing("none"))
    #expect(try scratch.names == ["page", "page.html"])
    #expect(try scratch.bytes(of: "page/history.csv") == [1])
  }

  @Test("Names that are not file names trap, and so do duplicates")
  func fileNames() async {
    await #expect(processExitsWith: .failure) {
      var report = Self.report("text")
      report.sections[1].blocks[3] = .pictures([
        .init(
          "../x", Image(width: 1, height: 1, channels: 1, pixels: [0]), caption: "", summary: "")
      ])
      _ = try report.html(.missing(""))
    }
    await #expect(processExitsWith: .failure) {
      var report = Self.report("text")
      report.sections[0].blocks.append(report.sections[1].blocks[2])
      _ = try report.html(.missing(""))
    }
  }

  @Test("Curves with any name are drawn in the page's colors", arguments: names)
  func curves(_ text: String) throws {
    let report = Self.report(text)
    let (drawings, problem) = report.draw()
    guard case .drawn(let documents) = drawings else {
      #expect(problem?.contains("gnuplot") == true)
      return
    }
    let svg = try #require(documents["curve"]).svg.inlined(prefix: "curve-")
    #expect(svg.contains("var(--chart-1") && !svg.contains("<script"))
    let parser = XMLParser(data: Data(try report.html(drawings).utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }

  @Test("Numbers, dates and units stay on a line")
  func unbroken() {
    #expect(
      HTML.flowing("from 4.4e-05 in 3 ms <a>")
        == "from <span class=\"whole\">4.4e-05</span> in <span class=\"whole\">3 ms</span> &lt;a&gt;"
    )
    #expect(HTML.flowing("run-1 and 2 more") == "run-1 and 2 more")
    #expect(HTML.flowing("0.936–0.986") == "<span class=\"whole\">0.936–0.986</span>")
  }

  @Test(
    "Parts of a formula are raised and lowered, and lines break before operators",
    arguments: [
      (
        "p_{0} = e^{s − m} / Σ", "p<sub>0</sub> =\u{A0}e<sup>s −\u{A0}m</sup> /\u{A0}Σ",
        "p_(0) = e^(s − m) / Σ"
      ),
      ("a · b + c", "a\u{A0}·\u{A0}b +\u{A0}c", "a · b + c"),
      ("e^{s_{1}}", "e<sup>s<sub>1</sub></sup>", "e^(s_(1))"),
      ("a_b^2 {c}", "a_b^2 {c}", "a_b^2 {c}"),
      ("x^{open", "x<sup>open</sup>", "x^(open)"), ("a < −1 }", "a &lt; −1 }", "a < −1 }"),
      ("", "", ""),
    ])
  func formula(_ line: String, html: String, plain: String) {
    #expect(FormulaLine(line).html == html)
    #expect(FormulaLine(line).plain == plain)
  }

  @Test("A page of nothing is a page")
  func empty() throws {
    let parser = XMLParser(data: Data(try Report(title: "", sections: []).html(.drawn([:])).utf8))
    #expect(parser.parse())
  }
}

/// What a page has in it.
private final class Reading: NSObject, XMLParserDelegate {
  var elements: [String] = []
  var text = ""
  var alternatives: [String] = []

  func parser(
    _: XMLParser, didStartElement element: String, namespaceURI _: String?,
    qualifiedName _: String?,
    attributes: [String: String]
  ) {
    elements.append(element)
    if element == "img" { alternatives.append(attributes["alt"] ?? "none") }
  }

  func parser(_: XMLParser, foundCharacters characters: String) { text += characters }
}
