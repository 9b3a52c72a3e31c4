extension PrincipalComponents {
  /// How many directions are found.
  public enum Count: Hashable, Sendable {
    /// As many as columns, or rows − 1 if these are fewer.
    case all
    /// A number of directions.
    case number(Int)
    /// As few as explain at least this share of the variance, above 0 and below 1.
    case share(Double)
  }
}

/// As text `100`, `0.95` or `all`; in JSON the plain number, or the text `all`.
extension PrincipalComponents.Count: LosslessStringConvertible, Codable {
  /// Reads a whole number from 1 up as a number of directions and a fraction above 0 and below 1 as a
  /// share; nil for other text.
  public init?(_ text: String) {
    if text == "all" {
      self = .all
    } else if let number = Int(text) {
      if number < 1 { return nil }
      self = .number(number)
    } else if let share = Double(text), share > 0, share < 1 {
      self = .share(share)
    } else {
      return nil
    }
  }

  /// The text.
  public var description: String {
    switch self {
    case .all: "all"
    case .number(let number): "\(number)"
    case .share(let share): "\(share)"
    }
  }

  /// Decodes a number or a text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text =
      if let number = try? container.decode(Int.self) {
        "\(number)"
      } else if let share = try? container.decode(Double.self) {
        "\(share)"
      } else {
        try container.decode(String.self)
      }
    guard let count = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected a number of components, a share below 1, or all, found \(text)")
    }
    self = count
  }

  /// Encodes a number, or the text `all`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .all: try container.encode("all")
    case .number(let number): try container.encode(number)
    case .share(let share): try container.encode(share)
    }
  }
}
