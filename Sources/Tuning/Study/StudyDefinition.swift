import PerceptronNeuralNetwork

/// What has to be the same for a study to be gone on with.
public struct StudyDefinition: Codable, Equatable, Sendable {
  /// The hyperparameters and their values.
  public var space: SearchSpace
  /// Which points of the space are tried.
  public var method: SearchMethod
  /// What trials are compared by.
  public var goal: Goal
  /// When a trial is given up before its end.
  public var pruning: Pruning
  /// What each point of the space is repeated with, as the parameter ``seedName`` of its trials: their
  /// mean is what points are compared by. Empty for one trial a point.
  public var seeds: [Int]
  /// Whatever else determines the trials' numbers, by its name: a digest of the data, settings that
  /// are the same for all trials, a seed.
  public var context: [String: String]

  /// The given definition.
  public init(
    space: SearchSpace, method: SearchMethod, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, seeds: [Int] = [],
    context: [String: String] = [:]
  ) {
    self.space = space
    self.method = method
    self.goal = goal
    self.pruning = pruning
    self.seeds = seeds
    self.context = context
  }
}

extension StudyDefinition {
  /// The name of the parameter that the repeats of a point differ in.
  public static let seedName = "seed"

  /// Decodes a definition; one without seeds repeats nothing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      space: try container.decode(SearchSpace.self, forKey: .space),
      method: try container.decode(SearchMethod.self, forKey: .method),
      goal: try container.decode(Goal.self, forKey: .goal),
      pruning: try container.decode(Pruning.self, forKey: .pruning),
      seeds: try container.decodeIfPresent([Int].self, forKey: .seeds) ?? [],
      context: try container.decode([String: String].self, forKey: .context))
  }

  /// Throws unless pruning and seeds make sense.
  func check() throws {
    try pruning.check()
    for (index, seed) in seeds.enumerated() {
      try InvalidSetting.demand(seed >= 0, "seed", seed, "0 or more")
      try InvalidSetting.demand(
        !seeds[..<index].contains(seed), "seed", seed, "each seed once among those of repeats")
    }
    try InvalidSetting.demand(
      seeds.isEmpty || space.parameters.allSatisfy { $0.name != Self.seedName }, "space",
      Self.seedName, "no parameter of this name beside seeds of repeats")
  }

  /// The points of the space that the method tries, see `SearchSpace.assignments(by:limit:)`; a space
  /// without parameters has one, which is repeated.
  ///
  /// - Throws: `InvalidSetting` for pruning or seeds that make no sense; ``SearchSpaceError`` where the
  ///   space or the method makes none, or there would be more than 100,000 trials.
  public func points() throws -> [Assignment] {
    try check()
    if space.parameters.isEmpty && !seeds.isEmpty { return [Assignment([])] }
    return try space.assignments(by: method, limit: 100_000 / max(seeds.count, 1))
  }

  /// The trials of some points of the space: with seeds, each point with each of them, one after the
  /// other.
  public func trials(of points: [Assignment]) -> [Assignment] {
    if seeds.isEmpty { return points }
    return points.flatMap { point in
      seeds.map { Assignment(point.entries + [.init(Self.seedName, .integer($0))]) }
    }
  }

  /// A trial's parameters without the seed of a repeat.
  func point(of trial: Assignment) -> Assignment {
    seeds.isEmpty ? trial : Assignment(trial.entries.filter { $0.name != Self.seedName })
  }
}
