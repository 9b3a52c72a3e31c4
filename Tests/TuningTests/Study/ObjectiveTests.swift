import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTuning
import TestSupport
import Testing

/// Studies that run a function.
@Suite("Studies of a function", .mayHang)
struct ObjectiveTests {
  private struct Trouble: Error {}

  /// What several threads count.
  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var calls: [Int] = []

    func add(_ trial: Int) -> Int {
      lock.withLock {
        calls.append(trial)
        return calls.count
      }
    }

    var all: [Int] { lock.withLock { calls } }
  }

  @Sendable private static func objective(_ trial: TrialContext) throws -> Double {
    let hidden = trial.parameters["hidden"]?.number ?? .nan
    switch trial.trial {
    case 1: throw Trouble()
    case 4: return .nan
    default:
      for step in 1...3 { try trial.report(hidden * Double(step) / 3, iteration: step) }
      return hidden
    }
  }

  @Test(
    "Every trial is run once, errors fail it and values that are not finite diverge",
    arguments: [1, 2, 5, 20])
  func everyTrialRunOnceErrors(
    workers: Int
  ) throws {
    let study = try StudySamples.study(goal: Goal("units", .maximize))
    let counter = Counter()
    try study.run(workers: workers) { trial in
      _ = counter.add(trial.trial)
      return try Self.objective(trial)
    }
    #expect(counter.all.sorted() == Array(0..<6))
    if workers == 1 { #expect(counter.all == Array(0..<6)) }
    #expect(study.trials.map(\.state) == [.done, .failed, .done, .done, .diverged, .done])
    #expect(study.trials[1].message == "Trouble()")
    #expect(study.trials[4].message == "units is nan")
    #expect(study.trials[0].measurements.map(\.iteration) == [1, 2, 3])
    #expect(study.trials[0].measurements.last?.value == 10)
    #expect(study.trials[0].iterations == 3)
    #expect(study.best?.id == 2)
    try study.run(workers: workers) { _ in throw Trouble() }
    #expect(study.counts == [.done: 4, .failed: 1, .diverged: 1])
  }

  @Test("Two workers run two trials at the same time")
  func twoWorkersRunTwoTrials() throws {
    let study = try StudySamples.study()
    let met = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    try study.run(workers: 2) { trial in
      // Each of the first two waits for the other.
      if trial.trial == 0 {
        met.0.signal()
        if met.1.wait(timeout: .now() + hangLimit) == .timedOut { throw Trouble() }
      } else if trial.trial == 1 {
        met.1.signal()
        if met.0.wait(timeout: .now() + hangLimit) == .timedOut { throw Trouble() }
      }
      return 1
    }
    #expect(study.counts == [.done: 6])
  }

  @Test("A report ends a trial that is pruned")
  func reportEndsTrialGivenUp() throws {
    let study = try StudySamples.study(
      .successiveHalving(minimum: 2, factor: 2), goal: Goal("loss", .minimize))
    try study.run { trial in
      for step in 1...4 { try trial.report(Double(trial.trial), iteration: step) }
      return Double(trial.trial)
    }
    #expect(
      study.trials.map(\.state) == [.done, .pruned, .pruned, .pruned, .pruned, .pruned])
    #expect(study.trials[1].iterations == 2)
    #expect(study.trials[1].value == 1)
  }

  @Test("A stopped study is resumed where it was")
  func studyStoppedGoneOnWith() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let (definition, counter) = (StudySamples.definition(), Counter())
    do {
      let study = try Study.create(at: path, definition: definition, trials: StudySamples.trials)
      try study.run(stop: { counter.all.count == 3 }) { trial in
        _ = counter.add(trial.trial)
        return try Self.objective(trial)
      }
      #expect(
        study.trials.map(\.state) == [.done, .failed, .waiting, .waiting, .waiting, .waiting])
      #expect(study.trials[2].measurements.count == 1)
    }
    let study = try Study.resume(at: path, expecting: definition)
    #expect(study.counts == [.done: 1, .failed: 1, .waiting: 4])
    try study.run(workers: 2) { trial in
      _ = counter.add(trial.trial)
      return try Self.objective(trial)
    }
    #expect(counter.all.sorted() == [0, 1, 2, 2, 3, 4, 5])
    #expect(study.counts == [.done: 4, .failed: 1, .diverged: 1])
    #expect(study.trials[2].measurements.count == 3)
  }

  @Test(
    "No trial starts if the study is to stop at once, and an invalid number of workers is refused")
  func noTrialBegunStudyStop()
    throws
  {
    let study = try StudySamples.study()
    try study.run(workers: 2, stop: { true }) { _ in 1 }
    #expect(study.counts == [.waiting: 6])
    #expect(throws: InvalidSetting.self) { try study.run(workers: 0) { _ in 1 } }
    try Study(definition: StudySamples.definition(), trials: []).run { _ in 1 }
  }

  @Test("Several threads may report to a study")
  func severalThreadsMayTellStudy() throws {
    let scratch = try TemporaryDirectory()
    let trials = (0..<40).map { _ in StudySamples.trials[0] }
    let path = scratch.file("a")
    let study = try Study.create(
      at: path, definition: StudySamples.definition(.successiveHalving(minimum: 1, factor: 2)),
      trials: trials)
    DispatchQueue.concurrentPerform(iterations: trials.count) { trial in
      do {
        try study.begin(trial)
        for step in 1...5 {
          try study.record(Measurement(iteration: step, value: Double(trial)), of: trial)
          _ = study.shouldPrune(trial, at: step)
        }
        try study.finish(trial, StudySamples.result(Double(trial))) {
          try Data("\(trial)".utf8).write(to: URL(fileURLWithPath: $0))
        }
      } catch {
        Issue.record(error)
      }
    }
    #expect(study.counts == [.done: 40])
    #expect(study.best?.id == 39)
    #expect(try scratch.bytes(of: "a/best.safetensors") == Array("39".utf8))
    #expect(try Study.read(at: path).trials == study.trials)
  }
}
