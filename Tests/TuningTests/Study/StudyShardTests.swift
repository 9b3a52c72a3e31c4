import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronTuning

/// Studies divided into shards.
@Suite("Shards of a study", .mayHang)
struct StudyShardTests {
  /// The trials of each of three shards.
  private static let parts = [[0, 3], [1, 4], [2, 5]]

  private func open(
    _ number: Int, of count: Int = 3, in folder: String,
    _ definition: StudyDefinition = StudySamples.definition(),
    trials: [Assignment] = StudySamples.trials
  ) throws -> Study {
    try Study.open(
      StudyShard(number, of: count), at: folder, definition: definition, trials: trials,
      own: Self.parts[number - 1])
  }

  /// Ends trials with a value that is higher for later ones, and a model that names the trial.
  private func run(_ study: Study, _ trials: [Int]) throws {
    for trial in trials {
      try study.begin(trial)
      try study.record(Measurement(iteration: 1, value: 0.1), of: trial)
      try study.finish(trial, StudySamples.result(0.5 + 0.01 * Double(trial))) {
        try AtomicFile.write(Array("model \(trial)".utf8), to: $0)
      }
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
  }

  @Test(
    "A shard is a number and a count",
    arguments: [
      ("2/4", "shard 2 of 4"), ("1/1", "shard 1 of 1"), ("0/4", nil), ("5/4", nil), ("2", nil),
      ("2/", nil), ("/4", nil), ("a/4", nil), ("2/4/8", nil), ("-1/4", nil), ("1/0", nil),
      ("1/100001", nil), ("", nil),
    ])
  func texts(text: String, description: String?) throws {
    guard let description else {
      #expect(throws: InvalidSetting.self) { try StudyShard(parsing: text) }
      return
    }
    let shard = try StudyShard(parsing: text)
    #expect("\(shard)" == description && shard.text == text)
    #expect(StudyShard(folderName: shard.folderName) == shard)
    for name in ["shard-2-of-1", "shard-02-of-4", "shard-2-of-4-old", "shard--2-of-4", "study"] {
      #expect(StudyShard(folderName: name) == nil, "\(name)")
    }
  }

  @Test("A shard trains its own trials only")
  func own() async throws {
    let scratch = try TemporaryDirectory()
    let study = try open(2, in: scratch.file("a"))
    #expect(study.shard?.text == "2/3" && study.trials.count == 6)
    #expect(study.ownTrials.map(\.id) == [1, 4] && study.waiting == [1, 4])
    #expect(study.counts == [.waiting: 2])
    #expect(study.trialCountText == "2 of 6 trials, shard 2 of 3")
    try run(study, [1, 4])
    #expect(study.isOver && study.waiting == [])
    await #expect(processExitsWith: .failure) {
      let scratch = try TemporaryDirectory()
      let study = try Study.open(
        StudyShard(2, of: 3), at: scratch.file("a"), definition: StudySamples.definition(),
        trials: StudySamples.trials, own: [1, 4])
      try study.begin(0)
    }
  }

