import Foundation
import PerceptronTuning
import TestSupport
import Testing

/// When trials began and ended, as a journal tells.
@Suite("Times of trials")
struct TrialTimesTests {
  /// The study whose journal has these lines after its first.
  private func study(_ lines: [String], in scratch: TemporaryDirectory) throws -> Study {
    let path = scratch.file("study")
    do {
      _ = try Study.create(
        at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
    }
    let header = try scratch.bytes(of: "study/journal.jsonl")
    try scratch.write(
      header + Array((lines.joined(separator: "\n") + "\n").utf8), to: "study/journal.jsonl")
    return try Study.read(at: path)
  }

  private func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

  @Test("A trial begins and ends when its lines were written, however often it went on")
  func trialBeginsEndsWhenLines()
    throws
  {
    let scratch = try TemporaryDirectory()
    let study = try study(
      [
        #"{"begun":{"from":0,"trial":0},"time":100}"#,
        #"{"begun":{"from":0,"trial":1},"time":100.5}"#,
        #"{"measured":{"measurement":{"iteration":5},"trial":0},"time":104}"#,
        #"{"done":{"result":{"value":0.5,"seconds":1},"trial":1},"time":105.25}"#,
        // The process was killed, and another went on.
        #"{"note":{"kind":"resumed","values":{}},"time":900}"#,
        #"{"begun":{"from":5,"trial":0},"time":1000}"#,
        #"{"pruned":{"iteration":9,"seconds":7,"trial":0},"time":1003}"#,
        #"{"begun":{"from":0,"trial":2},"time":1004}"#,
      ], in: scratch)
    let trials = study.trials
    #expect(trials[0].stretches == [date(100)...date(104), date(1000)...date(1003)])
    #expect(trials[0].began == date(100))
    #expect(trials[0].ended == date(1003))
    #expect(trials[1].stretches == [date(100.5)...date(105.25)])
    #expect(trials[2].stretches == [date(1004)...date(1004)])
    #expect(trials[2].began == date(1004) && trials[2].ended == nil)
    #expect(trials[3].stretches.isEmpty && trials[3].began == nil && trials[3].ended == nil)
    #expect(study.ended.map(\.id) == [1, 0])
    #expect(
      study.activity == [
        date(100)...date(105.25), date(1000)...date(1003), date(1004)...date(1004),
      ])
  }

  @Test("A journal without times is read, and later events have times")
  func journalWithoutTimesReadGoes() throws {
    let scratch = try TemporaryDirectory()
    let study = try study(
      [
        #"{"begun":{"from":0,"trial":0}}"#,
        #"{"done":{"result":{"value":0.5,"seconds":1},"trial":0}}"#,
        #"{"begun":{"from":0,"trial":1}}"#,
        #"{"measured":{"measurement":{"iteration":5},"trial":1}}"#,
        #"{"begun":{"from":5,"trial":1},"time":50}"#,
        #"{"diverged":{"iteration":6,"message":"","seconds":1,"trial":1},"time":52}"#,
      ], in: scratch)
    #expect(study.trials[0].stretches.isEmpty)
    #expect(study.trials[0].began == nil && study.trials[0].ended == nil)
    #expect(study.trials[1].stretches == [date(50)...date(52)])
    #expect(study.trials[1].began == nil, "it began before, at a time that nobody knows")
    #expect(study.trials[1].ended == date(52))
  }

  @Test("A clock that is set back makes no stretch that ends before it began")
  func clockSetBackMakesNo() throws {
    let scratch = try TemporaryDirectory()
    let study = try study(
      [
        #"{"begun":{"from":0,"trial":0},"time":100}"#,
        #"{"failed":{"message":"","seconds":1,"trial":0},"time":40}"#,
      ], in: scratch)
    #expect(study.trials[0].stretches == [date(100)...date(100)])
  }

  @Test("The times of a running study are those of its journal, and not exported")
  func timesStudyRunsThoseJournal()
    throws
  {
    let scratch = try TemporaryDirectory()
    let before = Date()
    let study = try Study.create(
      at: scratch.file("a"), definition: StudySamples.definition(), trials: StudySamples.trials)
    try StudySamples.run(study)
    let read = try Study.read(at: scratch.file("a"))
    #expect(read.trials.map(\.stretches) == study.trials.map(\.stretches))
    for trial in read.trials {
      let (began, ended) = (try #require(trial.began), try #require(trial.ended))
      // Times are rounded to a thousandth of a second.
      #expect(began >= before - 0.001 && began <= ended && ended <= Date() + 0.001)
    }
    #expect(
      study.leaderboard.csv.hasPrefix(
        "trial,learning-rate,hidden,status,validation_accuracy,train_accuracy,final_loss,iterations,"
          + "seconds\n"))
  }
}
