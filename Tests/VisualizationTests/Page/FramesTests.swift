import PerceptronFiles
import TestSupport
import Testing
@testable import PerceptronVisualization

@Suite("Frames that a page plays")
struct FramesTests {
  private static func frames(_ count: Int, _ text: String = "frame") -> Report.Frames {
    Report.Frames(
      text,
      (0..<count).map { index in
        Report.Picture(
          "frame-\(index)",
          Image(width: 2, height: 1, channels: 3, pixels: [0, 1, 2, 3, 4, UInt8(index)]),
          caption: "\(text) \(index)", summary: text)
      }, key: [.init(text, color: 0x00_72_b2)])
  }

  @Test(
    "All frames are there without the script, in well-formed markup",
    arguments: ["<b>'q' \"w\" & 🎉", "plain"])
  func markup(_ text: String) throws {
    let page = Report(title: text, sections: [.init(text, [.frames(Self.frames(3, text))])])
    let html = try page.html(.missing(""))
    let found = MarkupReading(html)
    #expect(found.elements.count { $0 == "figure" } == 3)
    #expect(found.elements.count { $0 == "img" } == 3)
    #expect(found.elements.count { $0 == "script" } == 1)
    // The slider and its group have a label; it is hidden until the script runs.
    #expect(found.labels.count { $0 == text } == 2)
    #expect(html.contains("<div class=\"player\" hidden=\"hidden\">"))
    #expect(html.contains("max=\"2\" value=\"2\""))
    #expect(html.contains("background: #0072b2"))
    #expect(!html.contains("src=\"http") && !html.contains("class=\"off\""))
  }

  @Test("Several frames share a script, and a page without any has none")
  func script() throws {
    func scripts(_ blocks: [Report.Block]) throws -> Int {
      MarkupReading(try Report(title: "", sections: [.init("", blocks)]).html(.missing("")))
        .elements.count { $0 == "script" }
    }
    var other = Self.frames(1)
    other.pictures[0].name = "other"
    #expect(try scripts([.frames(Self.frames(2)), .frames(other)]) == 1)
    #expect(try scripts([.frames(Report.Frames("none", []))]) == 1)
    #expect(try scripts([.paragraph("text")]) == 0)
    #expect(!Report.Frames.script.contains { "<&".contains($0) })
  }

  @Test("The frames are written beside the page as pictures")
  func files() throws {
    let scratch = try TemporaryDirectory()
    let page = Report(title: "", sections: [.init("", [.frames(Self.frames(2))])])
    try page.write(to: scratch.file("page.html"), .missing(""))
    #expect(
      try scratch.bytes(of: "page/frame-1.png") == page.pictures[1].image.png)
  }

  @Test("A region has its class's color, paler where it is weaker, the lowest row at the bottom")
  func regions() {
    let image = RegionPicture(
      columns: 2, rows: 2, classes: [0, 1, 0, 0], strengths: [255, 255, 0, 0], points: []
    ).image
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      Array(image.pixels[3 * (y * image.width + x)..<3 * (y * image.width + x) + 3])
    }
    #expect(image.width == 480 && image.height == 480)
    #expect(pixel(0, 479) == [127, 185, 217])
    #expect(pixel(479, 479)[0] > pixel(479, 479)[2])
    #expect(pixel(0, 0) == [230, 241, 247])
  }

  @Test("Ten classes have ten colors")
  func colors() {
    #expect(Set((0..<10).map { RegionPicture.color(ofClass: $0) }).count == 10)
    #expect(RegionPicture.color(ofClass: 10) == RegionPicture.color(ofClass: 0))
  }

  @Test("A point is drawn in its class's color, a wrong one with a dark outline, cut at the edge")
  func points() {
    func points(isWrong: Bool, isSquare: Bool = false) -> [RegionPicture.Point] {
      [(0.5, 0.5), (0, 1)].map {
        .init(x: $0.0, y: $0.1, label: 1, isWrong: isWrong, isSquare: isSquare)
      }
    }
    for isSquare in [false, true] {
      for isWrong in [false, true] {
        let image = RegionPicture(
          columns: 1, rows: 1, classes: [0], strengths: [0],
          points: points(isWrong: isWrong, isSquare: isSquare)
        ).image
        let middle = 3 * (240 * 480 + 240)
        #expect(Array(image.pixels[middle..<middle + 3]) == [213, 94, 0])
        #expect(Array(image.pixels[0..<3]) == [213, 94, 0])
        #expect(image.pixels.contains { $0 < 0x20 && $0 > 0 } == isWrong)
      }
    }
  }
}
