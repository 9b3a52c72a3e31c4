/// What was to be timed computes something else than it should.
struct WrongResult: Error, CustomStringConvertible {
  let description: String

  /// A value that is not what it should be.
  init(_ subject: String, expected: Any, found: Any) {
    description = "\(subject): expected \(expected), found \(found)"
  }

  /// Throws unless `value` is within a share of `tolerance` of `expected`.
  static func check(
    _ subject: String, _ value: Double, near expected: Double, tolerance: Double
  ) throws {
    if abs(value - expected) <= tolerance * max(abs(expected), .leastNormalMagnitude) { return }
    throw WrongResult(subject, expected: expected, found: value)
  }
}
