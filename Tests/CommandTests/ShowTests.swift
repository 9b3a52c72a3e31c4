import Foundation
import Perceptron
import PerceptronFiles
import TestSupport
import Testing

@Suite("perceptron show", .mayHang)
struct ShowTests {
  @Test("A run is shown with curves that fit the window", arguments: ["UTF-8", "C"])
  func curves(locale: String) throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    let outcome = try Command.run(
      ["show", "a"], in: scratch.path, environment: ["COLUMNS": "40", "LC_ALL": locale])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("digits: finished after 12 iterations in "))
    #expect(outcome.output.contains("\nloss\n"))
    #expect(outcome.output.contains("\nnetwork              64-50-10\n"))
    #expect(
      outcome.output.contains(
        "\nfiles in a: history.csv, epochs.csv, run.json, model.safetensors\n"))
    #expect(outcome.lines.contains("          0         11"))
    #expect(outcome.lines.dropFirst(7).allSatisfy { $0.count < 40 || $0.hasPrefix("files") })
    #expect(outcome.output.contains("█") == (locale == "UTF-8"))
  }

  @Test("JSON has the record and the history")
  func json() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a")
    let outcome = try Command.run(["show", "a", "--json"], in: scratch.path)
    let run = try JSONDecoder().decode(TrainingRun.self, from: Data(outcome.output.utf8))
    #expect(try run == RunDirectory(path: scratch.file("a")).read())
  }

  @Test("A run that diverged is shown without accuracies, up to its last finite loss")
  func diverged() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--iterations", "200", "--learning-rate", "1e30", "--quiet"]
    try #require(
      Command.run(["train", "--output", "a"] + options, in: scratch.path).status == 1)
    let outcome = try Command.run(["show", "a"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("digits: diverged after "))
    #expect(outcome.output.contains("\nnetwork              50-10\n"))
    #expect(!outcome.output.contains("training accuracy   "))
    let json = try Command.run(["show", "a", "--json"], in: scratch.path)
    #expect(json.status == 0 && json.output.contains("\"diverged\""))
  }

  @Test("A loss of any size is shown with significant digits", arguments: [1e-5, 3e38])
  func losses(loss: Double) throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("a", ["--iterations", "2"])
    try scratch.rewrite("a/run.json") { record in
      var results = record["results"] as? [String: Any]
      results?["finalLoss"] = loss
      record["results"] = results
    }
    let outcome = try Command.run(["show", "a"], in: scratch.path)
    let text = loss < 1 ? "1e-05" : "3e+38"
    #expect(
      outcome.lines.contains("last batch's loss    \(text) (with the penalty)"), "\(outcome.output)"
    )
  }

  /// Begins a long run in a folder and ends it by a signal when a checkpoint is there.
  private func leave(
    _ scratch: TemporaryDirectory, in folder: String = "a", by signal: Int32
  ) throws {
    let running = try scratch.begin(
      ["train", "--output", folder, "--iterations", "100000000", "--quiet", "--overwrite"],
      in: folder)
    if signal == SIGKILL {
      let outcome = try Command.run(["show", folder], in: scratch.path)
      #expect(outcome.output.contains("digits: a run in progress, at its last checkpoint "))
    }
    running.send(signal)
    _ = try running.wait()
  }

  @Test("A killed or interrupted run is shown with its progress and the command to resume it")
  func unfinished() throws {
    let scratch = try TemporaryDirectory()
    try leave(scratch, by: SIGKILL)
    let killed = try Command.run(["show", "a"], in: scratch.path)
    #expect(killed.status == 0, "\(killed.errors)")
    #expect(killed.output.contains("digits: an unfinished run, at its last checkpoint "))
    #expect(killed.output.contains(" of 100000000 iterations (0 %) in "))
    #expect(killed.output.contains("\nnetwork              64-50-10\n"))
    #expect(killed.output.contains("\nresume with: perceptron resume a\n"))
    #expect(killed.output.contains("\nloss"))
    let json = try Command.run(["show", "a", "--json"], in: scratch.path).object
    #expect(json["iterations"] as? Int == 100_000_000 && json["isUnderWay"] as? Bool == false)

    // Another run, which was killed, beside the files of one that was over.
    try scratch.train("a", ["--iterations", "12", "--overwrite"])
    try leave(scratch, by: SIGKILL)
    let beside = try Command.run(["show", "a"], in: scratch.path)
    #expect(beside.output.contains("digits: finished after 12 iterations in "))
    #expect(beside.output.contains("\n\ndigits: an unfinished run, at its last checkpoint "))
  }

  @Test("An interrupted run is shown as such, with the command to resume it")
  func interrupted() throws {
    let scratch = try TemporaryDirectory()
    try leave(scratch, in: "a run", by: SIGINT)
    let outcome = try Command.run(["show", "a run"], in: scratch.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("digits: interrupted after "))
    #expect(outcome.output.contains("\ntraining accuracy    "))
    #expect(outcome.output.contains("\nresume with: perceptron resume 'a run'\n"))
    // The checkpoint is the run's own, and is not told of beside it.
    #expect(!outcome.output.contains("at its last checkpoint"))
    #expect(outcome.output.contains("\nloss"))
    let json = try Command.run(["show", "a run", "--json"], in: scratch.path)
    #expect(json.status == 0 && json.output.contains("\"interrupted\""))
  }

  @Test("Suggested command lines are quoted for a shell")
  func quoted() throws {
    let scratch = try TemporaryDirectory()
    try leave(scratch, in: "a run", by: SIGKILL)
    for arguments in [
      ["evaluate", "a run"], ["report", "a run"], ["train", "--output", "a run"],
    ] {
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("`perceptron resume 'a run'`"), "\(outcome.errors)")
    }
    let shown = try Command.run(["show", "a run"], in: scratch.path)
    #expect(shown.output.contains("\nresume with: perceptron resume 'a run'\n"))
  }

  @Test("A study's folder is shown as tune show does")
  func study() throws {
    let scratch = try TemporaryDirectory()
    let search = try Command.run(
      ["tune", "--output", "s", "--hidden", "3,4", "--iterations", "5", "--quiet"],
      in: scratch.path)
    try #require(search.status == 0, "\(search.errors)")
    for options in [[], ["--json"]] {
      let outcome = try Command.run(["show", "s"] + options, in: scratch.path)
      #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(outcome.errors)")
      let expected = try Command.run(["tune", "show", "s"] + options, in: scratch.path)
      #expect(outcome.output == expected.output)
    }
  }

  @Test("A folder without a run is refused")
  func none() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(["show", "."], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("found neither run.json nor a checkpoint"))
  }
}
