extension SearchSpace.Domain {
  /// An end of a domain.
  public enum Edge: String, Hashable, Sendable, Codable {
    /// The smallest values.
    case lower
    /// The largest values.
    case upper
  }

  /// Where a value lies on an axis of the domain, from 0 to 1: by its logarithm in a logarithmic
  /// range; in a list at equal distances, numbers in rising order and others in the list's. What
  /// has one value only has it at 0.5.
  ///
  /// - Returns: nil for a value that cannot be taken.
  public func position(of value: ParameterValue) -> Double? {
    guard contains(value) else { return nil }
    switch self {
    case .values(let values):
      if values.count == 1 { return 0.5 }
      let numbers = values.compactMap(\.number).sorted()
      let index =
        if let number = value.number {
          numbers.firstIndex { $0 >= number }
        } else {
          values.firstIndex(of: value)
        }
      return index.map { Double($0) / Double(values.count - 1) }
    case .numbers(let lower, let upper, let scale, _):
      guard let number = value.number else { return nil }
      return lower == upper ? 0.5 : scale.place(of: number, from: lower, to: upper)
    case .integers(let lower, let upper, let scale, _):
      guard let number = value.number else { return nil }
      return lower == upper
        ? 0.5 : scale.place(of: number, from: Double(lower), to: Double(upper))
    }
  }

  /// Which end of its domain a value is at, so that better ones may lie beyond: the smallest or
  /// largest of at least two numbers in a list, or the outermost hundredth of a range, as draws do
  /// not come upon its very end. Texts and flags have no ends, nor has what is one number only.
  public func edge(of value: ParameterValue) -> Edge? {
    if value.number == nil { return nil }
    return switch (self, position(of: value)) {
    case (_, nil): nil
    case (.values, let place?): place == 0 ? .lower : place == 1 ? .upper : nil
    case (_, let place?): place <= 0.01 ? .lower : place >= 0.99 ? .upper : nil
    }
  }

  /// Whether a value is at an end of its domain; see ``edge(of:)``.
  public func isEdge(_ value: ParameterValue) -> Bool { edge(of: value) != nil }
}
