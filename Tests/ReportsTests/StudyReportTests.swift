import Foundation
import PerceptronStudyReports
import PerceptronTuning
import PerceptronVisualization
import TestSupport
import Testing

/// What is on the page of a study, and what is left out where there is nothing to show.
@Suite("Report of a study")
struct StudyReportTests {
  @Test("The page of a finished study has every part, from its best trial on")
  func pageFinishedStudyEveryPart() throws {
    let report = Report(of: try StudyPages.finished(), in: "runs/some-study")
    #expect(report.title == "Study some-study")
    // A name that says what it is, is not told twice.
    for (folder, title) in [("runs/study", "Study"), ("study-2", "Study-2")] {
      #expect(Report(of: try StudyPages.finished(), in: folder).title == title)
    }
    #expect(report.subtitle == "7 trials: 5 done, 1 diverged, 1 failed")
    #expect(
      report.sections.map(\.heading) == [
        "Overview", "Best trials", "Progress", "Settings and results", "Effects of settings",
        "Pairs of settings", "Learning curves", "Timeline", "Files and commands",
      ])
    let figures = report.figures.prefix(4).map { "\($0.name): \($0.value)" }
    #expect(
      figures == [
        "best validation accuracy: 0.7500", "trials done: 5 of 7", "diverged: 1", "failed: 1",
      ])
    #expect(
      report.warnings == [
        "1 trial failed; trial 6: out of luck",
        "The best rate 1 is the largest tried; better ones may lie beyond.",
      ])
    let table = try #require(report.table("Best trials"))
    #expect(
      table.columns.map(\.title) == [
        "trial", "validation accuracy", "training accuracy", "batch loss", "rate", "hidden",
        "state",
        "time",
      ])
    #expect(table.rows.map { $0[0].text } == ["4", "3", "2", "1", "0", "5", "6"])
    #expect(
      table.rows[0].map(\.text) == [
        "4", "0.7500", "0.9000", "0.2500", "1", "20", "done", "2.0 s",
      ])
    #expect(table.rows.map { $0[6].isBad } == [false, false, false, false, false, true, true])
    #expect(table.rows[6][6].detail == "out of luck")
    #expect(table.rows[0][1].tint == 1 && table.rows[4][1].tint == 0)
  }

  @Test("The best accuracy has its interval, and beside it the test accuracy")
  func bestAccuracyIntervalBesideTest() throws {
    let study = try StudyPages.study(StudyPages.space)
    for (trial, value) in [0.95, 0.97].enumerated() {
      try study.begin(trial)
      try study.finish(trial, TrialResult(value: value, seconds: 1, rowCount: 200))
    }
    try study.record(
      StudyTest(trial: 1, value: 0.8835, loss: 0.5, rowCount: 10000, digest: "abc"))
    let report = Report(of: study, in: nil)
    #expect(
      report.figures.prefix(2) == [
        .init("best validation accuracy, 95 % interval 0.936–0.986", "0.9700"),
        .init("its test accuracy", "0.8835"),
      ])
    #expect(report.paragraphs.contains { $0.contains("The best of 2 accuracies is optimistic") })
  }

  @Test("Repeats are one row with their mean and its deviation, and one value elsewhere")
  func repeatsOneRowWithTheir()
    throws
  {
    let space = SearchSpace([.init("rate", .values([.number(0.5), .number(1)]))])
    let study = try Study(space, seeds: [0, 1])
    for (trial, value) in [0.25, 0.75, 0.5, 0.75].enumerated() {
      try StudyPages.finish(trial, of: study, value)
    }
    let report = Report(of: study, in: nil)
    #expect(report.subtitle == "4 trials, 2 for each of 2 networks: 4 done")
    #expect(report.figures.first == .init("best validation accuracy", "0.6250 ± 0.1768"))
    #expect(report.facts.contains(.init("repeats", "2, with seeds 0, 1")))
    let table = try #require(report.table("Best trials"))
    #expect(table.columns.map(\.title).prefix(3) == ["trials", "validation accuracy", "done"])
    #expect(
      table.rows.map { $0.prefix(3).map(\.text) } == [
        ["2–3", "0.6250 ± 0.1768", "2 of 2"], ["0–1", "0.5000 ± 0.3536", "2 of 2"],
      ])
    #expect(report.paragraphs.contains("The best are trials 2–3. Their settings:"))
    #expect(report.shownCharts.allSatisfy { !$0.name.contains("seed") })
  }

  @Test("The charts have the study's numbers")
  func chartsStudysNumbers() throws {
    let report = Report(of: try StudyPages.finished(), in: nil)
    #expect(report.sections.last?.heading == "Timeline")
    #expect(report.title == "Study")
    guard case .curves(let progress)? = report.chart("best-so-far")?.content else {
      Issue.record("no progress")
      return
    }
    #expect(progress.series.map(\.style) == [.points, .steps])
    #expect(progress.series[1].points.map(\.y) == [0.25, 0.375, 0.5, 0.625, 0.75])
    #expect(progress.series[1].points.map(\.x) == [1, 2, 3, 4, 5])
    guard case .parallelCoordinates(let lines)? = report.chart("parallel-coordinates")?.content
    else {
      Issue.record("no parallel coordinates")
      return
    }
    // The fixed parameter has no axis; the result has the last one.
    #expect(lines.dimensions.map(\.name) == ["rate", "hidden", "validation accuracy"])
    #expect(
      lines.lines.map(\.name) == ["trial 5", "trial 0", "trial 1", "trial 2", "trial 3", "trial 4"])
    #expect(lines.lines.map(\.value) == [nil, 0.25, 0.375, 0.5, 0.625, 0.75])
    #expect(lines.lines[0].positions == [1, 1, nil])
    #expect(lines.lines[5].positions == [1, 0.5, 1])
    guard case .heatMap(let map)? = report.chart("pair-1-rate-hidden")?.content else {
      Issue.record("no heat map")
      return
    }
    #expect(map.rows == ["0.5", "1"] && map.columns == ["10", "20", "30"])
    #expect(map.values == [[0.25, 0.375, 0.5], [0.625, 0.75, nil]])
    guard case .bars(let bars)? = report.chart("importance")?.content else {
      Issue.record("no importance")
      return
    }
    #expect(bars.names == ["rate", "hidden"])
    guard case .curves(let learning)? = report.chart("learning-curves")?.content else {
      Issue.record("no learning curves")
      return
    }
    #expect(learning.series.map(\.name) == (0..<5).reversed().map { "trial \($0)" })
    // What was measured at the last iteration gives way to the result.
    #expect(learning.series[0].points == [.init(5, 0.375), .init(10, 0.75)])
    guard case .timeline(let times)? = report.chart("timeline")?.content else {
      // All trials of a study in memory may have run within a thousandth of a second.
      return
    }
    #expect(times.kinds == ["done", "diverged", "failed"])
    #expect(times.spans.count == 7)
  }

  @Test("A study without finished trials has a note and no charts of results")
  func studyWithoutTrialsDoneSays() throws {
    let waiting = Report(of: try StudyPages.study(StudyPages.space), in: "a")
    #expect(waiting.sections.map(\.heading) == ["Overview", "Files and commands"])
    #expect(waiting.paragraphs.contains("No trial has begun yet."))
    #expect(waiting.shownCharts.isEmpty)

    let study = try StudyPages.study(StudyPages.space)
    for trial in study.trials {
      try study.begin(trial.id)
      try study.diverge(trial.id, iteration: 3, loss: .nan, seconds: 1)
    }
    let diverged = Report(of: study, in: nil)
    #expect(diverged.paragraphs.contains { $0.hasPrefix("All trials diverged") })
    #expect(diverged.sections.map(\.heading).prefix(2) == ["Overview", "Best trials"])
    #expect(diverged.shownCharts.allSatisfy { $0.name == "timeline" })
    #expect(diverged.warnings.isEmpty)
  }

  @Test("Studies of no trials, of failures only and of equal results have sensible pages")
  func studiesNoTrialsFailuresOnly()
    throws
  {
    let none = Report(
      of: try Study(
        definition: StudyDefinition(space: StudyPages.space, method: .grid), trials: []), in: nil)
    #expect(none.subtitle == "0 trials")
    #expect(none.sections.map(\.heading) == ["Overview"])
    #expect(none.paragraphs.contains("The study has no trials."))

    struct Mishap: Error {}
    let failed = try StudyPages.study(StudyPages.space)
    try failed.run { _ in throw Mishap() }
    let failures = Report(of: failed, in: nil)
    #expect(failures.warnings == ["6 trials failed; trial 0: Mishap()"])
    #expect(failures.paragraphs.contains("No trial is done."))
    #expect(failures.shownCharts.allSatisfy { $0.name == "timeline" })

    let equal = try StudyPages.study(StudyPages.space)
    try equal.run { _ in 0.5 }
    let report = Report(of: equal, in: nil)
    #expect(report.table("Best trials")?.rows.allSatisfy { $0[1].tint == nil } == true)
    #expect(report.chart("importance") == nil)
    #expect(report.paragraphs.contains { $0.hasPrefix("No importance is shown") })
    guard case .parallelCoordinates(let lines)? = report.chart("parallel-coordinates")?.content
    else {
      Issue.record("no parallel coordinates")
      return
    }
    #expect(lines.lines.allSatisfy { $0.positions[2] == 0.5 })
  }

  @Test("A study whose trials were all pruned shows their progress")
  func studyWhoseTrialsWereAll() throws {
    let study = try StudyPages.study(StudyPages.space)
    for trial in 0..<6 {
      try study.begin(trial)
      for iteration in [1, 2] {
        try study.record(
          Measurement(iteration: iteration, value: Double(trial) / 8), of: trial)
      }
      try study.prune(trial, at: 2, seconds: 1)
    }
    let report = Report(of: study, in: nil)
    #expect(report.paragraphs.contains("No trial is done."))
    #expect(report.table("Best trials")?.rows.map { $0[0].text } == ["5", "4", "3", "2", "1", "0"])
    #expect(
      report.paragraphs.contains {
        $0.hasSuffix(
          "of the values at iteration 2 or the first evaluation after it, which all 6 trials that are done or pruned reached."
        )
      })
    #expect(
      report.shownCharts.map(\.name).filter { $0 != "timeline" } == [
        "importance", "effect-1-rate", "effect-2-hidden", "pair-1-rate-hidden", "learning-curves",
      ])
    let table = try #require(report.table("Effects of settings"))
    #expect(table.columns[2].title == "compared")
    #expect(table.rows[1].map(\.text) == ["rate", "1", "3", "0", "0.5000", "0.6250", ""])
  }

  @Test("A study of one trial has a table and no charts that compare")
  func studyOneTrialTableNo() throws {
    let study = try StudyPages.study(
      SearchSpace([.init("rate", .values([.number(0.5)]))]))
    try study.run { _ in 0.5 }
    let report = Report(of: study, in: nil)
    #expect(report.table("Best trials")?.rows.count == 1)
    #expect(report.table("Best trials")?.columns.map(\.title).contains("rate") == true)
    #expect(report.shownCharts.allSatisfy { $0.name == "timeline" })
  }

  @Test("A study in progress shows its results so far, with a note")
  func studyUnderWayShowsSays() throws {
    let study = try StudyPages.study(StudyPages.space)
    try StudyPages.finish(0, of: study, 0.5)
    try study.begin(1)
    try study.record(Measurement(iteration: 5, value: 0.25, seconds: 1), of: 1)
    let report = Report(of: study, in: "a")
    #expect(report.paragraphs.contains { $0.hasPrefix("The study is under way") })
    #expect(report.table("Best trials")?.rows.map { $0[0].text } == ["0", "1"])
    study.interrupt(1)
    let stopped = Report(of: study, in: "a")
    #expect(stopped.paragraphs.contains("The study is not over: 5 trials waiting."))
    #expect(stopped.table("Best trials")?.rows.map { $0[0].text } == ["0", "1"])
  }

  @Test("If lower is better, the lowest value comes first, whatever its size")
  func lessBetterLowestComesFirst() throws {
    let study = try StudyPages.study(
      SearchSpace([.init("x", .numbers(lower: -2, upper: 2, points: 5))]),
      goal: Goal("some_error", .minimize))
    try study.run { trial in 1e6 * trial.parameters.number("x") }
    let report = Report(of: study, in: nil)
    #expect(report.figures.first == .init("best some error", "-2e+06"))
    #expect(
      report.table("Best trials")?.rows.first?.map(\.text).prefix(3) == ["0", "-2e+06", "-2"])
    #expect(
      report.table("Best trials")?.columns.map(\.title) == [
        "trial", "some error", "x", "state", "time",
      ])
    #expect(report.table("Best trials")?.rows.first?[1].tint == 1)
    guard case .curves(let progress)? = report.chart("best-so-far")?.content else {
      Issue.record("no progress")
      return
    }
    #expect(progress.series[0].points.map(\.y) == [-2e6, -1e6, 0, 1e6, 2e6])
    #expect(progress.series[1].points == [.init(1, -2e6), .init(5, -2e6)])
    #expect(progress.y.label == "some error")
    #expect(report.shownCharts.allSatisfy { $0.name != "parallel-coordinates" })
  }
}
