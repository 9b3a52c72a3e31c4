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
      charts += metrics.compactMap(metricChart) + [rateChart]
      blocks.append(
        .paragraph(
          "Here training metrics are of single batches, measured on the way; those in the overview "
            + "are of all rows, after the last iteration."))
      blocks.append(.table(epochs))
    }
    if let count = record.settings.ensemble {
      blocks.insert(
        .paragraph("The curves are those of the first of \(count) networks of the ensemble."), at: 0
      )
    }
    if history.epochs.allSatisfy({ $0.validation == nil }) {
      let note = "There is no validation: no rows were held out, or none were measured."
      blocks.insert(.paragraph(note), at: 0)
    }
    return Report.Section("Training", [.charts(charts)] + blocks)
  }

  private func lossChart(_ scale: Chart.Scale) -> Report.NamedChart {
    let loss = history.loss
    let validation = history.points(\.validationLoss)
    let end = validation.last.map { " On validation rows it ends at \(significant($0.y, 4))." }
    let each = loss.enumerated().map { Chart.Point(Double($0), $1) }
    let (batch, held) = (lossRemark(.batch), lossRemark(.evaluation))
    return .curves(
      scale == .linear ? "loss" : "loss-logarithmic",
      title: scale == .linear ? "Loss" : "Loss, logarithmic",
      summary: "The loss of each batch, from \(significant(loss[0], 4)) to "
        + "\(significant(loss[loss.count - 1], 4)); smoothed, the mean of "
        + "\(counted(Self.span(of: loss), "iteration")) around each." + (end ?? "")
        + difference(hasValidation: !validation.isEmpty),
      x: .init("iteration"),
      y: .init(
        record.settings.task == .numbers ? "loss of the scaled targets" : "loss", scale: scale),
      [
        .init("each batch" + batch, each, style: .faint),
        .init("smoothed" + batch, Self.smoothed(loss), color: 0),
      ] + (validation.isEmpty ? [] : [.init("validation" + held, validation, color: 1)]))
  }

  /// The sentence on what the batches' losses have and the validation loss has not.
  private func difference(hasValidation: Bool) -> String {
    let penalty = network?.penalty.map { ", \(significant($0, 4)) of the saved network" } ?? ""
    let parts = [
      hasPenalty ? "the penalty\(penalty)" : nil,
      record.settings.classWeights == nil ? nil : "the class weights",
    ].compactMap { $0 }
    if parts.isEmpty { return "" }
    return " The batches' losses carry \(parts.joined(separator: " and "))"
      + (hasValidation ? ", and the validation loss does not." : ".")
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

  /// The metrics that were measured on the way, the run's own first.
  private var metrics: [Metric] {
    var found = [record.settings.metric]
    for epoch in history.epochs {
      for (metric, _) in epoch.batch.all + (epoch.validation?.all ?? [])
      where !found.contains(metric) { found.append(metric) }
    }
    return found.filter { $0 != .loss }
  }

  /// A metric on batches and on the validation rows; nil where it was not measured.
  private func metricChart(_ metric: Metric) -> Report.NamedChart? {
    let text = Self.text(of: metric)
    let batch = history.points { $0.batch[metric] }
    let validation = history.points { $0.validation?[metric] }
    let ends = [
      batch.last.map { "on training batches ends at \(text($0.y))" },
      validation.last.map { "on validation rows at \(text($0.y))" },
    ].compactMap { $0 }
    if ends.isEmpty { return nil }
    // R² may be far below 0 at first.
    let range = metric == .r2 ? Chart.Curves.lateRange(of: [batch, validation]) : nil
    return .curves(
      metric.rawValue, title: metric.title.prefix(1).uppercased() + metric.title.dropFirst(),
      summary: "The \(metric.title) \(ends.joined(separator: ", "))."
        + Chart.Curves.note(on: range),
      x: .init("iteration"), y: .init(metric.title, range: range),
      [("training batch", batch, 0), ("validation", validation, 1)].filter { !$0.1.isEmpty }
        .map { name, points, color in .init(name, points, color: color) })
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
      columns: [.figures("iteration")] + shownMetrics.map { .figures($0.name) }
        + [.figures("validation loss"), .figures("learning rate")],
      texts: shown.map { epoch in
        ["\(epoch.iteration)"]
          + shownMetrics.map { column in
            column.value(epoch).map(Self.text(of: column.metric)) ?? "–"
          } + [
            epoch.validationLoss.map(readableNumber) ?? "–", significant(epoch.learningRate, 3),
          ]
      })
  }

  /// The columns of metrics of the table of epochs: the first one on the batch, all on the validation rows.
  private var shownMetrics: [(name: String, metric: Metric, value: (History.Epoch) -> Double?)] {
    metrics.prefix(1).map { metric in
      ("\(metric.title) on the batch", metric, { $0.batch[metric] })
    }
      + metrics.map { metric in
        ("validation \(metric.title)", metric, { $0.validation?[metric] })
      }
  }
}

extension History {
  /// A number of the epochs over the iterations, where it is known.
  func points(_ value: (Epoch) -> Double?) -> [Chart.Point] {
    epochs.compactMap { epoch in value(epoch).map { Chart.Point(Double(epoch.iteration), $0) } }
  }
}
