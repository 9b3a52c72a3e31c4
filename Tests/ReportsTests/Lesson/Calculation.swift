import Foundation

/// A calculation as a page shows it: `(0.5 − 1) / 5`, `e^{−0.1}`, `−ln(0.36)`, `max(0, −1.3)`.
struct Calculation {
  private var rest: Substring

  /// The value; nil of a text that is not a calculation.
  static func value(of text: some StringProtocol) -> Double? {
    var calculation = Calculation(rest: Substring(String(text).replacing(" ", with: "")))
    guard let value = calculation.sum(), calculation.rest.isEmpty else { return nil }
    return value
  }

  private mutating func take(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest.removeFirst(token.count)
    return true
  }

  private mutating func sum() -> Double? {
    guard var value = product() else { return nil }
    while true {
      let isPlus = take("+")
      if !isPlus && !take("−") { return value }
      guard let term = product() else { return nil }
      value += isPlus ? term : -term
    }
  }

  private mutating func product() -> Double? {
    guard var value = factor() else { return nil }
    while true {
      let isTimes = take("·")
      if !isTimes && !take("/") { return value }
      guard let other = factor() else { return nil }
      value = isTimes ? value * other : value / other
    }
  }

  private mutating func factor() -> Double? {
    if take("−") { return factor().map { -$0 } }
    if take("max(0,") { return closed(")").map { max(0, $0) } }
    if take("ln(") { return closed(")").map { log($0) } }
    if take("e^{") { return closed("}").map { exp($0) } }
    if take("(") { return closed(")") }
    let digits = rest.prefix { $0.isNumber || $0 == "." }
    rest.removeFirst(digits.count)
    return Double(digits)
  }

  private mutating func closed(_ end: String) -> Double? {
    guard let value = sum(), take(end) else { return nil }
    return value
  }
}
