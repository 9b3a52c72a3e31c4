import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  /// The rows whose wrong class the network is surest of.
  var mistakes: Report.Section? {
    guard let evaluation, let surest = evaluation.mistakes.first else { return nil }
    let order: String
    switch surest.confidence {
    case .probability: order = "whose wrong class got the highest probability"
    case .margin: order = "whose wrong class is furthest ahead of the true one"
    }
    return Report.Section(
      "Most confidently wrong",
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
          // What belongs together stays on a line.
          caption: "\(label) → \(predicted), "
            + Self.text(mistake.confidence).replacing(" ", with: "\u{A0}"),
          summary: "Row \(mistake.row) of class \(label), taken for \(predicted)")
      })
  }

  private func table(_ evaluation: RunEvaluation) -> Report.Table {
    let names = evaluation.confusion.classNames
    var measure = "probability"
    if case .margin? = evaluation.mistakes.first?.confidence { measure = "margin" }
    return Report.Table(
      caption: "The rows that are surest to be taken for another class",
      columns: [
        .words("row"), .words("true class"), .words("taken for"), .figures(measure),
      ],
      rows: evaluation.mistakes.map { mistake in
        [
          .init("\(mistake.row)"), .init(names[mistake.label]), .init(names[mistake.predicted]),
          .init(Self.text(mistake.confidence)),
        ]
      })
  }

  private static func text(_ confidence: Mistake.Confidence) -> String {
    switch confidence {
    case .probability(let value): percent(value)
    case .margin(let value): "by \(significant(value, 3))"
    }
  }
}
