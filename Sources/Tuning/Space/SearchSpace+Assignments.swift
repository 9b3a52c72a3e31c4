import PerceptronFiles
import PerceptronLinearAlgebra

extension SearchSpace {
  /// The points of the space that a method chooses.
  ///
  /// In a grid the last parameter changes fastest, and a parameter is set only where its condition
  /// is true. The other methods map points of the unit cube to values, with a coordinate for each
  /// parameter whether it is set or not: values of a list and whole numbers get equal parts, ranges
  /// are uniform or log-uniform. The same seed gives the same points, and a smaller count gives the
  /// first of them.
  ///
  /// Duplicates, which only discrete spaces have, are skipped. The result has fewer points than
  /// requested if the space has fewer, or if 64 draws for each point did not find more.
  ///
  /// - Parameters:
  ///   - method: the method; Sobol's and Halton's sequences take up to 32 parameters.
  ///   - limit: the maximum number of points.
  /// - Throws: ``SearchSpaceError`` if the space does not pass ``check()``, there would be more
  ///   than `limit` points, a count is below 1, a grid has a range of numbers without points, or a
  ///   sequence has too few dimensions. All of this is checked first.
  public func assignments(by method: SearchMethod, limit: Int = 100_000) throws -> [Assignment] {
    try check()
    if let count = method.count { try Self.check(count: count, limit: limit) }
    switch method {
    case .grid: return try grid(limit: limit)
    case .random(let count, let seed):
      return distinct(count) { index in
        var random = SeededRandom(seed: seed, purpose: "random search", index: UInt64(index))
        return parameters.map { _ in random.uniform() }
      }
    case .sobol(let count, let seed):
      try checkDimensions(of: "Sobol", limit: SobolSequence.dimensionLimit)
      let sequence = SobolSequence(dimensions: parameters.count, seed: seed)
      return distinct(count) { sequence[$0] }
    case .halton(let count, let seed):
      try checkDimensions(of: "Halton", limit: HaltonSequence.dimensionLimit)
      let sequence = HaltonSequence(dimensions: parameters.count, seed: seed)
      return distinct(count) { sequence[$0] }
    }
  }

  private static func check(count: Int, limit: Int) throws {
    if count < 1 || count > limit {
      throw SearchSpaceError(
        found: "\(grouped(count)) point\(count == 1 ? "" : "s")",
        expected: count < 1 ? "at least 1" : "at most \(grouped(limit))")
    }
  }

  private func checkDimensions(of sequence: String, limit: Int) throws {
    if parameters.count > limit {
      throw SearchSpaceError(
        found: "\(parameters.count) parameters for \(sequence)'s sequence",
        expected: "at most \(limit), or a random search")
    }
  }

  /// The first `count` different assignments that points of the unit cube give.
  private func distinct(_ count: Int, point: (Int) -> [Double]) -> [Assignment] {
    let all = combinations(count: { $0.valueCount ?? .max }, contains: { $0.contains($1) })
    let wanted = min(count, all.total)
    var seen: Set<Assignment> = []
    var found: [Assignment] = []
    // Of N equally likely points, one is missed by 64·N draws with a chance of N·exp(−64).
    let draws = max(saturatingProduct(wanted, 64), 4096)
    var index = 0
    while found.count < wanted && index < draws {
      let assignment = assignment(at: point(index))
      if seen.insert(assignment).inserted { found.append(assignment) }
      index += 1
    }
    return found
  }

  private func assignment(at point: [Double]) -> Assignment {
    var entries: [Assignment.Entry] = []
    for (parameter, place) in zip(parameters, point) where parameter.isSet(after: entries) {
      entries.append(.init(parameter.name, parameter.domain.value(at: place)))
    }
    return Assignment(entries)
  }
}

extension SearchSpace.Parameter {
  func isSet(after entries: [Assignment.Entry]) -> Bool {
    condition.allSatisfy { name, values in
      entries.contains { $0.name == name && values.contains($0.value) }
    }
  }
}

