import TestSupport
import Testing
@testable import PerceptronVisualization

@Suite("Cards of a page")
struct CardTests {
  private static func page(_ cards: [Report.Card]) throws -> String {
    try Report(title: "page", sections: [.init("section", [.cards(cards)])]).html(.missing(""))
  }

  private static let wide = Image(
    width: 4, height: 2, channels: 1, pixels: [0, 1, 2, 3, 4, 5, 6, 7])

  @Test(
    "A card has its title, its pictures with a word each, and its lines, in well-formed markup",
    arguments: ["plain", "<b>'q' \"w\" & 🎉"])
  func content(_ text: String) throws {
    let card = Report.Card(
      text, pictures: [.init("weights", Self.wide), .init(text, Self.wide)],
      lines: ["first", text])
    let html = try Self.page([card])
    let found = MarkupReading(html)
    let escaped = HTML.escaped(text)
    #expect(found.elements.count { $0 == "img" } == 2)
    #expect(html.contains("<strong>\(HTML.flowing(text))</strong>"))
    #expect(html.contains("alt=\"\(escaped), weights\"") && html.contains("<small>weights</small>"))
    #expect(html.contains("alt=\"\(escaped), \(escaped)\""))
    #expect(html.contains("<span>first</span>\n<span>\(HTML.flowing(text))</span>"))
    // The longer side has 64 pixels.
    #expect(html.contains("width=\"64\" height=\"32\""))
  }

  @Test("A muted card is marked, another one is not")
  func muted() throws {
    let html = try Self.page([
      .init("on", lines: ["a"]), .init("off", lines: ["b"], isMuted: true),
    ])
    #expect(html.contains("<li><strong>on</strong>"))
    #expect(html.contains("<li class=\"muted\"><strong>off</strong>"))
    #expect(!html.contains("class=\"row\""))
  }
}
