/// What is done to the columns of a table, which ``Preprocessing/fitted(to:divisor:subtractMean:columns:)``
/// turns into steps by what the training rows say.
public struct ColumnPreparation: Codable, Hashable, Sendable {
  /// The scaling of columns of numbers.
  public enum Scaling: String, Codable, CaseIterable, Sendable {
    /// Mean 0 and standard deviation 1.
    case standard
    /// The range 0…1.
    case minMax = "min-max"
    /// As they are.
    case none
  }

  /// The number that takes the place of missing cells of a column of numbers.
  public enum Imputation: Hashable, Sendable {
    /// The median of the others.
    case median
    /// The mean of the others.
    case mean
    /// The most frequent number, the smallest of several.
    case mostFrequent
    /// A number.
    case constant(Double)
  }

  /// The scaling of columns of numbers.
  public var scaling: Scaling
  /// The number for missing cells of a table; nil to refuse them.
  public var imputation: Imputation?
  /// Whether columns of numbers with missing cells get an indicator column.
  public var indicatesMissing: Bool
  /// The names of columns whose logarithms ln(1 + x) are taken.
  public var logColumns: [String]
  /// What becomes of categories that the training rows do not have.
  public var unknownCategory: UnknownCategory

  /// Creates a choice.
  public init(
    scaling: Scaling = .none, imputation: Imputation? = .median, indicatesMissing: Bool = false,
    logColumns: [String] = [], unknownCategory: UnknownCategory = .ignore
  ) {
    self.scaling = scaling
    self.imputation = imputation
    self.indicatesMissing = indicatesMissing
    self.logColumns = logColumns
    self.unknownCategory = unknownCategory
  }
}

/// As text and in JSON `median`, `mean`, `most-frequent`, or a number.
extension ColumnPreparation.Imputation: LosslessStringConvertible, Codable {
  private static let names: [(String, Self)] = [
    ("median", .median), ("mean", .mean), ("most-frequent", .mostFrequent),
  ]

  /// Reads a text; nil for any other.
  public init?(_ text: String) {
    if let named = Self.names.first(where: { $0.0 == text }) {
      self = named.1
    } else if let number = Double(text), number.isFinite {
      self = .constant(number)
    } else {
      return nil
    }
  }

  /// The text.
  public var description: String {
    if case .constant(let number) = self { return wholeOrPlain(number) }
    return Self.names.first { $0.1 == self }?.0 ?? ""
  }

  /// Decodes the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let imputation = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected median, mean, most-frequent or a number, found \(text)")
    }
    self = imputation
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
