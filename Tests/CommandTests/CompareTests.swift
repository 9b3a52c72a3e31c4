import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron compare", .mayHang)
struct CompareTests {
  @Test("The table has the settings that differ and the results")
  func table() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a", ["--iterations", "12", "--learning-rate", "0.5"])
    try scratch.train("b", ["--iterations", "15", "--learning-rate", "0.25"])
    let outcome = try Command.run(["compare", "a", "b"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").map {
      $0.split(separator: /\s{2,}/).map(String.init)
    }
    #expect(rows.first == ["a", "b"])
    #expect(rows.contains(["learning rate", "0.5", "0.25"]))
    #expect(rows.contains(["status", "finished", "finished"]))
    #expect(rows.count { $0 == ["iterations", "12", "15"] } == 2)
    #expect(!outcome.output.contains("seed") && !outcome.output.contains("batch size"))
    #expect(rows.contains { $0.first == "validation accuracy" && $0.count == 3 })

    let narrow = try Command.run(
      ["compare", "a", "b"], in: scratch.path, environment: ["COLUMNS": "44"])
    #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 44 })
    #expect(narrow.output.matches(of: /learning rate/).count == 2)
  }

  @Test("Its page has the curves over each other, and JSON has the runs' records")
  func page() throws {
    let scratch = try TemporaryDirectory()
    for (name, seed) in [("x/run", "1"), ("y/run", "2")] {
      try scratch.train(name, ["--iterations", "12", "--seed", seed])
    }
    let outcome = try Command.run(
      ["compare", "x/run", "y/run", "--json", "--output", "page.html"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let runs = try #require(found["runs"] as? [[String: Any]])
    // Where the last parts are the same, the paths are the names.
    #expect(runs.map { $0["name"] as? String } == ["x/run", "y/run"])
    #expect(runs.allSatisfy { $0["record"] is [String: Any] })
    let differences = try #require(found["differences"] as? [[String: Any]])
    #expect(differences.map { $0["name"] as? String } == ["seed"])
    #expect(differences.first?["values"] as? [String] == ["1", "2"])
    let page = try scratch.text("page.html")
    #expect(page.contains("Comparison of 2 runs") && page.contains("Training loss"))
    #expect(try scratch.names(in: "page").contains("validation-accuracy.csv"))
  }

  @Test("Runs on different data cause a warning")
  func data() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    let options = ["--data", "data", "--iterations", "3", "--validation", "0"]
    try scratch.train("a", options)
    try IDX.write(labels: [0, 1, 2, 1], to: folder + "/train-labels")
    try scratch.train("b", options)
    let outcome = try Command.run(["compare", "a", "b"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("trained on different data"))
    #expect(outcome.output.contains("data digest"))
  }

  @Test("A single run, a repeated run and a page without .html are usage errors")
  func usage() throws {
    let scratch = try TemporaryDirectory()
    for arguments in [["a"], ["a", "./a"], ["a", "b", "--output", "c.txt"], ["a", "b/../a"]] {
      let outcome = try Command.run(["compare"] + arguments, in: scratch.path)
      #expect(outcome.status == 2 && outcome.errors.contains("expected"), "\(outcome.errors)")
    }
  }

  @Test("Studies and folders without a run are refused with advice")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let study = try Command.run(
      ["tune", "--learning-rate", "0.1,0.5", "--iterations", "3", "--quiet", "--output", "study"],
      in: scratch.path)
    #expect(study.status == 0, "\(study.errors)")
    _ = try scratch.makeDirectory("empty")
    for (folder, expected) in [
      ("study", "perceptron tune show study"), ("empty", "found no run.json"),
      ("nowhere", "there is no such folder"),
    ] {
      let outcome = try Command.run(["compare", "run", folder], in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.contains("\(folder): ") && outcome.errors.contains(expected))
    }
  }
}
