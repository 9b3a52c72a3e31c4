import PerceptronStudyReports
import PerceptronTuning
import PerceptronVisualization

/// Studies to make pages of, and ways to look into pages.
enum StudyPages {
  static let space = SearchSpace([
    .init("rate", .values([.number(0.5), .number(1)])),
    .init("hidden", .values([.integer(10), .integer(20), .integer(30)])),
    .init("same", .values([.text("a")])),
  ])

  static func study(_ space: SearchSpace, goal: Goal = .validationAccuracy) throws -> Study {
    try Study(space, goal: goal)
  }

  static func finish(_ trial: Int, of study: Study, _ value: Double) throws {
    try study.begin(trial)
    for (iteration, share) in [(5, 0.5), (10, 0.75)] {
      try study.record(
        Measurement(iteration: iteration, value: value * share, seconds: share),
        of: trial)
    }
    try study.finish(
      trial,
      TrialResult(
        value: value, trainingValue: 0.9, finalLoss: 0.25, iterations: 10, seconds: 2))
  }

  /// Five trials are done, the better the later; the next diverges, and one that is in the space's
  /// list no more fails.
  static func finished() throws -> Study {
    let trials = try space.assignments(by: .grid)
    let study = try Study(
      definition: StudyDefinition(space: space, method: .grid), trials: trials + [trials[5]])
    for trial in 0..<5 { try finish(trial, of: study, 0.25 + Double(trial) / 8) }
    try study.begin(5)
    try study.diverge(5, iteration: 3, loss: .nan, seconds: 1)
    try study.begin(6)
    try study.fail(6, message: "out of luck", seconds: 1)
    return study
  }
}

extension Report {
  var blocks: [Block] { sections.flatMap(\.blocks) }

  var paragraphs: [String] {
    blocks.compactMap { if case .paragraph(let text) = $0 { text } else { nil } }
  }

  var warnings: [String] {
    blocks.compactMap { if case .warning(let text) = $0 { text } else { nil } }
  }

  var commands: [String] {
    blocks.compactMap { if case .code(let text) = $0 { text } else { nil } }
  }

  var figures: [Fact] {
    blocks.flatMap { block -> [Fact] in
      if case .figures(let facts) = block { facts } else { [] }
    }
  }

  var facts: [Fact] {
    blocks.flatMap { block -> [Fact] in if case .facts(let facts) = block { facts } else { [] } }
  }

  var shownCharts: [NamedChart] {
    blocks.flatMap { block -> [NamedChart] in
      if case .charts(let charts) = block { charts } else { [] }
    }
  }

  func chart(_ name: String) -> Chart? { shownCharts.first { $0.name == name }?.chart }

  /// The first table under a heading.
  func table(_ heading: String) -> Table? {
    for block in sections.first(where: { $0.heading == heading })?.blocks ?? [] {
      if case .table(let table) = block { return table }
    }
    return nil
  }
}
