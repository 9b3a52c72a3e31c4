import Foundation
import PerceptronFiles

/// An invalid setting, such as a dropout rate of 1.
public struct InvalidSetting: LocalizedError, Sendable, Equatable, CustomStringConvertible {
  /// The setting's name, such as `dropout rate`.
  public let name: String
  /// Its value.
  public let value: String
  /// The valid values.
  public let expected: String

  /// A setting with the value that it has and those that are valid.
  public init(name: String, value: String, expected: String) {
    self.name = name
    self.value = value
    self.expected = expected
  }

  /// One sentence with the name, the value and what was expected.
  public var description: String { "\(name) is \(value), expected \(expected)" }
  /// The same as ``description``.
  public var errorDescription: String? { description }

  /// Throws unless `holds`.
  package static func demand(
    _ holds: Bool, _ name: String, _ value: some Any, _ expected: String
  ) throws {
    if holds { return }
    let value = (value as? Double).map(plain) ?? "\(value)"
    throw InvalidSetting(name: name, value: value, expected: expected)
  }

  /// Throws unless `value` is finite and above 0.
  package static func demandPositive(_ name: String, _ value: Double) throws {
    try demand(value.isFinite && value > 0, name, value, "a number above 0")
  }

  /// Throws unless `value` is finite and not negative.
  package static func demandNotNegative(_ name: String, _ value: Double) throws {
    try demand(value.isFinite && value >= 0, name, value, "0 or a number above 0")
  }

  /// Throws unless `value` is in 0..<1.
  package static func demandBelowOne(_ name: String, _ value: Double) throws {
    try demand(value >= 0 && value < 1, name, value, "a number from 0 to below 1")
  }

  /// The result of `body`; traps with the text of its error. For settings that a program makes.
  static func trapping<Result>(_ body: () throws -> Result) -> Result {
    do {
      return try body()
    } catch {
      fatalError("\(error)")
    }
  }
}
