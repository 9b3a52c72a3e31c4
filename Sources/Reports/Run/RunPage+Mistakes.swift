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
    let names = evaluation.confusion.classNames
    return .pictures(
      zip(evaluation.mistakes, pictures).enumerated().map { index, pair in
        let (mistake, picture) = pair
        let (label, predicted) = (names[mistake.label], names[mistake.predicted])
        return Report.Picture(
          "wrong-\(index + 1)-row-\(mistake.row)", picture.magnified(toSide: 96),
          // The confidence stays on one line.
          caption: "\(label) → \(predicted), "
            + Self.text(mistake.confidence).replacing(" ", with: "\u{A0}"),
          summary: "Row \(mistake.row) of class \(label), predicted as \(predicted)")
      })
  }

  private func table(_ evaluation: RunEvaluation) -> Report.Table {
    let names = evaluation.confusion.classNames
    var measure = "probability"
    if case .margin? = evaluation.mistakes.first?.confidence { measure = "margin" }
    return Report.Table(
      caption: "The most confident errors",
      columns: [.words("row"), .words("true class"), .words("predicted"), .figures(measure)],
      texts: evaluation.mistakes.map {
        ["\($0.row)", names[$0.label], names[$0.predicted], Self.text($0.confidence)]
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
    let confusion = evaluation.confusion
    let all: Report.Block =
      confusion.classNames.count <= Self.mostInTable
      ? .table(matrix(confusion)) : .charts([heatMap(confusion)])
    return Report.Section("Confusions on \(evaluation.rows)", [all, .table(mistakes(confusion))])
  }

  private func matrix(_ confusion: ConfusionMatrix) -> Report.Table {
    let support = confusion.support
    return Report.Table(
      caption: "Rows by true and predicted class, with their share of the true class",
      axis: "predicted class",
      columns: [.words("true class")] + confusion.classNames.map { .figures($0) },
      rows: confusion.counts.enumerated().map { label, counts in
        [.init(confusion.classNames[label])]
          + counts.enumerated().map { predicted, count in
            if count == 0 { return "·" }
            let share = Double(count) / Double(support[label])
            let isBad = predicted != label
            let names = (confusion.classNames[label], confusion.classNames[predicted])
            return .init(
              "\(count)", detail: "\(decimal(100 * share, 1)) %",
              // The root makes small shares visible.
              tint: isBad ? share.squareRoot() : share, isBad: isBad,
              hint: "\(names.0), predicted as \(names.1): \(count) of \(support[label]) rows")
          }
      })
  }

  private func heatMap(_ confusion: ConfusionMatrix) -> Report.NamedChart {
    let support = confusion.support
    return Report.NamedChart(
      "confusion",
      Chart(
        title: "Confusions",
        summary: "The share of each true class by predicted class.",
        .heatMap(
          .init(
            columnLabel: "predicted", columns: confusion.classNames, rowLabel: "true",
            rows: confusion.classNames,
            values: confusion.counts.enumerated().map { label, counts in
              counts.map { support[label] == 0 ? nil : Double($0) / Double(support[label]) }
            }, valueLabel: "share", digits: nil))), isWide: true)
  }

  private func mistakes(_ confusion: ConfusionMatrix) -> Report.Table {
    var pairs: [(label: Int, predicted: Int, count: Int)] = []
    for (label, counts) in confusion.counts.enumerated() {
      for (predicted, count) in counts.enumerated() where predicted != label && count > 0 {
        pairs.append((label, predicted, count))
      }
    }
    pairs = pairs.stablySorted { $0.count > $1.count }
    return Report.Table(
      caption: pairs.isEmpty ? "No row is misclassified" : "The most frequent confusions",
      columns: [
        .words("true class"), .words("predicted"), .figures("rows"), .figures("of the class"),
      ],
      texts: pairs.prefix(15).map { label, predicted, count in
        let share = Double(count) / Double(confusion.support[label])
        return [
          confusion.classNames[label], confusion.classNames[predicted], "\(count)",
          "\(decimal(100 * share, 1)) %",
        ]
      })
  }

  var classes: Report.Section? {
    guard let confusion = evaluation?.confusion else { return nil }
    let (precision, recall, f1) = (confusion.precision, confusion.recall, confusion.f1)
    func text(_ value: Double?) -> String { value.map { decimal($0, 3) } ?? "–" }
    let classes = confusion.classNames.indices.map { label in
      [
        confusion.classNames[label], text(precision[label]), text(recall[label]), text(f1[label]),
        "\(confusion.support[label])",
      ]
    }
    let mean = [
      "mean of classes", text(confusion.macroPrecision), text(confusion.macroRecall),
      text(confusion.macroF1), "\(confusion.count)",
    ]
    let table = Report.Table(
      caption:
        "Of the rows predicted to be of a class, the share that is (precision); of its "
        + "rows, the share found (recall); their harmonic mean (F1); its rows (support)",
      columns: [
        .words("class"), .figures("precision"), .figures("recall"), .figures("F1"),
        .figures("support"),
      ], texts: classes + [mean])
    return Report.Section("Classes", [.table(table)])
  }
}
