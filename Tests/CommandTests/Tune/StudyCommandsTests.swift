import Perceptron
import Testing

@testable import PerceptronCLI

/// The command lines that go on with a study, and what is known of it from its folder.
@Suite("Command lines of a study")
struct StudyCommandsTests {
  private func study(
    on data: String = "digits", fixed: [String: String] = [:], isOfTune: Bool = true
  ) throws -> Study {
    let context = [
      "data": data, "digest": "0", "settings": "0", "training": "sideBySide",
    ].merging(fixed) { $1 }
    let rates = SearchSpace.Parameter("learning-rate", .values([0.5, 1]))
    let definition = StudyDefinition(
      space: SearchSpace([rates]), method: .grid, context: isOfTune ? context : ["data": data])
    return try Study(
      definition: definition,
      trials: [["learning-rate": 0.5, "hidden": 20], ["learning-rate": 1, "hidden": 30]])
  }

  private func run(_ study: Study) throws {
    for trial in 0..<2 {
      try study.begin(trial)
      try study.finish(trial, TrialResult(value: Double(trial), seconds: 1))
    }
  }

  @Test("The best trial's settings become options of train, beside those of all trials")
  func train() throws {
    let fixed = ["batch-norm": "true", "subtract-mean": "false", "layer-norm": "false"]
    let study = try study(fixed: fixed)
    let commands = StudyCommands(study, in: "a b")
    #expect(commands.train == nil && commands.evaluate == nil)
    #expect(commands.resume == "perceptron tune --resume 'a b'")
    try run(study)
    #expect(
      commands.train
        == "perceptron train --data digits --learning-rate 1 --hidden 30 --batch-norm "
        + "--no-subtract-mean")
    // Without a test set there is nothing to measure.
    #expect(commands.evaluate == nil)
    #expect(commands.resume == nil)
    #expect(commands.export == "perceptron tune export 'a b' --output trials.csv")
  }

  @Test("A study knows its data, which is not named again to measure the best network")
  func data() throws {
    let study = try study(on: "/data/cifar's")
    try run(study)
    let best = try #require(study.best)
    try study.record(StudyTest(trial: best.id, value: 1, loss: 0, rowCount: 3, digest: "abc"))
    #expect(StudyCommands(study, in: "s").evaluate == "perceptron evaluate s")
  }

  @Test("The networks of a study that another program began are not known")
  func otherProgram() throws {
    let study = try study(isOfTune: false)
    try run(study)
    let commands = StudyCommands(study, in: "s")
    #expect(commands.train == nil && commands.evaluate == nil && commands.resume == nil)
    #expect(TuneContext(of: study) == nil)
  }

  @Test("A context is read from the study's definition as it was written")
  func context() throws {
    let fixed = ["decay": "0.9"]
    let study = try study(fixed: fixed)
    let read = try #require(TuneContext(of: study))
    #expect(read.trials.source == "digits" && read.trials.fixed == fixed)
    #expect(read.training == .sideBySide && read.values == study.definition.context)
  }
}
