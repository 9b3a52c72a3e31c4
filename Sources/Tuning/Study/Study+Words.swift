import PerceptronFiles

/// What is told of studies, on terminals and on pages.
extension Study {
  /// How many trials are in each state, such as `10 done, 2 diverged`.
  package var countsInWords: String {
    let counts = counts
    let order: [Trial.State] = [.done, .diverged, .pruned, .failed, .running, .waiting]
    return order.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
      .joined(separator: ", ")
  }

  /// How many trials there are, such as `12 trials` or `12 trials, 3 for each of 4 networks`.
  package var trialCountInWords: String {
    let count = counted(trials.count, "trial")
    if definition.seeds.count < 2 { return count }
    let networks = counted(configurations.count, "network")
    return configurations.count == 1
      ? "\(count) of \(networks)" : "\(count), \(definition.seeds.count) for each of \(networks)"
  }

  /// Whether every trial has ended.
  package var isOver: Bool { trials.allSatisfy(\.state.isFinal) }
}

extension StudyDefinition {
  /// Such as `3, with seeds 0–2`; nil where nothing is repeated.
  package var repeatsInWords: String? {
    guard let first = seeds.first, let last = seeds.last else { return nil }
    let isRun = seeds.count > 2 && zip(seeds, seeds.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let list = isRun ? "\(first)–\(last)" : seeds.map(String.init).joined(separator: ", ")
    return "\(seeds.count), with seed\(seeds.count == 1 ? "" : "s") \(list)"
  }
}

extension ParameterValue {
  /// The value in a table: numbers that were drawn have more digits than anyone reads.
  /// Whole numbers keep theirs: two seeds are not to look the same.
  package var shortDescription: String {
    if case .number(let number) = self { short(number) } else { "\(self)" }
  }
}

extension MarginalEffect.Extent {
  /// Such as `50` or `0.001–0.01`, with no more digits than anyone reads.
  package var shortDescription: String {
    switch self {
    case .value(let value): value.shortDescription
    case .range(let lower, let upper): "\(short(lower))–\(short(upper))"
    }
  }
}

private func short(_ number: Double) -> String {
  if let whole = Int(exactly: number), abs(whole) < 1_000_000_000 { return "\(whole)" }
  let exact = "\(number)"
  return exact.count <= 8 ? exact : significant(number, 4)
}

extension SearchMethod {
  /// How many points are asked for; nil of a grid, which has all.
  package var count: Int? {
    switch self {
    case .grid: nil
    case .random(let count, _), .sobol(let count, _), .halton(let count, _): count
    }
  }

  /// Such as `sobol (32 points, seed 0)`.
  package var words: String {
    switch self {
    case .grid: "grid"
    case .random(let count, let seed): "random (\(count) points, seed \(seed))"
    case .sobol(let count, let seed): "sobol (\(count) points, seed \(seed))"
    case .halton(let count, let seed): "halton (\(count) points, seed \(seed))"
    }
  }
}

extension Pruning {
  /// Such as `halving (minimum 100, factor 3)`, by the names of the options.
  package var words: String {
    switch self {
    case .none: "none"
    case .successiveHalving(let minimum, let factor):
      "halving (minimum \(minimum), factor \(factor))"
    case .hyperband(let minimum, let factor, _): "hyperband (minimum \(minimum), factor \(factor))"
    case .median(let after, _): "median (minimum \(after))"
    }
  }
}

extension NetworkSearch.Method {
  /// The method in words.
  package var words: String { self == .sideBySide ? "side by side" : "independent" }
}
