/// A value that a hyperparameter takes, as it is written on a command line.
///
/// Numbers are equal by what they are worth, whether they are whole by kind or not: JSON knows one
/// kind of number only, and 1 that was written as 1.0 is to be found again.
public enum ParameterValue: Sendable {
  /// A whole number.
  case integer(Int)
  /// Any finite number.
  case number(Double)
  /// One of several words.
  case text(String)
  /// Whether something is on.
  case flag(Bool)
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
  /// The value as it is written on a command line; a number with as many digits as tell it apart, and
  /// no point where it is whole.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .text(let value): value
    case .flag(let value): "\(value)"
    }
  }

  /// The value as a number, where it is one.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag: nil
    }
  }
}

/// As JSON's own numbers, strings, `true` and `false`.
extension ParameterValue: Codable {
  /// Decodes one of the four; a number without a fraction is whole.
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
      // With all digits, where it would be read as a whole number: 2⁶² is not
      // 4.611686018427388e+18.
      if let whole = Int(exactly: value) {
        try container.encode(whole)
      } else {
        try container.encode(value)
      }
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}
