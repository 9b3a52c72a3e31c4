import Foundation
import PerceptronFiles
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder of a study, and who may use it.
@Suite("Folder of a study", .mayHang)
struct StudyFolderTests {
  private func create(_ path: String) throws -> Study {
    try Study.create(
      at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
  }

  @Test("A second process is refused while the study is under way, and may read")
  func secondProcessRefusedWhileStudy() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("studies/a")
    do {
      let study = try create(path)
      try study.begin(0)
      for open in [create, { try Study.resume(at: $0, expecting: nil) }] {
        let error = #expect(throws: FileError.self) { _ = try open(path) }
        #expect(error == FileError(path, "a study is under way in this folder"))
      }
      #expect(throws: FileError.self) { try RunDirectory(path: path).create(overwrite: false) }
      #expect(try Study.read(at: path).counts == [.running: 1, .waiting: 5])
      try study.fail(0, message: "", seconds: 0)
    }
    #expect(try Study.resume(at: path, expecting: nil).counts == [.failed: 1, .waiting: 5])
    #expect(try scratch.names == ["studies"])
  }

  @Test("A process that kills itself leaves a study that can be resumed")
  func processKillsItselfLeavesStudy() async throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let study = try Study.create(
        at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
      try study.begin(0)
      try study.finish(0, StudySamples.result(0.5))
      try study.begin(1)
      try study.record(Measurement(iteration: 1), of: 1)
      try study.begin(2)
      try study.finish(2, StudySamples.result(0.75)) { _ in _ = raise(SIGKILL) }
    }
    let study = try Study.resume(at: path, expecting: StudySamples.definition())
    #expect(study.counts == [.done: 1, .waiting: 5])
    #expect(study.best?.id == 0)
    try study.begin(1, from: 1)
    #expect(study.trials[1].measurements.count == 1)
  }

  @Test("A folder with a study or a run is refused")
  func folderWithStudyRunRefused() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    _ = try create(path)
    #expect(Study.exists(at: path))
    let study = #expect(throws: FileError.self) { try create(path) }
    #expect(study == FileError(path, "holds a study already"))
    let folder = try scratch.makeDirectory("run")
    try scratch.write([], to: "run/run.json")
    let run = #expect(throws: FileError.self) { try create(folder) }
    #expect(run == FileError(folder, "holds a run already"))
    #expect(!Study.exists(at: folder))
    try scratch.write([], to: "file")
    let file = #expect(throws: FileError.self) { try create(scratch.file("file")) }
    #expect(file?.message == "expected a folder, found a file")
    for open in [Study.read, { try Study.resume(at: $0, expecting: nil) }] {
      let error = #expect(throws: FileError.self) { _ = try open(folder) }
      #expect(error?.message == "holds no study")
    }
  }

  @Test("The model of each best trial is saved before the trial is done")
  func modelEachBestTrialSaved() throws {
    let scratch = try TemporaryDirectory()
    let study = try create(scratch.file("a"))
    var saved: [Int] = []
    for (trial, value) in [(0, 0.5), (1, 0.25), (3, 0.75), (2, 0.75), (4, 0.75), (5, .nan)] {
      try study.begin(trial)
      try study.finish(trial, StudySamples.result(value)) { path in
        #expect(path == scratch.file("a/best.safetensors"))
        #expect(study.trials[trial].state == .running)
        saved.append(trial)
      }
    }
    #expect(saved == [0, 3, 2])
    #expect(study.best?.id == 2)
  }

  @Test("A trial whose model cannot be saved is not done")
  func trialWhoseModelCannotSaved() throws {
    let scratch = try TemporaryDirectory()
    let study = try create(scratch.file("a"))
    try study.begin(0)
    #expect(throws: FileError.self) {
      try study.finish(0, StudySamples.result(1)) { throw FileError($0, "full") }
    }
    #expect(study.trials[0].state == .running)
    #expect(try Study.read(at: scratch.file("a")).best == nil)
    try study.finish(0, StudySamples.result(1))
    #expect(study.best?.id == 0)
  }

  @Test("An event that cannot be written has not happened")
  func eventCannotWrittenNotHappened() async throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    _ = try create(path)
    let length = try scratch.bytes(of: "a/journal.jsonl").count
    await #expect(processExitsWith: .success) { [path = path as String, length = length as Int] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit()
      getrlimit(fileSizeLimit, &limit)
      let whole = limit.rlim_cur
      let study = try Study.resume(at: path, expecting: nil)
      // Space for a part of a line.
      limit.rlim_cur = rlim_t(length + 10)
      setrlimit(fileSizeLimit, &limit)
      let error = #expect(throws: FileError.self) { try study.begin(0) }
      #expect(error?.path == path + "/journal.jsonl")
      #expect(error?.message.hasPrefix("cannot be written to: ") == true)
      #expect(study.trials[0].state == .waiting)
      limit.rlim_cur = whole
      setrlimit(fileSizeLimit, &limit)
      try study.begin(1)
    }
    let study = try Study.read(at: path)
    #expect(study.trials.map(\.state).prefix(3) == [.waiting, .running, .waiting])
  }

  @Test("The current study has running trials only while a process holds its folder")
  func currentStudy() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    do {
      let study = try Study.create(
        at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
      try study.begin(0)
      let current = try Study.current(at: path)
      #expect(current.isUnderWay && current.study.trials[0].state == .running)
    }
    let left = try Study.current(at: path).study
    #expect(left.trials[0].state == .waiting)
    #expect(left.trials[0].began != nil && left.trials[0].ended == nil)
  }

  @Test("Invalid pruning leaves no folder")
  func pruningMakesNoSenseLeaves() throws {
    let scratch = try TemporaryDirectory()
    #expect(throws: (any Error).self) {
      try Study.create(
        at: scratch.file("a"), definition: StudySamples.definition(.median(after: 0, trials: 0)),
        trials: [])
    }
    #expect(try scratch.names == [])
  }
}

#if canImport(Glibc)
  private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
  private let fileSizeLimit = RLIMIT_FSIZE
#endif
