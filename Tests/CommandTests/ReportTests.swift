import Foundation
import TestSupport
import Testing

@Suite("perceptron report")
struct ReportTests {
  @Test("A run's page is written into its folder, and its path is printed")
  func run() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "40", "--diagnose"])
    let outcome = try Command.run(["report", "run"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.output == "run/report.html\n", "\(outcome.errors)")
    let page = try scratch.text("run/report.html")
    for heading in ["Overview", "Training", "Health", "Confusions on the test set", "Classes"] {
      #expect(page.contains("<h2>\(heading)</h2>"))
    }
    #expect(page.contains("accuracy on the test set"))
  }

  @Test("A page is no other file, and a folder of other files is left alone")
  func output() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let wrong = try Command.run(["report", "run", "--output", "run/run.json"], in: scratch.path)
    #expect(wrong.status == 2 && wrong.errors.contains("expected a file whose name ends in .html"))
    let refused = try Command.run(["report", "run", "--output", "run.html"], in: scratch.path)
    #expect(refused.status == 1 && refused.errors.contains("run: the page's charts and pictures"))
    #expect(try scratch.names == ["run"])
    #expect(try Command.run(["show", "run"], in: scratch.path).status == 0)
  }

  @Test("Where gnuplot is missing, the page and standard error say so")
  func noGnuplot() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let empty = try scratch.makeDirectory("bin")
    let outcome = try Command.run(
      ["report", "run", "--open"], in: scratch.path, environment: ["PATH": empty])
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("there is no gnuplot"))
    #expect(outcome.errors.contains("open run/report.html in a browser"))
    let page = try scratch.text("run/report.html")
    #expect(page.contains("there is no gnuplot") && page.contains("<table>"))
  }

  @Test("A run whose data is not there has a page that says how to get the rest")
  func noData() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", folder, "--iterations", "3", "--validation", "0"])
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.file("moved"))
    let without = try Command.run(["report", "run", "--output", "a.html"], in: scratch.path)
    #expect(without.status == 0 && without.output == "a.html\n")
    #expect(try scratch.text("a.html").contains("--data says where it is"))
    let with = try Command.run(["report", "run", "--data", "moved"], in: scratch.path)
    #expect(with.status == 0)
    #expect(try scratch.text("run/report.html").contains("Confusions on the test set"))
  }

  @Test("What is no run is told so", arguments: ["nowhere", "empty", "file"])
  func wrong(_ name: String) throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("empty")
    try scratch.write([1], to: "file")
    let outcome = try Command.run(["report", name], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: \(name): "))
  }
}
