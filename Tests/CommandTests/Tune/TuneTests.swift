import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronCLI

extension TemporaryDirectory {
  /// Runs `perceptron tune` in this folder and expects success.
  @discardableResult
  func tune(_ options: [String]) throws -> Command.Outcome {
    let outcome = try Command.run(["tune"] + options, in: path)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  /// Runs `perceptron tune` in this folder until it has measured a trial, and ends it by a signal, unless
  /// it is over before.
  ///
  /// - Parameter body: called before the signal is sent.
  func tune(
    _ options: [String], endedBy signal: Int32, journal: String = "study/journal.jsonl",
    meanwhile body: () throws -> Void = {}
  ) throws -> Command.Outcome {
    let running = try RunningCommand(
      Command.executable, ["tune"] + options, in: path, environment: Command.noCoverage)
    try running.wait(for: "a measurement") {
      !running.isRunning || (try? text(journal).contains("measured")) ?? false
    }
    try body()
    running.send(signal)
    return try running.wait()
  }

  /// A study's export: a dictionary for each trial, by column.
  func trials(_ study: String) throws -> [[String: String]] {
    let lines = try Command.run(["tune", "export", study], in: path).lines
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let header = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  /// A study's export without the seconds, which are its last column.
  func results(_ study: String) throws -> [String] {
    try Command.run(["tune", "export", study], in: path).lines.map {
      String($0[..<($0.lastIndex(of: ",") ?? $0.endIndex)])
    }
  }
}

@Suite("perceptron tune", .mayHang)
struct TuneTests {
  @Test("It trains a grid, prints the best ten trials, and saves the best network")
  func grid() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.tune([
      "--learning-rate", "0.1,0.5,1e9", "--hidden", "10,20", "--iterations", "30,60",
    ])
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("digits: 1500 rows, 200 of them for validation"))
    #expect(outcome.output.contains(/12 trials in .*: 8 done, 4 diverged/))
    #expect(outcome.output.contains("the best iterations 60 is the largest tried"))
    #expect(
      outcome.output.contains(
        "saved runs/tune-digits-1/best.safetensors and runs/tune-digits-1/journal.jsonl\n"))
    #expect(!outcome.output.contains("\u{1B}"))
    let rows = outcome.lines.filter { $0.contains("  done  ") || $0.contains("  diverged  ") }
    #expect(rows.count == 10)
    #expect(try scratch.names(in: "runs/tune-digits-1") == ["best.safetensors", "journal.jsonl"])

    let choice =
      #/
      best\ validation\ accuracy\ (0\.\d{4})\ \(95\ %\ interval\ 0\.\d{4}–0\.\d{4}\)\ on\ 200\ rows,
      \ trial\ \d+\nits\ test\ accuracy\ (0\.\d{4})\ \(95\ %\ interval\ .*\)\ on\ 297\ rows\n
      the\ best\ of\ 8\ accuracies\ is\ optimistic
    /#
    let told = try #require(outcome.output.firstMatch(of: choice))
    let show = try Command.run(["tune", "show", "runs/tune-digits-1"], in: scratch.path)
    #expect(show.output.contains(told.0))
    let json = try Command.run(["tune", "show", "runs/tune-digits-1", "--json"], in: scratch.path)
    let test = try #require(try json.object["test"] as? [String: Double])
    #expect(test["rows"] == 297 && test["lower"] ?? 1 < test["accuracy"] ?? 0)
    #expect(String(format: "%.4f", test["accuracy"] ?? 0) == told.2)
    let measured = try Command.run(
      ["evaluate", "runs/tune-digits-1", "--json"], in: scratch.path)
    #expect(try measured.object["accuracy"] as? Double == test["accuracy"])
    #expect(try json.object["chosenOf"] as? Int == 8)

