import ArgumentParser
import PerceptronFiles

/// Refuses an option's value outside `range`, naming the option, the value and what is accepted.
package func require(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
  guard let value, !range.contains(value) else { return }
  let expected =
    range.upperBound == .max
    ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  throw ValidationError("\(option) is \(value), expected \(expected)")
}

/// Refuses an option's value that is not a finite number above 0, naming the option and the value.
package func require(_ option: String, aboveZero value: Double?) throws {
  guard let value, !(value.isFinite && value > 0) else { return }
  throw ValidationError("\(option) is \(plain(value)), expected a number above 0")
}

/// Refuses an option's value that is negative or not finite, naming the option and the value.
package func require(_ option: String, notNegative value: Double?) throws {
  guard let value, !(value.isFinite && value >= 0) else { return }
  throw ValidationError("\(option) is \(plain(value)), expected 0 or a number above 0")
}

/// The most that is believed of a size: beyond it lie typing errors, which no memory can hold.
package let largestSize = 1_000_000

/// Refuses an option's value that is infinite, or 0 without being 0, in single precision.
package func requireFloat(_ option: String, _ value: Double?) throws {
  guard let value else { return }
  let narrow = Float(value)
  if narrow.isFinite && (narrow != 0 || value == 0) { return }
  throw ValidationError(
    "\(option) is \(value), which single precision cannot hold; --precision double can")
}

/// Refuses an option's value below `least` or not below `bound`, naming the option and the value.
package func require(
  _ option: String, _ value: Double?, from least: Double, below bound: Double
) throws {
  guard let value, !(value >= least && value < bound) else { return }
  throw ValidationError(
    "\(option) is \(plain(value)), expected \(plain(least)) or more, and less than \(plain(bound))")
}
