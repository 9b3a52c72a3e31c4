import ArgumentParser
import PerceptronFiles

/// Throws a `ValidationError` with the option, its value and the range unless `value` is in `range`.
package func require(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
  guard let value, !range.contains(value) else { return }
  let expected =
    range.upperBound == .max
    ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  throw ValidationError("\(option) is \(value), expected \(expected)")
}

/// Throws a `ValidationError` unless `value` is finite and above 0.
package func require(_ option: String, aboveZero value: Double?) throws {
  guard let value, !(value.isFinite && value > 0) else { return }
  throw ValidationError("\(option) is \(plain(value)), expected a number above 0")
}

/// Throws a `ValidationError` unless `value` is finite and at least 0.
package func require(_ option: String, notNegative value: Double?) throws {
  guard let value, !(value.isFinite && value >= 0) else { return }
  throw ValidationError("\(option) is \(plain(value)), expected 0 or a number above 0")
}

/// Throws a `ValidationError` unless `value` is at least `least` and less than `bound`.
package func require(
  _ option: String, _ value: Double?, from least: Double, below bound: Double
) throws {
  guard let value, !(value >= least && value < bound) else { return }
  throw ValidationError(
    "\(option) is \(plain(value)), expected \(plain(least)) or more, and less than \(plain(bound))")
}
