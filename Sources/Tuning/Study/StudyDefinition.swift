import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining

/// The definition of a study; it must be the same for the study to be resumed.
public struct StudyDefinition: Codable, Equatable, Sendable {
  /// The hyperparameters and their values.
  public var space: SearchSpace
  /// The method that chooses points of the space.
  public var method: SearchMethod
  /// The value that trials are compared by.
  public var goal: Goal
  /// The rule that stops trials early.
  public var pruning: Pruning
  /// The seeds that each point is repeated with, as the parameter ``seedName`` of its trials;
  /// points are compared by the mean over them. Empty for one trial for each point.
  public var seeds: [Int]
  /// The number of folds that each point is trained on in turn, as the parameter ``foldName`` of its
  /// trials; points are compared by the mean over them. Nil for none.
  public var folds: Int?
  /// Whatever else determines the results, by name: a digest of the data, settings that all trials
  /// share, a seed.
  public var context: [String: String]

  /// Creates a definition.
  public init(
    space: SearchSpace, method: SearchMethod, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, seeds: [Int] = [], folds: Int? = nil, context: [String: String] = [:]
  ) {
    self.space = space
    self.method = method
    self.goal = goal
    self.pruning = pruning
    self.seeds = seeds
    self.folds = folds
    self.context = context
  }
}

extension StudyDefinition {
  /// The parameter in which the repeats of a point differ.
  public static let seedName = "seed"
  /// The parameter with the number of a fold, from 1.
  public static let foldName = "fold"

  /// The number of trials of each point: of each seed with each fold.
  public var trialsPerPoint: Int { max(seeds.count, 1) * (folds ?? 1) }

  /// Whether a point's trials differ in a seed or a fold.
  var repeatsPoints: Bool { !seeds.isEmpty || folds != nil }

  /// Decodes a definition; without seeds and folds there are no repeats.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      space: try container.decode(SearchSpace.self, forKey: .space),
      method: try container.decode(SearchMethod.self, forKey: .method),
      goal: try container.decode(Goal.self, forKey: .goal),
      pruning: try container.decode(Pruning.self, forKey: .pruning),
      seeds: try container.decodeIfPresent([Int].self, forKey: .seeds) ?? [],
      folds: try container.decodeIfPresent(Int.self, forKey: .folds),
      context: try container.decode([String: String].self, forKey: .context))
  }

  func check() throws {
    try pruning.check()
    for (index, seed) in seeds.enumerated() {
      try InvalidSetting.demand(seed >= 0, "seed", seed, "0 or more")
      try InvalidSetting.demand(
        !seeds[..<index].contains(seed), "seed", seed, "each seed once among those of repeats")
    }
    if let folds { try InvalidSetting.demand(folds >= 2, "folds", folds, "at least 2") }
    for (name, isRepeated, what) in [
      (Self.seedName, !seeds.isEmpty, "seeds of repeats"), (Self.foldName, folds != nil, "folds"),
    ] {
      try InvalidSetting.demand(
        !isRepeated || space.parameters.allSatisfy { $0.name != name }, "space", name,
        "no parameter of this name beside \(what)")
    }
  }

  /// The points of the space that the method tries. With seeds or folds, a space without parameters has
  /// a single point.
  ///
  /// - Throws: `InvalidSetting` for invalid pruning or seeds; ``SearchSpaceError`` for an invalid
  ///   space or method and for more than 100,000 trials.
  public func points() throws -> [Assignment] {
    try check()
    if space.parameters.isEmpty && repeatsPoints { return [Assignment([])] }
    return try space.assignments(by: method, limit: Self.mostTrials / trialsPerPoint)
  }

  private static let mostTrials = 100_000

  /// The trials of some points: each point with each seed, and with each seed each fold in turn.
  public func trials(of points: [Assignment]) -> [Assignment] {
    if !repeatsPoints { return points }
    let ofSeeds = seeds.isEmpty ? [[]] : seeds.map { [(Self.seedName, $0)] }
    let repeats = ofSeeds.flatMap { seed in
      folds.map { (1...$0).map { seed + [(Self.foldName, $0)] } } ?? [seed]
    }
    return points.flatMap { point in
      repeats.map { own in
        Assignment(point.entries + own.map { .init($0.0, .integer($0.1)) })
      }
    }
  }

  /// The definition of the same study with more points.
  ///
  /// - Throws: `InvalidSetting` for a grid, which tries all points, and for fewer points than it has.
  public func extended(toPoints count: Int) throws -> StudyDefinition {
    guard let known = method.count else {
      throw InvalidSetting(
        name: "points", value: "\(count)",
        expected: "none for a grid, which tries all points already and cannot be extended")
    }
    try InvalidSetting.demand(count >= known, "points", count, "at least the \(known) of the study")
    var copy = self
    copy.method = method.with(count: count)
    return copy
  }

  /// Such as `3, with seeds 0–2`; nil where no seeds are repeated.
  package var repeatsText: String? {
    guard let first = seeds.first, let last = seeds.last else { return nil }
    let isRun = seeds.count > 2 && zip(seeds, seeds.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let list = isRun ? "\(first)–\(last)" : seeds.map(String.init).joined(separator: ", ")
    return "\(seeds.count), with seed\(seeds.count == 1 ? "" : "s") \(list)"
  }

  /// The name of what a point's trials are, for a count of them: `repeat`, `fold`, or `run` for both.
  package var repeatName: String {
    if folds == nil { return "repeat" }
    return seeds.count > 1 ? "run" : "fold"
  }

  /// How each network is trained several times, such as `with several seeds`.
  package var repeatsPhrase: String {
    if folds == nil { return "with several seeds" }
    return "on each fold" + (seeds.count > 1 ? " with several seeds" : "")
  }

  /// A trial's parameters without the seed and the fold of a repeat.
  func point(of trial: Assignment) -> Assignment {
    if !repeatsPoints { return trial }
    return Assignment(
      trial.entries.filter {
        ($0.name != Self.seedName || seeds.isEmpty) && ($0.name != Self.foldName || folds == nil)
      })
  }
}

