import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

extension TextCurve.Characters {
  /// Blocks, or ASCII where LC_ALL, LC_CTYPE or LANG, the first that is set, names no UTF-8.
  static var suitingLocale: Self {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = locale?.lowercased() ?? "utf-8"
    return name.contains("utf-8") || name.contains("utf8") ? .blocks : .ascii
  }
}

/// Whether losses span so much that their curve goes by the logarithm: more than a factor of 10.
func spansMagnitudes(_ loss: [Double]) -> Bool {
  let low = loss.filter { $0 > 0 }.min() ?? 1
  return loss.filter(\.isFinite).max() ?? 1 > 10 * low
}

/// The curves of a history, with their ranges beside them and iterations below.
struct HistoryCurves {
  let history: History
  /// Columns of all of it.
  let width: Int
  let characters: TextCurve.Characters

  /// The lines, an empty one before each curve; none of no values.
  var lines: [String] {
    let epochs = history.epochs.map(\.iteration)
    let validated = history.epochs.filter { $0.validationAccuracy != nil }.map(\.iteration)
    return curve(
      "loss", history.loss, from: 0, to: history.loss.count - 1,
      isLogarithmic: spansMagnitudes(history.loss))
      + curve(
        "training accuracy", history.trainAccuracy, from: epochs.first ?? 0, to: epochs.last ?? 0)
      + curve(
        "validation accuracy", history.validationAccuracy, from: validated.first ?? 0,
        to: validated.last ?? 0)
  }

  private func curve(
    _ name: String, _ values: [Double], from first: Int, to last: Int, isLogarithmic: Bool = false
  ) -> [String] {
    let margin = 10
    let curve = TextCurve(
      values, width: max(width - margin, 1), height: 4, isLogarithmic: isLogarithmic,
      characters: characters)
    guard let range = curve.range else { return [] }
    let labels = [significant(range.upperBound, 3), "", "", significant(range.lowerBound, 3)]
    let rows = zip(labels, curve.rows).map { label, row in
      String(repeating: " ", count: max(margin - 1 - label.count, 0)) + label + " " + row
    }
    let drawn = min(curve.width, values.count)
    let between = max(drawn - "\(first)".count - "\(last)".count, 1)
    let below = first == last ? "\(first)" : "\(first)" + spaces(between) + "\(last)"
    return ["", isLogarithmic ? name + ", logarithmic" : name] + rows.map(Self.trimmed)
      + [spaces(margin) + below]
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private static func trimmed(_ row: String) -> String {
    var row = row
    while row.hasSuffix(" ") { row.removeLast() }
    return row
  }
}
