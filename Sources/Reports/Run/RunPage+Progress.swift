import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// How many points a smoothed curve has at most; each is a mean of many losses.
  private static var most: Int { 2000 }

  /// Losses, accuracies and learning rates over the run.
  var progress: Report.Section {
    if history.loss.isEmpty {
      return Report.Section("Training", [.paragraph("No iteration was made.")])
    }
    var charts = [lossChart(.linear), lossChart(.logarithmic)]
    var blocks: [Report.Block] = []
    if !history.epochs.isEmpty {
      charts += [accuracyChart, rateChart]
      blocks.append(
        .paragraph(
          "Here training accuracies are of single batches, measured on the way; those in the overview "
            + "are of all rows, after the last iteration."))
      blocks.append(.table(epochs))
    }
    if history.validationAccuracy.isEmpty {
      blocks.insert(
        .paragraph(
          "There are no validation accuracies: no rows were held out, or none were measured."),
        at: 0)
    }
    return Report.Section("Training", [.charts(charts)] + blocks)
  }

  private func lossChart(_ scale: Chart.Scale) -> Report.NamedChart {
    let loss = history.loss
    let validation = history.epochs.compactMap { epoch in
      epoch.validationLoss.map { Chart.Point(Double(epoch.iteration), $0) }
    }
    let held = validation.last.map {
      " On validation rows\(hasPenalty ? ", without the penalty," : "") it ends at "
        + "\(significant($0.y, 4))."
    }
    let kind = scale == .linear ? "" : ", logarithmic"
    return Report.NamedChart(
      scale == .linear ? "loss" : "loss-logarithmic",
      Chart(
        title: "Loss\(kind)",
        summary:
          "The loss of each batch\(hasPenalty ? " with the penalty" : ""), from \(significant(loss[0], 4)) to "
          + "\(significant(loss[loss.count - 1], 4)); smoothed, the mean of "
          + "\(counted(Self.span(of: loss), "iteration")) around each."
          + (held ?? ""),
        .curves(
          .init(
            x: .init("iteration"), y: .init("loss", scale: scale),
            series: [
              .init(
                "each batch", loss.enumerated().map { Chart.Point(Double($0), $1) }, style: .faint),
              .init("smoothed", Self.smoothed(loss), color: 0),
            ] + (validation.isEmpty ? [] : [.init("validation", validation, color: 1)])))))
  }

  /// How many losses a smoothed one is the mean of.
  private static func span(of loss: [Double]) -> Int { max(1, loss.count / 50) }

  /// The means of losses around every few of them.
  static func smoothed(_ loss: [Double]) -> [Chart.Point] {
    let every = max((loss.count + most - 1) / most, 1)
    return stride(from: 0, to: loss.count, by: every).map {
      Chart.Point(Double($0), mean(loss, around: $0, span: span(of: loss)))
    }
  }

  /// The mean of a number and those on both sides of it, `span` in all, or as many as there are.
  static func mean(_ values: [Double], around index: Int, span: Int) -> Double {
    let window = values[max(0, index - span / 2)..<min(values.count, index - span / 2 + span)]
    return window.reduce(0, +) / Double(window.count)
  }

  private var accuracyChart: Report.NamedChart {
    func points(_ accuracy: (History.Epoch) -> Double?) -> [Chart.Point] {
      history.epochs.compactMap { epoch in
        accuracy(epoch).map { Chart.Point(Double(epoch.iteration), $0) }
      }
    }
    var series = [Chart.Curves.Series("training batch", points(\.trainAccuracy), color: 0)]
    var words = "ends at \(decimal(history.trainAccuracy[history.epochs.count - 1], 4))"
    if let last = history.validationAccuracy.last {
      series.append(.init("validation", points(\.validationAccuracy), color: 1))
      words += ", that on validation rows at \(decimal(last, 4))"
    }
    return Report.NamedChart(
      "accuracy",
      Chart(
        title: "Accuracy", summary: "The accuracy on training batches \(words).",
        .curves(.init(x: .init("iteration"), y: .init("accuracy"), series: series))))
  }

  private var rateChart: Report.NamedChart {
    let points = history.epochs.map { Chart.Point(Double($0.iteration), $0.learningRate) }
    let highest = points.map(\.y).max() ?? 0
    return Report.NamedChart(
      "learning-rate",
      Chart(
        title: "Learning rate",
        summary: Self.change(from: points[0].y, to: points[points.count - 1].y),
        .curves(
          .init(
            x: .init("iteration"),
            y: .init("learning rate", range: highest > 0 ? 0...1.1 * highest : nil),
            series: [.init("learning rate", points, style: .steps)]))))
  }

  private static func change(from first: Double, to last: Double) -> String {
    let (begin, end) = (significant(first, 3), significant(last, 3))
    return begin == end
      ? "The learning rate is \(begin) at the beginning and at the end."
      : "The learning rate goes from \(begin) to \(end)."
  }

  /// The last epochs as figures.
  private var epochs: Report.Table {
    let shown = history.epochs.suffix(10)
    return Report.Table(
      caption: shown.count < history.epochs.count
        ? "The last \(shown.count) of \(history.epochs.count) epochs" : "Epochs",
      columns: [
        .figures("iteration"), .figures("accuracy on the batch"), .figures("validation accuracy"),
        .figures("validation loss"), .figures("learning rate"),
      ],
      rows: shown.map { epoch in
        [
          .init("\(epoch.iteration)"), .init(decimal(epoch.trainAccuracy, 4)),
          .init(epoch.validationAccuracy.map { decimal($0, 4) } ?? "–"),
          .init(epoch.validationLoss.map(readableNumber) ?? "–"),
          .init(significant(epoch.learningRate, 3)),
        ]
      })
  }
}
