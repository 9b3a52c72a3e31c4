import PerceptronFiles

import Foundation

/// A value of a hyperparameter.
///
/// Integers and numbers of the same value are equal, since JSON does not distinguish 1 from 1.0.
public enum ParameterValue: Sendable {
  /// A whole number.
  case integer(Int)
  /// Any finite number.
  case number(Double)
  /// A text.
  case text(String)
  /// `true` or `false`.
  case flag(Bool)
}

extension ParameterValue {
  /// The kinds of values.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Any finite number.
    case number
    /// A whole number.
    case integer
    /// A text.
    case text
    /// `true` or `false`.
    case flag
  }

  /// The kind of this value.
  public var kind: ParameterValue.Kind {
    switch self {
    case .integer: .integer
    case .number: .number
    case .text: .text
    case .flag: .flag
    }
  }

  /// Whether both are numbers, both texts or both flags.
  func isOfSameKind(as other: ParameterValue) -> Bool {
    kind == other.kind || (number != nil && other.number != nil)
  }

  /// The value as a number; nil for texts and flags.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag: nil
    }
  }

  /// The value as a whole number; nil if it is not whole.
  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .text, .flag: nil
    }
  }
}

extension ParameterValue: Hashable {
  /// Whether both are the same number, the same text or the same flag.
  public static func == (lhs: ParameterValue, rhs: ParameterValue) -> Bool {
    switch (lhs, rhs) {
    case (.integer(let lhs), .integer(let rhs)): lhs == rhs
    case (.number(let lhs), .number(let rhs)): lhs == rhs
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      Int(exactly: number) == integer
    case (.text(let lhs), .text(let rhs)): lhs == rhs
    case (.flag(let lhs), .flag(let rhs)): lhs == rhs
    default: false
    }
  }

  /// Feeds the number, text or flag to the hasher.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value): hasher.combine(value)
    case .number(let value):
      if let whole = Int(exactly: value) { hasher.combine(whole) } else { hasher.combine(value) }
    case .text(let value): hasher.combine(value)
    case .flag(let value): hasher.combine(value)
    }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// The value as on a command line; a number with as many digits as identify it, and no point if
  /// it is whole.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .text(let value): value
    case .flag(let value): "\(value)"
    }
  }
}

extension ParameterValue {
  /// The value for tables: whole numbers in full, since two seeds must not look the same, others
  /// with at most eight characters or four significant digits.
  package var shortDescription: String {
    if case .number(let number) = self { shortNumber(number) } else { "\(self)" }
  }
}

/// A number for tables; see ``ParameterValue/shortDescription``.
func shortNumber(_ number: Double) -> String {
  if let whole = Int(exactly: number), abs(whole) < 1_000_000_000 { return "\(whole)" }
  let exact = "\(number)"
  return exact.count <= 8 ? exact : significant(number, 4)
}

/// A JSON number, string, `true` or `false`.
extension ParameterValue: Codable {
  /// Decodes a bare value; a number without a fraction is an integer.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try value.decode(String.self))
    }
  }

  /// Encodes the bare value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value):
      // With all digits of whole numbers: 2⁶² is not 4.611686018427388e+18.
      if let whole = Int(exactly: value) { return try container.encode(whole) }
      try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}

extension ParameterValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// Any JSON value, for files in which every field is checked.
enum JSONValue: Decodable, Equatable {
  case null
  case value(ParameterValue)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? ParameterValue(from: decoder) {
      self = .value(value)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The number, text or flag; nil for any other value.
  var value: ParameterValue? { if case .value(let value) = self { value } else { nil } }
}

extension JSONValue: CustomStringConvertible {
  /// The JSON text on one line.
  var description: String {
    switch self {
    case .null: "null"
    case .value(.text(let text)): "\"\(text)\""
    case .value(.number(let number)): "\(number)"
    case .value(let value): "\(value)"
    case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
    case .object(let fields):
      "{"
        + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        .joined(separator: ", ") + "}"
    }
  }
}
