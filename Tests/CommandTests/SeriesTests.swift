import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Several runs: perceptron train with folds and repeats", .mayHang)
struct SeriesTests {
  static let quick = ["--hidden", "12", "--iterations", "60", "--seed", "3"]

  /// The files of a run whose contents do not depend on the time.
  static let files = ["model.safetensors", "history.csv", "epochs.csv"]

  /// A run's record without times.
  private func record(_ scratch: TemporaryDirectory, _ run: String) throws -> RunRecord {
    var record = try RunDirectory(path: scratch.file(run)).record()
    (record.seconds, record.secondsPerIteration) = (0, nil)
    return record
  }

  @Test("Each fold equals the run by hand to the byte, and the table has means and deviations")
  func folds() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("all", Self.quick + ["--folds", "5"])
    let names = (1...5).map { "fold-\($0)" }
    #expect(try scratch.names(in: "all") == names + ["runs.json"])
    var values: [Double] = []
    var rows = 0
    for fold in 1...5 {
      let own = "all/fold-\(fold)"
      try scratch.train("hand", Self.quick + ["--folds", "5", "--fold", "\(fold)", "--overwrite"])
      for file in Self.files {
        #expect(try scratch.bytes(of: own + "/" + file) == scratch.bytes(of: "hand/" + file))
      }
      let known = try record(scratch, own)
      #expect(try known == record(scratch, "hand"))
      #expect(try scratch.names(in: own) == scratch.names(in: "hand"))
      values.append(try #require(known.results.validationAccuracy))
      rows += known.settings.validation
    }
    #expect(rows == 1500)
    let mean = values.reduce(0, +) / 5
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
    let headline =
      "validation accuracy \(String(format: "%.4f ± %.4f", mean, deviation)): mean ± standard "
      + "deviation (of a sample, n − 1) over 5 folds"
    #expect(outcome.output.contains(headline))
    #expect(outcome.output.hasPrefix("digits: 5 folds: 5 finished\n"))
    let show = try Command.run(["show", "all"], in: scratch.path)
    #expect(show.output.contains(headline))
    let json = try Command.run(["show", "all", "--json"], in: scratch.path).object
    let runs = try #require(json["runs"] as? [[String: Any]])
    #expect(runs.map { $0["fold"] as? Int } == [1, 2, 3, 4, 5])
    let statistics = try #require(json["statistics"] as? [[String: Any]])
    let first = try #require(statistics.first)
    expectClose(first["mean"] as? Double ?? .nan, mean, tolerance: 1e-15)
    expectClose(first["deviation"] as? Double ?? .nan, deviation, tolerance: 1e-15)
    #expect(statistics.contains { $0["metric"] as? String == "loss" })
    // What a shell makes of all/*, and the folder itself.
    let all = try Command.run(
      ["compare"] + names.map { "all/" + $0 } + ["all/runs.json"], in: scratch.path)
    #expect(all.status == 0 && all.output.contains("fold-3"))
    #expect(try Command.run(["compare", "all"], in: scratch.path).output == all.output)
    let evaluation = try Command.run(["evaluate", "all/fold-2"], in: scratch.path)
    #expect(evaluation.status == 0)
  }

