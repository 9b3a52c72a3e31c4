import ArgumentParser
import Perceptron
import PerceptronCommandSupport

extension TrainingSession {
  /// Prints the results of a run and ends the command.
  func report(_ finished: Finished) throws {
    if display.json {
      try Console.output(finished.record.json)
    } else if !display.quiet && finished.divergence == nil {
      try Console.output(summary(of: finished.record, isSaved: finished.isSaved))
    }
    if let diagnosis = finished.record.diagnosis, !display.json && !display.quiet {
      try Console.output("\n\(diagnosis)")
    }
    // Otherwise the summary shows them.
    if display.json || display.quiet {
      for warning in finished.record.results.warnings ?? [] { Console.error("warning: \(warning)") }
    }
    for problem in finished.problems { Console.error("Error: \(problem)") }
    if !finished.isSaved && directory.holdsCheckpoint {
      Console.error("the last checkpoint was kept; \(resumption)")
    }
    if let divergence = finished.divergence { throw divergence }
    if Interruption.isRequested { throw ExitCode(Interruption.status) }
    if !finished.problems.isEmpty { throw ExitCode.failure }
  }

  private var resumption: String {
    "resume with: " + ShellCommand.line(["perceptron", "resume", directory.path])
  }

  private func summary(of record: RunRecord, isSaved: Bool) -> String {
    let results = record.results
    let training = record.settings.training
    let rows = data.training.count - record.settings.validation
    let widths = [data.training.featureCount] + record.settings.network.layers.widths
    let sizes = widths.map(String.init).joined(separator: "-")
    let networks = record.settings.ensemble.map { "\($0) networks \(sizes)" } ?? "\(sizes) network"
    var lines = [
      "\(settings.data): \(rows) training rows, \(record.settings.validation) validation rows, "
        + networks
    ]
    let absent = data.training.classCounts.count { $0 == 0 }
    if absent > 0 {
      lines.append(
        "\(absent) of \(data.training.classCount) classes "
          + "\(absent == 1 ? "does" : "do") not occur in the training set")
    }
    let rate = record.secondsPerIteration.map { ", a median of \(readableTime($0)) each" } ?? ""
    let state = results.status == .interrupted ? "interrupted after" : "trained for"
    lines.append(
      "\(state) \(results.iterations) of \(training.iterations(rowCount: rows)) iterations in "
        + "\(readableTime(record.seconds))\(rate)")
    if let best = results.bestIteration {
      let end =
        results.stoppedEarly ? "stopped early after iteration \(results.iterations - 1); " : ""
      lines.append("\(end)restored the weights of iteration \(best)")
    }
    lines += results.figures(record.settings)
    if let values = results.memberValues {
      let each = values.map { decimal($0, 4) }.joined(separator: ", ")
      let mean = values.reduce(0, +) / Double(values.count)
      lines.append(
        "validation \(settings.metric.title) of each network \(each); mean \(decimal(mean, 4))")
    }
    if isSaved {
      lines.append("saved \(directory.modelPath)")
      lines += FolderViews(folder: directory.path).commands(tensorBoard: display.tensorboard)
    }
    lines += (results.warnings ?? []).map { "warning: \($0)" }
    if isSaved && results.status == .interrupted && directory.holdsCheckpoint {
      lines.append(resumption)
    }
    return lines.joined(separator: "\n")
  }
}

extension RunRecord.Results {
  /// The losses and accuracies, a line each.
  func figures(_ settings: Experiment) -> [String] {
    let isPenalized = settings.training.penalty != .none
    let interval = validationAccuracy.flatMap {
      accuracyIntervalText($0, rowCount: settings.validation)
    }
    return [
      finalLoss.map {
        "last batch's loss    \(readableNumber($0))" + (isPenalized ? " (with the penalty)" : "")
      },
      trainLoss.map {
        "training loss        \(readableNumber($0))" + (isPenalized ? " (without the penalty)" : "")
      },
      validationLoss.map { "validation loss      \(readableNumber($0))" },
      trainAccuracy.map { "training accuracy    \(decimal($0, 4))" },
      validationAccuracy.map {
        "validation accuracy  \(decimal($0, 4))" + (interval.map { " (\($0))" } ?? "")
      },
    ].compactMap { $0 }
  }
}
