import PerceptronNeuralNetwork
import PerceptronTuning
import Testing

/// The rules against examples worked out by hand.
@Suite("Pruning")
struct PruningTests {
  /// Begins a trial, lets it show `value` at `iteration`, and asks.
  private func ask(_ study: Study, _ trial: Int, _ value: Double, at iteration: Int) throws -> Bool
  {
    try measure(study, trial, value, at: iteration)
    return study.shouldPrune(trial, at: iteration)
  }

  private func measure(_ study: Study, _ trial: Int, _ value: Double, at iteration: Int) throws {
    if study.trials[trial].state == .waiting { try study.begin(trial) }
    try study.record(Measurement(iteration: iteration, value: value), of: trial)
  }

  @Test("At a rung the best half of the trials that have reached it continues")
  func atRungBestHalfThose() throws {
    let study = try StudySamples.study(.successiveHalving(minimum: 2, factor: 2))
    // Not at a rung yet.
    #expect(try !ask(study, 0, 0.0, at: 1))
    // 1 of 1, 2 of 2, 1 of 3, 2 of 4, 3 of 5; 1, 1, 1, 2 and 2 go on.
    #expect(try !ask(study, 0, 0.5, at: 2))
    #expect(try ask(study, 1, 0.4, at: 2))
    #expect(try !ask(study, 2, 0.6, at: 2))
    #expect(try !ask(study, 3, 0.55, at: 2))
    #expect(try ask(study, 4, 0.54, at: 2))
    // The next rung is at 4, with other trials; between the two nothing is decided.
    #expect(try !ask(study, 0, 0.1, at: 3))
    #expect(try !ask(study, 0, 0.5, at: 4))
    #expect(try ask(study, 2, 0.4, at: 4))
  }

  @Test("One trial in three continues, and the first one always")
  func oneTrialThreeGoesOn() throws {
    let study = try StudySamples.study(.successiveHalving(minimum: 1, factor: 3))
    for trial in 0..<6 { try measure(study, trial, Double(trial), at: 1) }
    #expect((0..<6).map { study.shouldPrune($0, at: 1) } == [true, true, true, true, false, false])
  }

  @Test("A rung is reached by the first measurement at or beyond it")
  func rungReachedByFirstMeasurement() throws {
    let study = try StudySamples.study(.successiveHalving(minimum: 2, factor: 2))
    #expect(try !ask(study, 0, 0.5, at: 2))
    // Trial 1 comes to 2 and 4 at once: at 2 it is worse than trial 0, alone at 4.
    #expect(try ask(study, 1, 0.4, at: 5))
    #expect(try !ask(study, 2, 0.6, at: 3))
    #expect(try !ask(study, 2, 0.1, at: 3))
    // What trial 0 shows later does not count at 2.
    try measure(study, 0, 0.9, at: 3)
    #expect(try !ask(study, 3, 0.55, at: 2))
  }

  @Test("The first of equally good trials continues, whichever was measured first")
  func equallyGoodTrialsFirstGoes() throws {
    let study = try StudySamples.study(.successiveHalving(minimum: 1, factor: 2))
    try measure(study, 1, 0.5, at: 1)
    try measure(study, 0, 0.5, at: 1)
    #expect(study.shouldPrune(1, at: 1))
    #expect(!study.shouldPrune(0, at: 1))
  }

  @Test("The lowest values continue if lower is better; values that are not finite are the worst")
  func lowestValuesGoOnLess()
    throws
  {
    let study = try StudySamples.study(
      .successiveHalving(minimum: 1, factor: 2), goal: Goal("error", .minimize))
    try measure(study, 0, -.infinity, at: 1)
    try measure(study, 1, 0.5, at: 1)
    try measure(study, 2, .nan, at: 1)
    try measure(study, 3, 0.25, at: 1)
    #expect((0..<4).map { study.shouldPrune($0, at: 1) } == [true, false, true, false])
  }

