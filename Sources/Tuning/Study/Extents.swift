/// The values of a parameter that are looked at together.
extension MarginalEffect.Extent {
  /// A range of which more values than this were tried is divided into parts.
  private static let mostValues = 8
  private static let partCount = 4

  /// The levels of a domain: its values; of a range the values tried or, where those are many,
  /// parts of the same width on its scale.
  static func levels(
    of domain: SearchSpace.Domain, tried: some Sequence<ParameterValue>
  ) -> [Self] {
    switch domain {
    case .values(let values): values.map { .value($0) }
    case .numbers(let lower, let upper, let scale, _):
      levels(from: lower, to: upper, scale, tried: Set(tried))
    case .integers(let lower, let upper, let scale, _):
      levels(from: Double(lower), to: Double(upper), scale, tried: Set(tried))
    }
  }

  private static func levels(
    from lower: Double, to upper: Double, _ scale: SearchSpace.Scale, tried: Set<ParameterValue>
  ) -> [Self] {
    if tried.count <= mostValues {
      return tried.sorted { ($0.number ?? 0) < ($1.number ?? 0) }.map { .value($0) }
    }
    let ends = (0...partCount).map { part -> Double in
      scale.value(at: Double(part) / Double(partCount), from: lower, to: upper)
    }
    return zip(ends, ends.dropFirst()).map { .range(lower: $0, upper: $1) }
  }

  /// Whether a value is in it; `isLast` for the last part of a range.
  func contains(_ value: ParameterValue, isLast: Bool) -> Bool {
    switch self {
    case .value(let own): return own == value
    case .range(let lower, let upper):
      guard let number = value.number else { return false }
      return number >= lower && (number < upper || (isLast && number == upper))
    }
  }
}

/// Some values' groups, one for each extent.
struct Grouping {
  let extents: [MarginalEffect.Extent]

  /// The levels of `domain` that any of the values `tried` is in.
  init(of domain: SearchSpace.Domain, tried: [ParameterValue]) {
    let all = MarginalEffect.Extent.levels(of: domain, tried: tried)
    let distinct = Set(tried)
    extents = all.indices.filter { index in
      distinct.contains { all[index].contains($0, isLast: index == all.count - 1) }
    }.map { all[$0] }
    isLastUsed = extents.last == all.last
  }

  private let isLastUsed: Bool

  /// The position of the extent that a value is in, or nil for a value that is in none.
  func position(of value: ParameterValue) -> Int? {
    extents.indices.first { index in
      extents[index].contains(value, isLast: isLastUsed && index == extents.count - 1)
    }
  }
}
