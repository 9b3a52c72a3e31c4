import Foundation
import PerceptronFiles

extension SearchSpace {
  /// How the numbers of a range are spaced.
  public enum Scale: String, Hashable, Sendable, Codable {
    /// Evenly.
    case linear
    /// Evenly in their logarithms.
    case logarithmic = "log"
  }

  /// The values that a parameter may take.
  public enum Domain: Hashable, Sendable {
    /// One of a list of numbers, texts or flags.
    case values([ParameterValue])
    /// A number from `lower` to `upper`. A grid takes `points` of them, both ends included, and
    /// requires that number.
    case numbers(lower: Double, upper: Double, scale: Scale = .linear, points: Int? = nil)
    /// A whole number from `lower` to `upper`. A grid takes `points` of them, or all.
    case integers(lower: Int, upper: Int, scale: Scale = .linear, points: Int? = nil)
  }
}

extension SearchSpace.Domain {
  /// The ends, scale and grid points of a range; nil for a list. Whole ends are within ±2⁵³, so
  /// they are exact.
  package var range: (lower: Double, upper: Double, scale: SearchSpace.Scale, points: Int?)? {
    switch self {
    case .values: nil
    case .numbers(let lower, let upper, let scale, let points): (lower, upper, scale, points)
    case .integers(let lower, let upper, let scale, let points):
      (Double(lower), Double(upper), scale, points)
    }
  }

  /// Whether the domain contains a value.
  public func contains(_ value: ParameterValue) -> Bool {
    switch self {
    case .values(let values): values.contains(value)
    case .numbers(let lower, let upper, _, _):
      value.number.map { lower <= $0 && $0 <= upper } ?? false
    case .integers(let lower, let upper, _, _):
      value.whole.map { lower <= $0 && $0 <= upper } ?? false
    }
  }

