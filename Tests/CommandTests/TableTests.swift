import Foundation
import Perceptron
import TestSupport
import Testing

/// Tables in CSV files go through every verb.
@Suite("Tables", .mayHang)
struct TableTests {
  /// Visits to a shop: numbers and categories, some of them missing, and whether something was bought.
  private func shop(rows: Int = 200, seed: UInt64 = 1) -> String {
    var random = SeededRandom(seed: seed, purpose: "shop")
    var lines = ["age,city,income,trust,patient,bought"]
    for row in 0..<rows {
      let draw = (0..<5).map { _ in random.uniform() }
      let city = ["Rome", "Oslo", "York"][Int(draw[1] * 3)]
      let bought = draw[0] + (city == "Rome" ? 0.4 : 0) > 0.7 ? "yes" : "no"
      let age = draw[3] < 0.1 ? "" : "\(Int(draw[0] * 60) + 18)"
      let income = draw[4] < 0.1 ? "NA" : "\((draw[2] * 1e5).rounded())"
      lines.append(
        "\(age),\(draw[4] > 0.95 ? "" : city),\(income),\(row % 4),\(row / 3 % 40),\(bought)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func scratch() throws -> TemporaryDirectory {
    let scratch = try TemporaryDirectory()
    try scratch.write(Array(shop().utf8), to: "shop.csv")
    return scratch
  }

  private let options = [
    "--data", "shop.csv", "--target", "bought", "--weights", "trust", "--group", "patient",
    "--test", "0.2", "--missing-indicator",
  ]

  private func expect(
    _ scratch: TemporaryDirectory, _ arguments: [String], _ texts: String...
  ) throws -> Command.Outcome {
    let outcome = try Command.run(arguments, in: scratch.path)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    for text in texts {
      #expect(outcome.output.contains(text), "\(text) is not in\n\(outcome.output)")
    }
    return outcome
  }

  @Test("What is understood of a table is shown, and as JSON")
  func data() throws {
    let scratch = try scratch()
    let shown = try expect(
      scratch, ["data", "shop.csv", "--target", "bought", "--types", "patient=category"],
      "200 rows of [5]", "age ", "city ", "3: Oslo, Rome, York",
      "targets: 2 classes: no (")
    let row = try #require(shown.lines.first { $0.hasPrefix("age ") })
    #expect(row.contains("feature") && row.contains("number") && row.contains("18 … 77"))
    let json = try expect(scratch, ["data", "shop.csv", "--target", "bought", "--json"]).object
    let columns = try #require(json["columns"] as? [[String: Any]])
    #expect(
      columns.map { $0["name"] as? String } == [
        "age", "city", "income", "trust", "patient", "bought",
      ])
    #expect(
      (columns[0]["histogram"] as? [Int])?.reduce(0, +) == 200
        - (columns[0]["missing"] as? Int ?? 0))
    let untargeted = try expect(scratch, ["data", "shop.csv"])
    #expect(untargeted.output.contains("choose the column to learn with --target"))
  }

  @Test("A table goes through every verb, and predicts the next one as it comes")
  func verbs() throws {
    let scratch = try scratch()
    let trained = try scratch.train("run", options + ["--iterations", "300"])
    #expect(trained.output.contains("test rows, 7-"), "\(trained.output)")
    let summary = try expect(
      scratch, ["summary", "run"], "missing cells become", "and are indicated", "standardized",
      "3 categories: Oslo, Rome, York", "classes: no, yes")
    #expect(!summary.output.contains("trust") && !summary.output.contains("patient"))
    let first = try expect(scratch, ["evaluate", "run"], "weighted test rows of")

    // The next table: other columns, another order, an unknown category, no target.
    let next = "city,note,income,age\nYork,a,50000,20\nBern,b,,70\n,c,10,\nRome,d,1e3,60\n"
    try scratch.write(Array(next.utf8), to: "next.csv")
    let classes = try expect(scratch, ["predict", "run", "next.csv"])
    #expect(classes.lines.count == 5 && classes.lines[0] == "class")
    #expect(classes.lines.dropFirst().allSatisfy { $0 == "yes" || $0 == "no" })
    #expect(
      classes.errors.contains(
        "1 cell of column city has a category that the training rows did not have, such as Bern"))
    let chances = try expect(scratch, ["predict", "run", "next.csv", "--probabilities"])
    #expect(chances.lines[0] == "class,no,yes")
    for line in chances.lines.dropFirst() {
      let cells = line.split(separator: ",")
      let numbers = cells.dropFirst().compactMap { Double($0) }
      #expect(abs(numbers.reduce(0, +) - 1) < 1e-6)
      #expect(cells[0] == (numbers[0] > numbers[1] ? "no" : "yes"))
    }
    let piped = try Command.run(
      program: "/bin/bash",
      ["-c", "'\(Command.executable)' predict run - --probabilities < next.csv"], in: scratch.path)
    #expect(piped.output == chances.output && piped.status == 0)

