import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing

@Suite("Interruption and progress", .mayHang)
struct InterruptionTests {
  /// A run on digits that would take hours.
  private static let long = ["train", "--output", "run", "--iterations", "100000000"]

  @Test("Ctrl-C ends a run with status 130, a whole model and its history; progress is plain lines")
  func interrupt() throws {
    let scratch = try TemporaryDirectory()
    let running = try RunningCommand(Command.executable, Self.long, in: scratch.path)
    try running.wait(forErrors: "  loss ")
    running.send(SIGINT)
    let outcome = try running.wait()
    #expect(outcome.status == 130)
    #expect(outcome.output.contains("interrupted after "))
    #expect(!outcome.output.contains("left"))

    let line =
      /(\d+)\/100000000  \d+\/s  loss \d+\.\d+  (batch .*  )?(validation .*  )?(.* left|in .* s)/
    let progress = outcome.errors.split(separator: "\n").map { $0.wholeMatch(of: line) }
    #expect(progress.count >= 2 && progress.allSatisfy { $0 != nil })
    #expect(progress.dropLast().allSatisfy { $0?.4.hasSuffix(" left") == true })
    // The last one stays as the final state.
    #expect(progress.last??.4.hasPrefix("in ") == true)
    #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\r"))

    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    let count = try losses(of: scratch, "run").count
    #expect(count > 0 && count < 100_000_000)
    #expect(progress.last??.1 == "\(count)")
    let results = try #require(try scratch.object("run/run.json")["results"] as? [String: Any])
    #expect(results["status"] as? String == "interrupted")
    #expect(results["iterations"] as? Int == count)
    #expect(
      try scratch.names(in: "run") == [
        "checkpoint.safetensors", "epochs.csv", "history.csv", "model.safetensors", "run.json",
      ])
    #expect(outcome.output.hasSuffix("resume with: perceptron resume run\n"))
    #expect(try Command.run(["evaluate", scratch.file("run")]).status == 0)
  }

  @Test("A second Ctrl-C ends the command at once and leaves no model")
  func twice() throws {
    try untilLongEnough(from: 50_000) { rows in
      let scratch = try TemporaryDirectory()
      // An iteration over so many rows lasts until the command is held up, and the first Ctrl-C waits
      // for its end.
      let running = try scratch.begin(
        Self.long + ["--quiet", "--batch", "\(rows)", "--hidden", "400"], after: 0)
      running.send(SIGINT)
      try running.wait(for: "the first Ctrl-C to be taken") {
        signals("ShdPnd", of: running) & (1 << (SIGINT - 1)) == 0
      }
      running.send(SIGSTOP)
      // More than the half second from which on another one counts.
      Thread.sleep(forTimeInterval: 0.6)
      running.send(SIGINT)
      running.send(SIGCONT)
      let outcome = try running.wait()
      #expect(outcome.status == 130)
      if try scratch.names(in: "run") != ["checkpoint.safetensors"] { return false }
      #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
      return true
    }
  }

  @Test("Several signals of one key press are one request: the run is saved")
  func burst() throws {
    let scratch = try TemporaryDirectory()
    let running = try scratch.begin(
      Self.long + ["--quiet", "--batch", "50000", "--hidden", "400"], after: 0)
    let start = ContinuousClock.now
    for _ in 0..<3 {
      running.send(SIGINT)
      Thread.sleep(forTimeInterval: 0.002)
    }
    // Where the test itself was held up for long, they were requests of their own.
    let isOnePress = start.duration(to: .now) < .milliseconds(300)
    #expect(try running.wait().status == 130)
    if !isOnePress { return }
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    let names = try scratch.names(in: "run")
    #expect(names.contains("checkpoint.safetensors") && !names.contains { $0.hasSuffix(".part") })
  }

  @Test("A second Ctrl-C counts from half a second on, SIGTERM and SIGHUP never")
  func second() {
    func isEnd(_ earlier: Int, _ seconds: Double, _ isInterrupt: Bool, _ isDeferring: Bool) -> Bool
    {
      Interruption.isEnd(
        earlier: earlier, after: Int(seconds * 1e9), isInterrupt: isInterrupt,
        isDeferring: isDeferring)
    }
    #expect(!isEnd(0, 0, true, true) && !isEnd(1, 0.005, true, true))
    #expect(!isEnd(5, 0.499, true, true) && isEnd(1, 0.5, true, true) && isEnd(9, 7, true, true))
    #expect(!isEnd(0, 0, false, true) && !isEnd(1, 7, false, true))
    // With nothing to save the first one ends it; one of the same key press leaves the end to it.
    #expect(isEnd(0, 0, true, false) && isEnd(0, 0, false, false))
    #expect(!isEnd(1, 0.005, true, false) && isEnd(1, 0.5, false, false))
  }

  @Test("Ctrl-C at any early moment ends the command, with no model or a whole one")
  func early() throws {
    let moments: [(RunningCommand, TemporaryDirectory) throws -> Bool] = [
      { _, _ in true }, { running, _ in catchesInterrupts(running) },
      { _, scratch in try scratch.names.contains("run") },
      { _, scratch in try !scratch.names(in: "run").isEmpty },
      { _, scratch in try scratch.names(in: "run").contains("checkpoint.safetensors") },
    ]
    for hasCome in moments {
      let scratch = try TemporaryDirectory()
      let running = try RunningCommand(
        Command.executable, Self.long, in: scratch.path, environment: Command.noCoverage)
      try running.wait(for: "an early moment") { (try? hasCome(running, scratch)) ?? false }
      running.send(SIGINT)
      let status = try running.wait().status
      // Before the command's first statement the signal itself ends the process.
      #expect(status == 130 || status == -SIGINT)
      if FileManager.default.fileExists(atPath: scratch.file("run/model.safetensors")) {
        _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
      }
    }
  }

  @Test("Killing a run at any moment leaves no model or a whole one, and nothing in the way")
  func killed() throws {
    let scratch = try TemporaryDirectory()
    for round in 0..<10 {
      let running = try RunningCommand(
        Command.executable,
        [
          "train", "--output", "run", "--overwrite", "--quiet", "--iterations", "10", "--seed",
          "\(round)",
        ], in: scratch.path, environment: Command.noCoverage)
      // At once, and after so many changes in the folder, or the last of them.
      var (changes, names) = (0, try? scratch.names(in: "run"))
      try running.wait(for: "change \(round) in the folder") {
        let now = try? scratch.names(in: "run")
        if now != names { (changes, names) = (changes + 1, now) }
        return changes >= round || !running.isRunning
      }
      running.send(SIGKILL)
      _ = try running.wait()
      if FileManager.default.fileExists(atPath: scratch.file("run/model.safetensors")) {
        _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
      }
    }
    try scratch.train("run", ["--iterations", "4", "--overwrite"])
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    #expect(try losses(of: scratch, "run").count == 4)
    #expect(
      try scratch.names(in: "run") == [
        "epochs.csv", "history.csv", "model.safetensors", "run.json",
      ])
  }

  @Test("SIGTERM and SIGHUP, even twice, end a run as Ctrl-C does", arguments: [SIGTERM, SIGHUP])
  func otherSignals(_ signal: Int32) throws {
    let scratch = try TemporaryDirectory()
    let running = try scratch.begin(Self.long)
    running.send(signal)
    try running.wait(for: "the signal to be taken") {
      signals("ShdPnd", of: running) & (1 << (signal - 1)) == 0
    }
    running.send(signal)
    #expect(try running.wait().status == 130)
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    let results = try #require(try scratch.object("run/run.json")["results"] as? [String: Any])
    #expect(results["status"] as? String == "interrupted")
  }

  @Test("SIGHUP and SIGTERM that are ignored, as under nohup, stay so", arguments: ["HUP", "TERM"])
  func ignored(_ name: String) throws {
    let scratch = try TemporaryDirectory()
    let train = "'\(Command.executable)' " + Self.long.joined(separator: " ")
    let running = try RunningCommand(
      "/bin/bash", ["-c", "trap '' \(name); exec \(train) --checkpoint-every 0.01"],
      in: scratch.path, environment: Command.noCoverage)
    try running.wait(for: "a checkpoint") { (try? scratch.checkpoint().iteration) ?? 0 > 0 }
    let signal = name == "HUP" ? SIGHUP : SIGTERM
    for _ in 0..<3 {
      running.send(signal)
      // A run that heeds it ends after the iteration, and so before the next but one checkpoint.
      for _ in 0..<2 {
        let earlier = try scratch.checkpoint().iteration
        try running.wait(for: "another checkpoint") {
          (try? scratch.checkpoint().iteration) ?? 0 > earlier
        }
      }
    }
    running.send(SIGINT)
    #expect(try running.wait().status == 130)
  }

  @Test(
    "Ctrl-C before training prints that nothing was saved",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
  func beforeTraining() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try untilLongEnough(from: 25_000) { width in
      // 100 MB of zeros or more, which take a while to read and no room on the disk.
      let extents = [4000, width].flatMap { size in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
      }
      let images = try scratch.write([0, 0, 8, 2] + extents, to: "data/train-images")
      truncate(images, 12 + 4000 * width)
      try IDX.write(labels: (0..<4000).map { $0 % 2 }, to: folder + "/train-labels")
      let running = try RunningCommand(
        Command.executable, ["train", "--data", folder, "--output", "run"], in: scratch.path,
        environment: Command.noCoverage)
      try running.wait(for: "its heeding Ctrl-C") { catchesInterrupts(running) }
      running.send(SIGINT)
      let outcome = try running.wait()
      if try scratch.names.contains("run") {
        try FileManager.default.removeItem(atPath: scratch.file("run"))
        return false
      }
      #expect(outcome.status == 130)
      #expect(outcome.errors == "interrupted; nothing was saved\n")
      #expect(try scratch.names == ["data"])
      return true
    }
  }

  @Test("A closed standard error does not end the run")
  func errorReaderGone() throws {
    let scratch = try TemporaryDirectory()
    // The reader is gone before the run begins, which warns of such weights.
    let train =
      "'\(Command.executable)' train --output run --iterations 30 --scale 30 --learning-rate 1e-3 "
      + "--diagnose"
    let outcome = try Command.run(
      program: "/bin/bash", ["-c", "exec 3> >(true); wait $!; exec \(train) 2>&3"],
      in: scratch.path)
    #expect(outcome.status == 0)
    #expect(try losses(of: scratch, "run").count == 30)
  }

  private static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "On a terminal the progress redraws a line and curves below it, and clears them",
    .enabled(if: hasScript, "there is no script(1) to make a terminal"))
  func terminal() throws {
    let scratch = try TemporaryDirectory()
    // Only standard error is the terminal.
    let train = "'\(Command.executable)' " + Self.long.joined(separator: " ")
    let running = try RunningCommand(
      "/usr/bin/script", ["-qec", "echo $$ > number; exec \(train) > out", "/dev/null"],
      in: scratch.path,
      environment: Command.noCoverage.merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 })
    try running.wait(for: "a curve") { running.outputSoFar.contains("\u{1B}[K\r\nloss ") }
    kill(try scratch.processNumber("number"), SIGINT)
    let outcome = try running.wait()
    #expect(outcome.status == 130)
    let redraws = outcome.output.split(separator: "\r").filter { $0.contains("/100000000  ") }
    #expect(!redraws.isEmpty)
    #expect(outcome.output.contains("  validation "))
    #expect(outcome.output.hasSuffix("\r\u{1B}[K\u{1B}[A\u{1B}[K"))
    #expect(try scratch.text("out").contains("saved run/model.safetensors"))
  }
}

/// The signals that a line of what Linux tells of a child names, as a mask.
private func signals(_ line: String, of running: RunningCommand) -> UInt64 {
  let status = try? String(contentsOfFile: "/proc/\(running.identifier)/status", encoding: .utf8)
  let found = status?.split(separator: "\n").first { $0.hasPrefix("\(line):") }
  let mask = found.flatMap {
    UInt64($0.dropFirst(line.count + 1).trimmingCharacters(in: .whitespaces), radix: 16)
  }
  return mask ?? 0
}

/// Whether a child has come as far as to handle signals: SIGTERM, since SIGINT is handled while OpenBLAS is
/// loaded, too.
private func catchesInterrupts(_ running: RunningCommand) -> Bool {
  signals("SigCgt", of: running) & (1 << (SIGTERM - 1)) != 0
}
