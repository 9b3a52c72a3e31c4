import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("perceptron report", .mayHang)
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

  @Test("Other files are not replaced by a page, nor folders of other files")
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

  @Test("Without gnuplot, the page and standard error say so")
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

  @Test("The page of a run whose data is missing says how to get the rest")
  func noData() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", folder, "--iterations", "3", "--validation", "0"])
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.file("moved"))
    let without = try Command.run(["report", "run", "--output", "a.html"], in: scratch.path)
    #expect(without.status == 0 && without.output == "a.html\n")
    #expect(try scratch.text("a.html").contains("say where it is with --data"))
    let with = try Command.run(["report", "run", "--data", "moved"], in: scratch.path)
    #expect(with.status == 0)
    #expect(try scratch.text("run/report.html").contains("Confusions on the test set"))
  }

  @Test(
    "A page leaves out missing or damaged parts, with a note",
    arguments: ["gradcheck.json", "model", "no model", "data", "other data", "misfit", "fashion"])
  func parts(_ part: String) throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", "data", "--iterations", "3", "--validation", "0"])
    let expected: String
    switch part {
    case "gradcheck.json":
      try scratch.write(Array("{}".utf8), to: "run/gradcheck.json")
      expected = "run/gradcheck.json: expected what perceptron gradcheck --json prints: there is no"
    case "model":
      try scratch.write([1, 2], to: "run/model.safetensors")
      expected = "run/model.safetensors: "
    case "no model":
      try FileManager.default.removeItem(atPath: scratch.file("run/model.safetensors"))
      expected = "There is no model"
    case "data":
      try scratch.write([1], to: "data/t10k-images")
      expected = "data/t10k-images: "
    case "other data":
      try IDX.write(labels: [0, 1, 2, 2], to: folder + "/train-labels")
      expected = "/data: this is not the data that the run was trained on"
    default:
      // As an older version wrote it: neither a folder nor a digest.
      try scratch.rewrite("run/run.json") { record in
        record["dataSource"] = nil
        var settings = record["settings"] as? [String: Any]
        settings?["data"] = part == "fashion" ? "fashion-mnist" : "digits"
        record["settings"] = settings
      }
      expected = part == "fashion" ? "mnist" : "takes 6 features, digits has 64"
    }
    let outcome = try Command.run(["report", "run"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.output == "run/report.html\n", "\(outcome.errors)")
    let told = outcome.errors.split(separator: "\n").filter { $0.contains(expected) }
    #expect(told.count == 1, "\(outcome.errors)")
    let page = try scratch.text("run/report.html")
    #expect(page.contains(expected))
    #expect(page.contains("Confusions on") == (part == "gradcheck.json"))
    let weights = page.contains("First-layer weights") || page.contains("What excites each unit")
    #expect(weights == !part.hasSuffix("model"))
  }

  @Test(
    "A run's page is written without what its training rows show where these do not fit the model")
  func unfitRows() throws {
    let scratch = try TemporaryDirectory()
    func write(_ name: String, columns: Int) throws {
      let heads = (0..<columns).map { "x\($0)" } + ["class"]
      let rows = (0..<40).map { row in
        (0..<columns).map { "\((row * ($0 + 3)) % 7)" } + [row % 2 == 0 ? "even" : "odd"]
      }
      let text = ([heads] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
      try scratch.write(Array(text.utf8), to: name)
    }
    try write("two.csv", columns: 2)
    try write("one.csv", columns: 1)
    try write("three.csv", columns: 3)
    try scratch.train("run", ["--data", "two.csv", "--iterations", "5", "--validation", "0"])
    // As an older version wrote it, without a digest.
    try scratch.rewrite("run/run.json") { $0["dataSource"] = nil }
    for (name, count) in [("one.csv", 1), ("three.csv", 3)] {
      let outcome = try Command.run(["report", "run", "--data", name], in: scratch.path)
      #expect(outcome.status == 0 && outcome.output == "run/report.html\n", "\(outcome.errors)")
      let expected = "the network takes 2 features, \(name) has \(count)"
      let page = try scratch.text("run/report.html")
      #expect(outcome.errors.contains(expected) && page.contains(expected))
      #expect(page.contains("<h2>Decision regions</h2>") && !page.contains("The dots are"))
      #expect(!page.contains("What excites each unit"))
    }
    let fit = try Command.run(["report", "run", "--data", "two.csv"], in: scratch.path)
    #expect(fit.status == 0 && fit.errors.isEmpty, "\(fit.errors)")
    let page = try scratch.text("run/report.html")
    #expect(page.contains("The dots are") && page.contains("What excites each unit"))
  }

  @Test("The data is that of the run, wherever the command is run; other data is refused")
  func sameData() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.train("run", ["--data", "data", "--iterations", "30", "--validation", "0"])
    // A folder of the same name elsewhere, with as many rows and features.
    let other = try scratch.makeDirectory("elsewhere/data")
    try writeSmallIDX(in: other)
    try IDX.write(labels: [0, 1, 2, 1], to: other + "/train-labels")
    let run = scratch.file("run")
    for arguments in [["report", run], ["gradcheck", run, "--rows", "2"]] {
      let found = try Command.run(arguments, in: scratch.file("elsewhere"))
      #expect(!found.errors.contains("trained on") && !found.output.isEmpty, "\(found.errors)")
      let given = try Command.run(arguments + ["--data", other], in: scratch.path)
      #expect(given.status == 1)
      #expect(given.errors.contains("\(other): this is not the data that the run was trained on"))
    }
    #expect(try scratch.text("run/report.html").contains("Confusions on the test set"))
    let record = try scratch.object("run/run.json")
    let source = try #require(record["dataSource"] as? [String: Any])
    #expect((source["folder"] as? String)?.hasSuffix("/data") == true)
    #expect((source["digest"] as? String)?.count == 64)
    try FileManager.default.moveItem(atPath: other, toPath: scratch.file("new"))
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: scratch.file("new"), toPath: folder)
    let changed = try Command.run(["gradcheck", run, "--rows", "2"], in: scratch.path)
    #expect(changed.status == 1 && changed.errors.contains("not the data that the run was"))
  }

  @Test("A run that takes another's place removes its page, which would be taken for its own")
  func stale() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    #expect(try Command.run(["report", "run"], in: scratch.path).status == 0)
    try scratch.write([1], to: "run/report/mine.txt")
    let outcome = try scratch.train("run", ["--iterations", "12", "--overwrite"])
    #expect(outcome.errors.contains("removed run/report.html"))
    #expect(try !scratch.names(in: "run").contains("report.html"))
    #expect(try scratch.names(in: "run/report") == [".page-files", "mine.txt"])
    #expect(try Command.run(["report", "run"], in: scratch.path).status == 0)
    // What somebody else wrote is nobody's page of a run.
    try scratch.write(Array("<p>mine</p>".utf8), to: "run/report.html")
    let other = try scratch.train("run", ["--iterations", "12", "--overwrite"])
    #expect(!other.errors.contains("removed"))
    #expect(try scratch.text("run/report.html") == "<p>mine</p>")
  }

  @Test("A resumed study removes its page; a finished one keeps it")
  func staleStudy() throws {
    let scratch = try TemporaryDirectory()
    let tune = ["tune", "--learning-rate", "0.1,0.5", "--iterations", "3", "--output", "study"]
    #expect(try Command.run(tune, in: scratch.path).status == 0)
    #expect(try Command.run(["report", "study"], in: scratch.path).status == 0)
    let over = try Command.run(["tune", "--resume", "study"], in: scratch.path)
    #expect(over.status == 0, "\(over.errors)")
    #expect(try scratch.names(in: "study").contains("report.html"))
    // As a process that was killed left it: the trials' ends are not in the journal.
    let lines = try scratch.text("study/journal.jsonl").split(separator: "\n")
    let kept =
      lines.filter { !$0.contains("\"done\"") && !$0.contains("\"note\"") }
      .joined(separator: "\n") + "\n"
    try scratch.write(Array(kept.utf8), to: "study/journal.jsonl")
    let resumed = try Command.run(["tune", "--resume", "study"], in: scratch.path)
    #expect(resumed.status == 0 && resumed.errors.contains("removed study/report.html"))
    #expect(try !scratch.names(in: "study").contains { $0.hasPrefix("report") })
  }

  @Test("After training and tuning, the last lines are commands that show the results")
  func next() throws {
    let scratch = try TemporaryDirectory()
    let run = try scratch.train("a run", ["--iterations", "3", "--tensorboard"])
    let study = try Command.run(
      ["tune", "--learning-rate", "0.1,0.5", "--iterations", "3", "--output", "study"],
      in: scratch.path)
    #expect(
      run.output.hasSuffix(
        "see  perceptron show 'a run'\n     perceptron report 'a run'\n"
          + "     tensorboard --logdir 'a run/tensorboard'\n"))
    #expect(study.output.hasSuffix("see  perceptron show study\n     perceptron report study\n"))
  }

  @Test(
    "A test set that cannot be evaluated causes a warning and has no figures on the page",
    arguments: ["no rows", "not a number"])
  func unfitTest(_ fault: String) throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    var numbers = (0..<(fault == "no rows" ? 0 : 24)).map { Double($0 * 10) }
    if !numbers.isEmpty { numbers[8] = .nan }
    try IDX.write(Features(.doubles(numbers), exampleShape: [2, 3]), to: folder + "/t10k-images")
    try IDX.write(labels: numbers.isEmpty ? [] : [0, 1, 2, 0], to: folder + "/t10k-labels")
    try scratch.train("run", ["--data", folder, "--iterations", "3", "--validation", "0"])
    let expected =
      numbers.isEmpty
      ? "has no rows to evaluate on" : "the feature in row 1, column 2 is nan, not a finite number"
    let outcome = try Command.run(["report", "run"], in: scratch.path)
    #expect(outcome.status == 0 && outcome.errors.contains(expected), "\(outcome.errors)")
    let page = try scratch.text("run/report.html")
    #expect(page.contains(expected) && !page.contains("on the test set"))
    let evaluated = try Command.run(["evaluate", "run", "--data", folder], in: scratch.path)
    #expect(evaluated.status == 1 && evaluated.errors.contains(expected), "\(evaluated.errors)")
  }

  @Test("Folders without a run are refused", arguments: ["nowhere", "empty", "file"])
  func wrong(_ name: String) throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("empty")
    try scratch.write([1], to: "file")
    let outcome = try Command.run(["report", name], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: \(name): "))
  }
}
