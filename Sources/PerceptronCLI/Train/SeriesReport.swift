import Perceptron
import PerceptronCommandSupport

/// The runs of a series as text.
struct SeriesReport {
  let series: RunSeries
  let results: SeriesResults
  let folder: String

  init(_ series: RunSeries, in folder: String) throws {
    self.series = series
    self.folder = folder
    results = try SeriesResults(of: series, in: folder)
  }

  private var first: Experiment? { series.members.first?.settings }

  private var columns: [(rows: String, metric: Metric)] {
    SeriesResults.columns(for: first?.task ?? .classes, results.metric).filter { rows, metric in
      results.statistics.contains { $0.rows == rows && $0.metric == metric.rawValue }
    }
  }

  /// The data, and the number of runs.
  var head: String {
    let counts = Dictionary(grouping: results.runs, by: \.state).mapValues(\.count)
    let states = ["finished", "diverged", "interrupted", "unfinished", "waiting"].compactMap {
      state in
      counts[state].map { "\($0) \(state)" }
    }
    return "\(first?.data ?? ""): \(Self.count(of: series)): " + states.joined(separator: ", ")
  }

  /// Such as `5 folds` or `15 runs, of 5 folds with 3 seeds`.
  static func count(of series: RunSeries) -> String {
    let folds = Set(series.members.compactMap(\.fold)).count
    if folds < 2 { return "\(series.repeats) repeats" }
    if series.repeats < 2 { return "\(folds) folds" }
    return "\(series.members.count) runs, of \(folds) folds with \(series.repeats) seeds"
  }

  /// A line for each run, then means and standard deviations.
  func table(columns width: Int? = Console.tableColumns) -> String {
    let columns = columns
    let hasSeeds = series.repeats > 1
    let hasStates = !results.runs.allSatisfy { $0.state == "finished" }
    var table = TextTable(
      [.words("run")] + (hasSeeds ? [.figures("seed", rank: 4)] : [])
        + (hasStates ? [.words("state")] : [])
        + columns.enumerated().map { index, column in
          .figures("\(column.rows) \(column.metric.title)", rank: index == 0 ? 0 : 1)
        } + [.figures("iterations", rank: 3), .figures("time", rank: 2)])
    for run in results.runs {
      table.add(
        [run.name] + (hasSeeds ? ["\(run.seed)"] : []) + (hasStates ? [run.state] : [])
          + columns.map { rows, metric in
            let value = run.results.flatMap { SeriesResults.value($0, rows, metric) }
            return value.map { Self.text($0, metric) } ?? "–"
          } + [
            run.iterations.map { "\($0)" } ?? "–", run.seconds.map(readableTime) ?? "–",
          ])
    }
    for (name, value) in [("mean", \.mean), ("± sd", \.deviation)]
      as [(String, (SeriesResults.Statistic) -> Double?)]
    {
      table.add(
        [name] + (hasSeeds ? [""] : []) + (hasStates ? [""] : [])
          + columns.map { rows, metric in
            let own = results.statistics.first {
              $0.rows == rows && $0.metric == metric.rawValue
            }
            return own.flatMap(value).map { Self.text($0, metric) } ?? "–"
          } + ["", ""])
    }
    return table.text(columns: width)
  }

  /// Such as `validation accuracy 0.9650 ± 0.0050: mean ± standard deviation over 5 folds`.
  var headline: String? {
    guard
      let own = results.statistics.first(where: {
        $0.rows == "validation" && $0.metric == results.metric.rawValue
      })
    else { return nil }
    let deviation = own.deviation.map { " ± \(Self.text($0, results.metric))" } ?? ""
    return "validation \(results.metric.title) \(Self.text(own.mean, results.metric))\(deviation): "
      + "mean ± standard deviation (of a sample, n − 1) over \(counted(own.count, Self.singular(series.title)))"
  }

  private static func singular(_ title: String) -> String { String(title.dropLast()) }

  private static func text(_ value: Double, _ metric: Metric) -> String {
    metric.text(value)
  }

  /// The table with what stands around it.
  func text(columns width: Int? = Console.tableColumns) -> String {
    var lines = [head, "", table(columns: width)]
    if let headline { lines.append(headline) }
    if !results.isOver { lines.append(resumption) }
    return lines.joined(separator: "\n")
  }

  /// How to go on with runs that are not over.
  var resumption: String { "resume with: " + ShellCommand.line(["perceptron", "resume", folder]) }
}
