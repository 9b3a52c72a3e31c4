extension SearchSpace {
  /// The combinations of values, counted without making them.
  struct Combinations {
    /// How many there are; Int.max stands for that many or more.
    var total: Int
    /// For each parameter, whether it is set in any of them.
    var isSet: [Bool]
  }

  /// Counts the combinations in which each parameter is set only where its condition holds.
  ///
  /// All that later conditions ask of the parameters so far is kept as one of a few states, so that
  /// the work does not grow with the number of combinations.
  ///
  /// - Parameters:
  ///   - count: how many values a domain has.
  ///   - contains: whether a value is among them.
  func combinations(
    count: (Domain) -> Int, contains: (Domain, ParameterValue) -> Bool
  ) -> Combinations {
    // What conditions demand: which parameter does, of which other, and what.
    let demands = parameters.enumerated().flatMap { index, parameter in
      parameter.condition.map { (by: index, of: $0.key, values: Set($0.value)) }
    }
    var states = [Array(repeating: false, count: demands.count): 1]
    var isSet = Array(repeating: false, count: parameters.count)
    for (index, parameter) in parameters.enumerated() {
      let about = demands.indices.filter { demands[$0].of == parameter.name }
      let own = demands.indices.filter { demands[$0].by == index }
      // How many of the parameter's values meet which of the demands about it.
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
        // What this parameter demands matters no more, which keeps the states few.
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
    return Combinations(total: states.values.reduce(0, saturatingSum), isSet: isSet)
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