  @Test("Repeats have consecutive seeds, and with folds each seed has every fold")
  func repeats() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.train("a", Self.quick + ["--repeats", "2", "--json"])
    #expect(try scratch.names(in: "a") == ["repeat-1", "repeat-2", "runs.json"])
    #expect((try outcome.object["runs"] as? [[String: Any]])?.map { $0["seed"] as? Int } == [3, 4])
    try scratch.train("hand", Self.quick.dropLast() + ["4"])
    #expect(
      try scratch.bytes(of: "a/repeat-2/model.safetensors")
        == scratch.bytes(of: "hand/model.safetensors"))
    let both = try scratch.train("b", Self.quick + ["--repeats", "2", "--folds", "2"])
    #expect(
      try scratch.names(in: "b") == [
        "repeat-1-fold-1", "repeat-1-fold-2", "repeat-2-fold-1", "repeat-2-fold-2", "runs.json",
      ])
    #expect(both.output.contains("over 4 runs"))
    // One repeat is a run.
    try scratch.train("c", Self.quick + ["--repeats", "1"])
    #expect(try scratch.names(in: "c").contains("model.safetensors"))
  }

  @Test("Groups are never on both sides of a fold")
  func groups() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    let features = Tensor<Float>.sample([60, 4], seed: 2)
    try IDX.write(Features(features), to: folder + "/train-images")
    try IDX.write(labels: (0..<60).map { $0 % 3 }, to: folder + "/train-labels")
    let groups = (0..<60).map { $0 / 7 }
    try IDX.write(labels: groups, to: folder + "/groups")
    let options = ["--data", "data", "--group", "groups", "--iterations", "5"]
    try scratch.train("run", options + ["--folds", "3"])
    let data = try DatasetLibrary.load(folder, groups: folder + "/groups").training
    var seen: [Int] = []
    for fold in 1...3 {
      let settings = try record(scratch, "run/fold-\(fold)").settings
      let parts = try settings.parts(of: data)
      let held = Set(parts.validation.groups ?? [])
      #expect(held.isDisjoint(with: parts.training.groups ?? []))
      #expect(parts.validation.count == settings.validation)
      seen += held
    }
    #expect(seen.sorted() == Array(Set(groups)).sorted())
  }

  @Test("An interrupted series is resumed as a whole, or one run at a time, to the same bytes")
  func resumed() throws {
    try untilLongEnough(from: 4000) { length in
      let scratch = try TemporaryDirectory()
      let options = ["--hidden", "12", "--iterations", "\(length)", "--folds", "3"]
      let running = try RunningCommand(
        Command.executable,
        ["train", "--output", "all", "--checkpoint-every", "0.01"] + options, in: scratch.path,
        environment: Command.noCoverage)
      try running.wait(for: "a checkpoint") {
        !running.isRunning
          || FileManager.default.fileExists(
            atPath: scratch.file("all/fold-1/checkpoint.safetensors"))
      }
      running.send(SIGINT)
      let outcome = try running.wait()
      if outcome.status == 0 { return false }
      #expect(outcome.status == 130)
      #expect(outcome.output.contains("resume with: perceptron resume all"))
      let show = try Command.run(["show", "all"], in: scratch.path)
      #expect(show.output.contains("resume with: perceptron resume all"))
      let one = try Command.run(["resume", "all/fold-1"], in: scratch.path)
      #expect(one.status == 0, "\(one.errors)")
      let rest = try Command.run(["resume", "all"], in: scratch.path)
      #expect(rest.status == 0 && rest.output.contains("over 3 folds"), "\(rest.errors)")
      let over = try Command.run(["resume", "all"], in: scratch.path)
      #expect(over.status == 1 && over.errors.contains("all runs in this folder have ended"))
      try scratch.train("whole", options)
      for fold in 1...3 {
        for file in Self.files {
          #expect(
            try scratch.bytes(of: "all/fold-\(fold)/\(file)")
              == scratch.bytes(of: "whole/fold-\(fold)/\(file)"))
        }
      }
      return true
    }
  }

  @Test("A run that diverges is named, the others are saved, and the status is 1")
  func diverged() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      [
        "train", "--output", "all", "--folds", "2", "--learning-rate", "1e12", "--scale", "1e9",
        "--iterations", "20",
      ], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains("Error: fold-1: ") && outcome.errors.contains("Error: fold-2: "))
    #expect(outcome.errors.contains("the run diverged"))
    #expect(outcome.output.contains("2 diverged"))
  }

  @Test("Folders that hold something else are refused")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    let options = Self.quick + ["--folds", "2"]
    try scratch.train("all", options)
    func errors(_ arguments: [String]) throws -> String {
      let outcome = try Command.run(["train", "--output", "all"] + arguments, in: scratch.path)
      #expect(outcome.status == 1)
      return outcome.errors
    }
    #expect(try errors(options).contains("holds runs already"))
    #expect(try errors(Self.quick).contains("holds several runs"))
    #expect(
      try errors(Self.quick + ["--repeats", "2", "--overwrite"]).contains("another run, fold-1"))
    try scratch.train("all", options + ["--overwrite"])
    try scratch.train("one", Self.quick)
    let run = try Command.run(["train", "--output", "one"] + options, in: scratch.path)
    #expect(run.status == 1 && run.errors.contains("holds a run"))
    let both = try Command.run(
      ["train", "--from", "one", "--folds", "2", "--output", "x"], in: scratch.path)
    #expect(both.status == 2 && both.errors.contains("--from one"))
  }
}
