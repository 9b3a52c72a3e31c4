import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Interruption and progress", .serialized)
struct InterruptionTests {
  /// For children that are killed, perhaps while they write their coverage.
  private static let noCoverage = ["LLVM_PROFILE_FILE": "/dev/null"]

  /// Begins a run on digits that would take hours, and waits until it is under way.
  private func begin(
    _ scratch: TemporaryDirectory, _ options: [String] = []
  ) throws -> RunningCommand {
    let running = try RunningCommand(
      Command.executable,
      ["train", "--output", "run", "--iterations", "100000000"] + options, in: scratch.path)
    let end = Date.now.addingTimeInterval(30)
    while !running.errorsSoFar.contains("loss"), Date.now < end {
      Thread.sleep(forTimeInterval: 0.02)
    }
    return running
  }

  @Test("Ctrl-C ends a run with status 130, a whole model and its history; progress is plain lines")
  func interrupt() throws {
    let scratch = try TemporaryDirectory()
    let running = try begin(scratch)
    running.send(SIGINT)
    let outcome = try running.wait(timeout: 20)
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
    #expect(outcome.output.hasSuffix("go on with: perceptron resume run\n"))
    #expect(try Command.run(["evaluate", scratch.file("run")]).status == 0)
  }

  @Test("A second Ctrl-C ends the command at once and leaves no model")
  func twice() throws {
    let scratch = try TemporaryDirectory()
    // An iteration over so many rows takes long, and the first Ctrl-C waits for its end.
    let running = try RunningCommand(
      Command.executable,
      [
        "train", "--output", "run", "--quiet", "--batch", "100000", "--hidden", "400",
        "--iterations", "1000",
      ], in: scratch.path, environment: Self.noCoverage)
    Thread.sleep(forTimeInterval: 1)
    let end = Date.now.addingTimeInterval(20)
    while running.isRunning, Date.now < end {
      running.send(SIGINT)
      Thread.sleep(forTimeInterval: 0.005)
    }
    let outcome = try running.wait(timeout: 20)
    #expect(outcome.status == 130)
    #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
    #expect(try scratch.names(in: "run") == ["checkpoint.safetensors"])
  }

  @Test("Ctrl-C at any early moment ends the command, with no model or a whole one")
  func early() throws {
    let scratch = try TemporaryDirectory()
    for delay in [0.01, 0.03, 0.05, 0.07, 0.1, 0.13] {
      let running = try RunningCommand(
        Command.executable,
        ["train", "--output", "run", "--overwrite", "--iterations", "100000000"],
        in: scratch.path, environment: Self.noCoverage)
      Thread.sleep(forTimeInterval: delay)
      running.send(SIGINT)
      let status = try running.wait(timeout: 20).status
      // Before the command's first statement the signal itself ends the process.
      #expect(status == 130 || status == -SIGINT)
      if FileManager.default.fileExists(atPath: scratch.file("run/model.safetensors")) {
        _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
      }
    }
  }

  @Test("Killing a run at any moment leaves no model or a whole one, and nothing in the way")
  func kill() throws {
    let scratch = try TemporaryDirectory()
    for round in 0..<10 {
      let running = try RunningCommand(
        Command.executable,
        [
          "train", "--output", "run", "--overwrite", "--quiet", "--iterations", "10", "--seed",
          "\(round)",
        ], in: scratch.path, environment: Self.noCoverage)
      Thread.sleep(forTimeInterval: .random(in: 0...0.15))
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
    // An iteration over so many rows lasts until the second signal comes.
    let running = try begin(scratch, ["--batch", "30000", "--hidden", "400"])
    running.send(signal)
    Thread.sleep(forTimeInterval: 0.02)
    running.send(signal)
    #expect(try running.wait(timeout: 20).status == 130)
    _ = try AnyTrainedModel(readingFrom: scratch.file("run/model.safetensors"))
    let results = try #require(try scratch.object("run/run.json")["results"] as? [String: Any])
    #expect(results["status"] as? String == "interrupted")
  }

  @Test("SIGHUP and SIGTERM that are ignored, as under nohup, stay so", arguments: ["HUP", "TERM"])
  func ignored(_ name: String) throws {
    let scratch = try TemporaryDirectory()
    let train = "'\(Command.executable)' train --output run --iterations 500 & pid=$!"
    let signals = "for i in 1 2 3 4 5 6; do sleep 0.1; kill -\(name) $pid; done; wait $pid"
    let outcome = try Command.run(
      program: "/bin/bash", ["-c", "trap '' \(name); \(train); \(signals)"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(try losses(of: scratch, "run").count == 500)
  }

  /// Whether a child has come as far as to handle SIGINT, by the mask that Linux shows.
  private func catchesInterrupts(_ running: RunningCommand) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(running.identifier)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let mask = line.flatMap {
      UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    }
    return (mask ?? 0) & (1 << (SIGINT - 1)) != 0
  }

  @Test(
    "Ctrl-C before anything is trained says that nothing was saved",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
  func beforeTraining() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    // 400 MB of zeros, which take a while to read and no room on the disk.
    let images = try scratch.write(
      [0, 0, 8, 2, 0, 0, 0x0F, 0xA0, 0, 1, 0x86, 0xA0], to: "data/train-images")
    truncate(images, 12 + 4000 * 100_000)
    try IDX.write(labels: [Int](repeating: 0, count: 4000), to: folder + "/train-labels")
    let running = try RunningCommand(
      Command.executable, ["train", "--data", folder, "--output", "run"], in: scratch.path,
      environment: Self.noCoverage)
    let end = Date.now.addingTimeInterval(20)
    while !catchesInterrupts(running), Date.now < end { Thread.sleep(forTimeInterval: 0.001) }
    running.send(SIGINT)
    let outcome = try running.wait(timeout: 20)
    #expect(outcome.status == 130)
    #expect(outcome.errors == "interrupted; nothing was saved\n")
    #expect(try scratch.names == ["data"])
  }

  @Test("A reader of the progress that goes away does not end the run")
  func progressReaderGone() throws {
    let scratch = try TemporaryDirectory()
    let train = "'\(Command.executable)' train --output run --iterations 1500"
    let outcome = try Command.run(
      program: "/bin/bash", ["-c", "set -o pipefail; \(train) 2>&1 >/dev/null | true"],
      in: scratch.path)
    #expect(outcome.status == 0)
    #expect(try losses(of: scratch, "run").count == 1500)
  }

  private static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "On a terminal the progress redraws a line and curves below it, and clears them",
    .enabled(if: hasScript, "there is no script(1) to make a terminal"))
  func terminal() throws {
    let scratch = try TemporaryDirectory()
    // Only standard error is the terminal.
    let train =
      "'\(Command.executable)' train --output run --hidden 1000 --batch 1000 --iterations 100 > out"
    let outcome = try Command.run(
      program: "/usr/bin/script", ["-qec", train, "/dev/null"], in: scratch.path)
    #expect(outcome.status == 0)
    let redraws = outcome.output.split(separator: "\r").filter { $0.contains("/100  ") }
    #expect(!redraws.isEmpty)
    #expect(outcome.output.contains("\u{1B}[K\r\nloss "))
    #expect(outcome.output.contains("  validation "))
    #expect(outcome.output.hasSuffix("\r\u{1B}[K\u{1B}[A\u{1B}[K"))
    #expect(try scratch.text("out").contains("saved run/model.safetensors"))
  }
}
