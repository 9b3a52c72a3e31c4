import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Saving a run", .mayHang)
struct SavingTests {
  private static let files = ["epochs.csv", "history.csv", "model.safetensors", "run.json"]

  @Test("Where the disk is full, overwriting fails and the earlier run is as it was")
  func fullDisk() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let before = try Self.files.map { try scratch.bytes(of: "run/\($0)") }
    // No file may grow beyond 8 kB: the histories fit, the model and a checkpoint do not.
    let train = "'\(Command.executable)' train --output run --overwrite --iterations 3 --seed 1"
    for (options, file) in [("", "checkpoint"), (" --checkpoint-every 0", "model")] {
      let outcome = try Command.run(
        program: "/bin/bash",
        [
          "-c", "trap '' XFSZ; ulimit -f 8; export LLVM_PROFILE_FILE=/dev/null; \(train)\(options)",
        ],
        in: scratch.path)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("Error: run/\(file).safetensors: cannot write: "))
      #expect(try scratch.names(in: "run") == Self.files)
      #expect(try Self.files.map { try scratch.bytes(of: "run/\($0)") } == before)
    }
  }

  /// Runs the command where no file may grow beyond 8 kB.
  private func runLimited(_ line: String, in folder: String) throws -> Command.Outcome {
    try Command.run(
      program: "/bin/bash",
      [
        "-c",
        "trap '' XFSZ; ulimit -f 8; export LLVM_PROFILE_FILE=/dev/null; "
          + "'\(Command.executable)' \(line)",
      ], in: folder)
  }

  @Test("On a full disk, a run continues to its end, can be shown, and can be resumed")
  func fillingDisk() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "3", "--iterations", "1000"]
    // The first checkpoint fits. As losses come, one of the next does not, nor does the history.
    let outcome = try runLimited(
      "train --checkpoint-every 1e-9 --output run " + options.joined(separator: " "),
      in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("trained for 1000 of 1000 iterations"))
    #expect(outcome.output.contains("validation accuracy ") && !outcome.output.contains("saved"))
    #expect(outcome.errors.contains("; the run continues without checkpoints\n"))
    #expect(outcome.errors.contains("Error: run/history.csv: cannot write: "))
    #expect(outcome.errors.hasSuffix("resume with: perceptron resume run\n"))
    let resumed = try Command.run(["resume", "run"], in: scratch.path)
    #expect(resumed.status == 0, "\(resumed.errors)")
    try scratch.train("whole", options)
    #expect(
      try scratch.bytes(of: "run/model.safetensors")
        == scratch.bytes(of: "whole/model.safetensors"))
  }

  @Test("On a full disk, a study shows its journal and can be resumed")
  func fullStudy() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try runLimited(
      "tune --hidden 3,4,5 --learning-rate 0.1,0.2,0.3,0.4 --independent --iterations 30 "
        + "--output study", in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: study/journal.jsonl: cannot be written to: "))
    #expect(outcome.output.contains("  done  "))
    #expect(outcome.output.hasSuffix("resume with: perceptron tune --resume study\n"))
    #expect(try scratch.tune(["--resume", "study"]).output.contains(": 12 done"))
  }

  @Test("A page that could not be written is refused before it is made")
  func unwritablePage() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "1"])
    for line in [["report", "run"], ["images"]] {
      let outcome = try Command.run(line + ["--output", "none/a.html"], in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("Error: none/a.html: cannot write here: "))
    }
    _ = try scratch.makeDirectory("run/report.html")
    let own = try Command.run(["report", "run"], in: scratch.path)
    #expect(own.errors.hasSuffix("; --output writes the page elsewhere\n"))
  }

  @Test("The files of a killed run do not obstruct another, which removes them")
  func stale() throws {
    let scratch = try TemporaryDirectory()
    for options in [[], ["--overwrite"]] {
      _ = try scratch.makeDirectory("run/.run-1234")
      try scratch.write([1, 2, 3], to: "run/.run-1234/model.safetensors")
      try scratch.write([1, 2, 3], to: "run/.checkpoint.safetensors.1234.part")
      try scratch.train("run", ["--iterations", "3"] + options)
      #expect(try scratch.names(in: "run") == Self.files)
    }
  }

  @Test("A replaced file's permissions stay")
  func permissions() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    chmod(scratch.file("run/model.safetensors"), 0o600)
    try scratch.train("run", ["--iterations", "3", "--overwrite"])
    let attributes = try FileManager.default.attributesOfItem(
      atPath: scratch.file("run/model.safetensors"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("A folder in place of a file of the run is refused before training")
  func folderInTheWay() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("run/epochs.csv/inside")
    let outcome = try Command.run(
      ["train", "--output", "run", "--overwrite", "--iterations", "100000000"], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("run/epochs.csv: expected a file, found a folder"))
    #expect(try scratch.names(in: "run/epochs.csv") == ["inside"])
  }

  @Test(
    "A run whose last update destroys the weights diverged: no model, and the iteration is named",
    arguments: [("float", "1e39"), ("float", "1e300"), ("double", "1e300")])
  func destroyed(precision: String, rate: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      [
        "train", "--output", "run", "--learning-rate", rate, "--iterations", "1", "--precision",
        precision,
      ], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("after iteration 0 ") && outcome.errors.contains("diverged"))
    #expect(outcome.errors.contains("--learning-rate") && !outcome.errors.contains("-nan"))
    #expect(try scratch.names(in: "run") == ["epochs.csv", "history.csv", "run.json"])
    let results = try #require(try scratch.object("run/run.json")["results"] as? [String: Any])
    #expect(results["status"] as? String == "diverged")
    #expect(results["trainAccuracy"] == nil)
    let evaluated = try Command.run(["evaluate", "run"], in: scratch.path)
    #expect(evaluated.errors.contains("expected a run that did not diverge"))
  }

  @Test("Too large initial weights are distinguished from too large steps", arguments: ["0", "5"])
  func freshWeights(iterations: String) throws {
    let scratch = try TemporaryDirectory()
    let outcome = try Command.run(
      ["train", "--output", "run", "--scale", "1e39", "--iterations", iterations], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--scale") && !outcome.errors.contains("--learning-rate"))
    #expect(!outcome.errors.contains("-nan"))
  }

  @Test("Runs started at the same time in one folder leave one complete run")
  func together() throws {
    let scratch = try TemporaryDirectory()
    for round in 0..<4 {
      let running = try (0..<2).map { number in
        try RunningCommand(
          Command.executable,
          [
            "train", "--output", "run", "--overwrite", "--iterations", "\(3 + number)",
            "--validation", "0", "--quiet",
          ], in: scratch.path)
      }
      let outcomes = try running.map { try $0.wait() }
      #expect(outcomes.contains { $0.status == 0 })
      for outcome in outcomes where outcome.status != 0 {
        #expect(outcome.status == 1 && outcome.errors.contains("a run is under way in this folder"))
      }
      #expect(
        try scratch.names(in: "run") == [
          "epochs.csv", "history.csv", "model.safetensors", "run.json",
        ], "round \(round)")
    }
  }

  @Test("Numbers that single precision cannot hold are refused")
  func beyondFloat() throws {
    let scratch = try TemporaryDirectory()
    for (option, value) in [("--pixel-scale", "1e300"), ("--regularization", "1e39")] {
      let outcome = try Command.run(
        ["train", option, value, "--iterations", "1", "--output", "run"], in: scratch.path)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("\(option) is 1e+"), "\(outcome.errors)")
    }
  }
}
