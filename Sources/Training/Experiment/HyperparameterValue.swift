import PerceptronFiles

extension Hyperparameter {
  /// The value of a hyperparameter.
  ///
  /// Numbers are equal if their values are, whether integer or not: JSON has a single type of number, in
  /// which 1 may be written as 1.0.
  public enum Value: Sendable {
    /// A whole number.
    case integer(Int)
    /// Any finite number.
    case number(Double)
    /// A word out of several.
    case text(String)
    /// On or off.
    case flag(Bool)

    /// The kind of a hyperparameter's values.
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
  }
}

extension Hyperparameter.Value {
  /// The value's kind.
  public var kind: Kind {
    switch self {
    case .integer: .integer
    case .number: .number
    case .text: .text
    case .flag: .flag
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

  /// The value as a whole number, where it is one.
  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .text, .flag: nil
    }
  }

  /// An `Int` for every whole number, else the `Double`, `String` or `Bool`.
  private var base: any Encodable & Hashable & CustomStringConvertible {
    if let whole { return whole }
    switch self {
    case .integer(let value): return value
    case .number(let value): return value
    case .text(let value): return value
    case .flag(let value): return value
    }
  }
}

extension Hyperparameter.Value: Hashable {
  /// Whether both are the same number, the same text or the same flag.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    AnyHashable(lhs.base) == AnyHashable(rhs.base)
  }

  /// Feeds the number, text or flag to the hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(base)) }
}

extension Hyperparameter.Value: CustomStringConvertible {
  /// The value as text. A number has the fewest digits that read back as the same number, and no
  /// decimal point if it is whole.
  public var description: String { base.description }
}

extension Hyperparameter.Value {
  /// The value for tables: whole numbers in full, so that seeds differ; others with at most eight
  /// characters or four significant digits.
  package var shortDescription: String {
    if case .number(let number) = self { Self.shortNumber(number) } else { "\(self)" }
  }

  /// A number for tables; see ``shortDescription``.
  package static func shortNumber(_ number: Double) -> String {
    if let whole = Int(exactly: number), abs(whole) < 1_000_000_000 { return "\(whole)" }
    let exact = "\(number)"
    return exact.count <= 8 ? exact : significant(number, 4)
  }
}

extension Hyperparameter.Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A flag.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// As JSON's own numbers, strings, `true` and `false`.
extension Hyperparameter.Value: Codable {
  /// Decodes any of the four; a number without a fraction is whole.
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
    // A whole number is written with all digits: 2⁶² must not become 4.611686018427388e+18.
    var container = encoder.singleValueContainer()
    try container.encode(base)
  }
}