    let trials = try scratch.trials("runs/tune-digits-1")
    #expect(trials.count == 12)
    let best = try #require(trials.first)
    for model in ["runs/tune-digits-1", "runs/tune-digits-1/best.safetensors"] {
      let evaluation = try Command.run(
        ["evaluate", model, "--split", "train", "--json"], in: scratch.path)
      #expect(evaluation.status == 0)
      #expect(try evaluation.object["count"] as? Int == 1500)
    }
    let summary = try Command.run(["summary", "runs/tune-digits-1"], in: scratch.path)
    #expect(summary.output.contains("affine      \(best["hidden"] ?? "")"))
  }

  @Test("With --independent, the best network equals train's with its settings to the byte")
  func independent() throws {
    let scratch = try TemporaryDirectory()
    let fixed = ["--batch", "50", "--seed", "3", "--precision", "double", "--workers", "1"]
    try scratch.tune(
      ["--hidden", "5,15", "--iterations", "40", "--independent", "--output", "study"] + fixed)
    let trials = try scratch.trials("study")
    let best = try #require(trials.first)
    try scratch.train("run", ["--hidden", best["hidden"] ?? "", "--iterations", "40"] + fixed)
    #expect(
      try scratch.bytes(of: "study/best.safetensors") == scratch.bytes(of: "run/model.safetensors"))
    let results = try JSONDecoder().decode(
      RunRecord.self, from: Data(try scratch.bytes(of: "run/run.json"))
    ).results
    for (column, value) in [
      ("validation_accuracy", results.validationAccuracy),
      ("train_accuracy", results.trainAccuracy), ("final_loss", results.finalLoss),
    ] {
      #expect(best[column].flatMap(Double.init) == value)
    }
  }

  @Test("A file's conditions give networks of different depths")
  func file() throws {
    let scratch = try TemporaryDirectory()
    let text = """
      {"parameters": [
        {"name": "learning-rate", "range": [1e-4, 1e-1], "scale": "log"},
        {"name": "depth", "values": [1, 2]}, {"name": "width-1", "values": [8, 12]},
        {"name": "width-2", "values": [6, 7], "when": {"depth": [2]}}]}
      """
    try scratch.write(Array(text.utf8), to: "space.json")
    let options = ["--space", "space.json", "--iterations", "9", "--output", "study"]
    let outcome = try scratch.tune(options + ["--trials", "8", "--search-seed", "5", "--json"])
    let report = try outcome.object
    #expect(report["counts"] as? [String: Int] == ["done": 8])
    let trials = try #require(report["trials"] as? [[String: Any]])
    #expect(trials.count == 8)
    for trial in trials {
      let parameters = try #require(trial["parameters"] as? [String: Any])
      #expect((parameters["width-2"] != nil) == (parameters["depth"] as? Int == 2))
      #expect(trial["iterations"] as? Int == 9)
    }
    #expect((report["effects"] as? [Any])?.count == 4)
    #expect(
      try Study.read(at: scratch.file("study")).definition.method == .sobol(count: 8, seed: 5))
    #expect(
      try Command.run(["tune", "show", "study", "--json"], in: scratch.path).output
        == outcome.output)
  }

  @Test(
    "The preset runs on a folder in CIFAR-10's format, with what it fixes and what overrides it")
  func preset() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("data")
    try scratch.write(cifarRecords(20), to: "data/data_batch_1.bin")
    let outcome = try scratch.tune([
      "--preset", "cs231n", "--data", "data", "--hidden", "3", "--iterations", "2", "--quiet",
    ])
    // Two iterations teach little or nothing.
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty || outcome.errors.hasPrefix("warning: no network learned"))
    let study = try Study.read(at: scratch.file("runs/tune-data-1"))
    #expect(study.trials.count == 15)
    let context = study.definition.context
    for (name, value) in ["batch": "200", "decay": "0.95", "hidden": "3", "iterations": "2"] {
      #expect(context[name] == value)
    }
    #expect(context["data"]?.hasSuffix("/data") == true)
  }

  @Test("Repeats and a list of seeds are the same study, ranked by the mean")
  func repeats() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "4,6", "--iterations", "9", "--learning-rate", "0.5"]
    let outcome = try scratch.tune(options + ["--repeats", "3", "--output", "a"])
    #expect(!outcome.errors.contains(Study.bestName))
    #expect(outcome.output.contains(#/6 trials, 3 for each of 2 networks in .*: 6 done/#))
    try scratch.tune(options + ["--seed", "0,1,2", "--output", "b"])
    #expect(try scratch.results("a") == scratch.results("b"))
    let rows = try scratch.trials("a")
    let study = try Study.read(at: scratch.file("a"))
    let best = try #require(study.best)
    let point = try #require(study.bestConfiguration)
    let values = point.trials.compactMap(\.result?.value)
    #expect(values.count == 3 && best.result?.value == values.max())
    expectClose(
      rows[0]["validation_accuracy"].flatMap { Double($0) } ?? .nan, values.reduce(0, +) / 3,
      tolerance: 1e-12)
    #expect(rows.map { $0["repeats_done"] } == ["3", "3"] && rows[0]["seed"] == nil)
    let show = try Command.run(["tune", "show", "a"], in: scratch.path)
    #expect(show.lines.contains("repeats   3, with seeds 0–2"))
    #expect(show.output.contains("  3 of 3  \(point.valueText(of: .validationAccuracy))  "))
    #expect(
      show.output.contains(
        "best mean validation accuracy \(point.valueText(of: .validationAccuracy)) on 200 rows"))
    #expect(outcome.output.contains(" --seed \(best.parameters.whole("seed"))\n"))
    let json = try Command.run(["tune", "show", "a", "--json"], in: scratch.path).object
    let points = try #require(json["configurations"] as? [[String: Any]])
    #expect(points.map { $0["done"] as? Int } == [3, 3])
    expectClose(
      points[0]["deviation"] as? Double ?? .nan, point.deviation ?? .nan, tolerance: 1e-15)
    #expect(json["seeds"] as? [Int] == [0, 1, 2])
    #expect((json["effects"] as? [[String: Any]])?.map { $0["name"] as? String } == ["hidden"])
    // The network that is saved is that of the best repeat.
    let evaluation = try Command.run(
      ["evaluate", "a", "--json"], in: scratch.path)
    expectClose(
      try evaluation.object["accuracy"] as? Double ?? .nan, study.test?.value ?? .nan,
      tolerance: 1e-15)
    #expect(study.test?.trial == best.id)
    let refused = try Command.run(
      ["tune", "--resume", "a", "--repeats", "2"], in: scratch.path)
    #expect(refused.status == 2 && refused.errors.contains("--repeats"))
  }

  @Test("A note on standard error says that there are fewer trials than requested")
  func fewer() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "5..7", "--iterations", "3"]
    let outcome = try scratch.tune(options + ["--trials", "8"])
    #expect(outcome.errors.hasPrefix("only 3 different trials exist, 8 were requested\n"))
    #expect(!(try scratch.tune(options + ["--trials", "3"]).errors.contains("different")))
  }

  @Test("A note on standard error says that a list of widths makes several networks, unless quiet")
  func layers() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--iterations", "3", "--repeats", "2", "--layers"]
    let list = try scratch.tune(options + ["12, 8,6"])
    #expect(
      list.errors.hasPrefix(
        "--layers 12,8,6: 3 networks of one hidden layer each; '12,8,6;' is one network of 3\n"))
    #expect(list.output.contains("6 trials"))
    for layers in ["12,8;", "12,8;6", "12;8", "12"] {
      #expect(!(try scratch.tune(options + [layers]).errors.contains("hidden layer")))
    }
    #expect(!(try scratch.tune(options + ["12,8", "--quiet"]).errors.contains("networks")))
  }

  @Test("A batch that does not divide the rows is judged by every epoch, as any other")
  func oddBatches() throws {
    let scratch = try TemporaryDirectory()
    try scratch.tune([
      "--batch", "130,150", "--iterations", "90", "--early-stopping", "3", "--output", "stopped",
    ])
    let accuracies = try scratch.trials("stopped").map {
      Double($0["validation_accuracy"] ?? "") ?? 0
    }
    #expect(accuracies.count == 2 && accuracies.allSatisfy { $0 > 0.7 })
    try scratch.tune([
      "--learning-rate", "0.01,0.1,0.3,0.5", "--batch", "150", "--iterations", "40", "--prune",
      "halving", "--prune-minimum", "9", "--prune-factor", "2", "--output", "pruned",
    ])
    #expect(try scratch.trials("pruned").contains { $0["status"] == "pruned" })
  }

  @Test("Trials that would hold out different rows are refused, whichever setting makes them")
  func differentRows() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(["tune", "--random", "numpy,fast"], in: scratch.path)
    #expect(outcome.status == 2 && outcome.errors.contains("hold out different rows"))
    #expect(try scratch.names.isEmpty)
  }

  @Test("A study in which no network learned anything is reported in its last line")
  func nothingLearnt() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "4,5", "--iterations", "5", "--output"]
    let outcome = try scratch.tune(["--scale", "0", "--learning-rate", "1e-9"] + options + ["a"])
    #expect(outcome.lines.last?.hasPrefix("warning: no network learned anything: ") == true)
    let healthy = try scratch.tune(["--iterations", "60", "--hidden", "10,20", "--output", "b"])
    #expect(!healthy.output.contains("warning"))
  }

  @Test("Bad networks are pruned with --prune")
  func pruning() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.tune([
      "--learning-rate", "0.1..0.5", "--iterations", "60", "--trials", "8", "--prune", "halving",
      "--prune-minimum", "10", "--prune-factor", "2", "--output", "study",
    ])
    let states = try scratch.trials("study").map { $0["status"] }
    #expect(states.contains("pruned") && states.contains("done"))
    #expect(outcome.output.contains(" pruned\n"))
    let show = try Command.run(["tune", "show", "study"], in: scratch.path)
    let line =
      #/compared at iteration (\d+) or the first evaluation after it, which all 8 trials that are done or pruned reached/#
    let iteration = try #require(show.output.firstMatch(of: line).flatMap { Int($0.1) })
    #expect((10..<60).contains(iteration))
    let json = try Command.run(["tune", "show", "study", "--json"], in: scratch.path).object
    #expect(json["effectBasis"] as? [String: Int] == ["compared": 8, "iteration": iteration])
  }

  @Test("A study without results exits with 1")
  func nothing() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      ["tune", "--learning-rate", "1e9,1e10", "--scale", "1e9", "--output", "study"],
      in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("2 diverged"))
    #expect(outcome.errors.hasPrefix("Error: no trial has a result: 2 diverged"))
    let evaluation = try Command.run(["evaluate", "study"], in: scratch.path)
    #expect(evaluation.status == 1 && evaluation.errors.contains("no trial has a result"))
  }
}
