import Foundation
import Perceptron
import TestSupport
import Testing

@testable import PerceptronCLI

@Suite("perceptron tune show and export")
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
        TrialResult(value: value, trainAccuracy: 0.9, finalLoss: 0.25, iterations: 9, seconds: 2))
    }
    try study.begin(2)
    try study.diverge(2, iteration: 4, loss: .nan, seconds: 0.5)
    try study.begin(3)
    try study.record(Measurement(iteration: 5, validationAccuracy: 0.625, seconds: 1), of: 3)
    return study
  }

  @Test("They read a study that is under way: the best, what each setting did, what is at an edge")
  func show() throws {
    let scratch = try TemporaryDirectory()
    let study = try begun(scratch.file("study"))
    let outcome = try Command.run(["tune", "show", "study"], in: scratch.path)
    #expect(outcome.status == 0)
    #expect(
      outcome.output == """
        5 trials: 2 done, 1 diverged, 1 running, 1 waiting

        trial  learning-rate  activation  state     validation  training    loss    time
            0            0.1  relu        done          0.7500    0.9000  0.2500   2.0 s
            1            0.2  relu        done          0.5000    0.9000  0.2500   2.0 s
            2            0.4  relu        diverged           –         –     nan  500 ms
            3            0.8  relu        running       0.6250         –       –   1.0 s

        setting        value  done  diverged    mean    best  importance
        learning-rate  0.1       1         0  0.7500  0.7500        1.00
                       0.2       1         0  0.5000  0.5000
                       0.4       0         1       –       –
        activation     relu      2         1  0.6250  0.7500           –

        the best learning rate 0.1 is the smallest tried; better ones may lie beyond

        not over; unless a process runs it, go on with: perceptron tune --resume study

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
    let json = try Command.run(
      ["tune", "export", "study", "--format", "json", "--output", "table.json"], in: scratch.path)
    #expect(json.status == 0 && json.output.isEmpty)
    #expect(try scratch.text("table.json") == study.leaderboard.json)
  }

  @Test("A range's end is told from a list's")
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
          "the best learning rate 0.4999 is among the largest of its range; better ones may lie beyond"
        ]
    )
  }

  @Test("Progress is one plain line, or on a terminal two, with colours where they are wanted")
  func progress() {
    var line = TuneLine(
      counts: [.done: 3, .diverged: 2, .running: 4, .waiting: 1], networks: 4, seconds: 2,
      secondsLeft: 60, operationsPerSecond: 123e9, best: 0.5, parameters: ["hidden": .integer(50)])
    let progress = "5/10 trials  2 diverged  4 training  123 GFLOP/s  1 min 0 s left"
    #expect(line.text(.plain) == progress + "  best 0.5000")
    #expect(line.text(.terminal) == progress + "\nbest 0.5000  hidden 50")
    #expect(
      line.text(.colored)
        == "5/10 trials  \u{1B}[31m2 diverged\u{1B}[0m  4 training  123 GFLOP/s  1 min 0 s left\n"
        + "\u{1B}[32mbest 0.5000\u{1B}[0m  hidden 50")
    line.isFinal = true
    line.best = nil
    #expect(line.text(.plain) == "5/10 trials  2 diverged  in 2.0 s")
  }

  private static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "On a terminal progress is redrawn in place and cleared, without colours under NO_COLOR",
    .enabled(if: hasScript, "there is no script(1) to make a terminal"),
    arguments: [false, true])
  func terminal(isColored: Bool) throws {
    let scratch = try TemporaryDirectory()
    // Only standard error is the terminal.
    let tune =
      "'\(Command.executable)' tune --output study --hidden 20,30 --learning-rate 0.5,1e9 "
      + "--iterations 10,\(isOptimizedBuild ? 10000 : 1000) > out"
    let outcome = try Command.run(
      program: "/usr/bin/script", ["-qec", tune, "/dev/null"], in: scratch.path,
      environment: ["NO_COLOR": isColored ? "" : "1", "TERM": "xterm"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\r\nbest 0.") != isColored)
    #expect(outcome.output.contains("\r\n\u{1B}[32mbest 0.") == isColored)
    #expect(outcome.output.contains("\u{1B}[31m4 diverged") == isColored)
    #expect(outcome.output.contains(#/[4-7].8 trials/#))
    #expect(outcome.output.hasSuffix("\r\u{1B}[K\u{1B}[A\u{1B}[K"))
    #expect(!(try scratch.text("out").contains("\u{1B}")))
  }
}
