import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The search space of a study, the values that all trials share, and the seeds of repeats.
struct TrialSpace {
  /// The parameters with several values, and all those of a file.
  private(set) var space = SearchSpace([])
  /// The text of each option with a single value.
  private(set) var fixed: [String: String] = [:]
  /// The seeds that each point is repeated with; empty for one trial per point.
  private(set) var seeds: [Int] = []
  /// The number of folds that each point is trained on; nil for a validation set.
  private(set) var folds: Int?

  /// A note on a list of `layers` that is easily misread.
  func note(on given: [(hyperparameter: Hyperparameter, text: String)]) -> String? {
    guard let option = given.first(where: { $0.hyperparameter.name == "layers" }),
      !option.text.contains(";"),
      let layers = space.parameters.first(where: { $0.name == "layers" }),
      case .values(let values) = layers.domain,
      values.count > 1, values.allSatisfy({ Int($0.description) != nil })
    else { return nil }
    let text = layers.domain.description
    return "--layers \(text): \(values.count) networks of one hidden layer each; "
      + "'\(text);' is one network of \(values.count)"
  }

  /// A well-known grid.
  enum Preset: String, ExpressibleByArgument, CaseIterable {
    /// Two-layer networks on CIFAR-10.
    case cs231n

    /// The text of each option, unless it is given.
    var texts: [String: String] {
      [
        "learning-rate": "9e-2,1e-3,2e-3,3e-3,4e-3", "hidden": "50,100,150",
        "iterations": "1000,1500,2000,2500", "regularization": "0.1,0.25,0.5",
        "batch": "200", "decay": "0.95", "epoch-clock": "classic",
      ]
    }
  }

  /// The space of a file and of options, which override the preset and must not overlap.
  ///
  /// - Parameter repeats: the number of trials per point, with consecutive seeds.
  /// - Throws: `ValidationError` or `SearchSpaceError` for an invalid space; `FileError` for a file
  ///   without one.
  init(file: String?, options: RangeOptions, preset: Preset?, repeats: Int? = nil) throws {
    if let file {
      space = try SearchSpace(contentsOf: file)
      for parameter in space.parameters { try Self.check(parameter, of: file) }
    }
    let inFile = Set(space.parameters.map(\.name))
    var texts = preset?.texts.filter { !inFile.contains($0.key) } ?? [:]
    for (hyperparameter, text) in try options.given {
      let name = hyperparameter.name
      if inFile.contains(name) {
        throw ValidationError("--\(name) is given, but \(file ?? "") has \(name) too")
      }
      texts[name] = text
    }
    for hyperparameter in RangeOptions.tunable {
      if let text = texts[hyperparameter.name] { try add(hyperparameter, text) }
    }
    try takeSeeds(repeats)
    for parameter in space.parameters where !parameter.domain.isSingle {
      if Hyperparameter.named(parameter.name)?.group == .validation {
        throw ValidationError(
          "\(parameter.name) is \(parameter.domain), expected one value: networks are compared on the "
            + "same validation rows")
      }
      if parameter.name == "metric" {
        throw ValidationError(
          "metric is \(parameter.domain), expected one value: networks are ranked by a single metric"
        )
      }
    }
    try takeFolds()
    if seeds.isEmpty && folds == nil && space.parameters.allSatisfy({ $0.domain.isSingle }) {
      throw ValidationError(
        "nothing to try: no setting has more than one value, such as --learning-rate 1e-3,1e-2 or "
          + "--hidden 50..150, and nothing is repeated (--repeats, --folds); `perceptron train` trains "
          + "one network"
      )
    }
    if !space.parameters.isEmpty { try space.check() }
  }

  /// Turns seeds into repeats: a seed is not optimized.
  private mutating func takeSeeds(_ repeats: Int?) throws {
    let name = StudyDefinition.seedName
    if let index = space.parameters.firstIndex(where: { $0.name == name }) {
      let seed = space.parameters.remove(at: index)
      let isConditional = !seed.condition.isEmpty
      if isConditional || space.parameters.contains(where: { $0.condition[name] != nil }) {
        throw ValidationError(
          "seed is \(seed.domain) \(isConditional ? "under" : "in") a condition, but seeds repeat "
            + "every point")
      }
      do {
        seeds = try SearchSpace([seed]).assignments(by: .grid, limit: Self.mostRepeats)
          .compactMap { $0[name]?.whole }
      } catch let error as SearchSpaceError where error.parameter == nil {
        throw SearchSpaceError(
          parameter: name, found: "\(seed.domain), each of which repeats every point",
          expected: "at most \(Self.mostRepeats) seeds")
      }
    }
    if seeds.count == 1 {
      fixed[name] = "\(seeds[0])"
      seeds = []
    }
    guard let repeats else { return }
    if !seeds.isEmpty {
      throw ValidationError(
        "--repeats is \(repeats), but --seed lists \(seeds.count) seeds, each of which already "
          + "repeats every point; give one of the two")
    }
    if repeats == 1 { return }
    let first = fixed.removeValue(forKey: name).flatMap { Int($0) } ?? 0
    let (end, overflows) = first.addingReportingOverflow(repeats)
    if overflows {
      throw ValidationError("--seed is \(first), too large for \(repeats) consecutive seeds")
    }
    seeds = Array(first..<end)
  }

