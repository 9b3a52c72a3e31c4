import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// The maximum number of points of a smoothed curve.
  private static var most: Int { 2000 }

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
          "Here training accuracies are of single batches, measured on the way; those in the "
            + "overview are of all rows, after the last iteration."))
      blocks.append(.table(epochs))
    }
    if history.validationAccuracy.isEmpty {
      let note = "There are no validation accuracies: no rows were held out, or none were measured."
      blocks.insert(.paragraph(note), at: 0)
    }
    return Report.Section("Training", [.charts(charts)] + blocks)
  }

  private func lossChart(_ scale: Chart.Scale) -> Report.NamedChart {
    let loss = history.loss
    let validation = history.points(\.validationLoss)
    let end = validation.last.map {
      " On validation rows\(hasPenalty ? ", without the penalty," : "") it ends at "
        + "\(significant($0.y, 4))."
    }
    let each = loss.enumerated().map { Chart.Point(Double($0), $1) }
    return .curves(
      scale == .linear ? "loss" : "loss-logarithmic",
      title: scale == .linear ? "Loss" : "Loss, logarithmic",
      summary: "The loss of each batch\(hasPenalty ? " with the penalty" : ""), from "
        + "\(significant(loss[0], 4)) to \(significant(loss[loss.count - 1], 4)); smoothed, the "
        + "mean of \(counted(Self.span(of: loss), "iteration")) around each." + (end ?? ""),
      x: .init("iteration"), y: .init("loss", scale: scale),
      [.init("each batch", each, style: .faint), .init("smoothed", Self.smoothed(loss), color: 0)]
        + (validation.isEmpty ? [] : [.init("validation", validation, color: 1)]))
  }

  private static func span(of loss: [Double]) -> Int { max(1, loss.count / 50) }

  /// Moving averages of losses.
  static func smoothed(_ loss: [Double]) -> [Chart.Point] {
    let every = max((loss.count + most - 1) / most, 1)
    return stride(from: 0, to: loss.count, by: every).map {
      Chart.Point(Double($0), mean(loss, around: $0, span: span(of: loss)))
    }
  }

  /// The mean of `span` values around an index, or fewer at the ends.
  static func mean(_ values: [Double], around index: Int, span: Int) -> Double {
    let window = values[max(0, index - span / 2)..<min(values.count, index - span / 2 + span)]
    return window.reduce(0, +) / Double(window.count)
  }

  private var accuracyChart: Report.NamedChart {
    var series = [Chart.Curves.Series("training batch", history.points(\.trainAccuracy), color: 0)]
    var summary =
      "The accuracy on training batches ends at "
      + decimal(history.trainAccuracy[history.epochs.count - 1], 4)
    if let last = history.validationAccuracy.last {
      series.append(.init("validation", history.points(\.validationAccuracy), color: 1))
      summary += ", that on validation rows at \(decimal(last, 4))"
    }
    return .curves(
      "accuracy", title: "Accuracy", summary: summary + ".", x: .init("iteration"),
      y: .init("accuracy"), series)
  }

  private var rateChart: Report.NamedChart {
    let points = history.points(\.learningRate)
    let highest = points.map(\.y).max() ?? 0
    return .curves(
      "learning-rate", title: "Learning rate",
      summary: Self.change(from: points[0].y, to: points[points.count - 1].y),
      x: .init("iteration"),
      y: .init("learning rate", range: highest > 0 ? 0...1.1 * highest : nil),
      [.init("learning rate", points, style: .steps)])
  }

  private static func change(from first: Double, to last: Double) -> String {
    let (begin, end) = (significant(first, 3), significant(last, 3))
    return begin == end
      ? "The learning rate is \(begin) at the beginning and at the end."
      : "The learning rate goes from \(begin) to \(end)."
  }

  private var epochs: Report.Table {
    let shown = history.epochs.suffix(10)
    return Report.Table(
      caption: shown.count < history.epochs.count
        ? "The last \(shown.count) of \(history.epochs.count) epochs" : "Epochs",
      columns: [
        .figures("iteration"), .figures("accuracy on the batch"), .figures("validation accuracy"),
        .figures("validation loss"), .figures("learning rate"),
      ],
      texts: shown.map { epoch in
        [
          "\(epoch.iteration)", decimal(epoch.trainAccuracy, 4),
          epoch.validationAccuracy.map { decimal($0, 4) } ?? "–",
          epoch.validationLoss.map(readableNumber) ?? "–", significant(epoch.learningRate, 3),
        ]
      })
  }
}

extension History {
  /// A number of the epochs over the iterations, where it is known.
  func points(_ value: (Epoch) -> Double?) -> [Chart.Point] {
    epochs.compactMap { epoch in value(epoch).map { Chart.Point(Double(epoch.iteration), $0) } }
  }
}
