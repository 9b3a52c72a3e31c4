import Foundation

extension SearchSpace.Domain {
  /// How many values there are in a grid, before those that rounding makes equal are taken
  /// together, or nil where nobody said.
  func gridCount() -> Int? {
    switch self {
    case .values(let values): values.count
    case .numbers(let lower, let upper, _, let points): lower == upper ? 1 : points
    case .integers(_, _, _, let points): min(points ?? .max, valueCount ?? .max)
    }
  }

  /// How many values there are, or nil for a continuum.
  var valueCount: Int? {
    switch self {
    case .values(let values): values.count
    case .numbers(let lower, let upper, _, _): lower == upper ? 1 : nil
    // Ends are within ±2⁵³, so this fits.
    case .integers(let lower, let upper, _, _): upper - lower + 1
    }
  }

  /// The values of a grid in their order, each once.
  ///
  /// - Precondition: ``gridCount()`` is not nil.
  func gridValues() -> [ParameterValue] {
    switch self {
    case .values(let values): values
    case .numbers(let lower, let upper, let scale, _):
      Self.places(gridCount() ?? 1)
        .map { place in
          let exact = scale.value(at: place, from: lower, to: upper)
          // The ends stay what they are.
          return exact == lower || exact == upper
            ? exact : min(max(Self.rounded(exact), lower), upper)
        }
        .reduce(into: []) { if $0.last != .number($1) { $0.append(.number($1)) } }
    case .integers(let lower, let upper, let scale, _):
      if gridCount() == valueCount {
        (lower...upper).map { .integer($0) }
      } else {
        Self.places(gridCount() ?? 1)
          .map { scale.value(at: $0, from: Double(lower), to: Double(upper)).rounded() }
          .reduce(into: []) { if $0.last != .integer(Int($1)) { $0.append(.integer(Int($1))) } }
      }
    }
  }

  /// How many of a grid's points rounding makes equal to others, which are tried once: of nine from 1
  /// to 4 at least five.
  package var mergedPointCount: Int {
    switch self {
    case .values: 0
    case .numbers(_, _, _, let points), .integers(_, _, _, let points):
      points.map { $0 - gridValues().count } ?? 0
    }
  }

  /// Whether a value is in the grid.
  ///
  /// - Precondition: ``gridCount()`` is not nil.
  func gridContains(_ value: ParameterValue) -> Bool {
    guard case .integers(let lower, let upper, let scale, _) = self, gridCount() != valueCount,
      let integer = value.whole, let count = gridCount(), contains(value)
    else { return contains(value) }
    let ends = (Double(lower), Double(upper))
    let nearest = scale.place(of: Double(integer), from: ends.0, to: ends.1) * Double(count - 1)
    return [nearest.rounded(.down), nearest.rounded(.up)].contains {
      scale.value(at: $0 / Double(count - 1), from: ends.0, to: ends.1).rounded() == Double(integer)
    }
  }

  /// A number to 12 digits, so that a logarithmic grid from 1e-5 to 1e-2 has 1e-4 in it, and not what
  /// rounding left of it.
  private static func rounded(_ number: Double) -> Double {
    Double(String(format: "%.11e", number)) ?? number
  }

  /// So many numbers from 0 to 1, both included.
  private static func places(_ count: Int) -> [Double] {
    count == 1 ? [0] : (0..<count).map { Double($0) / Double(count - 1) }
  }

  /// The value at a place in 0..<1: every value of a list and every integer of a linear range has
  /// an equal part of it.
  func value(at place: Double) -> ParameterValue {
    switch self {
    case .values(let values):
      return values[min(Int(place * Double(values.count)), values.count - 1)]
    case .numbers(let lower, let upper, let scale, _):
      return .number(scale.value(at: place, from: lower, to: upper))
    case .integers(let lower, let upper, .linear, _):
      let count = upper - lower + 1
      return .integer(lower + min(Int(place * Double(count)), count - 1))
    case .integers(let lower, let upper, .logarithmic, _):
      // Every integer has the part of the numbers that round to it.
      let number = SearchSpace.Scale.logarithmic.value(
        at: place, from: Double(lower) - 0.5, to: Double(upper) + 0.5)
      return .integer(min(max(Int(number.rounded()), lower), upper))
    }
  }
}

extension SearchSpace.Scale {
  /// The number at a place in 0...1, never outside the ends, which 0 and 1 give exactly.
  func value(at place: Double, from lower: Double, to upper: Double) -> Double {
    if place <= 0 { return lower }
    if place >= 1 { return upper }
    let number =
      switch self {
      // Not lower + place·(upper − lower), whose difference may overflow.
      case .linear: lower * (1 - place) + upper * place
      case .logarithmic: exp(log(lower) * (1 - place) + log(upper) * place)
      }
    return min(max(number, lower), upper)
  }

  /// The place in 0...1 of a number between the ends.
  func place(of number: Double, from lower: Double, to upper: Double) -> Double {
    if number <= lower { return 0 }
    if number >= upper { return 1 }
    return switch self {
    // Halves, because the difference may overflow.
    case .linear: (number / 2 - lower / 2) / (upper / 2 - lower / 2)
    case .logarithmic: log(number / lower) / log(upper / lower)
    }
  }
}