/// A study in a folder differs from the expected one.
public struct StudyDifference: Error, Equatable, Sendable {
  /// The study's folder.
  public let path: String
  /// What differs, such as `parameter hidden` or `method`.
  public let name: String
  /// The value in the folder's study, and the expected one.
  public let recorded: String, expected: String
}

extension StudyDifference: CustomStringConvertible, LocalizedError {
  /// One sentence with the name and both values.
  public var description: String {
    "\(path): \(name): the study in this folder has \(recorded), expected \(expected)"
  }
  /// The same as ``description``.
  public var errorDescription: String? { description }
}

extension StudyDefinition {
  /// Throws for the first difference between the study at `path` and the expected one.
  func demand(_ expected: StudyDefinition, at path: String) throws {
    try compareParameters(with: expected.space, at: path)
    try compare("method", method, expected.method, path)
    try compare("goal", goal, expected.goal, path)
    try compare("pruning", pruning, expected.pruning, path)
    try compare("seeds of repeats", seeds, expected.seeds, path)
    try compare("folds", folds, expected.folds, path)
    for name in Set(context.keys).union(expected.context.keys).stablySorted() {
      try compare(name, context[name], expected.context[name], path)
    }
  }

  /// Compares parameters by name before their order, so that a missing or extra one is named.
  private func compareParameters(with other: SearchSpace, at path: String) throws {
    let (own, others) = (space.parameters, other.parameters)
    for name in (own + others).map(\.name) {
      let (recorded, expected) = (own.first { $0.name == name }, others.first { $0.name == name })
      if recorded?.domain != expected?.domain {
        throw StudyDifference(
          path: path, name: "parameter \(name)", recorded: recorded?.domain.description ?? "none",
          expected: expected?.domain.description ?? "none")
      }
      try compare("condition of \(name)", recorded?.condition, expected?.condition, path)
    }
    for (index, pair) in zip(own, others).enumerated() {
      try compare("parameter number \(index + 1)", pair.0.name, pair.1.name, path)
    }
  }
}

/// Throws unless both are equal in JSON, where 1.0 and 1 are one number.
private func compare<Value: Encodable>(
  _ name: String, _ recorded: Value?, _ expected: Value?, _ path: String
) throws {
  if try recorded?.jsonLine != expected?.jsonLine {
    throw StudyDifference(
      path: path, name: name, recorded: try displayText(recorded),
      expected: try displayText(expected))
  }
}

/// A value's JSON without braces and quotation marks, such as `random count 5, seed 1`.
private func displayText<Value: Encodable>(_ value: Value?) throws -> String {
  guard let value else { return "none" }
  if let text = value as? String { return text }
  // The key of an associated value without a label.
  let json = try value.jsonLine.replacing(#""_0":"#, with: "")
  let text = json.filter { !"{}\"".contains($0) }
    .replacing(":", with: " ").replacing(",", with: ", ")
  return text.isEmpty ? "none" : text.trimmingCharacters(in: .whitespaces)
}
