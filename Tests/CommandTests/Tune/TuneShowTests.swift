import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing
@testable import PerceptronCLI

@Suite("perceptron tune show and export", .mayHang)
struct TuneShowTests {
  /// A study that somebody runs: two trials done, one diverged, one running, one waiting.
  private func begun(_ folder: String) throws -> Study {
    let space = SearchSpace([
      .init("learning-rate", .values([0.1, 0.2, 0.4, 0.8, 1.6].map { .number($0) })),
      .init("activation", .values([.text("relu")])),
    ])
    let study = try Study.create(
      at: folder, definition: StudyDefinition(space: space, method: .grid),
      trials: try space.assignments(by: .grid))
    for (trial, value) in [0.75, 0.5].enumerated() {
      try study.begin(trial)
      try study.finish(
        trial,
        TrialResult(value: value, trainingValue: 0.9, finalLoss: 0.25, iterations: 9, seconds: 2))
    }
    try study.begin(2)
    try study.diverge(2, iteration: 4, loss: -.nan, seconds: 0.5)
    try study.begin(3)
    try study.record(
      Measurement(iteration: 5, trainingValue: 0.5, value: 0.625, seconds: 1), of: 3)
    return study
  }

  @Test("They show a study in progress: the best trial, each setting's effect, and edges of ranges")
  func show() throws {
    let scratch = try TemporaryDirectory()
    let study = try begun(scratch.file("study"))
    let outcome = try Command.run(["tune", "show", "study"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(
      outcome.output == """
        tried     learning-rate 0.1,0.2,0.4,0.8,1.6  activation relu
        method    grid, pruning none

        5 trials: 2 done, 1 diverged, 1 running, 1 waiting

        trial  learning-rate  activation  state     validation  training  batch loss    time
            0            0.1  relu        done          0.7500    0.9000      0.2500   2.0 s
            1            0.2  relu        done          0.5000    0.9000      0.2500   2.0 s
            3            0.8  relu        running       0.6250    0.5000           –   1.0 s
            2            0.4  relu        diverged           –         –         nan  500 ms
        training: accuracy on all rows if the trial is done, else on the last batch measured

        setting        value  done  diverged    mean    best  importance
        learning-rate  0.1       1         0  0.7500  0.7500           –
                       0.2       1         0  0.5000  0.5000
                       0.4       0         1       –       –
        activation     relu      2         1  0.6250  0.7500           –

        the best learning-rate 0.1 is the smallest tried; better ones may lie beyond

        a process is running it

        """)
    #expect(study.trials.count == 5)
    let top = try Command.run(["tune", "show", "study", "--top", "1", "--json"], in: scratch.path)
    #expect((try top.object["trials"] as? [Any])?.count == 1)
    #expect(try top.object["best"] as? Int == 0)
  }

  @Test("An export has a row for each trial, in CSV or JSON, on standard output or in a file")
  func export() throws {
    let scratch = try TemporaryDirectory()
    let study = try begun(scratch.file("study"))
    let csv = try Command.run(["tune", "export", "study"], in: scratch.path)
    #expect(csv.output == study.leaderboard.csv)
    #expect(csv.lines.count == 6)
    for options in [["--json"], ["--json", "--format", "json"]] {
      let outcome = try Command.run(["tune", "export", "study"] + options, in: scratch.path)
      #expect(outcome.output == (try study.leaderboard.json))
    }
    let json = try Command.run(
      ["tune", "export", "study", "--format", "json", "--output", "table.json"], in: scratch.path)
    #expect(json.status == 0 && json.output.isEmpty)
    #expect(try scratch.text("table.json") == study.leaderboard.json)
  }

  @Test("The ends of ranges and of lists are distinguished")
  func edges() throws {
    let space = SearchSpace([
      .init("learning-rate", .numbers(lower: 0.1, upper: 0.5)),
      .init("l1", .numbers(lower: 0, upper: 1)),
    ])
    let study = try Study(
      definition: StudyDefinition(space: space, method: .random(count: 1, seed: 0)),
      trials: [["learning-rate": .number(0.4999), "l1": .number(0.5)]])
    try study.begin(0)
    try study.finish(0, TrialResult(value: 0.5, seconds: 1))
    #expect(
      StudyReport(study, folder: "x").edges
        == [
          "the best learning-rate 0.4999 is among the largest of its range; better ones may lie beyond"
        ]
    )
  }

  @Test(
    "A range's end is not reported at a setting's limit, without an order, or if another value is as good"
  )
  func noEdges() throws {
    let values: [ParameterValue] = [.integer(0), .integer(1), .integer(2)]
    for (name, isTold) in [
      ("l1", false), ("regularization", false), ("dropout", false), ("seed", false),
      ("decay", true), ("batch", true),
    ] {
      let study = try Study(
        definition: StudyDefinition(
          space: SearchSpace([.init(name, .values(values))]), method: .grid),
        trials: values.map { [name: $0] })
      try study.run { $0.trial == 0 ? 0.75 : 0.5 }
      // A batch of 0 is none, but what lies below 1 is not asked of lists that begin there.
      #expect(StudyReport(study, folder: "x").edges.isEmpty == (!isTold || name == "batch"))
    }
    let rates: [Assignment] = [0.1, 0.2, 0.4].map { ["learning-rate": .number($0)] }
    let space = SearchSpace([
      .init("learning-rate", .values([.number(0.1), .number(0.2), .number(0.4)]))
    ])
    for (results, count) in [([0.5, 0.25, 0.5], 0), ([0.5, 0.25, 0.25], 1)] {
      let study = try Study(
        definition: StudyDefinition(space: space, method: .grid), trials: rates)
      try study.run { results[$0.trial] }
      #expect(StudyReport(study, folder: "x").edges.count == count)
    }
  }

  @Test("A study without a process is shown as interrupted; without results it has no effects")
  func interrupted() throws {
    let scratch = try TemporaryDirectory()
    let space = SearchSpace([.init("hidden", .values([.integer(5), .integer(6)]))])
    do {
      let study = try Study.create(
        at: scratch.file("study"), definition: StudyDefinition(space: space, method: .grid),
        trials: try space.assignments(by: .grid))
      for trial in 0..<2 {
        try study.begin(trial)
        try study.record(
          Measurement(iteration: 5, value: 0.25 + Double(trial) / 4), of: trial)
      }
      let outcome = try Command.run(["tune", "show", "study"], in: scratch.path)
      #expect(outcome.output.contains("2 trials: 2 running"))
      #expect(outcome.output.hasSuffix("no trial is done yet\n\na process is running it\n"))
    }
    let outcome = try Command.run(["tune", "show", "study"], in: scratch.path)
    #expect(outcome.output.contains("2 trials: 2 waiting"))
    #expect(
      outcome.output.hasSuffix(
        "no trial is done yet\n\ninterrupted; resume with: perceptron tune --resume study\n"))
    #expect(try scratch.trials("study").map { $0["trial"] } == ["1", "0"])
    #expect(try scratch.trials("study").map { $0["status"] } == ["waiting", "waiting"])
  }

