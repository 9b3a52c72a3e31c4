import Foundation
import TestSupport
import Testing
import PerceptronTraining
import PerceptronTuning

/// The command lines that go on with a study, and what is known of it from its folder.
@Suite("Command lines of a study")
struct StudyCommandsTests {
  private func context(_ data: String, fixed: [String: String] = [:]) -> TuneContext {
    TuneContext(
      data: data, format: nil, digest: "0", settings: "0", training: .sideBySide, fixed: fixed)
  }

  private func study(_ context: TuneContext) throws -> Study {
    try Study(
      definition: StudySamples.definition(context: context.values), trials: StudySamples.trials)
  }

  @Test("The best trial's settings become options of train, beside those of all trials")
  func bestTrialsSettingsBecomeOptions()
    throws
  {
    let study = try study(
      context("digits", fixed: ["batch-norm": "true", "subtract-mean": "false", "decay": "-1"]))
    let commands = StudyCommands(study, in: "a b")
    #expect(commands.train == nil && commands.evaluate == nil)
    #expect(commands.resume == "perceptron tune --resume 'a b'")
    for trial in 0..<6 {
      try study.begin(trial)
      try study.finish(trial, StudySamples.result(Double(trial)))
    }
    #expect(
      commands.train
        == "perceptron train --data digits --batch-norm --decay=-1 --no-subtract-mean "
        + "--learning-rate 1 --hidden 30")
    #expect(commands.evaluate == "perceptron evaluate 'a b'")
    #expect(commands.resume == nil)
    #expect(commands.export == "perceptron tune export 'a b' --output trials.csv")
  }

  @Test("A study knows its data, which is not named again to measure the best network")
  func studyKnowsDataNotNamed() throws {
    let study = try study(context("/data/cifar's"))
    try study.begin(0)
    try study.finish(0, StudySamples.result(0.5))
    #expect(StudyCommands(study, in: "s").evaluate == "perceptron evaluate s")
  }

  @Test("Of a study that another program began no networks are known")
  func studyAnotherProgramBeganNo() throws {
    let study = try StudySamples.study(done: [(0, 0.5)])
    let commands = StudyCommands(study, in: "s")
    #expect(commands.train == nil && commands.evaluate == nil && commands.resume == nil)
    #expect(TuneContext(of: study) == nil)
  }

  @Test("A context is what a study's definition has of it")
  func contextStudysDefinition() throws {
    let fixed = ["decay": "0.9"]
    let read = try #require(TuneContext(of: study(context("digits", fixed: fixed))))
    #expect(read.data == "digits" && read.fixed == fixed && read.training == .sideBySide)
  }

  @Test("The current study has running trials only while a process holds its folder")
  func currentStudyRunningTrialsOnly() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a")
    do {
      let study = try Study.create(
        at: path, definition: StudySamples.definition(), trials: StudySamples.trials)
      try study.begin(0)
      let current = try Study.current(at: path)
      #expect(current.isUnderWay && current.study.trials[0].state == .running)
    }
    let left = try Study.current(at: path).study
    #expect(left.trials[0].state == .waiting)
    #expect(left.trials[0].began != nil && left.trials[0].ended == nil)
  }
}
