/// A value that a hyperparameter takes, as it is written on a command line.
public enum ParameterValue: Hashable, Sendable {
  /// A whole number.
  case integer(Int)
  /// Any finite number.
  case number(Double)
  /// One of several words.
  case text(String)
  /// Whether something is on.
  case flag(Bool)
}

extension ParameterValue: CustomStringConvertible {
  /// The value as it is written on a command line; a number with as many digits as tell it apart.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
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
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}
