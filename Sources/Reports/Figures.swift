import Foundation
import PerceptronFiles

/// Numbers as pages of examples write them: with a minus sign, not a hyphen, before negative ones.
enum Figure {
  /// A number's text with a minus sign in place of a hyphen at its beginning.
  static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// A number in brackets if it is negative, as behind an operator.
  static func bracketed(_ text: String) -> String { text.hasPrefix("−") ? "(\(text))" : text }
}

/// A number with a number of significant digits, as `−0.001235`.
func figure(_ value: Double, _ digits: Int) -> String {
  value == 0 ? "0" : Figure.signed(significant(value, digits))
}

/// The format of the numbers of a column or a table: the same decimals for all, so many that the largest
/// has five digits.
struct FigureFormat {
  private let decimals: Int?

  init(_ values: some Sequence<Double>) {
    let most = values.reduce(0.0) { max($0, $1.isFinite ? $1.magnitude : 0) }
    let digits = most > 0 ? 4 - Int(log10(most).rounded(.down)) : 4
    // Very large and very small numbers have exponents.
    decimals = (0...8).contains(digits) ? max(digits, 1) : nil
  }

  func callAsFunction(_ value: Double) -> String {
    guard let decimals, value.isFinite else { return figure(value, 5) }
    let text = decimal(value, decimals)
    // No minus before a zero.
    return text.contains { ("1"..."9").contains($0) }
      ? Figure.signed(text) : String(text.drop { $0 == "-" })
  }
}

extension [Double] {
  /// The positions of the elements, the largest element first, equal ones in their order, NaN last.
  var descendingPositions: [Int] {
    indices.sorted { first, second in
      let (own, its) = (self[first], self[second])
      if own.isNaN || its.isNaN { return own.isNaN == its.isNaN ? first < second : its.isNaN }
      return own == its ? first < second : own > its
    }
  }
}