    // The run's own table still has its test rows, another one is evaluated as a whole.
    let again = try expect(scratch, ["evaluate", "run", "--data", "shop.csv"])
    func figures(_ outcome: Command.Outcome) -> Substring {
      outcome.output.prefix(
        upTo: outcome.output.range(of: " rows of ")?.lowerBound ?? outcome.output.endIndex)
    }
    #expect(figures(again) == figures(first) && figures(again).count > 20)
    try scratch.write(Array(shop(rows: 90, seed: 3).utf8), to: "later.csv")
    _ = try expect(
      scratch, ["evaluate", "run", "--data", "later.csv", "--weights", "trust"],
      "90 weighted rows of later.csv")
    try scratch.write(
      Array(shop().replacing("bought", with: "kept").utf8), to: "renamed.csv")
    let missing = try Command.run(["evaluate", "run", "--data", "renamed.csv"], in: scratch.path)
    #expect(missing.status == 1 && missing.errors.contains("bought"))
    _ = try expect(scratch, ["gradcheck", "run"], "gradient check passed")
    _ = try expect(scratch, ["report", "run"], "report.html")
    _ = try expect(scratch, ["show", "run"], "validation accuracy")
    let continued = try Command.run(
      ["train", "--from", "run", "--output", "more", "--iterations", "20"] + options.dropLast(),
      in: scratch.path)
    #expect(continued.status == 0, "\(continued.errors)")
  }

  @Test("A run on a table is killed and resumed to the same bits, from another folder")
  func resume() throws {
    let scratch = try scratch()
    try untilLongEnough(from: 2000) { length in
      let all = options + ["--iterations", "\(length)", "--quiet"]
      let killed = try scratch.interrupt(
        ["train", "--output", "run", "--overwrite"] + all, by: SIGKILL)
      if killed.status == 0 { return false }
      let resumed = try Command.run(["resume", scratch.file("run"), "--quiet"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      try scratch.train("whole", all + ["--overwrite"])
      for file in ["model.safetensors", "history.csv", "epochs.csv"] {
        #expect(try scratch.bytes(of: "run/" + file) == scratch.bytes(of: "whole/" + file))
      }
      return true
    }
  }

  @Test("A study searches over the preparation, and its best network is that of its command line")
  func tune() throws {
    let scratch = try scratch()
    let tuned = try expect(
      scratch,
      ["tune", "--output", "study"] + options + [
        "true", "--scaling", "standard,min-max", "--impute", "median,mean", "--iterations", "60",
        "--hidden", "8", "--quiet",
      ])
    _ = tuned
    let exported = try expect(scratch, ["tune", "show", "study"])
    #expect(exported.output.contains("min-max") && exported.output.contains("mean"))
    let study = try Study.read(at: scratch.file("study"))
    let best = try #require(study.best)
    let values = best.parameters.entries.flatMap { ["--" + $0.name, "\($0.value)"] }
    try scratch.train("alone", options + values + ["--iterations", "60", "--hidden", "8"])
    #expect(
      try scratch.bytes(of: "alone/model.safetensors")
        == scratch.bytes(of: "study/best.safetensors"))
  }

  @Test("Numbers are learned from a table, and predicted under the name of their column")
  func numbers() throws {
    let scratch = try TemporaryDirectory()
    let rows = (0..<60).map { "\($0 % 7);\($0 % 5);\(Double($0 % 7) * 2.5 - Double($0 % 5))" }
    try scratch.write(Array(("a;b;price\n" + rows.joined(separator: "\n")).utf8), to: "t.csv")
    try scratch.train("run", ["--data", "t.csv", "--target", "price", "--epochs", "20"])
    let predicted = try expect(scratch, ["predict", "run", "t.csv"])
    #expect(predicted.lines.count == 61 && predicted.lines[0] == "price")
    #expect(predicted.lines.dropFirst().allSatisfy { Double($0) != nil })
  }

  @Test("A folder with train.csv and test.csv brings its own test set")
  func folder() throws {
    let scratch = try TemporaryDirectory()
    try makeDirectory(scratch.file("data"))
    try scratch.write(Array(shop().utf8), to: "data/train.csv")
    try scratch.write(Array(shop(rows: 50, seed: 2).utf8), to: "data/test.csv")
    try scratch.train("run", ["--data", "data", "--target", "bought", "--iterations", "50"])
    _ = try expect(scratch, ["evaluate", "run"], "on the 50 test rows of")
  }

  private func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  @Test(
    "Choices that a data set does not have are refused",
    arguments: [
      (
        ["--data", "digits", "--target", "x"],
        "found a built-in data set, with which --target cannot be used"
      ),
      (
        ["--data", "shop.csv", "--features", "x", "--target", "bought"],
        "found tables (CSV, TSV), with which --features cannot be used"
      ),
      (
        ["--data", "shop.csv"],
        "expected a column of targets to be chosen (--target), found the columns age, city"
      ),
      (["--data", "shop.csv", "--target", "price"], "price"),
      (
        ["--data", "shop.csv", "--target", "bought", "--separator", "ab"],
        "expected a single character"
      ),
      (
        ["--data", "shop.csv", "--target", "bought", "--types", "age"],
        "expected a column and a type"
      ),
      (
        ["--data", "shop.csv", "--target", "bought", "--impute", "none"],
        "column age: the cell is missing"
      ),
      (
        ["--data", "shop.csv", "--target", "bought", "--log", "height"],
        "expected a column named height"
      ),
    ])
  func refusals(_ arguments: [String], _ text: String) throws {
    let scratch = try scratch()
    let outcome = try Command.run(["train", "--output", "run"] + arguments, in: scratch.path)
    #expect(outcome.status == 1 || outcome.status == 2)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }
}