  /// Takes the number of folds, unless a single one is chosen.
  private mutating func takeFolds() throws {
    let fold = StudyDefinition.foldName
    if fixed[fold] != nil || space.parameters.contains(where: { $0.name == fold }) { return }
    let known = try Hyperparameter.known("folds")
    let text =
      fixed[known.name] ?? space.parameters.first { $0.name == known.name }.map { "\($0.domain)" }
    guard let text else { return }
    var chosen = Hyperparameters()
    try namingOptions { try known.choose(&chosen, known.value(parsing: text)) }
    space.parameters.removeAll { $0.name == known.name }
    fixed[known.name] = text
    folds = chosen.folds
  }

  /// The largest number of seeds per point.
  static let mostRepeats = 1000

  /// Adds an option; a single value is fixed.
  private mutating func add(_ hyperparameter: Hyperparameter, _ text: String) throws {
    if hyperparameter.kind == .text && text.contains("..") {
      throw ValidationError(
        "--\(hyperparameter.name) is \(text), but only numbers have ranges; give a list, separated by commas"
      )
    }
    let isSingle = hyperparameter.isCommaList && !text.contains(";")
    var parameter = try SearchSpace.Parameter(
      hyperparameter.name, parsing: isSingle ? text + ";" : text, as: hyperparameter.kind)
    parameter.condition = try condition(of: hyperparameter)
    if case .values(let values) = parameter.domain, values.count == 1, parameter.condition.isEmpty {
      fixed[hyperparameter.name] = values[0].description
      return
    }
    space.parameters.append(parameter)
  }

  /// The condition that the layer exists, if the depth varies.
  private func condition(of hyperparameter: Hyperparameter) throws -> [String: [ParameterValue]] {
    guard let layer = Hyperparameter.layer(ofWidth: hyperparameter.name),
      let depth = space.parameters.first(where: { $0.name == "depth" })
    else { return [:] }
    let depths = depth.domain.wholeValues
    let enough = depths.filter { $0 >= layer }
    if enough.isEmpty {
      throw ValidationError("--\(hyperparameter.name) is given, but depth is \(depth.domain)")
    }
    return enough.count == depths.count ? [:] : ["depth": enough.map { .integer($0) }]
  }

  /// Throws `ValidationError` for a parameter of a file that is no hyperparameter of trials.
  private static func check(_ parameter: SearchSpace.Parameter, of file: String) throws {
    guard let known = Hyperparameter.named(parameter.name), known.use != .runs else {
      let names = RangeOptions.tunable.map(\.name)
      let nearest = Suggestions.nearest(to: parameter.name, among: names)
      throw ValidationError(
        "\(file): unknown setting \(parameter.name); "
          + (nearest.map { "did you mean \($0)?" } ?? "`perceptron tune --help` lists all settings")
      )
    }
    if known.kind == .integer, case .numbers = parameter.domain {
      throw ValidationError(
        "\(file): \(parameter.name): \(parameter.domain) is a range of numbers, expected one of whole "
          + "numbers; add \"integer\": true")
    }
  }
}

extension SearchSpace.Domain {
  fileprivate var isSingle: Bool {
    switch self {
    case .values(let values): values.count == 1
    case .numbers(let lower, let upper, _, _): lower == upper
    case .integers(let lower, let upper, _, _): lower == upper
    }
  }

  /// Whether a grid has a known number of points.
  var hasPoints: Bool {
    switch self {
    case .values: true
    case .numbers(_, _, _, let points), .integers(_, _, _, let points): isSingle || points != nil
    }
  }

  /// The whole numbers in it, at most about a thousand.
  fileprivate var wholeValues: [Int] {
    switch self {
    case .values(let values): values.compactMap(\.whole)
    case .numbers: []
    case .integers(let lower, let upper, _, _): Array(lower...max(lower, min(upper, lower + 1000)))
    }
  }
}