  /// The number of values; nil for a continuum.
  var valueCount: Int? {
    switch self {
    case .values(let values): values.count
    case .numbers(let lower, let upper, _, _): lower == upper ? 1 : nil
    case .integers(let lower, let upper, _, _): upper - lower + 1
    }
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

// MARK: - Grids

extension SearchSpace.Domain {
  /// The number of grid points before values that rounding makes equal are merged; nil for a range
  /// of numbers without a number of points.
  func gridCount() -> Int? {
    switch self {
    case .values(let values): values.count
    case .numbers(let lower, let upper, _, let points): lower == upper ? 1 : points
    case .integers(_, _, _, let points): min(points ?? .max, valueCount ?? .max)
    }
  }

  /// The distinct values of a grid, in order.
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

  /// The number of grid points that rounding makes equal to others and that are tried once: at
  /// least five of nine whole numbers from 1 to 4.
  package var mergedPointCount: Int { range?.points.map { $0 - gridValues().count } ?? 0 }

  /// Whether a value is in the grid.
  ///
  /// - Precondition: ``gridCount()`` is not nil.
  func gridContains(_ value: ParameterValue) -> Bool {
    guard case .integers = self, let (lower, upper, scale, _) = range, gridCount() != valueCount,
      let integer = value.whole, let count = gridCount(), contains(value)
    else { return contains(value) }
    let nearest = scale.place(of: Double(integer), from: lower, to: upper) * Double(count - 1)
    return [nearest.rounded(.down), nearest.rounded(.up)].contains {
      scale.value(at: $0 / Double(count - 1), from: lower, to: upper).rounded() == Double(integer)
    }
  }

  /// A number to 12 digits, so that a logarithmic grid from 1e-5 to 1e-2 contains 1e-4 exactly.
  private static func rounded(_ number: Double) -> Double {
    Double(String(format: "%.11e", number)) ?? number
  }

  /// `count` evenly spaced numbers from 0 to 1, both included.
  private static func places(_ count: Int) -> [Double] {
    count == 1 ? [0] : (0..<count).map { Double($0) / Double(count - 1) }
  }
}

// MARK: - Positions

extension SearchSpace.Domain {
  /// An end of a domain.
  public enum Edge: String, Hashable, Sendable, Codable {
    /// The smallest values.
    case lower
    /// The largest values.
    case upper
  }

  /// The position of a value on an axis of the domain, from 0 to 1: by its logarithm in a
  /// logarithmic range; in a list at equal distances, numbers in ascending order and others in the
  /// list's. A single value is at 0.5.
  ///
  /// - Returns: nil for a value that is not in the domain.
  public func position(of value: ParameterValue) -> Double? {
    guard contains(value) else { return nil }
    if let (lower, upper, scale, _) = range {
      return value.number.map {
        lower == upper ? 0.5 : scale.place(of: $0, from: lower, to: upper)
      }
    }
    guard case .values(let values) = self else { return nil }
    if values.count == 1 { return 0.5 }
    let index =
      if let number = value.number {
        values.compactMap(\.number).stablySorted(by: <).firstIndex { $0 >= number }
      } else {
        values.firstIndex(of: value)
      }
    return index.map { Double($0) / Double(values.count - 1) }
  }

  /// The end of the domain that a value is at, so that better values may lie beyond: the smallest
  /// or largest of at least two numbers in a list, or the outermost hundredth of a range, since
  /// draws do not hit its very end. Nil for texts, flags and domains of one number.
  public func edge(of value: ParameterValue) -> Edge? {
    guard value.number != nil, let place = position(of: value) else { return nil }
    let margin = range == nil ? 0 : 0.01
    return place <= margin ? .lower : place >= 1 - margin ? .upper : nil
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

// MARK: - Checks

extension SearchSpace.Domain {
  /// Throws unless the domain of the parameter called `name` has valid values.
  func check(for name: String) throws {
    func demand(_ holds: Bool, _ found: String, _ expected: String) throws {
      if !holds { throw SearchSpaceError(parameter: name, found: found, expected: expected) }
    }
    if case .values(let values) = self { try Self.check(values, for: name) }
    guard let (lower, upper, scale, points) = range else { return }
    let ends = description.prefix { $0 != ":" }
    if case .numbers = self {
      try demand(lower.isFinite && upper.isFinite, "the range \(ends)", "finite ends")
    }
    try demand(lower <= upper, "the range \(ends)", "a lower end that is not above the upper")
    if case .integers(let lower, let upper, _, _) = self {
      // Beyond, not every integer is a Double, and draws would leave some out.
      try demand(
        lower >= -(1 << 53) && upper <= 1 << 53, "the range \(ends)", "ends from -2⁵³ to 2⁵³")
    }
    try demand(
      scale == .linear || lower > 0, "the logarithmic range \(ends)", "a lower end above 0")
    let least = lower == upper ? 1 : 2
    try demand(
      points ?? least >= least, "\(counted(points ?? 0, "point")) in a range",
      least == 1 ? "at least 1" : "at least 2, as both ends are among them")
  }

  private static func check(_ values: [ParameterValue], for name: String) throws {
    if values.isEmpty {
      throw SearchSpaceError(parameter: name, found: "no values", expected: "at least one")
    }
    var seen: Set<ParameterValue> = []
    for value in values {
      var fault: (found: String, expected: String)?
      if let number = value.number, !number.isFinite {
        fault = ("the value \(value)", "a finite number")
      } else if value.kind == .text, value.description.allSatisfy(\.isWhitespace) {
        fault = ("an empty value", "a text")
      } else if let first = values.first, first.kind != value.kind,
        first.number == nil || value.number == nil
      {
        fault = (
          "\(first) (\(first.kind)) and \(value) (\(value.kind)) in one list", "values of one kind"
        )
      } else if !seen.insert(value).inserted {
        fault = ("the value \(value) twice", "values that differ")
      }
      if let fault {
        throw SearchSpaceError(parameter: name, found: fault.found, expected: fault.expected)
      }
    }
  }
}

extension SearchSpace.Domain: CustomStringConvertible {
  /// The domain as written on a command line, such as `0.1..0.5:log:5` or `relu,tanh`; see
  /// ``SearchSpace/Parameter/init(_:parsing:as:)``.
  public var description: String {
    switch self {
    case .values(let values):
      let texts = values.map(\.description)
      guard values.contains(where: { $0.kind == .text && $0.description.contains(",") }) else {
        return texts.joined(separator: ",")
      }
      return texts.joined(separator: ";") + (texts.count == 1 ? ";" : "")
    case .numbers(let lower, let upper, let scale, let points):
      return "\(lower)..\(upper)" + Self.suffix(scale, points)
    case .integers(let lower, let upper, let scale, let points):
      return "\(lower)..\(upper)" + Self.suffix(scale, points)
    }
  }

  private static func suffix(_ scale: SearchSpace.Scale, _ points: Int?) -> String {
    (scale == .linear ? "" : ":\(scale.rawValue)") + (points.map { ":\($0)" } ?? "")
  }
}
