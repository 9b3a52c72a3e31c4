import Foundation
import Perceptron
import PerceptronFiles
import TestSupport
import Testing

@Suite("perceptron resume", .mayHang)
struct ResumeTests {
  /// Writes a folder of eight pictures of 2 × 3 pixels for training alone.
  private func write(
    _ folder: String, brightest: UInt8 = 70, labels: [Int] = [0, 1, 2, 0, 1, 2, 0, 1]
  ) throws {
    var pixels = (0..<48).map { UInt8($0) }
    pixels[0] = brightest
    try IDX.write(Features(.bytes(pixels), exampleShape: [2, 3]), to: folder + "/train-images")
    try IDX.write(labels: labels, to: folder + "/train-labels")
  }

  /// A run that would take hours, in the folder `run`.
  private let long = ["train", "--output", "run", "--iterations", "100000000"]

  /// Begins such a run and kills it after its first checkpoint.
  private func leaveKilled(_ scratch: TemporaryDirectory, _ options: [String] = []) throws {
    let killed = try scratch.interrupt(long + ["--quiet"] + options, after: 0, by: SIGKILL)
    #expect(killed.status == -SIGKILL)
  }

  /// Goes on with the run in the folder `run` of `scratch` for a moment.
  private func goOn(
    _ scratch: TemporaryDirectory, _ options: [String] = [], in folder: String? = nil
  ) throws -> Command.Outcome {
    try scratch.interrupt(["resume", scratch.file("run")] + options, from: folder)
  }

