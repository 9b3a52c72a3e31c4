import Perceptron
import TestSupport
import Testing

@Suite("perceptron lesson", .mayHang)
struct LessonTests {
  @Test("The page is written alone, again over itself, and its path is printed")
  func page() throws {
    let scratch = try TemporaryDirectory()
    for _ in 0..<2 {
      let outcome = try Command.run(["lesson"], in: scratch.path)
      #expect(outcome.status == 0 && outcome.output == "lesson.html\n", "\(outcome.errors)")
      #expect(try scratch.names == ["lesson.html"])
    }
    let page = try scratch.text("lesson.html")
    for heading in ["1. Initialize", "4. Backward", "8. Predict"] {
      #expect(page.contains("<h2>\(heading)</h2>"))
    }
    #expect(page.contains("0.0171496079387320"))
  }

  @Test("A file that is not a page of perceptron is kept")
  func foreign() throws {
    let scratch = try TemporaryDirectory()
    try scratch.write([1, 2], to: "mine.html")
    let outcome = try Command.run(["lesson", "--output", "mine.html"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: mine.html: expected a page of this library"))
    #expect(try scratch.bytes(of: "mine.html") == [1, 2])
    let wrong = try Command.run(["lesson", "--output", "lesson.txt"], in: scratch.path)
    #expect(wrong.status == 2 && wrong.errors.contains("expected a file whose name ends in .html"))
  }

  @Test("Without gnuplot, the page and standard error say so")
  func noGnuplot() throws {
    let scratch = try TemporaryDirectory()
    let empty = try scratch.makeDirectory("bin")
    let outcome = try Command.run(
      ["lesson", "--open"], in: scratch.path, environment: ["PATH": empty])
    #expect(outcome.status == 0 && outcome.errors.contains("there is no gnuplot"))
    #expect(outcome.errors.contains("open lesson.html in a browser"))
    #expect(try scratch.text("lesson.html").contains("there is no gnuplot"))
  }
}
