import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct ShowCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the results of a training run or a study.",
    discussion: """
      Prints the results and the curves of losses and of the run's metric. Each column of a curve is the mean of \
      the values in it; the loss is on a logarithmic scale if it spans more than a factor of 10. The \
      highest and the lowest value are printed beside a curve, the first and the last iteration below \
      it. Curves are as wide as the terminal; if its width is unknown, they have COLUMNS columns, or 80. \
      They are drawn in ASCII if the first of LC_ALL, LC_CTYPE and LANG that is set does not name UTF-8.

      A run that is in progress, or was killed, is shown as of its last checkpoint. For a study, the \
      output is that of `perceptron tune show`; for the folder of `train --folds` or `--repeats`, a table \
      of its runs.
      """)

  static let examples = [
    CommandExample("Show a run's results and curves.", "perceptron show runs/digits-1"),
    CommandExample(
      "Print a run's record and history as JSON.", "perceptron show runs/digits-1 --json"),
  ]

  @Argument(help: "Folder of a run or a study.") var folder: String
  @Flag(help: "Print JSON: a run's record and history, or a study.") var json = false

  func run() throws {
    try requireFolder(folder, of: "a run or a study")
    if Study.exists(at: folder) {
      let (study, isUnderWay) = try StudyFolder.read(folder)
      let report = StudyReport(study, folder: folder)
      return try Console.output(
        json ? report.json(top: Self.top) : report.text(top: Self.top, isUnderWay: isUnderWay))
    }
    if RunSeries.exists(at: folder) {
      let report = try SeriesReport(RunSeries(readingFrom: folder), in: folder)
      return try Console.output(json ? report.results.json : report.text())
    }
    let directory = RunDirectory(path: folder)
    let unfinished = directory.holdsCheckpoint ? try UnfinishedRun(in: directory) : nil
    if directory.holdsRecord {
      let run = try directory.read()
      try Console.output(json ? run.json : text(of: run, unfinished))
    } else if let unfinished {
      let lines =
        unfinished.lines(folder: folder) + curves(of: unfinished.history, unfinished.metric)
      try Console.output(json ? unfinished.json : lines.joined(separator: "\n"))
    } else {
      throw FileError(
        folder, "expected the folder of a run or a study, found neither run.json nor a checkpoint")
    }
  }

  /// The number of a study's trials that are shown.
  private static var top: Int { 10 }

  private func text(of run: TrainingRun, _ unfinished: UnfinishedRun?) throws -> String {
    var lines = try summary(of: run)
    if let unfinished {
      // The checkpoint is the interrupted run's, or that of another run started in its folder.
      let isSame =
        run.record.results.status == .interrupted
        && unfinished.iteration == run.record.results.iterations && !unfinished.isUnderWay
      lines +=
        isSame
        ? unfinished.lines(folder: folder).suffix(1) : [""] + unfinished.lines(folder: folder)
    }
    return (lines + curves(of: run.history, run.record.settings.metric)).joined(separator: "\n")
  }

  private func summary(of run: TrainingRun) throws -> [String] {
    let directory = RunDirectory(path: folder)
    let (settings, results) = (run.record.settings, run.record.results)
    let inputs = directory.holdsModel ? [try Self.inputSize(directory.modelPath)] : []
    let widths = (inputs + settings.network.layers.widths).map(String.init)
    let (count, time) = (counted(results.iterations, "iteration"), readableTime(run.record.seconds))
    let ensemble: String =
      settings.ensemble.map { ", \($0) of them as an ensemble; the curves are the first's" } ?? ""
    var lines: [String] = [
      "\(settings.data): \(results.status.rawValue) after \(count) in \(time)",
      "network              \(widths.joined(separator: "-"))\(ensemble)",
    ]
    if settings.task != .classes {
      let count = settings.network.layers.widths.last ?? 0
      let schema = TargetSchema(settings.task, names: .init(repeating: "", count: count))
      lines.append("predicts             \(schema)")
    }
    if let from = settings.from { lines.append("trained on from      \(from.path)") }
    lines += results.figures(settings)
    lines.append("files in \(folder): \(directory.files.joined(separator: ", "))")
    let warnings = (results.warnings ?? []) + (run.record.diagnosis?.lastWarnings ?? [])
    lines += warnings.map { "warning: \($0)" }
    return lines
  }

  private static func inputSize(_ path: String) throws -> Int {
    switch try AnyTrainedModel(readingFrom: path) {
    case .float(let model): model.network.inputSize
    case .double(let model): model.network.inputSize
    }
  }

  private func curves(of history: History, _ metric: Metric) -> [String] {
    HistoryCurves(
      history: history, metric: metric, width: min(max(Console.outputColumns - 1, 1), 400),
      characters: .suitingLocale
    ).lines
  }
}

