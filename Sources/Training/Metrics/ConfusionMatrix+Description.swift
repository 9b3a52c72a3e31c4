import PerceptronFiles
import Foundation
import PerceptronLinearAlgebra

extension ConfusionMatrix: CustomStringConvertible {
  /// A row for each true class and a column for each predicted one, with the precision and the
  /// recall of each class, and a line of averages:
  ///
  ///     true   cat  dog  precision  recall
  ///     cat      8    2      0.889   0.800
  ///     dog      1    9      0.818   0.900
  ///     accuracy 0.8500 of 20; macro precision 0.8535, recall 0.8500, F1 0.8496
  ///
  /// A `·` is a count of 0, a `-` what has no value. Names are cut at 20 characters, and at the
  /// columns' heads to what fits into 100 columns; where they could not be told apart then, or there
  /// is no room for three characters, heads are the classes' numbers, which then stand before the
  /// names, too, unless they are the names.
  public var description: String { text(columns: nil) }

  /// The same in so many columns of text: what does not fit is left out, precision and recall first,
  /// then the classes that were least often predicted wrongly, and named in a line below.
  package func text(columns: Int?) -> String {
    let names = classNames.map { Self.cut($0, to: Self.longestName) }
    let long = names.map(\.count).max() ?? 0
    let room = min(columns ?? Self.widest, Self.widest)
    for length in stride(from: max(long, Self.shortestHead), through: Self.shortestHead, by: -1) {
      let heads = classNames.map { Self.head($0, length) }
      let text = text(names: names, heads: heads)
      if Set(heads).count == heads.count && Self.width(of: text) <= room { return text }
    }
    let numbers = classNames.indices.map(String.init)
    return text(
      names: zip(numbers, names).map { $0 == $1 ? $0 : "\($0) \($1)" }, heads: numbers, in: columns)
  }

  private static var longestName: Int { 20 }
  private static var shortestHead: Int { 3 }
  private static var widest: Int { 100 }

  private func text(names: [String], heads: [String], in room: Int? = nil) -> String {
    let (precision, recall) = (precision, recall)
    let header = ["true"] + heads + ["precision", "recall"]
    let rows = counts.indices.map { label in
      [names[label]] + counts[label].map { $0 == 0 ? "·" : "\($0)" }
        + [Self.decimal(precision[label]), Self.decimal(recall[label])]
    }
    let last = heads.count + 1
    let ranks = [0] + mistakeRanks + [last, last]
    return TextTable([header] + rows, wordColumns: 1, ranks: ranks).text(columns: room) + "\n"
      + summary
  }

  /// For each predicted class its place among all, 1 for the one that was most often predicted wrongly.
  private var mistakeRanks: [Int] {
    let mistakes = counts.indices.map { predicted in
      counts.indices.reduce(0) { $0 + ($1 == predicted ? 0 : counts[$1][predicted]) }
    }
    let order = mistakes.indices.sorted { (mistakes[$1], $0) < (mistakes[$0], $1) }
    var ranks = mistakes
    for (place, predicted) in order.enumerated() { ranks[predicted] = place + 1 }
    return ranks
  }

  private var summary: String {
    "accuracy \(Self.decimal(count == 0 ? nil : accuracy, 4)) of \(count); macro precision "
      + "\(Self.decimal(macroPrecision, 4)), recall \(Self.decimal(macroRecall, 4)), "
      + "F1 \(Self.decimal(macroF1, 4))"
  }

  private static func decimal(_ value: Double?, _ digits: Int = 3) -> String {
    value.map { String(format: "%.\(digits)f", $0) } ?? "-"
  }

  private static func head(_ name: String, _ length: Int) -> String {
    var head = name.prefix(length)
    while head.last == " " { head.removeLast() }
    return String(head)
  }

  private static func cut(_ name: String, to length: Int) -> String {
    name.count <= length ? name : name.prefix(length - 1) + "…"
  }

  private static func width(of text: String) -> Int {
    text.split(separator: "\n").first?.count ?? 0
  }
}
