import Foundation
import PerceptronFiles
import TestSupport
import Testing
@testable import PerceptronTuning

/// What the journal holds, and what happens to a damaged one.
@Suite("Journal of a study")
struct JournalTests {
  /// A study that was run to its end in the folder `name`, and its journal.
  private func finished(
    in scratch: TemporaryDirectory, pruning: Pruning = .successiveHalving(minimum: 1, factor: 2)
  ) throws -> (study: Study, journal: [UInt8]) {
    let study = try Study.create(
      at: scratch.file("whole"), definition: StudySamples.definition(pruning),
      trials: StudySamples.trials)
    try StudySamples.run(study)
    return (study, try scratch.bytes(of: "whole/journal.jsonl"))
  }

  private func folder(
    _ name: String, in scratch: TemporaryDirectory, journal: some Sequence<UInt8>
  ) throws -> String {
    let path = try scratch.makeDirectory(name)
    try scratch.write(Array(journal), to: name + "/journal.jsonl")
    return path
  }

  @Test("A study is read from its journal as it was written")
  func studyReadFromJournalWas() throws {
    let scratch = try TemporaryDirectory()
    let (study, _) = try finished(in: scratch)
    try study.note("end", ["who": "\"me\""])
    let read = try Study.read(at: scratch.file("whole"))
    #expect(read.definition == study.definition)
    #expect(read.trials.map(\.state) == [.done, .pruned, .failed, .done, .diverged, .pruned])
    #expect(read.trials[3] == study.trials[3])
    #expect(read.trials.map(\.measurements) == study.trials.map(\.measurements))
    #expect(read.trials.map(\.message) == study.trials.map(\.message))
    #expect(read.trials[4].finalLoss?.isNaN == true)
    #expect(read.best == study.best)
    #expect(read.notes == study.notes)
    #expect(read.directory == nil)
  }

