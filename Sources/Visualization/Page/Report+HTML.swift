import Foundation
import PerceptronLinearAlgebra

internal import CPerceptronResources

extension Report {
  /// The page as a self-contained HTML document, which is well-formed XML too.
  ///
  /// - Parameter drawings: the charts' drawings. A missing one is replaced by its summary.
  /// - Throws: ``ImageError`` if a picture cannot be encoded as PNG.
  /// - Precondition: the names of charts are distinct, and so are those of pictures; both are of
  ///   ASCII letters, digits and hyphens.
  public func html(_ drawings: Drawings) throws -> String {
    Self.requireFileNames(charts.map(\.name))
    Self.requireFileNames(pictures.map(\.name))
    let links = sections.enumerated().map { number, section in
      "<li><a href=\"#part-\(number + 1)\">\(HTML.escaped(section.heading))</a></li>\n"
    }
    var notice = ""
    if case .missing(let reason) = drawings, !charts.isEmpty { notice = Self.warning(reason) }
    let body = try sections.enumerated().map { number, section in
      "<section id=\"part-\(number + 1)\">\n<h2>\(HTML.escaped(section.heading))</h2>\n"
        + (try section.blocks.map { try Self.html($0, drawings) }.joined()) + "</section>\n"
    }
    let hasFrames = sections.flatMap(\.blocks).contains {
      if case .frames = $0 { true } else { false }
    }
    let script = hasFrames ? "<script>\n\(Frames.script)</script>\n" : ""
    let line = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(HTML.flowing(subtitle))</p>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      \(HTML.generator)
      <title>\(HTML.escaped(title))</title>
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header><h1>\(HTML.escaped(title))</h1>
      \(line)</header>
      <nav aria-label="Contents"><ul>
      \(links.joined())</ul></nav>
      <main id="content">
      \(notice)\(body.joined())</main>
      \(script)</body>
      </html>

      """
  }

  private static var style: String {
    let file = resource_page_style()
    return String(
      decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self)
  }

  /// Traps unless the names are distinct and valid in file names and markup.
  private static func requireFileNames(_ names: [String]) {
    for name in names {
      let isPlain = name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == 0x2D
      }
      require(
        isPlain && !name.isEmpty,
        "Report: the name \(name) of a chart or picture, expected letters, digits and hyphens")
    }
    require(
      Set(names).count == names.count, "Report: a chart's or picture's name comes twice in \(names)"
    )
  }

  private static func html(_ block: Block, _ drawings: Drawings) throws -> String {
    switch block {
    case .paragraph(let text): "<p>\(HTML.flowing(text))</p>\n"
    case .warning(let text): warning(text)
    case .code(let text): "<pre><code>\(HTML.escaped(text))</code></pre>\n"
    case .frames(let frames): try frames.html { try $0.html }
    case .formula(let lines): formula(lines)
    case .figures(let facts): HTML.list(facts, class: "figures")
    case .facts(let facts): HTML.list(facts, class: "facts")
    case .table(let table): table.html
    case .charts(let charts):
      "<div class=\"charts\">\n\(charts.map { $0.html(drawings) }.joined())</div>\n"
    case .pictures(let pictures):
      "<div class=\"pictures\" style=\"--picture: \(pictures.map(\.image.width).max() ?? 0)px\">\n"
        + (try pictures.map { try $0.html }.joined()) + "</div>\n"
    case .cards(let cards):
      "<ul class=\"cards\">\n\(try cards.map { try $0.html }.joined())</ul>\n"
    }
  }

  private static func warning(_ text: String) -> String {
    "<p class=\"warning\"><strong>Note:</strong> \(HTML.flowing(text))</p>\n"
  }

  /// Each line is spoken with its raised and lowered parts in brackets.
  private static func formula(_ lines: [String]) -> String {
    let lines = lines.map(FormulaLine.init)
    let spoken = lines.map(\.plain).joined(separator: "; ")
    return "<div class=\"formula\" role=\"math\" aria-label=\"\(HTML.escaped(spoken))\">\n"
      + lines.map { "<div>\($0.html)</div>\n" }.joined() + "</div>\n"
  }

  /// All charts in order.
  public var charts: [NamedChart] {
    sections.flatMap(\.blocks).flatMap { block -> [NamedChart] in
      if case .charts(let charts) = block { charts } else { [] }
    }
  }

  /// All pictures in order.
  public var pictures: [Picture] {
    sections.flatMap(\.blocks).flatMap { block -> [Picture] in
      switch block {
      case .pictures(let pictures): pictures
      case .frames(let frames): frames.pictures
      default: []
      }
    }
  }
}

extension Report.NamedChart {
  fileprivate func html(_ drawings: Report.Drawings) -> String {
    var drawing = "<p>This chart is not drawn.</p>\n"
    if case .drawn(let drawn) = drawings, let own = drawn[name] {
      drawing = Self.html(own.svg, for: own.narrow == nil ? "" : " on-wide", prefix: name + "-")
      drawing +=
        own.narrow.map { Self.html($0, for: " on-narrow", prefix: name + "-narrow-") } ?? ""
    }
    return """
      <figure\(isWide ? " class=\"wide\"" : "")>
      <h3>\(HTML.escaped(chart.title))</h3>
      \(drawing)<figcaption>\(HTML.flowing(chart.summary))</figcaption>
      </figure>

      """
  }

  private static func html(_ svg: SVG, for place: String, prefix: String) -> String {
    "<div class=\"drawing\(place)\">\n\(svg.inlined(prefix: prefix))\n</div>\n"
  }
}

extension Report.Picture {
  fileprivate var html: String {
    get throws {
      let text = HTML.escaped(summary)
      let content =
        if let tiles, tiles.isLabeled {
          "<div class=\"units\" role=\"group\" aria-label=\"\(text)\">\n"
            + "\(try tiles.labeledHTML)</div>"
        } else if let tiles {
          "<div class=\"tiles\" style=\"max-width: \(tiles.width)px\" role=\"img\""
            + " aria-label=\"\(text)\">\n\(try tiles.html)</div>"
        } else {
          try image.html("alt=\"\(text)\"")
        }
      return """
        <figure\(tiles == nil ? "" : " class=\"wide\"")>
        \(content)
        <figcaption>\(HTML.flowing(caption))</figcaption>
        </figure>

        """
    }
  }
}

extension Report.Picture.Tiles {
  /// The width of the grid's columns, four pixels apart.
  fileprivate var width: Int {
    let widest = grid.tiles.map(\.width).max() ?? 0
    return grid.columns * (widest * grid.magnification + 4) - 4
  }

  fileprivate var isLabeled: Bool { beside != nil || !labels.isEmpty }

  /// Each picture with the second one beside it and its label below.
  fileprivate var labeledHTML: String {
    get throws {
      try grid.tiles.indices.map { index in
        let first = try grid.tiles[index].html("alt=\"\"", magnification: grid.magnification)
        let second = try beside.map {
          try $0.tiles[index].html("alt=\"\"", magnification: $0.magnification)
        }
        let label = labels.isEmpty ? "" : "<small>\(HTML.escaped(labels[index]))</small>"
        return "<div title=\"\(HTML.escaped(names[index]))\"><div>\(first)\(second ?? "")</div>"
          + "\(label)</div>\n"
      }.joined()
    }
  }

  /// Each picture at its own size; the page magnifies it.
  fileprivate var html: String {
    get throws {
      try zip(grid.tiles, names).map { tile, name in
        try tile.html(
          "alt=\"\" title=\"\(HTML.escaped(name))\"", magnification: grid.magnification) + "\n"
      }.joined()
    }
  }
}

extension Image {
  fileprivate func html(_ attributes: String, magnification: Int = 1) throws -> String {
    try html(attributes, width: width * magnification, height: height * magnification)
  }

  /// The picture as an element of a size on the page.
  func html(_ attributes: String, width: Int, height: Int) throws -> String {
    "<img \(attributes) width=\"\(width)\" height=\"\(height)\""
      + " src=\"data:image/png;base64,\(Data(try png).base64EncodedString())\"/>"
  }
}

extension Report.Table {
  fileprivate var html: String {
    let above =
      axis.map {
        "<tr><td></td><th scope=\"colgroup\" colspan=\"\(max(columns.count - 1, 1))\">"
          + "\(HTML.escaped($0))</th></tr>\n"
      } ?? ""
    let heads = columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>"
        + "\(HTML.escaped(column.title))</th>"
    }
    let body = rows.map { row in
      "<tr>"
        + zip(row, columns).enumerated().map { place, pair in
          pair.0.html(isHeading: place == 0, isNumber: pair.1.isNumber)
        }.joined() + "</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(HTML.escaped(caption))">
      <table>
      <caption><span>\(HTML.flowing(caption))</span></caption>
      <thead>\(above)<tr>\(heads.joined())</tr></thead>
      <tbody>
      \(body.joined())</tbody>
      </table>
      </div>

      """
  }
}