/// The curves of a history as text, with ranges beside them and iterations below.
struct HistoryCurves {
  let history: History
  /// The metric shown.
  var metric = Metric.accuracy
  /// The width in columns, labels included.
  let width: Int
  let characters: TextCurve.Characters

  /// The lines, with an empty line before each curve. Curves without values are left out.
  var lines: [String] {
    curve(
      "loss", history.loss, from: 0, to: history.loss.count - 1,
      isLogarithmic: spansMagnitudes(history.loss))
      + curve("validation loss", isLoss: true) { $0.validationLoss }
      + curve("training \(metric.title)") { $0.batch[metric] }
      + curve("validation \(metric.title)") {
        metric == .loss ? nil : $0.validationValue(of: metric)
      }
  }

  /// The curve of a value that evaluations have.
  private func curve(
    _ name: String, isLoss: Bool = false, _ value: (History.Epoch) -> Double?
  ) -> [String] {
    let points = history.epochs.compactMap { epoch in value(epoch).map { (epoch.iteration, $0) } }
    let values = points.map(\.1)
    return curve(
      name, values, from: points.first?.0 ?? 0, to: points.last?.0 ?? 0,
      isLogarithmic: isLoss && spansMagnitudes(values))
  }

  private func curve(
    _ name: String, _ values: [Double], from first: Int, to last: Int, isLogarithmic: Bool = false
  ) -> [String] {
    let margin = 10
    let curve = TextCurve(
      values, width: max(width - margin, 1), height: 4, isLogarithmic: isLogarithmic,
      characters: characters)
    guard let range = curve.range else { return [] }
    let labels = [significant(range.upperBound, 3), "", "", significant(range.lowerBound, 3)]
    let rows = zip(labels, curve.rows).map { label, row in
      spaces(max(margin - 1 - label.count, 0)) + label + " " + row
    }
    let drawn = min(curve.width, values.count)
    let between = max(drawn - "\(first)".count - "\(last)".count, 1)
    let below = first == last ? "\(first)" : "\(first)" + spaces(between) + "\(last)"
    return ["", isLogarithmic ? name + ", logarithmic" : name] + rows.map(Self.trimmed)
      + [spaces(margin) + below]
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private static func trimmed(_ row: String) -> String {
    var row = row
    while row.hasSuffix(" ") { row.removeLast() }
    return row
  }
}

extension TextCurve.Characters {
  /// Blocks, or ASCII if the first of LC_ALL, LC_CTYPE and LANG that is set does not name UTF-8.
  static var suitingLocale: Self {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = locale?.lowercased() ?? "utf-8"
    return name.contains("utf-8") || name.contains("utf8") ? .blocks : .ascii
  }
}

/// Whether losses span more than a factor of 10, so that their curve is drawn on a logarithmic scale.
func spansMagnitudes(_ loss: [Double]) -> Bool {
  let low = loss.filter { $0 > 0 }.min() ?? 1
  return loss.filter(\.isFinite).max() ?? 1 > 10 * low
}
