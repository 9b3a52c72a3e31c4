import PerceptronTuning
import TestSupport
import Testing

/// What is said where a study is gone on with as another one.
@Suite("Differences of studies")
struct StudyDifferenceTests {
  private static func changed(_ change: (inout StudyDefinition) -> Void) -> StudyDefinition {
    var definition = StudySamples.definition(context: ["data": "abc", "seed": "1"])
    change(&definition)
    return definition
  }

  @Test(
    "The first difference is named with both values",
    arguments: [
      (
        changed { $0.space.parameters[1].domain = .integers(lower: 1, upper: 3, points: 2) },
        "parameter hidden", "10,20,30",
        "1..3:2"
      ),
      (
        changed { $0.space.parameters[1].condition = ["learning-rate": [.number(0.5)]] },
        "condition of hidden", "none", "learning-rate [0.5]"
      ),
      (
        changed { $0.space.parameters.removeLast() },
        "parameter hidden", "10,20,30", "none"
      ),
      (
        changed { $0.space.parameters.append(.init("depth", .values([.integer(1)]))) },
        "parameter depth", "none", "1"
      ),
      (
        changed { $0.space.parameters.swapAt(0, 1) },
        "parameter number 1", "learning-rate", "hidden"
      ),
      (
        changed { $0.method = .random(count: 5, seed: 1) },
        "method", "grid", "random count 5, seed 1"
      ),
      (
        changed { $0.goal = Goal("error", .minimize) }, "goal",
        "direction maximize, name validation_accuracy",
        "direction minimize, name error"
      ),
      (
        changed { $0.pruning = .median(after: 1, trials: 2) },
        "pruning", "none", "median after 1, trials 2"
      ),
      (changed { $0.context["data"] = "abd" }, "data", "abc", "abd"),
      (changed { $0.context["seed"] = nil }, "seed", "1", "none"),
      (changed { $0.context["batch"] = "64" }, "batch", "none", "64"),
    ])
  func firstDifferenceNamedWithBoth(
    expected: StudyDefinition, name: String, recorded: String, asked: String
  ) throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    _ = try Study.create(at: path, definition: Self.changed { _ in }, trials: StudySamples.trials)
    let error = #expect(throws: StudyDifference.self) {
      try Study.resume(at: path, expecting: expected)
    }
    #expect(error?.name == name)
    #expect(error?.recorded == recorded)
    #expect(error?.expected == asked)
    #expect(
      error?.description
        == "\(path): \(name): the study in this folder has \(recorded), expected \(asked)")
    // Nothing is locked or changed by the refusal.
    #expect(try Study.resume(at: path, expecting: Self.changed { _ in }).counts == [.waiting: 6])
  }

  @Test("Other trials are refused")
  func otherTrialsRefused() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let definition = StudySamples.definition()
    _ = try Study.create(at: path, definition: definition, trials: StudySamples.trials)
    var trials = StudySamples.trials
    #expect(try Study.resume(at: path, expecting: nil, trials: trials).trials.count == 6)
    trials[4] = ["learning-rate": .number(1), "hidden": .integer(21)]
    let other = #expect(throws: StudyDifference.self) {
      try Study.resume(at: path, expecting: definition, trials: trials)
    }
    #expect(other?.name == "trial 4")
    #expect(other?.recorded == "learning-rate 1, hidden 20")
    #expect(other?.expected == "learning-rate 1, hidden 21")
    let fewer = #expect(throws: StudyDifference.self) {
      try Study.resume(at: path, expecting: nil, trials: [])
    }
    #expect(fewer?.name == "number of trials")
  }

  @Test("Numbers get their kind back from the definition that is asked for")
  func numbersGetTheirKindBack() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    let definition = StudyDefinition(
      space: SearchSpace([
        .init("decay", .values([.number(1), .number(2)])),
        .init("rate", .numbers(lower: 1, upper: 10)),
        .init("units", .values([.integer(1), .integer(2)]), when: ["decay": [.number(1)]]),
      ]), method: .grid)
    let trials: [Assignment] = [
      ["decay": .number(1), "rate": .number(10), "units": .integer(2)], ["decay": .number(2)],
    ]
    _ = try Study.create(at: path, definition: definition, trials: trials)
    let study = try Study.resume(at: path, expecting: definition)
    #expect(study.definition == definition)
    #expect(study.trials.map(\.parameters) == trials)
    let read = try Study.read(at: path)
    #expect(read.trials[0].parameters["rate"] == .number(10))
    #expect(read.trials[0].parameters["units"] == .integer(2))
  }
}
