import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// The most classes that a table of all pairs is made for.
  private static var mostInTable: Int { 20 }

  /// Which class was taken for which.
  var confusions: Report.Section? {
    guard let evaluation else { return nil }
    let names = evaluation.confusion.classNames
    var blocks: [Report.Block] = []
    if names.count <= Self.mostInTable {
      blocks.append(.table(matrix(evaluation.confusion)))
    } else {
      blocks.append(.charts([heatMap(evaluation.confusion)]))
    }
    blocks.append(.table(mistakes(evaluation.confusion)))
    return Report.Section("Confusions on \(evaluation.rows)", blocks)
  }

  private func matrix(_ confusion: ConfusionMatrix) -> Report.Table {
    let support = confusion.support
    return Report.Table(
      caption: "How many rows of each class are taken for which, and their share of the class",
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
              // Most mistakes are few, and are to be seen as well.
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
        summary: "The share of each true class that each class is predicted for.",
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
    pairs.sort { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
    let support = confusion.support
    return Report.Table(
      caption: pairs.isEmpty ? "No row is taken for another class" : "The most frequent confusions",
      columns: [
        .words("true class"), .words("taken for"), .figures("rows"), .figures("of the class"),
      ],
      rows: pairs.prefix(15).map { pair in
        [
          .init(confusion.classNames[pair.label]), .init(confusion.classNames[pair.predicted]),
          .init("\(pair.count)"),
          .init("\(decimal(100 * Double(pair.count) / Double(support[pair.label]), 1)) %"),
        ]
      })
  }

  /// Precision, recall and F1 of each class.
  var classes: Report.Section? {
    guard let confusion = evaluation?.confusion else { return nil }
    let (precision, recall, f1) = (confusion.precision, confusion.recall, confusion.f1)
    func text(_ value: Double?) -> String { value.map { decimal($0, 3) } ?? "–" }
    let rows: [[Report.Table.Cell]] = confusion.classNames.indices.map { label in
      [
        .init(confusion.classNames[label]), .init(text(precision[label])),
        .init(text(recall[label])), .init(text(f1[label])), .init("\(confusion.support[label])"),
      ]
    }
    let mean: [Report.Table.Cell] = [
      "mean of classes", .init(text(confusion.macroPrecision)), .init(text(confusion.macroRecall)),
      .init(text(confusion.macroF1)), .init("\(confusion.count)"),
    ]
    return Report.Section(
      "Classes",
      [
        .table(
          Report.Table(
            caption:
              "Of the rows predicted to be of a class, the share that is (precision); of its "
              + "rows, the share found (recall); their harmonic mean (F1); its rows (support)",
            columns: [
              .words("class"), .figures("precision"), .figures("recall"), .figures("F1"),
              .figures("support"),
            ], rows: rows + [mean]))
      ])
  }
}
