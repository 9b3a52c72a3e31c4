import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron explain", .mayHang)
struct ExplainTests {
  private static let headings = [
    "The example", "Forward: hidden layer 1, 64 → 50", "Forward: the scores",
    "Probabilities and loss", "Backward: W2 and b2", "Backward: hidden layer 1",
    "The gradient, checked", "One step of training",
  ]

  @Test("A page of a test row is one file without a folder, in the run's folder")
  func row() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "60"])
    let before = try scratch.names(in: "run")
    let outcome = try Command.run(["explain", "run", "--row", "3"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.output == "run/explain.html\n", "\(outcome.errors)")
    #expect(try scratch.names(in: "run") == (before + ["explain.html"]).sorted())
    let page = try scratch.text("run/explain.html")
    #expect(page.contains(" units, run, trained on digits"))
    for heading in Self.headings { #expect(page.contains("<h2>\(heading)</h2>"), "\(heading)") }
    #expect(page.contains("row 3 of the test set") && page.utf8.count < 1_500_000)
    #expect(page.firstMatch(of: /(?:src|href)="(?!data:|#)/) == nil)
  }

  @Test("The most confident error is explained as the report names it")
  func wrong() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "60"])
    let model = try TrainedModel<Float>(readingFrom: scratch.file("run/model.safetensors"))
    let mistakes = model.network.mostConfidentErrors(
      on: Digits.test.prepared(with: model.preprocessing), count: 2)
    let mistake = try #require(mistakes.last)
    let outcome = try Command.run(["explain", "run", "--wrong", "2"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try scratch.text("run/explain.html")
    #expect(page.contains("row \(mistake.row) of the test set"))
    #expect(
      page.contains("<h2>Why class \(mistake.predicted) and not class \(mistake.label)</h2>"))
    let none = try Command.run(["explain", "run", "--wrong", "298"], in: scratch.path)
    #expect(none.status == 2 && none.errors.contains("on the test set"), "\(none.errors)")
  }

  @Test("A row of a table of one's own is explained by its columns, without a target")
  func table() throws {
    let scratch = try TemporaryDirectory()
    let colors = ["red", "green", "blue"]
    let rows = (0..<60).map { row in
      "\(row % 7),\(colors[row % 3]),\(row % 3 == 0 ? "yes" : "no")"
    }
    try scratch.write(Array((["size,color,kind"] + rows).joined(separator: "\n").utf8), to: "t.csv")
    try scratch.train("run", ["--data", "t.csv", "--target", "kind", "--iterations", "40"])
    try scratch.write(Array("color,size\nblue,2\nred,5\n".utf8), to: "new.csv")
    let outcome = try Command.run(["explain", "run", "new.csv", "--row", "1"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try scratch.text("run/explain.html")
    #expect(page.contains("row 1 of new.csv") && page.contains("color=red"))
    #expect(page.contains("What each column adds") && !page.contains("<h2>Backward"))
    let outside = try Command.run(["explain", "run", "new.csv", "--row", "2"], in: scratch.path)
    #expect(outside.status == 1 && outside.errors.contains("--row is 2, but its rows are 0 to 1"))
    // Without held-out rows there is still a baseline.
    let all = ["--data", "t.csv", "--target", "kind", "--validation", "0", "--iterations", "9"]
    try scratch.train("whole", all)
    let whole = try Command.run(["explain", "whole", "new.csv"], in: scratch.path)
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try scratch.text("whole/explain.html").contains("the mean of the training rows"))
    #expect(try Command.run(["explain", "whole", "--row", "59"], in: scratch.path).status == 0)
    #expect(try scratch.text("whole/explain.html").contains("row 59 of the training rows"))
    // Without the run's data the page says what it compares with.
    try FileManager.default.removeItem(atPath: scratch.file("t.csv"))
    let alone = try Command.run(["explain", "run", "new.csv"], in: scratch.path)
    #expect(alone.status == 0, "\(alone.errors)")
    let text = try scratch.text("run/explain.html")
    #expect(text.contains("input of zeros") && text.contains("the run&#39;s data was not found"))
  }

  @Test(
    "Numbers, labels, hinge losses and deep networks have pages",
    arguments: [
      ["--task", "numbers"],
      ["--loss", "hinge"], ["--loss", "squared-hinge"], ["--loss", "squared-error"],
      ["--layers", "none"],
      ["--loss", "logistic"], ["--label-smoothing", "0.1"],
      ["--layers", "24,12", "--batch-norm", "--dropout", "0.2", "--activation", "gelu"],
      ["--layers", "12,12", "--layer-norm", "--activation", "leaky-relu"],
    ])
  func kinds(_ options: [String]) throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", options + ["--iterations", "20"])
    let outcome = try Command.run(["explain", "run", "--wrong", "1"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try scratch.text("run/explain.html")
    // Not among the letters of pictures.
    #expect(page.firstMatch(of: /[ >]-?nan\b/) == nil)
    #expect(page.contains("<h2>One step of training</h2>"))
  }

  @Test(
    "A row with several labels is explained, also without probabilities",
    arguments: [("a,b", "logistic"), ("a,b", "squared-error"), ("a", "logistic")])
  func labels(_ target: String, _ loss: String) throws {
    let scratch = try TemporaryDirectory()
    let rows = (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 2),\($0 % 3 == 0 ? 1 : 0)" }
    try scratch.write(Array((["x,y,a,b"] + rows).joined(separator: "\n").utf8), to: "t.csv")
    let options = ["--data", "t.csv", "--target", target, "--task", "labels", "--loss", loss]
    try scratch.train("run", options + ["--iterations", "40"])
    let outcome = try Command.run(["explain", "run"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try scratch.text("run/explain.html")
    #expect(page.firstMatch(of: /[ >]-?nan\b/) == nil && page.contains("in truth"))
    #expect(page.contains("1 / (1 + e") == (loss == "logistic"))
  }

  @Test("One network of an ensemble is explained")
  func ensemble() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--ensemble", "2", "--iterations", "20"])
    let none = try Command.run(["explain", "run"], in: scratch.path)
    #expect(none.status == 1 && none.errors.contains("--member 0 … 1"), "\(none.errors)")
    #expect(try Command.run(["explain", "run", "--member", "1"], in: scratch.path).status == 0)
    let outside = try Command.run(["explain", "run", "--member", "2"], in: scratch.path)
    #expect(outside.status == 2)
  }

  @Test("Wrong choices are refused, and other files are not replaced")
  func refusals() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    func refused(_ arguments: [String], _ status: Int32, _ message: String) throws {
      let outcome = try Command.run(["explain"] + arguments, in: scratch.path)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
    }
    try refused(["run", "--row", "297"], 2, "the rows of the test set are 0 to 296")
    try refused(["run", "--row", "-1"], 2, "--row")
    try refused(["run", "--wrong", "0"], 2, "--wrong")
    try refused(["run", "--wrong", "1", "--row", "1"], 2, "--wrong cannot be used with --row")
    try refused(["run", "--member", "0"], 2, "has a single network")
    try refused(["run", "nothing.csv"], 1, "nothing.csv")
    try refused(["run/model.safetensors", "--output", "run.txt"], 2, "ends in .html")
    try scratch.write(Array("mine".utf8), to: "mine.html")
    try refused(["run", "--output", "mine.html"], 1, "mine.html: expected a page of this library")
    #expect(try scratch.text("mine.html") == "mine")
    try FileManager.default.copyItem(
      atPath: scratch.file("run/model.safetensors"), toPath: scratch.file("lone.safetensors"))
    try refused(["lone.safetensors"], 1, "name a file with an example")
  }

  @Test("A run that replaces another removes the page of its example")
  func replaced() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    #expect(try Command.run(["explain", "run"], in: scratch.path).status == 0)
    try scratch.train("run", ["--overwrite", "--seed", "2"])
    #expect(try !scratch.names(in: "run").contains("explain.html"))
  }
}