  @Test("Shards are read as one study, with the states of all, also while they run")
  func reading() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    #expect(!Study.exists(at: path))
    let first = try open(1, in: path)
    try run(first, [0])
    #expect(Study.exists(at: path))
    do {
      let third = try open(3, in: path)
      try run(third, [5])
      try third.begin(2)
      let (study, isUnderWay) = try Study.current(at: path)
      #expect(isUnderWay && study.counts == [.done: 2, .running: 1, .waiting: 3])
      #expect(study.shards.map(\.state) == [.running, .missing, .running])
      #expect(
        study.shardsText == ["shards 1 and 3 of 3 are running", "shard 2 of 3 has not begun"])
      #expect(third.waiting == [])
    }
    let (study, isUnderWay) = try Study.current(at: path)
    #expect(isUnderWay && study.counts == [.done: 2, .waiting: 4])
    #expect(study.shards.map(\.state) == [.running, .missing, .interrupted])
    #expect(study.best?.id == 5 && study.ended.map(\.id) == [0, 5] && !study.isOver)
    #expect(try Study.bestPath(at: path) == path + "/shard-3-of-3/best.safetensors")
    #expect(try text(Study.bestPath(at: path)) == "model 5")
    #expect(Study.shards(at: path).map(\.number) == [1, 3])
    #expect(first.waiting == [3])
  }

  @Test("A shard that was killed resumes, and the same call begins and resumes it")
  func resumption() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    do {
      let study = try open(1, in: path)
      try run(study, [0])
      try study.begin(3)
    }
    #expect(try scratch.names == ["a"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path + "/shard-1-of-3").sorted()
        == ["best.safetensors", "journal.jsonl"])
    // The trials that it began with stay.
    let study = try Study.open(
      StudyShard(1, of: 3), at: path, definition: StudySamples.definition(),
      trials: StudySamples.trials, own: [5])
    #expect(study.ownTrials.map(\.state) == [.done, .waiting] && study.waiting == [3])
  }

  @Test("A shard that is under way is refused, by its own folder, too, and so is merging it")
  func taken() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let study = try open(2, in: path)
    let shard = path + "/shard-2-of-3"
    for call in [
      { _ = try open(2, in: path) }, { _ = try Study.resume(at: shard) },
      { _ = try Study.merge(at: path) },
    ] {
      let error = #expect(throws: FileError.self) { try call() }
      #expect(error == FileError(shard, "shard 2 of 3 is under way"))
    }
    #expect(study.waiting == [1, 4])
    _ = try open(1, in: path)
  }

  @Test("A shard of another host is refused with what to do, and one that this host left is not")
  func hosts() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let owner = path + "/shard-2-of-3/owner.json"
    var own = ""
    do {
      let study = try open(2, in: path)
      try run(study, [1])
      own = try text(owner)
    }
    #expect(!FileManager.default.fileExists(atPath: owner))
    // Left by a process that was killed.
    try AtomicFile.write(Array(own.utf8), to: owner)
    #expect(
      try Study.current(at: path).study.shards.map(\.state) == [.missing, .interrupted, .missing])
    do { _ = try open(2, in: path) }
    let other = #"{"host":"h2","process":7,"system":"elsewhere"}"#
    try AtomicFile.write(Array(other.utf8), to: owner)
    #expect(try Study.current(at: path).study.shards[1].state == .running)
    for call in [{ _ = try open(2, in: path) }, { _ = try Study.merge(at: path) }] {
      let error = #expect(throws: FileError.self) { try call() }
      #expect(
        error?.description
          == "\(path)/shard-2-of-3: shard 2 of 3 is under way on h2, process 7; if that "
          + "process has ended, remove \(owner) and try again")
    }
    #expect(try text(owner) == other)
    try AtomicFile.write([], to: owner)
    let damaged = #expect(throws: FileError.self) { _ = try open(2, in: path) }
    #expect(damaged?.path == owner && damaged?.message.contains("remove \(owner)") == true)
    try AtomicFile.remove(owner)
    #expect(try open(2, in: path).waiting == [4])
  }

  @Test("Shards of other studies, of another number, and of a whole study are refused")
  func mixtures() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    _ = try open(1, in: path)
    let count = #expect(throws: FileError.self) { _ = try open(1, of: 2, in: path) }
    #expect(count == FileError(path, "holds a study of 3 shards, expected 2"))
    let other = #expect(throws: StudyDifference.self) {
      _ = try open(2, in: path, StudySamples.definition(context: ["data": "abd"]))
    }
    #expect(
      other?.description
        == "\(path)/shard-1-of-3: data: the study in this folder has abc, expected abd")
    #expect(try scratch.names(in: "a") == ["shard-1-of-3"])
    // The folder is one of shards.
    let resumed = #expect(throws: FileError.self) { _ = try Study.resume(at: path) }
    #expect(resumed?.message.hasPrefix("holds a study of 3 shards; ") == true)
    #expect(throws: FileError.self) { _ = try Study.extend(at: path, toPoints: 9) }
    #expect(throws: FileError.self) {
      _ = try Study.create(
        at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
    }
    #expect(throws: FileError.self) {
      _ = try Study.extend(at: path + "/shard-1-of-3", toPoints: 9)
    }
    // A folder with a whole study, or a run.
    let whole = scratch.file("b")
    _ = try Study.create(
      at: whole, definition: StudySamples.definition(), trials: StudySamples.trials)
    let error = #expect(throws: FileError.self) { _ = try open(1, in: whole) }
    #expect(error?.message.hasPrefix("holds a study that is not divided into shards") == true)
    let run = try scratch.makeDirectory("run")
    try scratch.write([], to: "run/run.json")
    #expect(throws: FileError.self) { _ = try open(1, in: run) }
  }

  @Test("Journals of different studies in one folder are told apart when they are read")
  func differences() throws {
    let scratch = try TemporaryDirectory()
    let (path, other) = (scratch.file("a"), scratch.file("b"))
    _ = try open(1, in: path)
    _ = try open(2, in: other, StudySamples.definition(context: ["data": "abd"]))
    func move(_ from: String, to name: String) throws {
      try FileManager.default.moveItem(atPath: other + "/" + from, toPath: path + "/" + name)
    }
    try move("shard-2-of-3", to: "shard-2-of-3")
    let difference = #expect(throws: StudyDifference.self) { _ = try Study.read(at: path) }
    #expect(difference?.path == path + "/shard-2-of-3" && difference?.name == "data")
    #expect(throws: StudyDifference.self) { _ = try Study.merge(at: path) }
    try FileManager.default.moveItem(
      atPath: path + "/shard-2-of-3", toPath: path + "/shard-3-of-3")
    let name = #expect(throws: FileError.self) { _ = try Study.read(at: path) }
    #expect(
      name?.message == "expected the journal of shard 3 of 3, found that of shard 2 of 3")
    try FileManager.default.removeItem(atPath: path + "/shard-3-of-3")
    _ = try Study.open(
      StudyShard(2, of: 3), at: path, definition: StudySamples.definition(),
      trials: StudySamples.trials, own: [3, 4])
    let twice = #expect(throws: FileError.self) { _ = try Study.read(at: path) }
    #expect(twice?.message.hasPrefix("trial 3 is also one of shard 1 of 3: ") == true)
  }

  @Test("Merged shards are an ordinary study, which can be resumed with the trials that wait")
  func merging() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    do {
      let first = try open(1, in: path)
      let third = try open(3, in: path)
      try run(first, [0])
      // Journals have milliseconds.
      usleep(5000)
      try run(third, [2])
      usleep(5000)
      try run(first, [3])
      try third.begin(5)
      try third.note("mark", ["by": "third"])
    }
    let before = try Study.read(at: path)
    for name in ["shard-3-of-3/.x.part", ".x.part"] { try scratch.write([], to: "a/" + name) }
    try scratch.write([], to: "a/shard-3-of-3/trial-5.safetensors")
    let (study, kept) = try Study.merge(at: path)
    #expect(kept.isEmpty && study.counts == [.done: 3, .waiting: 3])
    #expect(try scratch.names(in: "a") == ["best.safetensors", "journal.jsonl"])
    #expect(try text(path + "/best.safetensors") == "model 3")
    #expect(try Study.bestPath(at: path) == path + "/best.safetensors")
    let read = try Study.read(at: path)
    #expect(read.trials == before.trials && read.ended.map(\.id) == [0, 2, 3])
    #expect(read.notes.map(\.kind) == ["mark"] && read.shards.isEmpty && read.shard == nil)
    // A second merge has nothing to do.
    let journal = try scratch.bytes(of: "a/journal.jsonl")
    #expect(try Study.merge(at: path).study.counts == [.done: 3, .waiting: 3])
    #expect(try scratch.bytes(of: "a/journal.jsonl") == journal)
    let resumed = try Study.resume(at: path, expecting: StudySamples.definition())
    #expect(resumed.waiting == [1, 4, 5])
    try run(resumed, [1, 4, 5])
    #expect(resumed.best?.id == 5)
  }

  @Test("A merge that is killed at any of its steps is completed by another one")
  func kills() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    for number in 1...3 {
      let study = try open(number, in: path)
      try run(study, number == 2 ? [1] : Self.parts[number - 1])
      if number == 2 { try study.begin(4) }
      try study.note("mark", ["by": "\(number)"])
    }
    let copy = scratch.file("copy")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let files = FileManager.default
    try Study.merge(at: path)
    let expected = try Study.read(at: path)
    let journal = try scratch.bytes(of: "a/journal.jsonl")
    #expect(expected.counts == [.done: 5, .running: 1] && expected.notes.count == 3)
    // What is there after each step: the model, the journal, then the shards go, file by file.
    let removed = (1...3).flatMap { number in
      ["best.safetensors", "journal.jsonl", ""].map { "shard-\(number)-of-3/\($0)" }
    }
    for step in 0...(2 + removed.count) {
      let left = scratch.file("left-\(step)")
      try files.copyItem(atPath: copy, toPath: left)
      let made = ["best.safetensors", "journal.jsonl"].prefix(step)
      for name in made { try files.copyItem(atPath: "\(path)/\(name)", toPath: "\(left)/\(name)") }
      for name in removed.prefix(max(step - 2, 0)) {
        try files.removeItem(atPath: left + "/" + name)
      }
      #expect(
        try Study.read(at: left).trials.map(\.state) == expected.trials.map(\.state), "\(step)")
      #expect(try text(Study.bestPath(at: left)) == "model 5", "\(step)")
      if step == 2 {
        // Neither the whole nor a shard is trained meanwhile.
        #expect(throws: FileError.self) { _ = try Study.resume(at: left) }
        #expect(throws: FileError.self) { _ = try Study.resume(at: left + "/shard-2-of-3") }
        #expect(throws: FileError.self) { _ = try open(2, in: left) }
      }
      try Study.merge(at: left)
      #expect(
        try scratch.names(in: "left-\(step)") == ["best.safetensors", "journal.jsonl"], "\(step)")
      let merged = try Study.read(at: left)
      #expect(merged.trials == expected.trials && merged.notes == expected.notes, "\(step)")
      #expect(merged.ended.map(\.id) == expected.ended.map(\.id), "\(step)")
      #expect(try text(left + "/best.safetensors") == "model 5", "\(step)")
      if step < 2 { #expect(try scratch.bytes(of: "left-\(step)/journal.jsonl") == journal) }
    }
  }

  @Test("Other files in a shard's folder are kept, and a model that is missing is not replaced")
  func leftovers() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    for number in 1...3 { try run(try open(number, in: path), Self.parts[number - 1]) }
    try scratch.write([1], to: "a/shard-1-of-3/trials.csv")
    try scratch.write([1], to: "a/best.safetensors")
    try AtomicFile.remove(path + "/shard-3-of-3/best.safetensors")
    let kept = try Study.merge(at: path).kept
    #expect(kept == [path + "/shard-1-of-3"])
    #expect(try scratch.names(in: "a") == ["journal.jsonl", "shard-1-of-3"])
    #expect(try scratch.names(in: "a/shard-1-of-3") == ["trials.csv"])
    #expect(try Study.resume(at: path).isOver)
  }

  @Test("A shard without trials is over, and not missing where no trial is left for it")
  func empty() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let study = try Study.open(
      StudyShard(1, of: 3), at: path, definition: StudySamples.definition(),
      trials: StudySamples.trials, own: [])
    #expect(study.isOver && study.best == nil)
    _ = try Study.open(
      StudyShard(2, of: 3), at: path, definition: StudySamples.definition(),
      trials: StudySamples.trials, own: Array(0..<6))
    #expect(
      try Study.current(at: path).study.shards.map(\.state) == [.running, .interrupted])
    _ = study
  }

  @Test("The measurement of the best network on test data is that of its shard")
  func tests() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    // The last to be measured is not the best.
    for number in [3, 1] {
      let study = try open(number, in: path)
      try run(study, Self.parts[number - 1])
      try study.record(
        StudyTest(
          trial: try #require(study.best?.id), value: 0.5, loss: 1, rowCount: 3, digest: "\(number)"
        ))
    }
    #expect(try Study.read(at: path).test?.digest == "3")
    #expect(try Study.merge(at: path).study.test?.digest == "3")
    #expect(try Study.read(at: path).test?.trial == 5)
  }

  @Test("With pruning, the survivors of a shard are found among its own trials")
  func pruning() throws {
    let scratch = try TemporaryDirectory()
    let space = SearchSpace([.init("x", .values((0..<6).map { .integer($0) }))])
    let definition = StudyDefinition(
      space: space, method: .grid, goal: Goal("height"),
      pruning: .successiveHalving(minimum: 1, factor: 3), seeds: [0, 1])
    let trials = definition.trials(of: try definition.points())
    for number in 1...2 {
      let own = Array((6 * (number - 1))..<(6 * number))
      let study = try Study.open(
        StudyShard(number, of: 2), at: scratch.file("a"), definition: definition, trials: trials,
        own: own)
      try study.run { trial in
        let value = Double(trial.parameters.whole("x"))
        try trial.report(value, iteration: 1)
        return value
      }
      #expect(study.isOver && study.ownTrials.map(\.id) == own)
      #expect(study.trials.filter { !own.contains($0.id) }.allSatisfy { $0.state == .waiting })
    }
    let merged = try Study.merge(at: scratch.file("a")).study
    #expect(merged.isOver && merged.best?.parameters.whole("x") == 5)
  }
}