  @Test("The command lines below the table make the best network again and measure it")
  func commands() throws {
    let scratch = try TemporaryDirectory()
    let outcome = try scratch.tune([
      "--layers", "8;7,6", "--iterations", "9", "--batch-norm", "true", "--independent",
      "--output", "a study",
    ])
    let show = try Command.run(["tune", "show", "a study"], in: scratch.path)
    #expect(
      show.output.hasPrefix(
        """
        data      digits
        fixed     batch-norm true  iterations 9
        tried     layers 8;7,6
        method    grid, pruning none
        training  independent


        """))
    let line = try #require(outcome.lines.first { $0.hasPrefix("the best trained alone: ") })
    #expect(show.lines.contains(line))
    #expect(outcome.lines.contains("the best on test data: perceptron evaluate 'a study'"))
    let words = line.split(separator: " ").map(String.init)
    #expect(words[4...5] == ["perceptron", "train"])
    try scratch.train("run", Array(words.dropFirst(6)))
    #expect(
      try scratch.bytes(of: "run/model.safetensors")
        == scratch.bytes(of: "a study/best.safetensors"))
    let json = try Command.run(["tune", "show", "a study", "--json"], in: scratch.path).object
    #expect((json["trainCommand"] as? String).map { line.hasSuffix(": " + $0) } == true)
    #expect(json["training"] as? String == "independent")
    for arguments in [["train"]] {
      let refused = try Command.run(arguments + ["--output", "a study"], in: scratch.path)
      #expect(refused.status != 0 && refused.errors.contains("'a study'`"), "\(refused.errors)")
    }
    let study = try Study.current(at: scratch.file("a study")).study
    #expect(
      StudyReport(study, folder: "a study").advice
        == "resume with: perceptron tune --resume 'a study'")
  }

  @Test("Progress is one plain line, or on a terminal two, with colors where they are wanted")
  func progress() {
    var line = TuneLine(
      counts: [.done: 3, .diverged: 2, .running: 4, .waiting: 1], networks: 4, seconds: 2,
      secondsLeft: 60, operationsPerSecond: 123e9, best: "0.5000",
      parameters: ["hidden": .integer(50)])
    let progress = "5/10 trials  2 diverged  4 training  123 GFLOP/s  1 min 0 s left"
    #expect(line.text(.plain) == progress + "  best 0.5000  hidden 50")
    #expect(line.text(.plain, columns: 100) == progress + "\nbest 0.5000  hidden 50")
    #expect(
      line.text(.colored)
        == "5/10 trials  \u{1B}[31m2 diverged\u{1B}[0m  4 training  123 GFLOP/s  1 min 0 s left\n"
        + "\u{1B}[32mbest 0.5000\u{1B}[0m  hidden 50")
    #expect(
      line.text(.colored, columns: 42)
        == "5/10 trials  \u{1B}[31m2 diverged\u{1B}[0m  1 min 0 s left\n"
        + "\u{1B}[32mbest 0.5000\u{1B}[0m  hidden 50")
    line.parameters = ["hidden": .integer(50), "learning-rate": .number(0.25)]
    line.isDone = false
    #expect(
      line.text(.plain, columns: 42)
        == "5/10 trials  2 diverged  1 min 0 s left\nbest so far 0.5000  hidden 50")
    line.isFinal = true
    line.best = nil
    #expect(line.text(.plain) == "5/10 trials  2 diverged  in 2.0 s")
  }

  private static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "On a terminal progress is redrawn and cleared; without escape codes it is lines",
    .enabled(if: hasScript, "there is no script(1) to make a terminal"),
    arguments: [
      ["TERM": "xterm", "NO_COLOR": ""], ["TERM": "dumb"], ["TERM": ""], ["NO_COLOR": "1"],
    ])
  func terminal(environment: [String: String]) throws {
    let scratch = try TemporaryDirectory()
    // Only standard error is the terminal.
    let tune =
      "'\(Command.executable)' tune --output study --hidden 20,30 --learning-rate 0.5,1e9 "
      + "--iterations 10,100000000 > out"
    let running = try RunningCommand(
      "/usr/bin/script", ["-qec", "echo $$ > number; exec \(tune)", "/dev/null"],
      in: scratch.path,
      environment: ["TERM": "xterm"].merging(environment) { $1 }.merging(Command.noCoverage) { $1 })
    try running.wait(for: "networks that diverged, and a best one") {
      let output = running.outputSoFar
      return output.contains("4 diverged") && output.contains("best 0.")
    }
    kill(try scratch.processNumber("number"), SIGINT)
    let outcome = try running.wait()
    #expect(outcome.status == 130)
    #expect(!(try scratch.text("out").contains("\u{1B}")))
    if environment["NO_COLOR"] != "" {
      #expect(!outcome.output.contains("\u{1B}"))
      return
    }
    // Whether a trial is done by then is a matter of time.
    #expect(
      ["best 0.", "best so far 0."].contains { outcome.output.contains("\r\n\u{1B}[32m" + $0) })
    #expect(outcome.output.contains("\u{1B}[31m4 diverged"))
    #expect(outcome.output.contains(#/[4-7].8 trials/#))
    #expect(outcome.output.hasSuffix("\r\u{1B}[K\u{1B}[A\u{1B}[K"))
  }

  @Test("Escape codes are written only to terminals that support them")
  func escapes() {
    for (isTerminal, environment, isExpected) in [
      (true, ["TERM": "xterm"], true), (true, ["TERM": "xterm", "NO_COLOR": ""], true),
      (true, ["TERM": "dumb"], false), (true, ["TERM": ""], false), (true, [:], false),
      (true, ["TERM": "xterm", "NO_COLOR": "1"], false), (false, ["TERM": "xterm"], false),
    ] {
      #expect(
        Console.takesEscapes(isTerminal: isTerminal, environment) == isExpected, "\(environment)")
    }
  }

  @Test("In a narrow window a study's tables leave out the least important columns, with a note")
  func narrow() throws {
    let study = try Study(
      SearchSpace([
        .init("learning-rate", .values([0.1, 0.5])),
        .init("activation", .values(["relu", "tanh"])),
        .init("hidden", .values([20, 30])),
      ]))
    try study.run { Double($0.trial) / 10 }
    let report = StudyReport(study, folder: "x")
    for columns in 28...100 {
      for text in [report.leaderboard(top: 9, columns: columns), report.effects(columns: columns)] {
        let lines = text.split(separator: "\n")
        let isWhole = !text.contains("left out")
        #expect(lines.dropLast(isWhole ? 0 : 1).allSatisfy { $0.count <= columns }, "\(text)")
        #expect(isWhole || lines.last?.hasPrefix("left out to fit \(columns) columns: ") == true)
      }
    }
    let lines = report.leaderboard(top: 1, columns: 60).split(separator: "\n")
    #expect(
      lines[0].split(separator: " ").map(String.init) == [
        "trial", "learning-rate", "activation", "hidden", "state", "validation",
      ])
    #expect(lines.last == "left out to fit 60 columns: training, batch loss, time")
    // Off a terminal nothing is.
    #expect(!report.leaderboard(top: 1, columns: nil).contains("left out"))
  }
}