extension SearchSpace {
  /// Every combination, counted before any is made.
  ///
  /// - Precondition: the space passes ``check()``.
  func grid(limit: Int) throws -> [Assignment] {
    for parameter in parameters where parameter.domain.gridCount() == nil {
      throw SearchSpaceError(
        parameter: parameter.name, found: "the range \(parameter.domain) in a grid",
        expected: "how many points it has, such as \(parameter.domain):5, or another method")
    }
    let cells = combinations(count: { $0.gridCount() ?? 0 }, contains: { $0.gridContains($1) })
    if cells.total > limit {
      let count = cells.total == .max ? "more than \(grouped(.max - 1))" : grouped(cells.total)
      throw SearchSpaceError(
        found: "the grid has \(count) cells", expected: "at most \(grouped(limit))")
    }
    // A parameter that is never set may have any number of values.
    let values = zip(parameters, cells.isSet).map { $1 ? $0.domain.gridValues() : [] }
    var found: [Assignment] = []
    found.reserveCapacity(cells.total)
    var entries: [Assignment.Entry] = []
    func extend(from index: Int) {
      guard index < parameters.count else {
        found.append(Assignment(entries))
        return
      }
      guard parameters[index].isSet(after: entries) else { return extend(from: index + 1) }
      for value in values[index] {
        entries.append(.init(parameters[index].name, value))
        extend(from: index + 1)
        entries.removeLast()
      }
    }
    extend(from: 0)
    return found
  }

  /// Counts the combinations in which each parameter is set only where its condition is true,
  /// without building them: the state of the count is which of the later conditions are met so far.
  ///
  /// - Parameters:
  ///   - count: the number of values of a domain.
  ///   - contains: whether a value is among them.
  /// - Returns: their number, Int.max for that many or more, and for each parameter whether any
  ///   combination sets it.
  func combinations(
    count: (Domain) -> Int, contains: (Domain, ParameterValue) -> Bool
  ) -> (total: Int, isSet: [Bool]) {
    // The conditions: of which parameter, about which other, and its accepted values.
    let demands = parameters.enumerated().flatMap { index, parameter in
      parameter.condition.map { (by: index, of: $0.key, values: Set($0.value)) }
    }
    var states = [Array(repeating: false, count: demands.count): 1]
    var isSet = Array(repeating: false, count: parameters.count)
    for (index, parameter) in parameters.enumerated() {
      let about = demands.indices.filter { demands[$0].of == parameter.name }
      let own = demands.indices.filter { demands[$0].by == index }
      // The number of the parameter's values by the conditions that they meet.
      var ways: [[Bool]: Int] = [:]
      let mentioned = Set(about.flatMap { demands[$0].values })
        .filter { contains(parameter.domain, $0) }
      for value in mentioned {
        ways[about.map { demands[$0].values.contains(value) }, default: 0] += 1
      }
      ways[about.map { _ in false }] = max(count(parameter.domain) - mentioned.count, 0)
      var next: [[Bool]: Int] = [:]
      for (state, total) in states {
        var following = state
        // Its own conditions do not matter any more; forgetting them keeps the states few.
        for demand in own { following[demand] = false }
        guard own.allSatisfy({ state[$0] }) else {
          next[following] = saturatingSum(next[following, default: 0], total)
          continue
        }
        isSet[index] = true
        for (met, size) in ways where size > 0 {
          for (demand, isMet) in zip(about, met) { following[demand] = isMet }
          next[following] = saturatingSum(
            next[following, default: 0], saturatingProduct(total, size))
        }
      }
      states = next
    }
    return (states.values.reduce(0, saturatingSum), isSet)
  }
}

private func saturatingSum(_ lhs: Int, _ rhs: Int) -> Int {
  let (sum, overflow) = lhs.addingReportingOverflow(rhs)
  return overflow ? .max : sum
}

private func saturatingProduct(_ lhs: Int, _ rhs: Int) -> Int {
  let (product, overflow) = lhs.multipliedReportingOverflow(by: rhs)
  return overflow ? .max : product
}
