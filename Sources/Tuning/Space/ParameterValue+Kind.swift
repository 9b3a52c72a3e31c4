extension ParameterValue {
  /// What kind of value a hyperparameter takes.
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

extension ParameterValue {
  /// Which of the four it is.
  public var kind: ParameterValue.Kind {
    switch self {
    case .integer: .integer
    case .number: .number
    case .text: .text
    case .flag: .flag
    }
  }

  /// Whether both are numbers, texts or flags.
  func isOfSameKind(as other: ParameterValue) -> Bool {
    kind == other.kind || (number != nil && other.number != nil)
  }

  /// The value as a whole number, where it is one.
  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .text, .flag: nil
    }
  }
}
