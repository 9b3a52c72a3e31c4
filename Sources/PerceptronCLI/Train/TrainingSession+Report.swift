import ArgumentParser
import Perceptron
import PerceptronCommandSupport

extension TrainingSession {
  /// Prints the results of a run and ends the command.
  func report(_ finished: Finished) throws {
    if display.json {
      try Console.output(finished.record.json)
    } else if !display.quiet && finished.divergence == nil {
      try Console.output(summary(of: finished))
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

  var resumption: String {
    "resume with: " + ShellCommand.line(["perceptron", "resume", directory.path])
  }

  private func summary(of finished: Finished) -> String {
    let (record, isSaved) = (finished.record, finished.isSaved)
    let results = record.results
    let training = record.settings.training
    let held = record.settings.validation
    let rows = data.training.count - held
    let widths = [finished.inputSize] + record.settings.network.layers.widths
    let sizes = widths.map(String.init).joined(separator: "-")
    let networks = record.settings.ensemble.map { "\($0) networks \(sizes)" } ?? "\(sizes) network"
    let test = record.settings.test == nil ? "" : "\(data.test?.count ?? 0) test rows, "
    let fold = record.settings.fold.map { " (fold \($0))" } ?? ""
    var lines = [
      "\(settings.data): \(rows) training rows, \(held) validation rows\(fold), \(test)\(networks)"
    ]
    lines += targetLine.map { [$0] } ?? []
    let schema = data.training.schema
    let absent = schema.kind == .classes ? data.training.classCounts.count { $0 == 0 } : 0
    if absent > 0 {
      lines.append(
        "\(absent) of \(schema.names.count) classes "
          + "\(absent == 1 ? "does" : "do") not occur in the training set"
          + (schema.names.count > 100 ? "; if the labels are numbers, use --task numbers" : ""))
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
      let each = values.map { settings.metric.text($0) }.joined(separator: ", ")
      let mean = values.reduce(0, +) / Double(values.count)
      lines.append(
        "validation \(settings.metric.title) of each network \(each); mean \(settings.metric.text(mean))"
      )
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

extension TrainingSession {
  /// What is predicted, and which rows count for more; nil for classes that all count the same.
  private var targetLine: String? {
    let training = data.training
    let groups = training.groups.map { Set($0).count }
    let notes: [String?] = [
      settings.classWeights.map { "class weights \($0)" },
      training.weights == nil ? nil : "weighted rows",
      groups.map { "\($0) groups of rows" },
    ]
    let details = notes.compactMap { $0 }
    if training.schema.kind == .classes && details.isEmpty { return nil }
    return "predicts " + (["\(training.schema)"] + details).joined(separator: "; ")
  }
}

extension RunRecord.Results {
  /// The losses and metrics, a line each.
  func figures(_ settings: Experiment) -> [String] {
    let isPenalized = settings.training.penalty != .none
    func remark(_ isWithPenalty: Bool) -> String {
      let parts = [
        settings.task == .numbers ? "of the scaled targets" : nil,
        isPenalized ? (isWithPenalty ? "with the penalty" : "without the penalty") : nil,
        isWithPenalty && settings.classWeights != nil ? "with the class weights" : nil,
      ].compactMap { $0 }
      return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
    // By Wilson's formula, which is for rows of equal weights.
    let interval =
      settings.weights != nil
      ? nil
      : validationAccuracy.flatMap { accuracyIntervalText($0, rowCount: settings.validation) }
    let losses = [
      finalLoss.map { ("last batch's loss", readableNumber($0) + remark(true)) },
      trainLoss.map { ("training loss", readableNumber($0) + remark(false)) },
      validationLoss.map { ("validation loss", readableNumber($0) + remark(false)) },
    ]
    let metrics = (training?.all ?? []).map { metric, value in
      ("training \(metric.title)", metric.text(value))
    }
    let held = (validation?.all ?? []).map { metric, value in
      let note = metric == .accuracy ? interval.map { " (\($0))" } ?? "" : ""
      return ("validation \(metric.title)", metric.text(value) + note)
    }
    let lines = losses.compactMap { $0 } + metrics + held
    let width = lines.map(\.0.count).reduce(19, max) + 2
    return lines.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) + $1 }
  }
}

extension Metric {
  /// A value as text: four decimals of a share of 1, and of others four digits or decimals.
  func text(_ value: Double) -> String {
    isInTargetUnit || self == .loss || self == .logLoss
      ? readableNumber(value) : decimal(value, 4)
  }

  /// Whether values are in the unit of targets that are numbers.
  private var isInTargetUnit: Bool { self == .mae || self == .rmse }
}
