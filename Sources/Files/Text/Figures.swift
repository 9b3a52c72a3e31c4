import Foundation

/// The median, or nil of no numbers: of an even count, the mean of the middle two.
package func median(_ numbers: [Double]) -> Double? {
  if numbers.isEmpty { return nil }
  let sorted = numbers.sorted()
  let (lower, upper) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
  // The sum of large numbers would overflow, and a difference of equal infinities is NaN.
  return lower == upper ? lower : lower + (upper - lower) / 2
}

// C's formats print a NaN's sign, which means nothing.

/// `value` with a number of decimals.
package func decimal(_ value: Double, _ digits: Int) -> String {
  value.isNaN ? "nan" : String(format: "%.\(digits)f", value)
}

/// `value` with a number of significant digits, as `0.001235`.
package func significant(_ value: Double, _ digits: Int) -> String {
  value.isNaN ? "nan" : String(format: "%.\(digits)g", value)
}

/// `value` with four decimals or, if it is small or large, with four significant digits: `0.2920`,
/// `1.5e-05`, `3e+38`.
package func readableNumber(_ value: Double) -> String {
  let size = value.magnitude
  return size == 0 || (size >= 1e-3 && size < 1e5) ? decimal(value, 4) : significant(value, 4)
}

/// `count` as `50,000`.
package func grouped(_ count: Int) -> String {
  count.formatted(.number.locale(Locale(identifier: "en")))
}

/// `count` things: `1 thread`, `2 threads`.
package func counted(_ count: Int, _ thing: String) -> String {
  "\(count) \(thing)\(count == 1 ? "" : "s")"
}

/// A share of 1 as `12 %`.
package func percent(_ share: Double) -> String { "\(decimal(100 * share, 0)) %" }

/// `value` as `1.2e-07`.
package func scientific(_ value: Double) -> String {
  value.isNaN ? "nan" : String(format: "%.1e", value)
}

/// `value` with all its digits; the sign of a NaN, which means nothing, is left out.
package func plain(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

/// A time as a person reads it: `850 µs`, `2.1 ms`, `14 s`, `3 min 20 s`, `5 h 7 min`.
package func readableTime(_ seconds: Double) -> String {
  switch seconds {
  case 0: "0 µs"
  case ..<9.95e-6: "\(decimal(seconds * 1e6, 1)) µs"
  case ..<1e-3: "\(Int((seconds * 1e6).rounded())) µs"
  case ..<1: "\(decimal(seconds * 1e3, seconds < 0.01 ? 2 : 0)) ms"
  case ..<10: "\(decimal(seconds, 1)) s"
  case ..<59.5: "\(Int(seconds.rounded())) s"
  case ..<3599.5: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
  case ..<1e9: "\(Int(seconds / 60) / 60) h \(Int(seconds / 60) % 60) min"
  default: "years"
  }
}

extension Duration {
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
