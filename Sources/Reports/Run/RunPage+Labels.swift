import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronVisualization

// Sections for several labels at once.

extension RunPage {
  /// The maximum number of rows of the table, and of curves.
  private static var mostLabels: Int { 100 }
  private static var mostCurves: Int { 4 }

  /// How well several labels are predicted: headline figures, a table of labels, and the ROC of those that
  /// are told apart worst.
  ///
  /// - Parameters:
  ///   - probabilities: [rows, labels].
  ///   - targets: [rows, labels]: 1 for a label that the row has, else 0.
  ///   - names: the name of each label.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  ///   - rows: the name of the rows, such as `the test set`.
  static func labels(
    probabilities: Tensor<Double>, targets: Tensor<Double>, names: [String],
    weights: [Double]? = nil, rows: String
  ) -> [Report.Section] {
    require(
      probabilities.shape.rank == 2 && probabilities.shape[1] == names.count,
      "RunPage.labels: probabilities \(probabilities.shape) for \(names.count) names")
    let metrics = MultilabelMetrics(of: probabilities, targets: targets, weights: weights)
    let labels = names.indices.map { place -> Label in
      let scores = probabilities.column(place)
      let truth = targets.column(place).map { $0 == 1 ? 1 : 0 }
      let curve = ROCCurve(of: scores, labels: truth, weights: weights)
      return Label(
        name: names[place], counts: metrics.labels[place].counts,
        area: .areaUnderROC(of: scores, labels: truth, weights: weights), curve: curve)
    }
    let exact = exactMatch(probabilities, targets, weights)
    let figures: [Report.Fact] = [
      fact("rows with all labels right", exact) { decimal($0, 4) },
      .init("mean F1 of the labels", shareFigure(metrics.macroF1)),
      .init("mean area under the ROC", shareFigure(metrics.macroAreaUnderROC)),
      .init("labels", grouped(names.count)), rowsFact(targets.shape[0], weights),
    ]
    let worst = labels.filter { $0.area.value.isFinite }.stablySorted {
      $0.area.value < $1.area.value
    }.prefix(mostCurves)
    let chart = rocChart(
      worst.map { ("\(spelled($0.name, "label")), area \(decimal($0.area.value, 3))", $0.curve) },
      title: labels.count > mostCurves ? "ROC of the labels told apart worst" : "ROC of the labels",
      summary:
        "For each threshold, the share of the rows with a label that is found, by the share of the "
        + "rows without it that is taken for it.")
    return [
      Report.Section(
        "Labels on \(rows)",
        [.figures(figures), .table(table(labels, isWeighted: weights != nil))]
          + (worst.isEmpty ? [] : [.charts([chart])]))
    ]
  }

  private struct Label {
    let name: String
    let counts: BinaryCounts
    let area: MetricInterval
    let curve: ROCCurve
  }

  private static func shareFigure(_ share: Double) -> String {
    share.isNaN ? "–" : decimal(share, 4)
  }

  private static func exactMatch(
    _ probabilities: Tensor<Double>, _ targets: Tensor<Double>, _ weights: [Double]?
  ) -> MetricInterval {
    let (all, wanted) = (probabilities.elements, targets.elements)
    let columns = targets.shape[1]
    let right = (0..<targets.shape[0]).map { row in
      (row * columns..<(row + 1) * columns).allSatisfy { (all[$0] > 0.5) == (wanted[$0] == 1) }
        ? 1 : 0
    }
    return .accuracy(of: right, labels: right.map { _ in 1 }, weights: weights)
  }

  private static func table(_ labels: [Label], isWeighted: Bool) -> Report.Table {
    var shown = labels
    var note = ""
    if labels.count > mostLabels {
      let order = labels.stablySorted { ($0.counts.f1 ?? 2) < ($1.counts.f1 ?? 2) }
      shown = Array(order.prefix(mostLabels))
      note = "; the \(mostLabels) of \(grouped(labels.count)) labels with the lowest F1"
    }
    return Report.Table(
      caption:
        "Of the rows for which a label is predicted, the share that has it (precision); of those "
        + "that have it, the share found (recall); their harmonic mean (F1); the area under the ROC "
        + "with its 95 % interval; "
        + "\(isWeighted ? "the weight of the rows" : "the rows") that have it (support)\(note)",
      columns: [
        .words("label"), .figures("support"), .figures("precision"), .figures("recall"),
        .figures("F1"), .figures("area under the ROC"), .figures("accuracy"),
      ],
      rows: shown.map { label in
        [
          .init(label.name), .init(text(ofRows: label.counts.support, isWeighted: isWeighted)),
          .init(shareText(label.counts.precision)), .init(shareText(label.counts.recall)),
          .init(
            shareText(label.counts.f1), tint: label.counts.f1.flatMap { $0 < 0.5 ? 1 - $0 : nil },
            isBad: true),
          cell(label.area) { decimal($0, 3) }, .init(shareText(label.counts.accuracy)),
        ]
      })
  }
}
