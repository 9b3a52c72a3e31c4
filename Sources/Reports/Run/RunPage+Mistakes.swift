import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  var mistakes: Report.Section? {
    guard let evaluation, let first = evaluation.mistakes.first else { return nil }
    let order =
      switch first.confidence {
      case .probability: "whose wrong class got the highest probability"
      case .margin: "whose wrong class is furthest ahead of the true one"
      }
    return Report.Section(
      "Most confident errors",
      [
        .paragraph("Of \(evaluation.rows), the examples \(order)."),
        pictures(evaluation) ?? .table(table(evaluation)),
      ])
  }

  private func pictures(_ evaluation: RunEvaluation) -> Report.Block? {
    guard let pictures = evaluation.pictures else { return nil }
    let names = evaluation.schema.names
    return .pictures(
      zip(evaluation.mistakes, pictures).enumerated().map { index, pair in
        let (mistake, picture) = pair
        let (label, predicted) = (names[mistake.label], names[mistake.predicted])
        return Report.Picture(
          "wrong-\(index + 1)-row-\(mistake.row)", picture.magnified(toSide: 96),
          // The confidence stays on one line.
          caption: "\(label) → \(predicted), "
            + Self.text(mistake.confidence).replacing(" ", with: "\u{A0}")
            + ", row\u{A0}\(mistake.row)",
          summary: "Row \(mistake.row) of class \(label), predicted as \(predicted)")
      })
  }

  private func table(_ evaluation: RunEvaluation) -> Report.Table {
    let names = evaluation.schema.names
    var measure = "probability"
    if case .margin? = evaluation.mistakes.first?.confidence { measure = "margin" }
    return Report.Table(
      caption: "The most confident errors",
      columns: [.words("row"), .words("true class"), .words("predicted"), .figures(measure)],
      texts: evaluation.mistakes.map { mistake in
        let confidence =
          switch mistake.confidence {
          case .probability(let value): percent(value)
          case .margin(let value): Self.number(value)
          }
        return ["\(mistake.row)", names[mistake.label], names[mistake.predicted], confidence]
      })
  }

  private static func text(_ confidence: Mistake.Confidence) -> String {
    switch confidence {
    case .probability(let value): percent(value)
    case .margin(let value): "by \(significant(value, 3))"
    }
  }

  /// The maximum number of classes of a table of all pairs.
  private static var mostInTable: Int { 20 }

  var confusions: Report.Section? {
    guard let evaluation else { return nil }
    let counts = evaluation.counts
    let all: Report.Block =
      counts.names.count <= Self.mostInTable
      ? .table(matrix(counts)) : .charts([heatMap(counts)])
    // With two classes they are in the section above.
    let figures: [Report.Fact] =
      evaluation.probabilitiesOfYes != nil
      ? []
      : [
        evaluation.fact(.accuracy), evaluation.fact(.balancedAccuracy),
        evaluation.fact(.f1, named: "mean F1 of the classes"),
        evaluation.fact(.auc, named: aucName),
        evaluation.fact(.logLoss), evaluation.rowsFact,
      ].compactMap { $0 }
    return Report.Section(
      "Confusions on \(evaluation.rows)",
      (figures.isEmpty ? [] : [.figures(figures)]) + [all, mistakes(counts)])
  }

  private var aucName: String {
    (evaluation?.schema.names.count ?? 0) > 2 ? "mean AUC of the classes" : "AUC"
  }

  private func matrix(_ counts: ClassCounts) -> Report.Table {
    let support = counts.support
    return Report.Table(
      caption: (counts.isWeighted ? "The weight of the rows" : "Rows")
        + " by true and predicted class, with their share of the true class",
      axis: "predicted class",
      columns: [.words("true class")] + counts.names.map { .figures($0) },
      rows: counts.counts.enumerated().map { label, row in
        [.init(counts.names[label])]
          + row.enumerated().map { predicted, count in
            if count == 0 { return "·" }
            let share = count / support[label]
            let isBad = predicted != label
            let names = (counts.names[label], counts.names[predicted])
            return .init(
              counts.text(count), detail: "\(decimal(100 * share, 1)) %",
              // The root makes small shares visible.
              tint: isBad ? share.squareRoot() : share, isBad: isBad,
              hint: "\(names.0), predicted as \(names.1): \(counts.text(count)) of "
                + "\(counts.text(support[label]))\(counts.isWeighted ? "" : " rows")")
          }
      })
  }

  private func heatMap(_ counts: ClassCounts) -> Report.NamedChart {
    let support = counts.support
    return Report.NamedChart(
      "confusion",
      Chart(
        title: "Confusions",
        summary: "The share of each true class by predicted class.",
        .heatMap(
          .init(
            columnLabel: "predicted", columns: counts.names, rowLabel: "true",
            rows: counts.names,
            values: counts.counts.enumerated().map { label, row in
              row.map { support[label] == 0 ? nil : $0 / support[label] }
            }, valueLabel: "share", digits: nil))), isWide: true)
  }

  private func mistakes(_ counts: ClassCounts) -> Report.Block {
    var pairs: [(label: Int, predicted: Int, count: Double)] = []
    for (label, row) in counts.counts.enumerated() {
      for (predicted, count) in row.enumerated() where predicted != label && count > 0 {
        pairs.append((label, predicted, count))
      }
    }
    pairs = pairs.stablySorted { $0.count > $1.count }
    if pairs.isEmpty { return .paragraph("No row is misclassified.") }
    let table = Report.Table(
      caption: "The most frequent confusions",
      columns: [
        .words("true class"), .words("predicted"), .figures(counts.isWeighted ? "weight" : "rows"),
        .figures("of the class"),
      ],
      texts: pairs.prefix(15).map { label, predicted, count in
        let share = count / counts.support[label]
        return [
          counts.names[label], counts.names[predicted], counts.text(count),
          "\(decimal(100 * share, 1)) %",
        ]
      })
    return .table(table)
  }

  var classes: Report.Section? {
    guard let counts = evaluation?.counts else { return nil }
    func line(_ name: String, _ values: [Double?], _ support: Double) -> [String] {
      [name] + values.map(Self.shareText) + [counts.text(support)]
    }
    let classes = zip(counts.names, counts.classes).map { name, own in
      line(name, [own.precision, own.recall, own.f1], own.support)
    }
    let mean = line(
      "mean of classes",
      [counts.mean(\.precision), counts.mean(\.recall), counts.mean(\.f1)],
      counts.support.reduce(0, +))
    let table = Report.Table(
      caption:
        "Of the rows predicted to be of a class, the share that is (precision); of its "
        + "rows, the share found (recall); their harmonic mean (F1); "
        + (counts.isWeighted ? "the weight of its rows (support)" : "its rows (support)"),
      columns: [
        .words("class"), .figures("precision"), .figures("recall"), .figures("F1"),
        .figures("support"),
      ], texts: classes + [mean])
    return Report.Section("Classes", [.table(table)])
  }
}
