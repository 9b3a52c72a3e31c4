/// The size of a held-out part: a number of rows, or a share of all rows.
///
/// As text `200` or `0.2`; in JSON the same plain number.
public enum SplitSize: Hashable, Sendable {
  /// A number of rows, 0 or more.
  case rows(Int)
  /// A share of the rows, from 0 to below 1.
  case share(Double)

  /// The size of a part of `count` rows: a share is rounded to the nearest number of rows, at least 1
  /// unless it is 0.
  ///
  /// - Throws: ``DatasetError`` for a share below 0, from 1, or NaN.
  public func rows(of count: Int) throws -> Int {
    switch self {
    case .rows(let rows): return rows
    case .share(let share):
      if !(0..<1).contains(share) {
        throw DatasetError("a share of \(share) of the rows: expected 0 or more, and below 1")
      }
      return share == 0 ? 0 : max(1, Int((Double(count) * share).rounded()))
    }
  }
}

extension SplitSize: LosslessStringConvertible {
  /// Reads a whole number as rows and a fraction above 0 and below 1 as a share; nil for other text.
  public init?(_ text: String) {
    if let rows = Int(text) {
      if rows < 0 { return nil }
      self = .rows(rows)
    } else if let share = Double(text), share > 0, share < 1 {
      self = .share(share)
    } else {
      return nil
    }
  }

  /// The number: `200` or `0.2`.
  public var description: String {
    switch self {
    case .rows(let rows): "\(rows)"
    case .share(let share): "\(share)"
    }
  }
}

extension SplitSize: Codable {
  /// Reads a plain number: a whole one as rows, a fraction below 1 as a share.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let rows = try? container.decode(Int.self), rows >= 0 {
      self = .rows(rows)
      return
    }
    let number = try container.decode(Double.self)
    guard number > 0, number < 1 else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected a number of rows, or a share below 1, found \(number)")
    }
    self = .share(number)
  }

  /// Writes a plain number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .rows(let rows): try container.encode(rows)
    case .share(let share): try container.encode(share)
    }
  }
}
