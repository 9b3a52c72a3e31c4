import TestSupport
import Testing
@testable import PerceptronTuning

/// What each parameter did, against examples worked out by hand.
@Suite("Marginal effects")
struct MarginalEffectTests {
  @Test("Means, best values and shares of variance are those of the worked example")
  func meansBestValuesSharesVariance() throws {
    // Rates 0.5 and 1, hidden 10, 20 and 30: trial 5, of rate 1 and hidden 30, diverges.
    let study = try StudySamples.study(
      done: [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.5), (4, 0.6), (5, .nan)])
    let effects = study.marginalEffects
    #expect(effects.map(\.name) == ["learning-rate", "hidden"])
    let (rate, hidden) = (effects[0], effects[1])
    #expect(rate.levels.map(\.extent) == [.value(.number(0.5)), .value(.number(1))])
    #expect(rate.levels.map(\.trials) == [3, 2])
    #expect(rate.levels.map(\.diverged) == [0, 1])
    #expect(rate.levels.map(\.best) == [0.3, 0.6])
    expectClose(rate.levels[0].mean ?? .nan, 0.2, tolerance: 1e-15)
    expectClose(rate.levels[1].mean ?? .nan, 0.55, tolerance: 1e-15)
    // The mean of all is 0.34 and the squared deviations sum to 0.172. Between the rates:
    // 3·0.14² + 2·0.21² = 0.147.
    expectClose(rate.importance ?? .nan, 0.147 / 0.172, tolerance: 1e-14)
    #expect(hidden.levels.map(\.trials) == [2, 2, 1])
    #expect(hidden.levels.map(\.diverged) == [0, 0, 1])
    // The means are 0.3, 0.4 and 0.3: 2·0.04² + 2·0.06² + 0.04² = 0.012.
    expectClose(hidden.importance ?? .nan, 0.012 / 0.172, tolerance: 1e-14)
  }

  @Test("If lower is better, the best is the lowest")
  func lessBetterBestLowest() throws {
    let study = try StudySamples.study(done: [(0, 3), (1, 1), (2, 2)], goal: Goal("e", .minimize))
    #expect(study.marginalEffects[0].levels.map(\.best) == [1])
  }

  @Test("Trials without a result, equal results and one level give no importance")
  func trialsWithoutResultEqualResults() throws {
    #expect(try StudySamples.study().marginalEffects.map(\.levels) == [[], []])
    #expect(try StudySamples.study().marginalEffects.map(\.importance) == [nil, nil])
    let equal = try StudySamples.study(done: [(0, 0.1), (1, 0.1), (3, 0.1)])
    #expect(equal.marginalEffects.map(\.importance) == [nil, nil])
    let oneRate = try StudySamples.study(done: [(0, 0.5), (1, 0.75), (3, .nan)])
    #expect(oneRate.marginalEffects.map(\.importance) == [nil, nil])
    #expect(oneRate.marginalEffects[0].levels[1].mean == nil)
    #expect(oneRate.marginalEffects[0].levels[1].best == nil)
    #expect(oneRate.marginalEffects[0].levels[1].diverged == 1)
  }

  @Test("Importance is computed if a level has at least two trials")
  func importanceToldLevelTwoTrials() throws {
    let single = try StudySamples.study(done: [(0, 0.25), (1, 0.5), (2, 0.75)])
    #expect(single.marginalEffects[1].levels.map(\.trials) == [1, 1, 1])
    #expect(single.marginalEffects[1].importance == nil)
    // The mean of all is 0.5, those of hidden 10 and 20 are 0.375 and 0.75: 2·0.125² + 0.25².
    let double = try StudySamples.study(done: [(0, 0.25), (3, 0.5), (1, 0.75)])
    expectClose(
      double.marginalEffects[1].importance ?? .nan, 0.09375 / 0.125, tolerance: 1e-14)
  }

  private func effect(
    of domain: SearchSpace.Domain, _ values: [ParameterValue?]
  ) throws -> MarginalEffect {
    let study = try Study(
      definition: StudyDefinition(space: SearchSpace([.init("x", domain)]), method: .grid),
      trials: values.map { value in Assignment(value.map { [.init("x", $0)] } ?? []) })
    try study.run { Double($0.trial) }
    return study.marginalEffects[0]
  }

  @Test("A range of few values has a level for each, one of many has four parts")
  func rangeFewValuesLevelFor() throws {
    let few = try effect(
      of: .numbers(lower: 0, upper: 8), [.number(8), .number(0.5), .number(8)])
    #expect(few.levels.map(\.extent) == [.value(.number(0.5)), .value(.number(8))])
    #expect(few.levels.map(\.mean) == [1, 1])
    let many = try effect(
      of: .integers(lower: 0, upper: 8), (0...8).map { .integer($0) })
    #expect(
      many.levels.map(\.extent) == [
        .range(lower: 0, upper: 2), .range(lower: 2, upper: 4), .range(lower: 4, upper: 6),
        .range(lower: 6, upper: 8),
      ])
    #expect(many.levels.map(\.trials) == [2, 2, 2, 3])
    #expect(many.levels.map(\.extent.description).last == "6.0–8.0")
  }

  @Test("Parts of a logarithmic range are of equal ratio, and empty ones are left out")
  func partsLogarithmicRangeEqualRatio() throws {
    let values = [1, 2, 3, 4, 5, 6, 7, 8, 16].map { ParameterValue.number($0) }
    let effect = try effect(of: .numbers(lower: 1, upper: 16, scale: .logarithmic), values)
    #expect(effect.levels.map(\.trials) == [1, 2, 4, 2])
    let low = try self.effect(
      of: .numbers(lower: 1, upper: 16, scale: .logarithmic),
      (0..<9).map { .number(1 + Double($0) / 10) })
    #expect(low.levels.map(\.trials) == [9])
  }

  @Test("Trials in which the parameter is not set do not count")
  func trialsParameterNotSetDo() throws {
    let effect = try effect(of: .values([.text("a"), .text("b")]), [.text("b"), nil, .text("a")])
    #expect(effect.levels.map(\.mean) == [2, 0])
    #expect(effect.importance == nil)
  }

  /// The six trials of ``StudySamples``, measured at 10 and 20 iterations: the first is done at 40,
  /// the next three are pruned at 10 and 20, one diverges, and one runs.
  private func pruned() throws -> Study {
    let study = try StudySamples.study()
    let values = [[0.5, 0.7], [0.25], [0.75, 0.5], [0.5], [0.9], [0.1]]
    for (trial, values) in values.enumerated() {
      try study.begin(trial)
      for (index, value) in values.enumerated() {
        try study.record(
          Measurement(iteration: 10 * (index + 1), value: value), of: trial)
      }
    }
    try study.finish(0, TrialResult(value: 0.95, iterations: 40, seconds: 1))
    for trial in 1...3 { try study.prune(trial, at: trial == 2 ? 20 : 10, seconds: 1) }
    try study.diverge(4, iteration: 12, loss: .nan, seconds: 1)
    return study
  }

  @Test("With pruned trials, effects are those at the last iteration that all of them reached")
  func trialsWerePrunedEffectsLast()
    throws
  {
    let study = try pruned()
    #expect(study.effectBasis == EffectBasis(iteration: 10, count: 4))
    let (rate, hidden) = (study.marginalEffects[0], study.marginalEffects[1])
    // 0.5, 0.25 and 0.75 with rate 0.5, and 0.5 with rate 1, where trial 4 diverged.
    #expect(rate.levels.map(\.mean) == [0.5, 0.5])
    #expect(rate.levels.map(\.trials) == [3, 1])
    #expect(rate.levels.map(\.diverged) == [0, 1])
    #expect(rate.importance == 0)
    #expect(hidden.levels.map(\.mean) == [0.5, 0.25, 0.75])
    #expect(hidden.importance == 1)
    #expect(
      study.pairEffects.first?.cells.map { $0.map(\.best) } == [
        [0.5, 0.25, 0.75], [0.5, nil, nil],
      ])
  }

  @Test("A trial that ended before it was measured there is compared by its result")
  func trialEndedBeforeWasMeasured() throws {
    let study = try StudySamples.study()
    for trial in 0..<2 { try study.begin(trial) }
    try study.record(Measurement(iteration: 30, value: 0.25), of: 0)
    try study.prune(0, at: 30, seconds: 1)
    try study.finish(1, TrialResult(value: 0.5, iterations: 20, seconds: 1))
    #expect(study.effectBasis == EffectBasis(iteration: 20, count: 2))
    #expect(study.marginalEffects[1].levels.map(\.mean) == [0.25, 0.5])
  }

  @Test("Nothing is compared if trials were pruned before their first measurement")
  func nothingComparedTrialsWerePruned() throws {
    let study = try StudySamples.study()
    try study.begin(0)
    try study.prune(0, at: 0, seconds: 0)
    #expect(study.effectBasis == EffectBasis(iteration: nil, count: 0))
    #expect(study.marginalEffects.map(\.levels) == [[], []])
  }
}