  @Test("Measurements without a value and trials that wait do not count")
  func measurementsWithoutValueTrialsWait() throws {
    let study = try StudySamples.study(.successiveHalving(minimum: 1, factor: 2))
    try measure(study, 0, 0.9, at: 1)
    study.interrupt(0)
    try study.begin(1)
    try study.record(Measurement(iteration: 1, loss: 5), of: 1)
    #expect(!study.shouldPrune(1, at: 1))
    #expect(try !ask(study, 1, 0.1, at: 2))
    #expect(!study.shouldPrune(5, at: 1))
  }

  @Test("Brackets begin at different rungs and compare only their own trials")
  func bracketsBeginAtDifferentRungs() throws {
    let pruning = Pruning.hyperband(minimum: 1, factor: 2, brackets: 2)
    let study = try StudySamples.study(pruning)
    #expect(try !ask(study, 0, 0.9, at: 1))
    // Trial 1 is in bracket 1, whose first rung is at 2; trial 0 is no rival there.
    #expect(try !ask(study, 1, 0.1, at: 1))
    #expect(try ask(study, 2, 0.5, at: 1))
    try measure(study, 0, 0.9, at: 2)
    #expect(try !ask(study, 1, 0.1, at: 2))
    #expect(try ask(study, 3, 0.05, at: 2))
  }

  @Test("Rungs are powers of the factor from the bracket's first one")
  func rungsPowersFactorFromBrackets() {
    let halving = Pruning.successiveHalving(minimum: 3, factor: 2)
    #expect(
      [0, 2, 3, 6, 11, 12].map { halving.nextRung(after: $0, of: 7) } == [3, 3, 6, 12, 12, 24])
    let hyperband = Pruning.hyperband(minimum: 1, factor: 3)
    #expect((0..<4).map { hyperband.nextRung(after: 0, of: $0) } == [1, 3, 9, 1])
    #expect(halving.nextRung(after: .max - 1, of: 0) == nil)
    #expect(Pruning.none.nextRung(after: 0, of: 0) == nil)
    #expect(Pruning.median(after: 1, trials: 1).nextRung(after: 0, of: 0) == nil)
  }

  @Test("A trial ends whose best is below the median of the others' means")
  func trialEndsWhoseBestBelow() throws {
    let study = try StudySamples.study(.median(after: 2, trials: 2))
    // Means up to 2 are 0.375 and 0.625, their median 0.5.
    for (iteration, value) in [(1, 0.25), (2, 0.5), (3, 1)] {
      #expect(try !ask(study, 0, value, at: iteration))
    }
    for (iteration, value) in [(1, 0.5), (2, 0.75)] {
      #expect(try !ask(study, 1, value, at: iteration))
    }
    #expect(try !ask(study, 2, 0.1, at: 1))
    #expect(try ask(study, 2, 0.49, at: 2))
    #expect(try !ask(study, 3, 0.5, at: 1))
    #expect(try !ask(study, 3, 0.1, at: 2))
    // Only trial 0 has come to 3, and two others are needed.
    #expect(try !ask(study, 3, 0.1, at: 3))
  }

  @Test("Without a rule every trial continues")
  func withoutRuleEveryTrialGoes() throws {
    let study = try StudySamples.study()
    try measure(study, 0, 1, at: 1)
    #expect(try !ask(study, 1, 0, at: 1))
  }

  @Test(
    "Invalid settings are refused",
    arguments: [
      (Pruning.successiveHalving(minimum: 0, factor: 2), "pruning minimum is 0"),
      (.successiveHalving(minimum: 1, factor: 1), "pruning factor is 1"),
      (.hyperband(minimum: 1, factor: 2, brackets: 0), "pruning brackets is 0"),
      (.hyperband(minimum: -1, factor: 2), "pruning minimum is -1"),
      (.median(after: -1, trials: 1), "pruning start is -1"),
      (.median(after: 0, trials: 0), "pruning warm-up is 0"),
    ])
  func settingsMakeNoSenseRefused(pruning: Pruning, message: String) throws {
    let error = #expect(throws: InvalidSetting.self) { try StudySamples.study(pruning) }
    #expect(error?.description.hasPrefix(message) == true)
  }
}
