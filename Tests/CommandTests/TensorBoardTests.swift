import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Event files for TensorBoard", .mayHang)
struct TensorBoardTests {
  private func events(_ scratch: TemporaryDirectory, _ name: String) throws -> [RecordedEvent] {
    try RecordedEvent.read(try scratch.bytes(of: name))
  }

  /// The steps of the events of one file that have a tag, other than the layout of charts.
  private func steps(_ events: [RecordedEvent], _ tag: String) -> [Int] {
    events.filter { $0.text.contains(tag) && !$0.text.contains("custom_scalars__config__") }
      .map(\.step)
  }

  /// Begins a run that would take hours, and ends it by a signal once it is under way.
  private func interrupt(
    _ scratch: TemporaryDirectory, _ arguments: [String], by signal: Int32 = SIGINT
  ) throws {
    let outcome = try scratch.interrupt(arguments, by: signal)
    #expect(outcome.status == (signal == SIGINT ? 130 : -signal), "\(outcome.errors)")
  }

  private let long = ["train", "--output", "run", "--iterations", "100000000"]

  @Test("A run's file has losses, histograms, images of weights and diagnostics")
  func run() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("plain")
    #expect(try !scratch.names(in: "plain").contains("tensorboard"))
    try scratch.train("run", ["--iterations", "25", "--tensorboard", "--diagnose"])
    let names = try scratch.names(in: "run/tensorboard")
    let name = try #require(names.first)
    #expect(names.count == 1 && name.hasPrefix("events.out.tfevents."))
    let events = try events(scratch, "run/tensorboard/" + name)
    #expect(events.first?.isStart == true && events.first?.step == 0)
    #expect(steps(events, "\rloss/training").sorted() == [0, 6, 10, 12, 19, 20, 24])
    #expect(steps(events, "parameters/W1") == [0, 6, 12, 19, 24])
    #expect(steps(events, "weights/first layer") == [0, 6, 12, 19, 24])
    // Ten looks or more, however short the run.
    let looks = Array(stride(from: 1, to: 24, by: 2)) + [24]
    #expect(steps(events, "update ratio/W1") == looks)
    #expect(steps(events, "dead units/layer 1") == looks)
    // What it was made with is a row of the hparams tab.
    let start = try #require(events.first { $0.text.contains("_hparams_/session_start_info") })
    for name in ["learning rate", "batch size", "affine 50, relu, affine 10", "seed"] {
      #expect(start.text.contains(name))
    }
    #expect(events.last?.text.contains("_hparams_/session_end_info") == true)
  }

  @Test("A run that takes another's place removes its event files, and nothing else beside them")
  func overwrite() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "12", "--tensorboard"])
    let first = try scratch.names(in: "run/tensorboard")
    try scratch.write(Array("kept".utf8), to: "run/tensorboard/notes.txt")
    try scratch.train("run", ["--iterations", "12", "--tensorboard", "--overwrite"])
    let second = try scratch.names(in: "run/tensorboard")
    #expect(second.count == 2 && second.last == "notes.txt" && second.first != first.first)
    try FileManager.default.removeItem(atPath: scratch.file("run/tensorboard/notes.txt"))
    // A run that does not begin leaves them.
    let refused = try Command.run(["train", "--output", "run"], in: scratch.path)
    #expect(refused.status == 1)
    #expect(try scratch.names(in: "run/tensorboard") == Array(second.dropLast()))
    try scratch.train("run", ["--iterations", "12", "--overwrite"])
    #expect(try !scratch.names(in: "run").contains("tensorboard"))
  }

  @Test("A resumed run has another file, which begins at the checkpoint")
  func resume() throws {
    let scratch = try TemporaryDirectory()
    try interrupt(scratch, long + ["--tensorboard"])
    let count = try losses(of: scratch, "run").count
    let first = try #require(try scratch.names(in: "run/tensorboard").first)
    let before = try events(scratch, "run/tensorboard/" + first)
    // The last multiple of ten, or an evaluation after it.
    let last = try #require(steps(before, "\rloss/training").last)
    #expect((count - 1) / 10 * 10 <= last && last < count)
    #expect(steps(before, "parameters/W1").last == count - 1)
    try interrupt(scratch, ["resume", "run"])
    let names = try scratch.names(in: "run/tensorboard")
    #expect(names.count == 2 && names.first == first)
    let after = try events(scratch, "run/tensorboard/" + (names.last ?? ""))
    #expect(after.first?.isStart == true && after.first?.step == count)
    #expect(steps(after, "\rloss/training").first == count)
  }

  @Test("A run that is killed at once has its start, and one without event files gets no others'")
  func killed() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run", ["--iterations", "12", "--tensorboard"])
    try interrupt(scratch, long + ["--overwrite", "--tensorboard"], by: SIGKILL)
    let names = try scratch.names(in: "run/tensorboard")
    #expect(names.count == 2)
    let start = try events(scratch, "run/tensorboard/" + (names.last ?? "")).first
    #expect(start?.isStart == true && start?.step == 0)

    try interrupt(scratch, long + ["--overwrite"], by: SIGKILL)
    #expect(try scratch.names(in: "run/tensorboard") == names)
    try interrupt(scratch, ["resume", "run"])
    #expect(try !scratch.names(in: "run").contains("tensorboard"))
    try interrupt(scratch, ["resume", "run", "--tensorboard"])
    #expect(try scratch.names(in: "run/tensorboard").count == 1)
  }

  @Test("Where the folder cannot be made, nothing is trained and the earlier run stays")
  func blocked() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let model = try scratch.bytes(of: "run/model.safetensors")
    try scratch.write([], to: "run/tensorboard")
    let outcome = try Command.run(
      ["train", "--output", "run", "--overwrite", "--tensorboard", "--seed", "1"],
      in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("run/tensorboard: expected a folder, found a file"))
    #expect(try scratch.bytes(of: "run/model.safetensors") == model)
    #expect(try !scratch.names(in: "run").contains("checkpoint.safetensors"))
  }

  @Test("A study has a file and a folder for each trial, rewritten when it is resumed")
  func study() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "5,6", "--learning-rate", "0.1,1e9", "--iterations", "9"]
    try scratch.tune(options + ["--output", "plain"])
    try scratch.tune(["--resume", "plain"])
    #expect(try !scratch.names(in: "plain").contains("tensorboard"))

    try scratch.tune(options + ["--output", "study", "--tensorboard"])
    let names = try scratch.names(in: "study/tensorboard")
    #expect(Array(names.dropFirst()) == (0..<4).map { "trial-\($0)" })
    let own = try events(scratch, "study/tensorboard/" + (names.first ?? ""))
    #expect(own.last?.text.contains("_hparams_/experiment") == true)
    let file = try #require(try scratch.names(in: "study/tensorboard/trial-0").first)
    let trial = try events(scratch, "study/tensorboard/trial-0/" + file)
    #expect(steps(trial, "_hparams_/session_start_info") == [0])
    #expect(steps(trial, "result/validation_accuracy") == [9])
    #expect(steps(trial, "_hparams_/session_end_info") == [0])

    try scratch.tune(["--resume", "study"])
    let again = try scratch.names(in: "study/tensorboard")
    #expect(again.count == 5 && again.first != names.first)
    #expect(
      try scratch.names(in: "study") == ["best.safetensors", "journal.jsonl", "tensorboard"])

    try scratch.write([], to: "study/tensorboard/notes.txt")
    let journal = try scratch.bytes(of: "study/journal.jsonl")
    let refused = try Command.run(["tune", "--resume", "study"], in: scratch.path)
    #expect(refused.status == 1 && refused.errors.contains("found notes.txt"))
    #expect(try scratch.names(in: "study/tensorboard").count == 6)
    #expect(try scratch.bytes(of: "study/journal.jsonl") == journal)
  }
  @Test("A folder that is not a study's event files is refused before the study begins")
  func refusedStudy() throws {
    let scratch = try TemporaryDirectory()
    _ = try scratch.makeDirectory("study/tensorboard")
    try scratch.write([], to: "study/tensorboard/trial-best")
    let outcome = try Command.run(
      ["tune", "--hidden", "5,6", "--iterations", "9", "--output", "study", "--tensorboard"],
      in: scratch.path)
    #expect(outcome.status == 1 && outcome.errors.contains("found trial-best"))
    #expect(try scratch.names(in: "study") == ["tensorboard"])
  }

  @Test("Event files that cannot be written leave a study its report, and the status 1")
  func reportOfStudy() throws {
    try untilLongEnough(from: 500) { iterations in
      let scratch = try TemporaryDirectory()
      let running = try RunningCommand(
        Command.executable,
        [
          "tune", "--hidden", "100,101", "--iterations", "\(iterations)", "--output", "study",
          "--tensorboard",
        ], in: scratch.path)
      try running.wait(for: "a trial's beginning") {
        let journal = try? scratch.text("study/journal.jsonl")
        return journal?.count { $0 == "\n" } ?? 0 > 1
      }
      _ = try scratch.makeDirectory("study/tensorboard")
      try scratch.write([], to: "study/tensorboard/notes.txt")
      let outcome = try running.wait()
      if outcome.status == 0 { return false }
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("found notes.txt"))
      #expect(outcome.output.contains("2 trials"))
      #expect(outcome.output.contains("saved study/best.safetensors"))
      #expect(try scratch.names(in: "study/tensorboard") == ["notes.txt"])
      return true
    }
  }

  @Test("An earlier event file that cannot be removed leaves a run its report, and the status 1")
  func leftover() throws {
    let scratch = try TemporaryDirectory()
    let name = "run/tensorboard/events.out.tfevents.1.a"
    _ = try scratch.makeDirectory(name)
    let outcome = try Command.run(
      ["train", "--output", "run", "--iterations", "12", "--overwrite"], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(name))
    #expect(outcome.output.contains("saved run/model.safetensors"))
    #expect(try !scratch.names(in: "run").contains("checkpoint.safetensors"))
  }
}
