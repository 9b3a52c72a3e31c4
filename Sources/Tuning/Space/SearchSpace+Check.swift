extension SearchSpace {
  /// Throws unless the space can be searched: it has parameters, each with a name of its own,
  /// values to take and conditions that can hold.
  ///
  /// - Throws: ``SearchSpaceError`` for the first thing that is wrong.
  public func check() throws {
    if parameters.isEmpty {
      throw SearchSpaceError(found: "no parameters", expected: "at least one")
    }
    var before: [String: Domain] = [:]
    for parameter in parameters {
      if parameter.name.allSatisfy(\.isWhitespace) {
        throw SearchSpaceError(found: "a parameter without a name", expected: "one such as width")
      }
      if before[parameter.name] != nil {
        throw SearchSpaceError(
          parameter: parameter.name, found: "two parameters of this name", expected: "one")
      }
      try parameter.domain.check(for: parameter.name)
      for (name, values) in parameter.condition.sorted(by: { $0.key < $1.key }) {
        try parameter.checkCondition(about: name, values: values, before: before)
      }
      before[parameter.name] = parameter.domain
    }
  }
}

extension SearchSpace.Parameter {
  /// Throws unless `other` is in `before` and can take the values.
  fileprivate func checkCondition(
    about other: String, values: [ParameterValue], before: [String: SearchSpace.Domain]
  ) throws {
    guard let domain = before[other] else {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other)",
        expected: before.isEmpty
          ? "none, as no parameter comes before"
          : "one about a parameter before it: \(before.keys.sorted().joined(separator: ", "))")
    }
    if case .numbers = domain {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other), a range of numbers",
        expected: "one about a list or whole numbers")
    }
    if values.isEmpty {
      throw SearchSpaceError(
        parameter: name, found: "a condition about no value of \(other)",
        expected: "at least one value")
    }
    if let wrong = values.first(where: { !domain.contains($0) }) {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other) being \(wrong)",
        expected: "values that it can take: \(domain)")
    }
  }
}

extension SearchSpace.Domain {
  /// Whether the value may be taken.
  public func contains(_ value: ParameterValue) -> Bool {
    switch self {
    case .values(let values): values.contains(value)
    case .numbers(let lower, let upper, _, _):
      value.number.map { lower <= $0 && $0 <= upper } ?? false
    case .integers(let lower, let upper, _, _):
      value.whole.map { lower <= $0 && $0 <= upper } ?? false
    }
  }

  /// Throws unless the domain of the parameter called `name` has values to take.
  func check(for name: String) throws {
    func demand(_ holds: Bool, _ found: String, _ expected: String) throws {
      if !holds { throw SearchSpaceError(parameter: name, found: found, expected: expected) }
    }
    switch self {
    case .values(let values): try Self.check(values, for: name)
    case .numbers(let lower, let upper, let scale, let points):
      let range = "the range \(lower)..\(upper)"
      try demand(lower.isFinite && upper.isFinite, range, "finite ends")
      try demand(lower <= upper, range, "a lower end that is not above the upper")
      try demand(
        scale == .linear || lower > 0, "the logarithmic range \(lower)..\(upper)",
        "a lower end above 0")
      try Self.check(points: points, single: lower == upper, for: name)
    case .integers(let lower, let upper, let scale, let points):
      let range = "the range \(lower)..\(upper)"
      try demand(lower <= upper, range, "a lower end that is not above the upper")
      // Beyond, not every integer is a Double, and draws would leave some out.
      try demand(lower >= -(1 << 53) && upper <= 1 << 53, range, "ends from -2⁵³ to 2⁵³")
      try demand(
        scale == .linear || lower > 0, "the logarithmic range \(lower)..\(upper)",
        "a lower end above 0")
      try Self.check(points: points, single: lower == upper, for: name)
    }
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
      } else if let first = values.first, !first.isOfSameKind(as: value) {
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

  private static func check(points: Int?, single: Bool, for name: String) throws {
    guard let points, points < (single ? 1 : 2) else { return }
    throw SearchSpaceError(
      parameter: name, found: "\(points) point\(points == 1 ? "" : "s") in a range",
      expected: single ? "at least 1" : "at least 2, as both ends are among them")
  }
}
