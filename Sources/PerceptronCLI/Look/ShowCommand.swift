import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron show`.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what came of a training run or a study, with curves of losses and accuracies.",
    discussion: """
      Each column of a curve is the mean of what falls into it; the loss is logarithmic where it spans \
      more than a factor of 10. Beside a curve are its highest and its lowest column, below it the first \
      and the last iteration. The curves fit the window, or the columns of COLUMNS, or 80. They are \
      drawn in ASCII where LC_ALL, LC_CTYPE or LANG, the first that is set, names no UTF-8.

      Of a run that is under way or was killed there is what its last checkpoint holds. A study is \
      shown as by `perceptron tune show`.
      """)

  @Argument(help: "The folder of a run or a study.") var folder: String
  @Flag(help: "Print JSON: a run's record and its history, or a study's.") var json = false

  func run() throws {
    let directory = RunDirectory(path: folder)
    if !FileManager.default.fileExists(atPath: folder) {
      throw FileError(folder, "there is no such folder")
    }
    if Study.exists(at: folder) {
      let (study, isUnderWay) = try StudyFolder.read(folder)
      let report = StudyReport(study, folder: folder)
      return try Console.output(
        json ? report.json(top: Self.top) : report.text(top: Self.top, isUnderWay: isUnderWay))
    }
    let unfinished = directory.holdsCheckpoint ? try UnfinishedRun(in: directory) : nil
    if directory.holdsRecord {
      let run = try directory.read()
      try Console.output(json ? run.json : text(of: run, unfinished))
    } else if let unfinished {
      try Console.output(
        json
          ? unfinished.json
          : (unfinished.lines(folder: folder) + curves(of: unfinished.history))
            .joined(separator: "\n"))
    } else {
      throw FileError(
        folder, "expected the folder of a run or a study, found neither run.json nor a checkpoint")
    }
  }

  /// How many of a study's trials are shown.
  private static var top: Int { 10 }

  private func text(of run: TrainingRun, _ unfinished: UnfinishedRun?) throws -> String {
    var lines = try summary(of: run)
    if let unfinished {
      // An interrupted run's own checkpoint, or that of another one that began in its folder.
      let isSame =
        run.record.results.status == .interrupted
        && unfinished.iteration == run.record.results.iterations && !unfinished.isUnderWay
      lines +=
        isSame
        ? unfinished.lines(folder: folder).suffix(1) : [""] + unfinished.lines(folder: folder)
    }
    return (lines + curves(of: run.history)).joined(separator: "\n")
  }

  private func summary(of run: TrainingRun) throws -> [String] {
    let directory = RunDirectory(path: folder)
    let (settings, results) = (run.record.settings, run.record.results)
    let inputs = directory.holdsModel ? [try Self.inputSize(directory.modelPath)] : []
    let widths = (inputs + settings.network.layers.widths).map(String.init)
    var lines = [
      "\(settings.data): \(results.status.rawValue) after \(counted(results.iterations, "iteration")) "
        + "in \(readableTime(run.record.seconds))",
      "network              " + widths.joined(separator: "-")
        + (settings.ensemble.map {
          ", \($0) of them as an ensemble; the curves are the first's"
        } ?? ""),
    ]
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

  private func curves(of history: History) -> [String] {
    HistoryCurves(
      history: history, width: min(max(Console.outputColumns - 1, 1), 400),
      characters: .suitingLocale
    ).lines
  }
}
