import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTuning

/// Studies that repeat each point of their space with several seeds.
@Suite("Repeats with several seeds")
struct RepeatsTests {
  private static let space = SearchSpace([
    .init("rate", .values([.number(0.25), .number(0.5), .number(1), .number(2)]))
  ])

  private func study(_ pruning: Pruning = .none, seeds: [Int] = [0, 1, 2]) throws -> Study {
    try Study(Self.space, pruning: pruning, seeds: seeds)
  }

  /// Ends trials with values, and lets those diverge that have none.
  private func finish(_ values: [Int: Double], of study: Study) throws {
    for (trial, value) in values.sorted(by: { $0.key < $1.key }) {
      try study.begin(trial)
      try study.finish(trial, StudySamples.result(value))
    }
  }

  @Test("Each point has a trial for each seed, and the seed is not a parameter of the space")
  func eachPointTrialForEach()
    throws
  {
    let study = try study(seeds: [7, 3])
    #expect(
      study.trials.prefix(3).map(\.parameters) == [
        ["rate": 0.25, "seed": 7], ["rate": 0.25, "seed": 3], ["rate": 0.5, "seed": 7],
      ])
    #expect(
      study.configurations.map { $0.trials.map(\.id) } == [[0, 1], [2, 3], [4, 5], [6, 7]])
    #expect(study.configurations[1].parameters == ["rate": 0.5])
    #expect(study.leaderboard.parameterNames == ["rate"])
    #expect(study.trialCountText == "8 trials, 2 for each of 4 networks")
  }

  @Test("Points are ranked by the mean of their repeats once all of them are done")
  func pointsRankedByMeanTheir() throws {
    let study = try study()
    // The first is good once; of the third a repeat is missing, of the fourth one diverged.
    try finish(
      [
        0: 0.75, 1: 0.375, 2: 0.375, 3: 0.5, 4: 0.625, 5: 0.75, 6: 0.95, 7: 0.95, 9: 0.99, 10: 0.99,
      ],
      of: study)
    try finish([11: .nan], of: study)
    let points = study.leaderboard.configurations
    #expect(points.map(\.id) == [3, 0, 6, 9])
    #expect(points.map(\.state) == [.done, .done, .waiting, .diverged])
    #expect(points.map(\.doneCount) == [3, 3, 2, 2])
    #expect(points.map(\.value) == [0.625, 0.5, 0.95, 0.99])
    // √((0.125² + 0 + 0.125²)/2).
    #expect(points[0].deviation == 0.125)
    #expect(points[2].result == nil && points[3].result == nil)
    #expect(
      points[0].name == "trials 3–5"
        && points[0].valueText(of: .validationAccuracy) == "0.6250 ± 0.1250")
    // The best trial is the best repeat of the best point, not that with the best number of all.
    #expect(study.bestConfiguration?.id == 3)
    #expect(study.best?.id == 5)
    #expect(study.leaderboard.trials.map(\.id) == [3, 4, 5, 0, 1, 2, 6, 7, 8, 9, 10, 11])
    #expect(study.bestSoFar.map(\.trial) == [0, 3])
    #expect(study.bestSoFar.map(\.best) == [0.5, 0.625])
    let effect = try #require(study.marginalEffects.first)
    #expect(study.marginalEffects.count == 1)
    #expect(effect.levels.map(\.mean) == [0.5, 0.625, nil])
    #expect(effect.levels.map(\.diverged) == [0, 0, 1])
    #expect(
      study.leaderboard.filter(.done).csv == """
        trials,rate,status,validation_accuracy,validation_accuracy_sd,repeats_done,train_accuracy,final_loss,iterations,seconds
        3 4 5,0.5,done,0.625,0.125,3,,,,3
        0 1 2,0.25,done,0.5,0.21650635094610965,3,,,,3

        """)
  }

  @Test("The mean of equal results is the result, without a deviation")
  func meanEqualResultsResultWithout() throws {
    let study = try study()
    try finish([0: 0.1, 1: 0.1, 2: 0.1], of: study)
    #expect(study.bestConfiguration?.value == 0.1)
    #expect(study.bestConfiguration?.deviation == 0)
    #expect(study.configurations[1].value == nil && study.configurations[1].deviation == nil)
  }

  @Test("A network is saved if its trial completes the best point and is its best repeat")
  func networkSavedTrialCompletesBest()
    throws
  {
    let folder = try TemporaryDirectory().file("study")
    let study = try Study.open(at: folder, Self.space, seeds: [0, 1])
    var saved: [Int] = []
    for (trial, value) in [0.5, 0.75, 0.875, 0.625, 0.25, 0.5].enumerated() {
      try study.begin(trial)
      try study.finish(trial, StudySamples.result(value)) { _ in saved.append(trial) }
    }
    // Point 1 is better than point 0, but its better repeat was done before its other one.
    #expect(saved == [1])
    #expect(study.best?.id == 2)
  }

  @Test(
    "Halving judges the first repeats, and the others run only of points that survive",
    arguments: [1, 3])
  func halvingJudgesFirstRepeatsOthers(
    workers: Int
  ) throws {
    // The best comes first, so that one worker has all others given up.
    let space = SearchSpace([.init("rate", .values([2, 1, 0.5, 0.25]))])
    let study = try Study(
      space, pruning: .successiveHalving(minimum: 1, factor: 2), seeds: [0, 1, 2])
    try study.run(workers: workers) { trial in
      let rate = trial.parameters.number("rate")
      // The better the rate the higher, but for the first seed's best, which the others are bad at.
      let value = trial.parameters.whole("seed") == 0 ? rate : 2 - rate
      if trial.trial % 3 > 0 { #expect(study.trials[trial.trial / 3 * 3].state == .done) }
      for step in 1...4 { try trial.report(value, iteration: step) }
      return value
    }
    let states = study.configurations.map(\.state)
    #expect(states.allSatisfy { $0 == .done || $0 == .pruned })
    #expect(states.first == .done)
    if workers == 1 { #expect(states.count { $0 == .pruned } == 3) }
    for point in study.configurations where point.state == .pruned {
      #expect(point.trials.map(\.state) == [.pruned, .pruned, .pruned])
      #expect(point.trials.dropFirst().allSatisfy { $0.measurements.isEmpty })
    }
    if workers > 1 { return }
    // What is compared where some were pruned is the first repeats, at the first rung.
    #expect(study.effectBasis == EffectBasis(iteration: 1, count: 4))
    #expect(study.marginalEffects[0].levels.map(\.mean) == [2, 1, 0.5, 0.25])
  }

  @Test("With pruning, a point whose first repeat diverged is not tried with other seeds")
  func pointWhoseFirstRepeatDiverged()
    throws
  {
    let study = try study(.median(after: 1, trials: 3))
    try study.run { trial in trial.trial < 3 ? .nan : 0.5 }
    #expect(study.trials.prefix(3).map(\.state) == [.diverged, .pruned, .pruned])
    #expect(study.configurations.map(\.state) == [.diverged, .done, .done, .done])
  }

  @Test("The brackets of hyperband are dealt to points, not to their repeats")
  func bracketsHyperbandDealtPointsNot() throws {
    let study = try study(.hyperband(minimum: 1, factor: 2, brackets: 2), seeds: [0, 1])
    for (point, value) in [0.5, 0.75, 0.25, 1].enumerated() {
      try study.begin(2 * point)
      try study.record(Measurement(iteration: 1, value: value), of: 2 * point)
    }
    // Points 0 and 2 are in the first bracket; the second has no rung at 1 yet.
    #expect((0..<4).map { study.shouldPrune(2 * $0, at: 1) } == [false, false, true, false])
  }

  @Test("A study is resumed with the same seeds, and with no others")
  func studyGoesOnWithSame() throws {
    let folder = try TemporaryDirectory().file("study")
    do { try finish([0: 0.5], of: try Study.open(at: folder, Self.space, seeds: [0, 1])) }
    do {
      let study = try Study.open(at: folder, Self.space, seeds: [0, 1])
      #expect(study.definition.seeds == [0, 1])
      #expect(study.configurations[0].doneCount == 1 && study.configurations[0].state == .waiting)
      #expect(study.best == nil)
    }
    let error = #expect(throws: StudyDifference.self) {
      try Study.open(at: folder, Self.space, seeds: [0, 2])
    }
    #expect(error?.name == "seeds of repeats")
  }

  @Test("A journal of a version that ranked seeds is read unchanged")
  func journalProgramRankedSeedsRead() throws {
    let folder = try TemporaryDirectory().file("study")
    let space = SearchSpace([.init("seed", .values([.integer(0), .integer(1)]))])
    do { try finish([0: 0.5, 1: 0.75], of: try Study.open(at: folder, space)) }
    let path = folder + "/" + Study.journalName
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let old = text.replacing(#""seeds":[],"#, with: "")
    #expect(old != text)
    try AtomicFile.write(Array(old.utf8), to: path)
    let study = try Study.read(at: folder)
    #expect(study.best?.parameters == ["seed": 1])
    #expect(study.leaderboard.csv.contains("1,1,done,0.75"))
    #expect(study.marginalEffects.map(\.name) == ["seed"])
    #expect(study.trialCountText == "2 trials")
  }

  @Test("A space without parameters is one point that is repeated")
  func spaceWithoutParametersOnePoint() throws {
    let folder = try TemporaryDirectory().file("study")
    let study = try Study.open(at: folder, SearchSpace([]), seeds: [0, 1, 2])
    try finish([0: 0.25, 1: 0.5, 2: 0.75], of: study)
    #expect(study.trialCountText == "3 trials of 1 network")
    #expect(
      try Study.read(at: folder).bestConfiguration?.valueText(of: .validationAccuracy)
        == "0.5000 ± 0.2500")
    #expect(throws: SearchSpaceError.self) { try Study(SearchSpace([])) }
  }

  @Test("Seeds that come twice, are negative or a parameter too are refused")
  func seedsComeTwiceNegativeParameter() throws {
    #expect(throws: InvalidSetting.self) { try study(seeds: [1, 1]) }
    #expect(throws: InvalidSetting.self) { try study(seeds: [-1, 1]) }
    let space = SearchSpace([.init("seed", .values([.integer(0), .integer(1)]))])
    #expect(throws: InvalidSetting.self) { try Study(space, seeds: [0, 1]) }
  }
}
