import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron baseline", .mayHang)
struct BaselineCommandTests {
  private func report(
    _ arguments: [String], in folder: String? = nil
  ) throws -> BaselineReport {
    let outcome = try Command.run(["baseline", "--json"] + arguments, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try BaselineReport(json: Data(outcome.output.utf8))
  }

  /// A table of rows of two numbers, one that depends on both, one that depends on the first, and a label.
  private func scratch(rows: Int = 60) throws -> TemporaryDirectory {
    let scratch = try TemporaryDirectory()
    var random = SeededRandom(seed: 3, purpose: "rows")
    var lines = ["a,b,sum,square,high,weight"]
    for row in 0..<rows {
      let (a, b) = (random.uniform(), random.uniform())
      lines.append("\(a),\(b),\(a + 2 * b),\(a * a),\(a > 0.5 ? 1 : 0),\(row % 3)")
    }
    try scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "rows.csv")
    return scratch
  }

  @Test("The baselines of classes stand in a table, the most frequent class first")
  func classes() throws {
    let outcome = try Command.run(["baseline"])
    #expect(outcome.status == 0)
    let names = [
      "most frequent class", "nearest centroid", "nearest neighbours", "ridge regression",
      "softmax regression", "hinge regression",
    ]
    #expect(
      outcome.lines.dropFirst(2).prefix(6).map { line in names.first { line.hasPrefix($0) } }
        == names)
    #expect(outcome.output.contains("k and λ: chosen on the validation rows by the accuracy"))
    #expect(outcome.output.contains("train a network with: perceptron train --data digits\n"))
  }

  @Test("Softmax and hinge regression are the networks of train --layers none, to the bit")
  func linear() throws {
    let scratch = try TemporaryDirectory()
    let found = try report(["--seed", "4", "--class-weights", "balanced"])
    for (baseline, loss) in [(Baseline.softmax, "softmax"), (.hinge, "hinge")] {
      try scratch.train(
        loss,
        ["--layers", "none", "--loss", loss, "--seed", "4", "--class-weights", "balanced"])
      let record = try RunDirectory(path: scratch.file(loss)).record()
      let own = try #require(found.baselines.first { $0.baseline == baseline })
      #expect(own.validation?[.accuracy] == record.results.validation?[.accuracy])
      #expect(own.training?[.accuracy] == record.results.training?[.accuracy])
    }
  }

  @Test(
    "Of numbers there are the mean, neighbours and ridge regression; the reason for the rest is given"
  )
  func numbers() throws {
    let scratch = try scratch()
    let options = ["--data", "rows.csv", "--target", "sum", "--columns", "a,b"]
    let found = try report(options, in: scratch.path)
    #expect(found.baselines.map(\.baseline) == [.constant, .nearestNeighbors, .ridge])
    #expect(found.metrics == [.r2, .mae, .rmse])
    let ridge = try #require(found.baselines.last)
    #expect(try #require(ridge.validation?[.r2]) > 0.999, "a linear target")
    #expect(ridge.setting?.isChosen == true && ridge.intervals["r2"] != nil)
    let outcome = try Command.run(["baseline"] + options, in: scratch.path)
    #expect(
      outcome.output.contains("left out: nearest centroid, since numbers have no classes\n"))
    #expect(
      outcome.output.hasSuffix(
        "train a network with: perceptron train --data rows.csv --target sum --columns a,b\n"))
  }

  @Test("Several numbers, several labels and weights of rows are taken")
  func others() throws {
    let scratch = try scratch()
    let several = try report(
      ["--data", "rows.csv", "--target", "sum,square", "--columns", "a,b", "--weights", "weight"],
      in: scratch.path)
    #expect(several.baselines.count == 3)
    let labels = try report(
      ["--data", "rows.csv", "--target", "high", "--columns", "a,b", "--task", "labels"],
      in: scratch.path)
    #expect(
      labels.baselines.map(\.baseline) == [.constant, .nearestNeighbors, .ridge, .logistic])
    #expect(labels.leftOut.map(\.baseline) == [.nearestCentroid])
  }

  @Test("Without validation rows, k and λ are not chosen and the training rows are measured")
  func unvalidated() throws {
    let found = try report(["--validation", "0"])
    #expect(found.baselines.allSatisfy { $0.validation == nil && $0.training != nil })
    #expect(found.baselines.allSatisfy { $0.setting?.isChosen != true })
    let outcome = try Command.run(["baseline", "--validation", "0"])
    #expect(outcome.status == 0 && !outcome.output.contains("validation"))
  }

  @Test("Another metric is shown first, and k and λ are chosen by it")
  func metric() throws {
    let found = try report(["--metric", "f1"])
    #expect(found.metrics == [.f1, .accuracy])
    #expect(found.baselines.allSatisfy { $0.validation?[.f1] != nil })
  }

  @Test("A run's rows and preprocessing are taken, and its page shows the baselines beside it")
  func run() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a", ["--iterations", "80", "--validation", "100", "--pca", "10"])
    let before = try Command.run(["report", "a"], in: scratch.path)
    #expect(before.status == 0)
    #expect(try scratch.text("a/report.html").contains("perceptron baseline a"))
    let outcome = try Command.run(["baseline", "a"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains("digits: 1,400 training rows, 100 validation rows, 10 features"))
    #expect(outcome.lines.contains { $0.hasPrefix("a  ") && $0.contains("50-10") })
    let record = try RunDirectory(path: scratch.file("a")).record()
    let found = try BaselineReport(json: Data(scratch.bytes(of: "a/baseline.json")))
    #expect(found.run?.validation == record.results.validation)
    _ = try Command.run(["report", "a"], in: scratch.path)
    let page = try scratch.text("a/report.html")
    #expect(page.contains("Baselines") && page.contains("nearest neighbours"))
    #expect(!page.contains("perceptron baseline a"))
    try scratch.train("a", ["--iterations", "2", "--overwrite"])
    #expect(try !scratch.names(in: "a").contains("baseline.json"))
  }

  @Test("A damaged baseline.json is left out of the page with a warning")
  func damaged() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    try scratch.write(Array("{}".utf8), to: "a/baseline.json")
    let outcome = try Command.run(["report", "a"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("expected what perceptron baseline --json prints"))
  }

  @Test(
    "Options that contradict each other are bad usage",
    arguments: [
      (["--folds", "3"], "--folds is 3, but the number of the --fold is not given"),
      (["--metric", "loss"], "--metric is loss, expected one of accuracy"),
      (["--metric", "r2"], "--metric is r2, but the targets are 10 classes"),
      (["runs/a", "--validation", "9"], "--validation cannot be used with a run"),
      (["runs/a", "--test", "9"], "--test cannot be used with a run"),
    ])
  func usage(arguments: [String], message: String) throws {
    let outcome = try Command.run(["baseline"] + arguments)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("A fold is held out")
  func fold() throws {
    let found = try report(["--folds", "5", "--fold", "2"])
    #expect(found.trainingRows == 1200 && found.validationRows == 300)
  }
}