  @Test("An event is a line of JSON")
  func eventLineJSON() throws {
    let scratch = try TemporaryDirectory()
    let study = try Study.create(
      at: scratch.file("a"), definition: StudySamples.definition(), trials: StudySamples.trials)
    try study.begin(0)
    try study.record(Measurement(iteration: 1, loss: .nan, value: 0.5), of: 0)
    try study.finish(0, TrialResult(value: 0.5, iterations: 1, seconds: 2))
    try study.note("a/b")
    let text = String(decoding: try scratch.bytes(of: "a/journal.jsonl"), as: UTF8.self)
    #expect(text.matches(of: /,"time":[0-9]{9,}(\.[0-9]{1,3})?}\n/).count == 4)
    let lines = text.replacing(/,"time":[0-9.]+}\n/, with: "}\n")
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 6)
    #expect(lines[0].hasPrefix(#"{"format":1,"study":{"context":{"data":"abc"},"goal":"#))
    #expect(lines[1] == #"{"begun":{"from":0,"trial":0}}"#)
    #expect(
      lines[2]
        == #"{"measured":{"measurement":{"iteration":1,"loss":"nan","value":0.5},"trial":0}}"#
    )
    #expect(
      lines[3] == #"{"done":{"result":{"iterations":1,"seconds":2,"value":0.5},"trial":0}}"#)
    #expect(lines[4] == #"{"note":{"kind":"a/b","values":{}}}"#)
    #expect(lines[5].isEmpty)
  }

  @Test(
    "A study that was killed at any byte ends as the one that was not",
    arguments: [
      (Pruning.successiveHalving(minimum: 1, factor: 2), 23), (.none, 41),
      (.median(after: 2, trials: 1), 41),
    ])
  func studyWasKilledAtAny(
    pruning: Pruning, step: Int
  ) throws {
    let scratch = try TemporaryDirectory()
    let (study, journal) = try finished(in: scratch, pruning: pruning)
    let expected = (csv: study.leaderboard.csv, json: try study.leaderboard.json)
    #expect(study.best?.id == 3)
    let header = try #require(journal.firstIndex(of: UInt8(ascii: "\n"))) + 1
    // Around the end of each line, and here and there within.
    let newline = UInt8(ascii: "\n")
    let lengths = (header...journal.count).filter { length in
      length % step == 0 || (step < 40 && journal[(length - 2)...].prefix(3).contains(newline))
    }
    for length in lengths {
      let path = try folder("cut", in: scratch, journal: journal[..<length])
      defer { try? FileManager.default.removeItem(atPath: path) }
      let before = try Study.read(at: path)
      if let best = before.best {
        try scratch.write(Array("\(best.id)".utf8), to: "cut/best.safetensors")
      }
      let resumed = try Study.resume(at: path, expecting: study.definition)
      #expect(resumed.counts[.running] == nil, "\(length)")
      #expect(resumed.best?.id == before.best?.id, "\(length)")
      try StudySamples.run(resumed)
      #expect(resumed.leaderboard.csv == expected.csv, "\(length)")
      #expect(try Study.read(at: path).leaderboard.json == expected.json, "\(length)")
      #expect(try scratch.bytes(of: "cut/best.safetensors") == Array("3".utf8), "\(length)")
      let lines = try scratch.bytes(of: "cut/journal.jsonl").split(separator: UInt8(ascii: "\n"))
      let ends = lines.filter { line in
        ["done", "failed", "diverged", "pruned"].contains {
          line.starts(with: Array("{\"\($0)\"".utf8))
        }
      }
      #expect(ends.count == 6, "\(length)")
    }
  }

  @Test("A journal without a whole first line is refused")
  func journalWithoutWholeFirstLine() throws {
    let scratch = try TemporaryDirectory()
    let (study, journal) = try finished(in: scratch)
    let header = try #require(journal.firstIndex(of: UInt8(ascii: "\n")))
    for length in [0, 1, header / 2, header] {
      let path = try folder("cut", in: scratch, journal: journal[..<length])
      let error = #expect(throws: FileError.self) {
        try Study.resume(at: path, expecting: study.definition)
      }
      #expect(error?.byte == 0)
      #expect(error?.message == "expected the definition of a study, found no whole line")
    }
  }

  @Test("A torn last line is ignored when reading and removed when the study is resumed")
  func tornLastLineIgnoredWhen() throws {
    let scratch = try TemporaryDirectory()
    let (_, journal) = try finished(in: scratch)
    let path = try folder("torn", in: scratch, journal: journal + Array(#"{"note":{"kind":"#.utf8))
    #expect(try Study.read(at: path).notes == [])
    #expect(try scratch.bytes(of: "torn/journal.jsonl").count > journal.count)
    let study = try Study.resume(at: path, expecting: nil)
    #expect(try scratch.bytes(of: "torn/journal.jsonl") == journal)
    try study.note("next")
    #expect(try Study.read(at: path).notes == [StudyNote(kind: "next", values: [:])])
  }

  @Test(
    "An invalid line is refused with its place",
    arguments: [
      ("{\"begun\":", "expected an event of the study: "),
      ("", "expected an event of the study: "),
      (
        #"{"begun":{"from":0,"trial":6}}"#,
        "expected an event of the study: trial 6 is not one of 6"
      ),
      (
        #"{"begun":{"from":0,"trial":0}}"#,
        "expected an event of the study: trial 0 is done and cannot begin"
      ),
      (
        #"{"pruned":{"trial":2,"iteration":1,"seconds":0}}"#,
        "expected an event of the study: trial 2 is failed, not running"
      ),
      (#"{"pruned":{"trial":2}}"#, "expected an event of the study: pruned: there is no iteration"),
    ])
  func lineMakesNoSenseRefused(line: String, message: String) throws {
    let scratch = try TemporaryDirectory()
    let (_, journal) = try finished(in: scratch)
    let tail = Array((line + "\n" + #"{"note":{"kind":"a","values":{}}}"# + "\n").utf8)
    let path = try folder("bad", in: scratch, journal: journal + tail)
    for open in [Study.read, { try Study.resume(at: $0, expecting: nil) }] {
      let error = #expect(throws: FileError.self) { _ = try open(path) }
      #expect(error?.byte == journal.count)
      #expect(error?.path == path + "/journal.jsonl")
      #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }
    #expect(try scratch.bytes(of: "bad/journal.jsonl") == journal + tail)
  }

  @Test("A key that stands twice in a line is refused")
  func keyStandsTwiceLineRefused() throws {
    let scratch = try TemporaryDirectory()
    let (_, journal) = try finished(in: scratch)
    let line = #"{"note":{"kind":"a","kind":"b","values":{}}}"# + "\n"
    let path = try folder("twice", in: scratch, journal: journal + Array(line.utf8))
    let error = #expect(throws: FileError.self) { _ = try Study.read(at: path) }
    #expect(error?.byte == journal.count)
    #expect(
      error?.message
        == #"expected an event of the study: the key "kind" stands twice in "note""#)
  }

  @Test("An unknown format is refused")
  func formatNotKnownRefused() throws {
    let scratch = try TemporaryDirectory()
    let (_, journal) = try finished(in: scratch)
    let text = String(decoding: journal, as: UTF8.self)
      .replacing(#"{"format":1,"#, with: #"{"format":3,"#)
    let path = try folder("new", in: scratch, journal: text.utf8)
    let error = #expect(throws: FileError.self) { _ = try Study.read(at: path) }
    #expect(
      error?.message
        == "expected the definition of a study: the journal's format is 3, this program knows 1 "
        + "and 2")
  }
}
