import ArgumentParser
import CommandSupport
import Foundation
import Perceptron
import Serialization

/// `perceptron show`.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what came of a training run, with curves of its loss and accuracies.",
    discussion: """
      Each column of a curve is the mean of what falls into it; the loss is logarithmic where it spans \
      more than a factor of 10. The curves fit the columns of COLUMNS, or 80. They are drawn in ASCII \
      where LC_ALL, LC_CTYPE or LANG, the first that is set, names no UTF-8. `perceptron tune show` \
      shows a study.
      """)

  @Argument(help: "The folder of the run.") var folder: String
  @Flag(help: "Print JSON: the run's record and its history.") var json = false

  func run() throws {
    let directory = RunDirectory(path: folder)
    if Study.exists(at: folder) {
      throw FileError(folder, "holds a study; `perceptron tune show \(folder)` shows it")
    }
    if !directory.holdsRecord {
      throw FileError(
        folder,
        directory.holdsCheckpoint
          ? "the run in this folder is under way or was killed, and has left no run.json yet"
          : "expected the folder of a training run, found no run.json in it")
    }
    let run = try directory.read()
    try Console.output(
      json ? run.json : (summary(of: run) + curves(of: run)).joined(separator: "\n"))
  }

  private func summary(of run: TrainingRun) -> [String] {
    let (settings, results) = (run.record.settings, run.record.results)
    var lines = [
      "\(settings.data): \(results.status.rawValue) after \(counted(results.iterations, "iteration")) "
        + "in \(readableTime(run.record.seconds))"
    ]
    if let loss = results.finalLoss { lines.append("final loss           \(decimal(loss, 4))") }
    if let accuracy = results.trainAccuracy {
      lines.append("training accuracy    \(decimal(accuracy, 4))")
    }
    if let accuracy = results.validationAccuracy {
      lines.append("validation accuracy  \(decimal(accuracy, 4))")
    }
    for warning in run.record.diagnosis?.lastWarnings ?? [] { lines.append("warning: \(warning)") }
    return lines
  }

  private func curves(of run: TrainingRun) -> [String] {
    let history = run.history
    let low = history.loss.filter { $0 > 0 }.min() ?? 1
    let high = history.loss.filter(\.isFinite).max() ?? 1
    return curve("loss", history.loss, isLogarithmic: high > 10 * low)
      + curve("training accuracy", history.trainAccuracy)
      + curve("validation accuracy", history.validationAccuracy)
  }

  /// A curve below its name and range; nothing of no values.
  private func curve(
    _ name: String, _ values: [Double], isLogarithmic: Bool = false
  ) -> [String] {
    let curve = TextCurve(
      values, width: Self.width, height: 4, isLogarithmic: isLogarithmic,
      characters: Self.isUnicode ? .blocks : .ascii)
    guard let range = curve.range else { return [] }
    let title =
      "\(name), \(significant(range.lowerBound, 3)) to \(significant(range.upperBound, 3))"
    return ["", isLogarithmic ? title + ", logarithmic" : title] + curve.rows
  }

  private static var width: Int {
    let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) ?? 80
    return min(max(columns - 1, 1), 400)
  }

  private static var isUnicode: Bool {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = locale?.lowercased() ?? "utf-8"
    return name.contains("utf-8") || name.contains("utf8")
  }
}
