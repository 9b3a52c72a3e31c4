import PerceptronTuning
import Testing

/// The order of trials, filters and exports.
@Suite("Leaderboard")
struct LeaderboardTests {
  /// Six trials of which three are done.
  private func study() throws -> Study {
    let study = try StudySamples.study()
    for trial in 0..<5 { try study.begin(trial) }
    try study.finish(
      4, TrialResult(value: 0.5, trainingValue: 0.75, finalLoss: 0.125, iterations: 9, seconds: 2))
    try study.finish(1, StudySamples.result(0.5))
    try study.finish(0, StudySamples.result(0.25))
    try study.diverge(2, iteration: 3, loss: .nan, seconds: 0.5)
    try study.record(Measurement(iteration: 2, loss: 7, value: 0.125), of: 3)
    try study.prune(3, at: 2, seconds: 0.25)
    return study
  }

  @Test("Trials come by their values, equal ones by their numbers, the others last")
  func trialsComeByTheirValues() throws {
    let leaderboard = try study().leaderboard
    #expect(leaderboard.trials.map(\.id) == [1, 4, 0, 3, 2, 5])
    #expect(leaderboard.prefix(2).trials.map(\.id) == [1, 4])
    let goal = Goal("error", .minimize)
    let errors = try StudySamples.study(done: [(0, 3), (1, 1), (2, 2)], goal: goal)
    #expect(errors.leaderboard.filter(.done).trials.map(\.id) == [1, 2, 0])
  }

  @Test("Trials without a result come by their last values, whatever their state")
  func trialsWithoutResultComeBy() throws {
    func study(_ goal: Goal) throws -> Study {
      let study = try StudySamples.study(goal: goal)
      for (trial, values) in [[0.5, 0.25], [0.75], [0.5], [], [0.875], [0.125]].enumerated() {
        if trial != 3 { try study.begin(trial) }
        for (index, value) in values.enumerated() {
          try study.record(Measurement(iteration: index + 1, value: value), of: trial)
        }
      }
      try study.prune(1, at: 1, seconds: 1)
      try study.diverge(4, iteration: 2, loss: .nan, seconds: 1)
      study.interrupt(2)
      try study.finish(5, StudySamples.result(0.125))
      return study
    }
    let board = try study(.validationAccuracy).leaderboard.trials
    #expect(board.map(\.id) == [5, 1, 2, 0, 3, 4])
    #expect(board.map(\.state) == [.done, .pruned, .waiting, .running, .waiting, .diverged])
    let errors = try study(Goal("error", .minimize)).leaderboard.trials
    #expect(errors.map(\.id) == [5, 0, 2, 1, 3, 4])
  }

  @Test("Trials are filtered by state and by the value of a parameter")
  func trialsFilteredByStateBy() throws {
    let leaderboard = try study().leaderboard
    #expect(leaderboard.filter(.done).trials.map(\.id) == [1, 4, 0])
    #expect(leaderboard.filter(.diverged, .pruned).trials.map(\.id) == [3, 2])
    #expect(leaderboard.filter("hidden", is: .integer(20)).trials.map(\.id) == [1, 4])
    #expect(leaderboard.filter("hidden", is: .number(20)).trials.map(\.id) == [1, 4])
    #expect(leaderboard.filter("learning-rate", is: .integer(1)).trials.map(\.id) == [4, 3, 5])
    #expect(leaderboard.filter("depth", is: .integer(20)).trials == [])
    #expect(leaderboard.filter { $0.seconds > 1 }.trials.map(\.id) == [4])
  }

  @Test("Comma-separated values have a row for each trial")
  func commaSeparatedValuesRowFor() throws {
    #expect(
      try study().leaderboard.csv == """
        trial,learning-rate,hidden,status,validation_accuracy,train_accuracy,final_loss,iterations,seconds
        1,0.5,20,done,0.5,,,,1
        4,1,20,done,0.5,0.75,0.125,9,2
        0,0.5,10,done,0.25,,,,1
        3,1,10,pruned,0.125,,7,2,0.25
        2,0.5,30,diverged,,,nan,3,0.5
        5,1,30,waiting,,,,,

        """)
  }

  @Test("JSON has an object for each trial")
  func jsonObjectForEachTrial() throws {
    let leaderboard = try study().leaderboard
    #expect(
      try leaderboard.filter("hidden", is: .integer(30)).json == """
        [
          {
            "final_loss" : "nan",
            "hidden" : 30,
            "iterations" : 3,
            "learning-rate" : 0.5,
            "seconds" : 0.5,
            "status" : "diverged",
            "train_accuracy" : null,
            "trial" : 2,
            "validation_accuracy" : null
          },
          {
            "final_loss" : null,
            "hidden" : 30,
            "iterations" : null,
            "learning-rate" : 1,
            "seconds" : null,
            "status" : "waiting",
            "train_accuracy" : null,
            "trial" : 5,
            "validation_accuracy" : null
          }
        ]

        """)
    #expect(try leaderboard.filter(.running).json == "[\n\n]\n")
  }

  @Test("Cells are quoted, unset parameters are empty, and column names are unique")
  func cellsQuotedUnsetParametersEmpty() throws {
    let space = SearchSpace([
      .init("na,me", .values([.text("a")])), .init("iterations", .values([.integer(5)])),
      .init("on", .values([.flag(true)])),
    ])
    let trials: [Assignment] = [
      ["na,me": .text("say \"a\""), "on": .flag(true)],
      ["na,me": .text("two\nlines\r\n"), "iterations": .integer(5)], ["na,me": .text("b c")],
    ]
    let study = try Study(
      definition: StudyDefinition(space: space, method: .grid, goal: Goal("error", .minimize)),
      trials: trials)
    #expect(
      study.leaderboard.csv == """
        trial,"na,me",iterations,on,status,error,train_accuracy,final_loss,trial_iterations,seconds
        0,"say ""a""\",,true,waiting,,,,,
        1,"two\nlines\r\n",5,,waiting,,,,,
        2,b c,,,waiting,,,,,

        """)
    #expect(try study.leaderboard.json.contains(#""na,me" : "say \"a\"","#))
    #expect(try study.leaderboard.json.contains(#""trial_iterations" : null"#))
  }
  @Test(
    "The goal takes the place of a column with its name",
    arguments: ["final_loss", "train_accuracy", "iterations", "seconds", "status", "trial"])
  func goalTakesPlaceColumnWith(name: String) throws {
    let study = try StudySamples.study(done: [(0, 3)], goal: Goal(name, .minimize))
    let lines = study.leaderboard.csv.split(separator: "\n").map { $0.split(separator: ",") }
    let names = try #require(lines.first)
    let others = [
      "trial", "learning-rate", "hidden", "status", "train_accuracy", "final_loss", "iterations",
      "seconds",
    ]
    #expect(names.map(String.init).sorted() == others.sorted())
    let text = try study.leaderboard.filter(.done).json
    #expect(text.contains("\"\(name)\" : 3"))
  }

  @Test("Columns of a parameter, a goal and a result with one name are distinguished")
  func parametersGoalsResultsColumnOne() throws {
    let space = SearchSpace([.init("seconds", .values([.integer(5)]))])
    let study = try Study(
      definition: StudyDefinition(space: space, method: .grid, goal: Goal("seconds", .minimize)),
      trials: [["seconds": .integer(5)]])
    #expect(
      study.leaderboard.csv == """
        trial,seconds,status,trial_seconds,train_accuracy,final_loss,iterations
        0,5,waiting,,,,

        """)
  }
}
