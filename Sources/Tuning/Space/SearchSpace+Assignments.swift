import PerceptronLinearAlgebra

extension SearchSpace {
  /// The points of the space that a method tries.
  ///
  /// In a grid the last parameter's values change fastest, and a parameter is set only where its
  /// condition holds. The other methods map a point of the unit cube, a coordinate for each
  /// parameter whether it is set or not, to values: equal parts to those of a list and to whole
  /// numbers, evenly or evenly in the logarithm to a range's. The same seed gives the same points,
  /// and fewer points are the first of more.
  ///
  /// A point that came before, which can only happen where all parameters that are set are lists or
  /// whole numbers, is left out and the next one taken. There are fewer points than asked for where
  /// the space has no more, or only ones so unlikely that 64 times as many draws do not come upon
  /// them.
  ///
  /// - Parameters:
  ///   - method: how points are chosen; Sobol's and Halton's sequences take up to 32 parameters.
  ///   - limit: the most points.
  /// - Throws: ``SearchSpaceError`` where the space does not pass ``check()``, there would be more
  ///   than `limit` points or a count is below 1, a grid has a range of numbers without points, or
  ///   a sequence has too few dimensions. Nothing is made before.
  public func assignments(by method: SearchMethod, limit: Int = 100_000) throws -> [Assignment] {
    try check()
    switch method {
    case .grid: return try grid(limit: limit)
    case .random(let count, let seed):
      try Self.check(count: count, limit: limit)
      return distinct(count) { index in
        var random = SeededRandom(seed: seed, purpose: "random search", index: UInt64(index))
        return parameters.map { _ in random.uniform() }
      }
    case .sobol(let count, let seed):
      try Self.check(count: count, limit: limit)
      try checkDimensions(of: "Sobol", limit: SobolSequence.dimensionLimit)
      let sequence = SobolSequence(dimensions: parameters.count, seed: seed)
      return distinct(count) { sequence[$0] }
    case .halton(let count, let seed):
      try Self.check(count: count, limit: limit)
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
    let size = combinations(
      count: { $0.valueCount ?? .max }, contains: { $0.contains($1) }
    ).total
    let wanted = min(count, size)
    var seen: Set<Assignment> = []
    var found: [Assignment] = []
    // Of N equally likely points, one is missed by 64·N draws with a chance of N·exp(−64).
    let (product, overflow) = wanted.multipliedReportingOverflow(by: 64)
    let draws = overflow ? Int.max : max(product, 4096)
    var index = 0
    while found.count < wanted && index < draws {
      let assignment = assignment(at: point(index))
      if seen.insert(assignment).inserted { found.append(assignment) }
      index += 1
    }
    return found
  }

  /// What a point of the unit cube stands for.
  private func assignment(at point: [Double]) -> Assignment {
    var entries: [Assignment.Entry] = []
    for (parameter, place) in zip(parameters, point) where parameter.isSet(after: entries) {
      entries.append(.init(parameter.name, parameter.domain.value(at: place)))
    }
    return Assignment(entries)
  }
}

extension SearchSpace.Parameter {
  /// Whether the condition holds after the parameters before are set.
  func isSet(after entries: [Assignment.Entry]) -> Bool {
    condition.allSatisfy { name, values in
      entries.contains { $0.name == name && values.contains($0.value) }
    }
  }
}
