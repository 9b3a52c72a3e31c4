import TestSupport
import Testing
@testable import PerceptronTuning

/// States of trials, and which of them is the best.
@Suite("Studies")
struct StudyTests {
  @Test("A trial waits, runs, is measured and is done")
  func trialWaitsRunsMeasuredDone() throws {
    let study = try StudySamples.study()
    #expect(study.trials.map(\.id) == Array(0..<6))
    #expect(study.trials.map(\.parameters) == StudySamples.trials)
    #expect(study.counts == [.waiting: 6])
    #expect(study.best == nil)
    try study.begin(3)
    #expect(study.counts == [.waiting: 5, .running: 1])
    let measurement = Measurement(iteration: 2, loss: 0.5, value: 0.25, seconds: 3)
    try study.record(measurement, of: 3)
    #expect(study.trials[3].measurements == [measurement])
    #expect(study.trials[3].seconds == 3)
    #expect(study.trials[3].iterations == 2)
    let result = TrialResult(value: 0.75, finalLoss: 0.1, iterations: 5, seconds: 7)
    try study.finish(3, result) { _ in Issue.record("a study in memory saves nothing") }
    #expect(study.trials[3].state == .done)
    #expect(study.trials[3].result == result)
    #expect(study.trials[3].seconds == 7)
    #expect(study.best == study.trials[3])
  }

  @Test("A trial that diverges, fails or is pruned has no result and is never the best")
  func trialDivergesFailsPrunedNo()
    throws
  {
    let study = try StudySamples.study()
    for trial in 0..<3 {
      try study.begin(trial)
      try study.record(Measurement(iteration: 1, loss: 2, value: 0.9), of: trial)
    }
    try study.diverge(0, iteration: 4, loss: .infinity, seconds: 1)
    try study.fail(1, message: "no memory", seconds: 2)
    try study.prune(2, at: 1, seconds: 3)
    let trials = study.trials[..<3]
    #expect(trials.map(\.state) == [.diverged, .failed, .pruned])
    #expect(trials.map(\.message) == ["the loss is inf at iteration 4", "no memory", nil])
    #expect(trials.map(\.iterations) == [4, 1, 1])
    #expect(trials.map(\.finalLoss) == [.infinity, 2, 2])
    #expect(trials.map(\.seconds) == [1, 2, 3])
    #expect(trials.allSatisfy { $0.result == nil })
    #expect(study.best == nil)
  }

  @Test("A value that is not finite has diverged")
  func valueNotFiniteDiverged() throws {
    let study = try StudySamples.study(done: [(0, .nan), (1, .infinity), (2, 0.1)])
    #expect(study.trials.prefix(3).map(\.state) == [.diverged, .diverged, .done])
    #expect(study.trials[0].message == "validation_accuracy is nan")
    #expect(study.best?.id == 2)
  }

  @Test("The best is the highest or the lowest, as the goal says")
  func bestHighestLowestGoalSays() throws {
    let done = [(0, 0.5), (1, 0.75), (2, 0.25)]
    #expect(try StudySamples.study(done: done).best?.id == 1)
    #expect(try StudySamples.study(done: done, goal: Goal("error", .minimize)).best?.id == 2)
  }

  @Test(
    "The first of equally good trials is the best, whenever each was done",
    arguments: [[1, 2, 4], [4, 2, 1], [2, 4, 1], [4, 1, 2]])
  func equallyGoodTrialsFirstBest(order: [Int]) throws {
    let study = try StudySamples.study(done: [(0, 0.25)] + order.map { ($0, 0.5) })
    #expect(study.best?.id == 1)
  }

  @Test("A restarted trial has its measurements up to where it resumes")
  func trialBeginsAgainShowsShowed() throws {
    let study = try StudySamples.study()
    try study.begin(0)
    for iteration in 0..<5 {
      try study.record(Measurement(iteration: iteration, seconds: Double(iteration)), of: 0)
    }
    study.interrupt(0)
    #expect(study.trials[0].state == .waiting)
    try study.begin(0, from: 3)
    #expect(study.trials[0].measurements.map(\.iteration) == [0, 1, 2, 3])
    #expect(study.trials[0].seconds == 3)
    study.interrupt(0)
    try study.begin(0)
    #expect(study.trials[0].measurements == [])
    #expect(study.trials[0].seconds == 0)
  }

  @Test("Notes are kept in their order")
  func notesKeptTheirOrder() throws {
    let study = try StudySamples.study()
    try study.note("data", ["rows": "10"])
    try study.note("resumed")
    #expect(
      study.notes == [
        StudyNote(kind: "data", values: ["rows": "10"]), StudyNote(kind: "resumed", values: [:]),
      ])
  }

  @Test("Operations that a trial's state does not allow trap")
  func trialsStateDoesNotAllow() async {
    let again = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      try StudySamples.study(done: [(0, 0.5)]).begin(0)
    }
    expectMessage(again, "Study: trial 0 is done and cannot begin")
    let twice = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let study = try StudySamples.study()
      try study.begin(1)
      try study.begin(1)
    }
    expectMessage(twice, "Study: trial 1 is running and cannot begin")
    let early = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      try StudySamples.study().finish(2, StudySamples.result(1))
    }
    expectMessage(early, "Study: trial 2 is waiting, not running")
    let unknown = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      try StudySamples.study().begin(6)
    }
    expectMessage(unknown, "Study: trial 6 is not one of 6")
    let back = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let study = try StudySamples.study()
      try study.begin(0)
      try study.record(Measurement(iteration: 2), of: 0)
      try study.record(Measurement(iteration: 1), of: 0)
    }
    expectMessage(back, "Study: trial 0 is at iteration 2, measured at 1")
  }
}
