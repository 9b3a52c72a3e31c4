import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Resuming a study", .mayHang)
struct TuneResumeTests {
  @Test("An interrupted or killed study is resumed to the numbers of an uninterrupted one")
  func goesOn() throws {
    try untilLongEnough(from: 200) { iterations in
      let options = [
        "--hidden", "20,30", "--iterations", "100,\(iterations)", "--output", "study",
      ]
      let reference = try TemporaryDirectory()
      try reference.tune(options)
      for signal in [SIGTERM, SIGKILL] {
        let scratch = try TemporaryDirectory()
        let outcome = try scratch.tune(options, endedBy: signal)
        if try Study.read(at: scratch.file("study")).counts == [.done: 4] { return false }
        if signal == SIGKILL {
          #expect(outcome.status == -SIGKILL)
        } else {
          #expect(outcome.status == 130)
          #expect(outcome.output.contains("interrupted; 4 trials in "))
          #expect(outcome.output.contains("\nresume with: perceptron tune --resume study\n"))
        }
        let resumed = try scratch.tune(["--resume", "study"])
        #expect(resumed.errors.contains("resuming 4 trials: "))
        #expect(try scratch.results("study") == reference.results("study"))
        #expect(
          try scratch.bytes(of: "study/best.safetensors")
            == reference.bytes(of: "study/best.safetensors"))
      }
      return true
    }
  }

  @Test("A finished study shows its results again")
  func over() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "5,6", "--iterations", "9", "--output", "study", "--json"]
    let outcome = try scratch.tune(options)
    #expect(try scratch.tune(["--resume", "study", "--json"]).output == outcome.output)
    let again = try scratch.tune(["--resume", "study"])
    #expect(again.output.contains("2 trials, over already: 2 done"))
  }

  @Test("A missing or damaged best network is reported and restored to the byte")
  func missingBest() throws {
    let scratch = try TemporaryDirectory()
    let best = "study/best.safetensors"
    try scratch.tune([
      "--hidden", "5,6", "--learning-rate", "0.1,0.5", "--iterations", "20,40", "--output", "study",
    ])
    let whole = try scratch.bytes(of: best)
    for damaged in [nil, Array(whole.prefix(500)), []] {
      try FileManager.default.removeItem(atPath: scratch.file(best))
      if let damaged { try scratch.write(damaged, to: best) }
      for arguments in [["evaluate", "study"], ["summary", "study"]] {
        let outcome = try Command.run(arguments, in: scratch.path)
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(
          outcome.errors.hasSuffix("`perceptron tune --resume study` restores it\n"),
          "\(outcome.errors)")
        #expect(!outcome.errors.contains("no trial has a result"))
      }
      let resumed = try scratch.tune(["--resume", "study"])
      #expect(resumed.errors.contains("is missing or damaged; the best trial is trained again"))
      #expect(resumed.errors.contains(/was restored by training trial \d .*, as recorded\n/))
      #expect(resumed.output.contains("saved study/best.safetensors and"))
      #expect(try scratch.bytes(of: best) == whole)
    }
    #expect(!(try scratch.tune(["--resume", "study"]).errors.contains("was restored")))
    // What cannot be made again is not said to be saved.
    try FileManager.default.removeItem(atPath: scratch.file(best))
    _ = try scratch.makeDirectory(best)
    let refused = try Command.run(["tune", "--resume", "study"], in: scratch.path)
    #expect(refused.status == 1 && !refused.output.contains("saved study/best.safetensors"))
    #expect(refused.errors.hasSuffix("\(best): cannot write here: Is a directory\n"))
  }

  @Test(
    "A folder with a study is refused with the command to resume it, or what differs")
  func exists() throws {
    let scratch = try TemporaryDirectory()
    let options = ["--hidden", "5,6", "--iterations", "9", "--batch", "20", "--output", "study"]
    try scratch.tune(options)
    let journal = try scratch.bytes(of: "study/journal.jsonl")
    func refusal(_ changes: [String], without: Int = 0) throws -> String {
      let outcome = try Command.run(
        ["tune"] + options.dropFirst(without) + changes, in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(try refusal([]).contains("holds this study already, which has ended"))
    #expect(
      try refusal(["--hidden", "5,7"], without: 2).contains(
        "another study, in which parameter hidden is 5,6, not 5,7"))
    #expect(try refusal(["--seed", "4"]).contains("in which seed is none, not 4"))
    #expect(
      try refusal(["--prune", "median", "--prune-minimum", "5"]).contains(
        "in which pruning is none, not median"))
    #expect(try refusal(["--seed", "4"]).contains("`perceptron tune --resume study`"))
    #expect(try scratch.bytes(of: "study/journal.jsonl") == journal)
  }

  @Test("A folder that holds a run, or whose study is under way, is refused")
  func taken() throws {
    let scratch = try TemporaryDirectory()
    try scratch.train("run")
    let run = try Command.run(["tune", "--hidden", "5,6", "--output", "run"], in: scratch.path)
    #expect(run.status == 1 && run.errors.contains("holds a run already; choose another --output"))
    let space = SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))])
    let study = try Study.create(
      at: scratch.file("study"), definition: StudyDefinition(space: space, method: .grid),
      trials: try space.assignments(by: .grid))
    for options in [["--resume", "study"], ["--hidden", "5,6", "--output", "study"]] {
      let outcome = try Command.run(["tune"] + options, in: scratch.path)
      #expect(outcome.status == 1 && outcome.errors.contains("a study is under way in this folder"))
    }
    #expect(study.trials.count == 2)
  }

  @Test("A run is not written into a study's folder, --overwrite or not")
  func run() throws {
    let scratch = try TemporaryDirectory()
    try scratch.tune(["--hidden", "5,6", "--iterations", "9", "--output", "study"])
    let names = try scratch.names(in: "study")
    for options in [[], ["--overwrite"]] {
      let outcome = try Command.run(["train", "--output", "study"] + options, in: scratch.path)
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      #expect(
        outcome.errors == "Error: study: holds a study, see `perceptron tune show study`; "
          + "choose another --output\n")
    }
    #expect(try scratch.names(in: "study") == names)
  }

  @Test("A study started by a program has no data set to resume with")
  func foreign() throws {
    let scratch = try TemporaryDirectory()
    let space = SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))])
    _ = try Study.create(
      at: scratch.file("study"), definition: StudyDefinition(space: space, method: .grid),
      trials: try space.assignments(by: .grid))
    let outcome = try Command.run(["tune", "--resume", "study"], in: scratch.path)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("was not started by perceptron tune"))
  }

  @Test("The data is found from any folder and must be unchanged")
  func data() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("data")
    try writeSmallIDX(in: folder)
    try scratch.tune([
      "--data", "data", "--hidden", "2,3", "--iterations", "5", "--validation", "1", "--sampling",
      "replacement", "--output", "study",
    ])
    let elsewhere = try TemporaryDirectory()
    let study = scratch.file("study")
    #expect(try Command.run(["tune", "--resume", study], in: elsewhere.path).status == 0)
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.file("moved"))
    let gone = try Command.run(["tune", "--resume", study])
    #expect(gone.status == 1 && gone.errors.contains("say where it is with --data"))
    let moved = scratch.file("moved")
    #expect(try Command.run(["tune", "--resume", study, "--data", moved]).status == 0)
    try IDX.write(labels: [0, 2, 2, 0], to: moved + "/train-labels")
    let changed = try Command.run(["tune", "--resume", study, "--data", moved])
    #expect(changed.status == 1)
    #expect(changed.errors.contains("differs from the data that the study began with"))
  }
}
