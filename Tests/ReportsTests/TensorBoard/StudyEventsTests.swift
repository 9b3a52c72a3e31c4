import Foundation
import PerceptronFiles
import PerceptronTraining
import PerceptronTuning
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports
@testable import PerceptronStudyReports

/// The event files of studies, and what may be in the folder that they replace.
@Suite("TensorBoard event files of studies")
struct StudyEventsTests {
  private struct Trouble: Error {}

  private func study(_ goal: Goal = .validationAccuracy) throws -> Study {
    let space = SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))])
    let study = try Study(
      definition: StudyDefinition(space: space, method: .grid, goal: goal),
      trials: [["hidden": .integer(5)], ["hidden": .integer(6)]])
    try study.begin(0)
    try study.record(
      PerceptronTuning.Measurement(iteration: 2, loss: 7, value: 0.25),
      of: 0)
    try study.finish(
      0, TrialResult(value: 3, trainingValue: 0.75, finalLoss: 0.5, iterations: 9, seconds: 2))
    return study
  }

  /// All files in a folder, with what is in them.
  private func contents(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: folder + "/" + name)
    }
    return files
  }

  @Test(
    "A folder with anything else in it is left as it is",
    arguments: [
      "notes.txt", "trial-1/notes.txt", "trial-best/events.out.tfevents.1", "trial-01/a",
      "trial--1/events.out.tfevents.1", "trial-2/events.out.tfevents.1/a", "trial-3",
      "events.out.tfevents.1/a", "trial-1/events.out.tfevents.1/a", "trial-7/trial-1/a",
    ])
  func folderWithAnythingElseLeft(stranger: String) throws {
    let scratch = try TemporaryDirectory()
    let folder = scratch.file("events")
    try study().writeTensorBoard(to: folder)
    try study().writeTensorBoard(to: folder)
    let parts = stranger.split(separator: "/").dropLast()
    _ = try scratch.makeDirectory("events/" + parts.joined(separator: "/"))
    try scratch.write([1], to: "events/" + stranger)
    let before = try contents(folder)
    let error = #expect(throws: FileError.self) { try study().writeTensorBoard(to: folder) }
    #expect(error?.message.contains("found \(stranger.split(separator: "/")[0])") == true)
    #expect(throws: FileError.self) { try Study.checkTensorBoard(folder) }
    #expect(try contents(folder) == before)
    #expect(try scratch.names == ["events"])
  }

  @Test("Folders of trials alone, and the files of a run, are not a study's")
  func foldersTrialsAloneFilesRun() throws {
    let scratch = try TemporaryDirectory()
    let folder = scratch.file("events")
    _ = try TensorBoardLog(in: folder + "/trial-1")
    #expect(throws: FileError.self) { try study().writeTensorBoard(to: folder) }
    _ = try TensorBoardLog(in: folder)
    let before = try contents(folder)
    #expect(throws: FileError.self) { try study().writeTensorBoard(to: folder) }
    #expect(try contents(folder) == before)
    try Study.checkTensorBoard(scratch.file("none"))
    try study().writeTensorBoard(to: scratch.makeDirectory("empty"))
    #expect(try contents(scratch.file("empty")).count == 2)
  }

  @Test("Repeats are one group, whose mean the table shows, with their deviation")
  func repeatsOneGroupWhoseMean() throws {
    let scratch = try TemporaryDirectory()
    let study = try Study(
      SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))]), seeds: [3, 4])
    try study.run { trial in trial.parameters.whole("seed") == 3 ? 0.25 : 0.75 }
    try study.writeTensorBoard(to: scratch.file("events"))
    for (trial, group) in ["network-0", "network-0", "network-1", "network-1"].enumerated() {
      let folder = "events/trial-\(trial)"
      let file = try #require(EventFileName.names(in: scratch.file(folder)).first)
      let data = Data(try scratch.bytes(of: folder + "/" + file))
      #expect(data.range(of: Data(group.utf8)) != nil)
      #expect(data.range(of: Data("result/validation_accuracy_sd".utf8)) != nil)
      #expect(data.range(of: Data("result/repeats_done".utf8)) != nil)
      #expect(data.range(of: Data("seed".utf8)) == nil)
    }
  }

  @Test("A folder that cannot be replaced is unchanged", arguments: [1, 2])
  func folderWasCannotReplaced(failing: Int) throws {
    let scratch = try TemporaryDirectory()
    let folder = scratch.file("events")
    try study().writeTensorBoard(to: folder)
    let before = try contents(folder)
    var count = 0
    let events = StudyEventFolder(folder) { path, target in
      count += 1
      if count == failing { throw Trouble() }
      try FileManager.default.moveItem(atPath: path, toPath: target)
    }
    #expect(throws: Trouble.self) { try events.replace { _ = try TensorBoardLog(in: $0) } }
    #expect(try contents(folder) == before)
    #expect(try scratch.names == ["events"])
  }

  @Test("Files that were moved away and not replaced are restored first")
  func wasMovedAwayNeverReplaced() throws {
    let scratch = try TemporaryDirectory()
    let folder = scratch.file("events")
    try study().writeTensorBoard(to: folder)
    let before = try contents(folder)
    try FileManager.default.moveItem(atPath: folder, toPath: scratch.file(".events.earlier"))
    _ = try scratch.makeDirectory(".events.new")
    #expect(throws: Trouble.self) {
      try StudyEventFolder(folder).replace { _ in throw Trouble() }
    }
    #expect(try contents(folder) == before)
    #expect(try scratch.names == ["events"])
  }

  @Test(
    "A number of the goal's name is there once, and is the goal's",
    arguments: ["loss", "loss/training", "accuracy/validation", "final_loss", "seconds", "error"])
  func numberGoalsNameThereOnce(name: String) throws {
    let scratch = try TemporaryDirectory()
    try study(Goal(name, .minimize)).writeTensorBoard(to: scratch.file("events"))
    let file = try #require(EventFileName.names(in: scratch.file("events/trial-0")).first)
    let events = try RecordedEvent.read(scratch.bytes(of: "events/trial-0/" + file))
    func count(_ text: String, at step: Int) -> Int {
      let tag = "\(Character(UnicodeScalar(UInt8(text.utf8.count))))\(text)"
      return events.filter { $0.step == step }.map {
        $0.text.components(separatedBy: tag).count - 1
      }
      .reduce(0, +)
    }
    #expect(count(name, at: 2) == 1)
    #expect(count("result/" + name, at: 9) == 1)
  }
}