extension Report.Table.Cell {
  fileprivate func html(isHeading: Bool, isNumber: Bool) -> String {
    var classes = isNumber ? ["number"] : []
    var style = ""
    if let tint, tint.isFinite, tint > 0, !isHeading {
      classes.append(isBad ? "bad" : "tinted")
      style = " style=\"--tint: \(min(max(tint, 0), 1))\""
    }
    let name =
      (classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")
      + (hint.map { " title=\"\(HTML.escaped($0))\"" } ?? "")
    let content =
      HTML.flowing(text) + (detail.map { "<small>\(HTML.escaped($0))</small>" } ?? "")
    return isHeading
      ? "<th scope=\"row\"\(name)>\(content)</th>" : "<td\(name)\(style)>\(content)</td>"
  }
}

enum HTML {
  /// The tag that identifies pages of this library.
  static let generator = "<meta name=\"generator\" content=\"Perceptron\"/>"

  /// Escapes a text for content and for attributes in double quotes. Control characters, which XML
  /// does not allow, become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Escapes a text for content, without line breaks within numbers and dates and before units.
  static func flowing(_ text: String) -> String {
    // Not a static property, since Regex is not Sendable.
    let whole =
      #/[0-9][0-9.,:+×e-]{0,20}[-–][0-9][0-9.:]*|[0-9][0-9.,]* (?:ns|µs|ms|s|min|h|%)(?!\w)/#
    return escaped(text).replacing(whole) { "<span class=\"whole\">\($0.output)</span>" }
  }

  static func list(_ facts: [Report.Fact], class name: String) -> String {
    let items = facts.map { fact in
      "<div><dt>\(flowing(fact.name))</dt><dd>\(flowing(fact.value))"
        + (fact.detail.map { "<small>\(flowing($0))</small>" } ?? "") + "</dd></div>\n"
    }
    return "<dl class=\"\(name)\">\n\(items.joined())</dl>\n"
  }
}
