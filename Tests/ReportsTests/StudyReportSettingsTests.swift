import Foundation
import PerceptronStudyReports
import PerceptronTuning
import PerceptronVisualization
import TestSupport
import Testing

/// Pages of studies whose settings are of every kind.
@Suite("Settings in the report of a study")
struct StudyReportSettingsTests {
  @Test("Texts, flags and settings that some trials lack have their places")
  func textsFlagsSettingsSomeTrials() throws {
    let space = SearchSpace([
      .init("kind", .values([.text("sgd"), .text("adam")])),
      .init("norm", .values([.flag(false), .flag(true)])),
      .init("beta", .values([.number(0.5), .number(0.9)]), when: ["kind": [.text("adam")]]),
    ])
    let study = try StudyPages.study(space)
    try study.run { Double($0.trial) / 8 }
    let report = Report(of: study, in: nil)
    let table = try #require(report.table("Best trials"))
    #expect(table.columns.map(\.isNumber) == [true, true, false, false, true, false, true])
    #expect(table.rows.last?.map(\.text).dropFirst(2).prefix(3) == ["sgd", "false", "–"])
    guard case .parallelCoordinates(let lines)? = report.chart("parallel-coordinates")?.content
    else {
      Issue.record("no parallel coordinates")
      return
    }
    #expect(lines.lines.first?.positions == [0, 0, nil, 0])
    #expect(lines.lines.last?.positions == [1, 1, 1, 1])
    #expect(lines.dimensions[1].ticks.map(\.label) == ["false", "true"])
    guard case .bars(let bars)? = report.chart("effect-1-kind")?.content else {
      Issue.record("no bars for texts")
      return
    }
    #expect(bars.names == ["sgd, best", "sgd, mean", "adam, best", "adam, mean"])
    #expect(bars.values == [0.125, 0.0625, 0.625, 0.4375])
    guard case .curves(let curves)? = report.chart("effect-3-beta")?.content else {
      Issue.record("no curves for numbers")
      return
    }
    #expect(curves.x.scale == .linear)
    #expect(curves.series[0].points == [.init(0.5, 0.5), .init(0.9, 0.625)])
    // kind and beta are no pair: beta is set where kind is adam only.
    #expect(
      report.shownCharts.map(\.name).filter { $0.hasPrefix("pair") } == [
        "pair-1-kind-norm", "pair-2-norm-beta",
      ])
    #expect(report.facts.contains(.init("beta", "0.5, 0.9 (where kind is adam)")))
  }

  @Test("Names and values stay the text that they are, and files' names are plain")
  func namesValuesStayTextThey() throws {
    let long = String(repeating: "x", count: 300)
    let space = SearchSpace([
      .init("<script>alert(1)</script>", .values([.text("<b>\"&"), .text("🙂 'quoted'")])),
      .init(long, .values([.number(1), .number(2)])),
    ])
    let study = try StudyPages.study(space, goal: Goal("<i>", .maximize))
    try study.run { Double($0.trial) }
    let command = "perceptron tune export '/tmp/<folder> 🙂' --output trials.csv"
    let report = Report(
      of: study, in: "/tmp/<folder> 🙂",
      details: StudyDetails(commands: [.init(purpose: "Export:", line: command)]))
    #expect(report.title == "Study <folder> 🙂")
    let table = try #require(report.table("Best trials"))
    #expect(
      table.columns.map(\.title) == [
        "trial", "<i>", "<script>alert(1)</script>", long, "state", "time",
      ])
    #expect(table.rows[0].map(\.text).dropFirst(1).prefix(3) == ["3.0000", "🙂 'quoted'", "2"])
    let names = report.shownCharts.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("pair-1-script-alert-1-script-" + String(repeating: "x", count: 31)))
    for name in names { #expect(name.wholeMatch(of: /[A-Za-z0-9-]{1,60}/) != nil, "\(name)") }
    #expect(report.commands == [command])
  }

  @Test("A long list has some of its values along its axis, both ends among them")
  func longListSomeValuesAlong() throws {
    let space = SearchSpace([
      .init("a", .values((1...50).map { .integer($0) })),
      .init("b", .values([.integer(1), .integer(2)])),
    ])
    let study = try StudyPages.study(space)
    try study.run { Double($0.trial) }
    guard
      case .parallelCoordinates(let lines)? =
        Report(of: study, in: "runs/x/").chart("parallel-coordinates")?.content
    else {
      Issue.record("no parallel coordinates")
      return
    }
    let labels = lines.dimensions[0].ticks.map(\.label)
    #expect(labels == ["1", "6", "11", "16", "21", "26", "31", "36", "41", "46", "50"])
    #expect(lines.dimensions[1].ticks.map(\.position) == [0, 1])
    #expect(Report(of: study, in: "runs/x/").facts.last?.value == "runs/x/journal.jsonl")
  }

  @Test("A range of many values has as many heat map rows as its effect has parts")
  func rangeManyValuesManyHeat() throws {
    let space = SearchSpace([
      .init("rate", .numbers(lower: 1e-4, upper: 1, scale: .logarithmic)),
      .init("hidden", .integers(lower: 1, upper: 100)),
    ])
    let study = try Study(space, by: .sobol(count: 32, seed: 0))
    try study.run { Double($0.trial) }
    let report = Report(of: study, in: nil)
    guard case .heatMap(let map)? = report.chart("pair-1-rate-hidden")?.content,
      case .curves(let curves)? = report.chart("effect-1-rate")?.content
    else {
      Issue.record("no charts")
      return
    }
    #expect(map.rows == ["0.0001–0.001", "0.001–0.01", "0.01–0.1", "0.1–1"])
    #expect(map.columns.count == 4)
    #expect(curves.x.scale == .logarithmic)
    #expect(curves.series.map(\.points.count) == [4, 4])
    #expect(report.table("Best trials")?.rows.count == 20)
    #expect(report.table("Best trials")?.caption.contains("20 of 32") == true)
  }

  @Test("Many settings have heat maps and axes for the most important ones only")
  func manySettingsHeatMapsAxes() throws {
    let space = SearchSpace(
      (0..<12).map { .init("x\($0)", .values([.number(0), .number(1)])) })
    let study = try Study(space, by: .random(count: 40, seed: 1))
    try study.run { trial in
      trial.parameters.number("x11") * 4 + trial.parameters.number("x3") * 2
        + trial.parameters.number("x0")
    }
    let report = Report(of: study, in: nil)
    let pairs = report.shownCharts.map(\.name).filter { $0.hasPrefix("pair-") }
    #expect(pairs.count == 15)
    #expect(pairs.contains { $0.hasSuffix("x3-x11") } && pairs.contains { $0.hasSuffix("x0-x11") })
    #expect(report.paragraphs.contains { $0.contains("6 most important of 12 settings") })
    guard case .parallelCoordinates(let lines)? = report.chart("parallel-coordinates")?.content
    else {
      Issue.record("no parallel coordinates")
      return
    }
    #expect(lines.dimensions.count == 11)
    #expect(report.paragraphs.contains { $0.contains("10 most important of 12 parameters") })
  }

  @Test("A journal's times make a timeline without the pauses in it")
  func journalsTimesMakeTimelineWithout() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("study")
    do { _ = try Study.open(at: path, StudyPages.space) }
    let lines = [
      #"{"begun":{"from":0,"trial":0},"time":100}"#, #"{"begun":{"from":0,"trial":1},"time":100}"#,
      #"{"done":{"result":{"value":0.5,"seconds":1},"trial":1},"time":105}"#,
      #"{"measured":{"measurement":{"iteration":5},"trial":0},"time":110}"#,
      #"{"begun":{"from":5,"trial":0},"time":5000}"#,
      #"{"done":{"result":{"value":0.25,"seconds":1},"trial":0},"time":5020}"#,
    ]
    let header = try scratch.bytes(of: "study/journal.jsonl")
    try scratch.write(
      header + Array((lines.joined(separator: "\n") + "\n").utf8), to: "study/journal.jsonl")
    let report = Report(of: try Study.current(at: path).study, in: path)
    guard case .timeline(let times)? = report.chart("timeline")?.content else {
      Issue.record("no timeline")
      return
    }
    #expect(times.kinds == ["done"])
    #expect(times.spans.map(\.name) == ["trial 0", "trial 0", "trial 1"])
    #expect(times.spans.map(\.seconds) == [0...10, 10...30, 0...5])
    #expect(report.figures.contains(.init("time", "30 s")))
    let note = "From 1970-01-01 00:01:40 UTC to 1970-01-01 01:23:40 UTC. "
    #expect(report.paragraphs.contains { $0.hasPrefix(note) && $0.contains("1 h 21 min") })
    #expect(report.facts.contains(.init("journal", path + "/journal.jsonl")))

    let timeless = lines.map { $0.replacing(/,"time":[0-9]+/, with: "") }
    try scratch.write(
      header + Array((timeless.joined(separator: "\n") + "\n").utf8), to: "study/journal.jsonl")
    let older = Report(of: try Study.current(at: path).study, in: path)
    #expect(older.chart("timeline") == nil)
    #expect(older.paragraphs.contains { $0.hasPrefix("The journal has no times") })
  }

  @Test(
    "Heat maps write as many digits as the largest value needs",
    arguments: [(0.5, 3), (1, 3), (7, 2), (0.02, 4), (3e-6, 8), (4e5, 0), (1e-30, 9), (0, 3)])
  func heatMapsWriteManyDigits(
    size: Double, digits: Int
  ) throws {
    let study = try StudyPages.study(StudyPages.space, goal: Goal("error", .minimize))
    try study.run { trial in size * (trial.trial == 3 ? -1 : 0.5) }
    guard case .heatMap(let map)? = Report(of: study, in: nil).chart("pair-1-rate-hidden")?.content
    else {
      Issue.record("no heat map")
      return
    }
    #expect(map.digits == digits)
    #expect(map.values[1][0] == -size)
  }
}
