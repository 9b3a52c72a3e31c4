import Testing
@testable import PerceptronTuning

/// What charts of a study are made of, against examples worked out by hand.
@Suite("Data of a study")
struct StudyDataTests {
  @Test("The best so far follows the order in which trials are done")
  func bestSoFarFollowsOrder() throws {
    let study = try StudySamples.study(
      done: [(3, 0.5), (0, 0.25), (5, .nan), (1, 0.75), (2, 0.75)])
    #expect(study.ended.map(\.id) == [3, 0, 5, 1, 2])
    #expect(
      study.bestSoFar == [
        BestSoFar(trial: 3, value: 0.5, best: 0.5), BestSoFar(trial: 0, value: 0.25, best: 0.5),
        BestSoFar(trial: 1, value: 0.75, best: 0.75), BestSoFar(trial: 2, value: 0.75, best: 0.75),
      ])
    let least = try StudySamples.study(
      done: [(0, 3), (1, -1), (2, 2)], goal: Goal("error", .minimize))
    #expect(least.bestSoFar.map(\.best) == [3, -1, -1])
    #expect(try StudySamples.study().bestSoFar.isEmpty)
  }

  @Test("A pair's cells have the best over the others, and the diverged trials")
  func pairsCellsBestOverOthers() throws {
    // Rates 0.5 and 1, hidden 10, 20 and 30, in this order; trial 2 does not run.
    let study = try StudySamples.study(done: [(0, 0.1), (1, 0.2), (3, 0.4), (4, .nan), (5, 0.6)])
    let pair = try #require(study.pairEffects.first)
    #expect(study.pairEffects.count == 1)
    #expect(pair.first == "learning-rate" && pair.second == "hidden")
    #expect(pair.firstLevels == [.value(.number(0.5)), .value(.number(1))])
    #expect(
      pair.secondLevels == [.value(.integer(10)), .value(.integer(20)), .value(.integer(30))])
    #expect(pair.cells.map { $0.map(\.best) } == [[0.1, 0.2, nil], [0.4, nil, 0.6]])
    #expect(pair.cells.map { $0.map(\.trials) } == [[1, 1, 0], [1, 0, 1]])
    #expect(pair.cells.map { $0.map(\.diverged) } == [[0, 0, 0], [0, 1, 0]])
  }

  /// A study of three parameters, the last of which is set in some trials only.
  private func study(goal: Goal) throws -> Study {
    let space = SearchSpace([
      .init("x", .numbers(lower: 0, upper: 8)), .init("on", .values([.flag(false), .flag(true)])),
      .init("of", .values([.text("a"), .text("b")]), when: ["on": [.flag(true)]]),
    ])
    let trials = (0..<9).map { index -> Assignment in
      let isOn = index % 2 == 1
      return Assignment(
        [.init("x", .number(Double(index))), .init("on", .flag(isOn))]
          + (isOn ? [.init("of", .text(index < 4 ? "b" : "a"))] : []))
    }
    let study = try Study(
      definition: StudyDefinition(space: space, method: .grid, goal: goal), trials: trials)
    try study.run { Double($0.trial) }
    return study
  }

  @Test("Ranges have the parts of marginal effects; unset parameters do not count")
  func rangesPartsMarginalEffectsNot() throws {
    let study = try study(goal: Goal("error", .minimize))
    let pairs = study.pairEffects
    #expect(pairs.map(\.first) == ["x", "x"])
    #expect(pairs.map(\.second) == ["on", "of"], "on is always true where of is set")
    #expect(pairs[0].firstLevels == study.marginalEffects[0].levels.map(\.extent))
    #expect(pairs[0].firstLevels.count == 4)
    // x is 0 and 1, 2 and 3, 4 and 5, 6 to 8; even ones are off.
    #expect(pairs[0].cells.map { $0.map(\.best) } == [[0, 1], [2, 3], [4, 5], [6, 7]])
    #expect(pairs[0].cells.map { $0.map(\.trials) }.last == [2, 1])
    #expect(pairs[1].cells.map { $0.map(\.best) } == [[nil, 1], [nil, 3], [5, nil], [7, nil]])
    let most = try self.study(goal: .validationAccuracy)
    #expect(most.pairEffects[0].cells.map { $0.map(\.best) }.last == [8, 7])
  }

  @Test("A parameter with one value, and a study without results, have no pairs")
  func parameterWithOneValueStudy() throws {
    #expect(try StudySamples.study().pairEffects.isEmpty)
    #expect(try StudySamples.study(done: [(0, 0.5), (1, 0.25)]).pairEffects.isEmpty)
  }

  @Test("An edge is reported with its end, and a study without a best trial has none")
  func edgeToldWithEndStudy() throws {
    let study = try StudySamples.study(done: [(0, 0.1), (4, 0.2)])
    #expect(
      study.edges.map(\.description) == [
        "the best learning-rate 1 is the largest tried; better ones may lie beyond"
      ])
    #expect(study.edges[0].edge == .upper && study.edges[0].isOfList)
    #expect(try StudySamples.study(done: [(0, .nan)]).edges.isEmpty)
  }
}