  @Test(
    "A killed run's folder is explained by every command, and the run is resumed from its start")
  func killed() throws {
    let scratch = try TemporaryDirectory()
    try leaveKilled(scratch)
    for arguments in [["evaluate", "run"], ["summary", "run"], ["train", "--output", "run"]] {
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("`perceptron resume run`"), "\(outcome.errors)")
    }
    let checkpoint = try Command.run(["evaluate", "run/checkpoint.safetensors"], in: scratch.path)
    #expect(checkpoint.status == 1 && checkpoint.errors.contains("`perceptron resume`"))
    let resumed = try goOn(scratch)
    #expect(resumed.status == 130)
    #expect(resumed.errors.hasPrefix("resuming at iteration 0 of 100000000: 64-50-10\n"))
    // The next time it goes on from where it was interrupted.
    let again = try goOn(scratch)
    let count = try #require(again.errors.firstMatch(of: /resuming at iteration (\d+) of/)?.1)
    #expect(try #require(Int(count)) > 0)
  }

  @Test("An ensemble that was interrupted and resumed is the one that was not")
  func ensemble() throws {
    try untilLongEnough(from: 600) { iterations in
      let scratch = try TemporaryDirectory()
      let options = ["--iterations", "\(iterations)", "--ensemble", "3", "--quiet"]
      let stopped = try scratch.interrupt(["train", "--output", "run"] + options)
      if stopped.status == 0 { return false }
      #expect(stopped.status == 130)
      #expect(try Command.run(["resume", "run", "--quiet"], in: scratch.path).status == 0)
      try scratch.train("whole", options)
      let (resumed, whole) = (
        try RunDirectory(path: scratch.file("run")).read(),
        try RunDirectory(path: scratch.file("whole")).read()
      )
      #expect(resumed.history == whole.history)
      #expect(resumed.record.results == whole.record.results)
      return true
    }
  }

  @Test("A run with principal components that was interrupted and resumed is the one that was not")
  func projection() throws {
    try untilLongEnough(from: 600) { iterations in
      let scratch = try TemporaryDirectory()
      let options = ["--iterations", "\(iterations)", "--pca", "20", "--whiten", "--quiet"]
      let stopped = try scratch.interrupt(["train", "--output", "run"] + options)
      if stopped.status == 0 { return false }
      #expect(stopped.status == 130)
      #expect(try Command.run(["resume", "run", "--quiet"], in: scratch.path).status == 0)
      try scratch.train("whole", options)
      #expect(
        try scratch.bytes(of: "run/model.safetensors")
          == scratch.bytes(of: "whole/model.safetensors"))
      return true
    }
  }

  @Test("A run that was killed and resumed has the diagnosis of an uninterrupted one")
  func diagnostics() throws {
    try untilLongEnough(from: 600) { iterations in
      let scratch = try TemporaryDirectory()
      let options = ["--iterations", "\(iterations)", "--diagnose", "--quiet"]
      try scratch.train("whole", options)
      let killed = try scratch.interrupt(
        ["train", "--output", "run"] + options, after: 201, by: SIGKILL)
      if try !scratch.names(in: "run").contains("checkpoint.safetensors") { return false }
      #expect(killed.status == -SIGKILL)
      let resumed = try Command.run(["resume", "run", "--quiet"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(
        try scratch.bytes(of: "run/diagnostics.csv") == scratch.bytes(of: "whole/diagnostics.csv"))
      let run = try RunDirectory(path: scratch.file("run")).read()
      let looks = try #require(run.diagnostics?.snapshots)
      #expect(looks.count > 4 && looks.last?.iteration == iterations - 1)
      #expect(looks.allSatisfy { $0.parameters.map(\.name) == ["W1", "b1", "W2", "b2"] })
      return true
    }
  }

  @Test("A new run in a folder does not leave an earlier one's checkpoint behind")
  func overwritten() throws {
    let scratch = try TemporaryDirectory()
    try leaveKilled(scratch, ["--hidden", "7"])
    try leaveKilled(scratch, ["--hidden", "9", "--overwrite"])
    #expect(try goOn(scratch).errors.contains(": 64-9-10\n"))
    let running = try RunningCommand(
      Command.executable, long + ["--overwrite", "--checkpoint-every", "0"], in: scratch.path,
      environment: Command.noCoverage)
    try running.wait(for: "the earlier checkpoint's end") {
      try !scratch.names(in: "run").contains("checkpoint.safetensors")
    }
    running.send(SIGKILL)
    #expect(try running.wait().status == -SIGKILL)
    #expect(!(try scratch.names(in: "run").contains("checkpoint.safetensors")))
  }

  @Test("A run finds its data from any folder, and takes its new location")
  func moved() throws {
    let scratch = try TemporaryDirectory()
    try write(scratch.makeDirectory("data"))
    try leaveKilled(scratch, ["--data", "data"])
    let elsewhere = try TemporaryDirectory()
    let found = try goOn(scratch, in: elsewhere.path)
    #expect(found.status == 130 && found.output.hasPrefix("data: 8 training rows"))
    try FileManager.default.moveItem(
      atPath: scratch.file("data"), toPath: elsewhere.file("other"))
    let lost = try goOn(scratch)
    #expect(lost.status == 1)
    #expect(
      lost.errors.contains("/data: the run's data was not found; say where it is with --data"))
    let wrong = try goOn(scratch, ["--data", "nowhere"])
    #expect(wrong.status == 1 && wrong.errors.contains("nowhere: no such file or folder"))
    let told = try goOn(scratch, ["--data", elsewhere.file("other")])
    #expect(told.status == 130 && told.errors.contains("resuming at iteration "))
  }

  @Test("Data that differs from the run's is refused, whatever its size")
  func otherData() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try write(folder)
    try leaveKilled(scratch, ["--data", "data"])
    func expectRefused(_ message: String) throws {
      let outcome = try goOn(scratch)
      #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    }
    try write(folder, labels: [0, 1, 2, 0, 1, 2, 0, 5])
    try expectRefused(
      "8 rows of 6 features and 3 classes, but \(folder) has 8 rows of 6 features and 6 classes")
    try write(folder, brightest: 71)
    try expectRefused("data differs from the data that the run began with")
    try write(folder, labels: [0, 1, 2, 0, 1, 2, 0, 2])
    try expectRefused("data differs from the data that the run began with")
    try write(folder)
    #expect(try goOn(scratch).status == 130)
    let digits = try goOn(scratch, ["--data", "digits"])
    #expect(digits.status == 1)
    #expect(digits.errors.contains("digits has 1500 rows of 64 features and 10 classes"))
  }

  @Test("A folder in which a run is under way is refused to others")
  func locked() throws {
    let scratch = try TemporaryDirectory()
    let running = try scratch.begin(long)
    for arguments in [
      ["resume", "run"], ["train", "--output", "run"], ["train", "--output", "run", "--overwrite"],
    ] {
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(
        outcome.status == 1 && outcome.errors.contains("run: a run is under way in this folder"))
    }
    running.send(SIGINT)
    #expect(try running.wait().status == 130)
    #expect(try goOn(scratch).status == 130)
  }

  @Test("What cannot be resumed is refused with a reason")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    func expectRefused(_ folder: String, _ message: String) throws {
      let outcome = try Command.run(["resume", folder], in: scratch.path)
      #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    }
    try expectRefused(
      "run",
      "the run in this folder has ended, after 12 iterations; start a new one with another --output, or "
        + "--overwrite; to train longer, raise --iterations above 12")
    try expectRefused("nothing", "nothing: there is no such folder")
    try expectRefused("run/model.safetensors", "expected the folder of a run, found a file")
    try expectRefused(".", "expected the folder of a run that was interrupted")
    try scratch.write(scratch.bytes(of: "run/model.safetensors"), to: "run/checkpoint.safetensors")
    try expectRefused("run", "not a checkpoint: expected format")
    var random = SeededRandom(seed: 0)
    let trainer = try Trainer(
      Network<Float>(inputSize: 3, [.affine(outputs: 2)], using: &random), rowCount: 10,
      settings: TrainerSettings(batchSize: 5), random: random)
    try trainer.saveCheckpoint(to: scratch.file("run/checkpoint.safetensors"))
    try expectRefused("run", "found one saved by a program; Trainer(resumingFrom:) reads it")
  }

  @Test(
    "Resuming a finished run is refused with what to change for another",
    arguments: [
      (["--epochs", "2", "--hidden", "5"], "to train longer, raise --epochs above 2"),
      (
        ["--epochs", "9", "--hidden", "5", "--learning-rate", "1e-30", "--early-stopping", "1"],
        "to train longer, raise --early-stopping above 1"
      ),
      (
        ["--learning-rate", "1e30", "--iterations", "50"],
        "to avoid divergence, lower --learning-rate"
      ),
    ])
  func over(options: [String], advice: String) throws {
    let scratch = try TemporaryDirectory()
    let run = try Command.run(["train", "--output", "run"] + options, in: scratch.path)
    #expect(run.status == (advice.contains("diverge") ? 1 : 0))
    let outcome = try Command.run(["resume", "run"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: run: the run in this folder has ended, after "))
    #expect(outcome.errors.contains(advice), "\(outcome.errors)")
  }

  @Test("A folder with an unreadable record and no checkpoint cannot be resumed")
  func unknown() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("run")
    try scratch.write(Array("{}".utf8), to: "run/run.json")
    let outcome = try Command.run(["resume", "run"], in: scratch.path)
    #expect(outcome.status == 1 && outcome.errors.contains("no checkpoint in this folder"))
  }
}
