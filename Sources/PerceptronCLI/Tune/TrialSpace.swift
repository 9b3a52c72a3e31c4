import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// What a study tries, and what is the same in all of its trials.
struct TrialSpace {
  /// The parameters with several values, and all those of a file.
  private(set) var space = SearchSpace([])
  /// The text of each option with a single value.
  private(set) var fixed: [String: String] = [:]
  /// The seeds that each point is repeated with; empty for one trial a point.
  private(set) var seeds: [Int] = []

  /// What an option means that many would take for something else, where one was given so.
  var note: String? {
    guard let layers = space.parameters.first(where: { $0.name == "layers" }),
      case .values(let values) = layers.domain,
      values.count > 1, values.allSatisfy({ Int($0.description) != nil })
    else { return nil }
    let text = layers.domain.description
    return "--layers \(text): \(values.count) networks of one hidden layer each; "
      + "'\(text);' is one network of \(values.count)"
  }

  /// A grid that is well known.
  enum Preset: String, ExpressibleByArgument, CaseIterable {
    /// Two-layer networks on CIFAR-10.
    case cs231n

    /// The text of each option that is not given otherwise.
    var texts: [String: String] {
      [
        "learning-rate": "9e-2,1e-3,2e-3,3e-3,4e-3", "hidden": "50,100,150",
        "iterations": "1000,1500,2000,2500", "regularization": "0.1,0.25,0.5",
        "batch": "200", "decay": "0.95", "epoch-clock": "classic",
      ]
    }
  }

  /// The space of a file, then of options, then of a preset, of which the earlier go before the later:
  /// an option overrides a preset, but no name may come both in the file and as an option.
  ///
  /// - Parameter repeats: how often each point is tried, with seeds from the given one on; a list of
  ///   seeds says the same.
  /// - Throws: `ValidationError` or `SearchSpaceError` for what is no space; `FileError` for a file
  ///   that has none.
  init(file: String?, options: TunableOptions, preset: Preset?, repeats: Int? = nil) throws {
    if let file {
      space = try SearchSpace(contentsOf: file)
      for parameter in space.parameters { try Self.check(parameter, of: file) }
    }
    let inFile = Set(space.parameters.map(\.name))
    var texts = preset?.texts.filter { !inFile.contains($0.key) } ?? [:]
    for (tunable, text) in try options.given {
      if inFile.contains(tunable.name) {
        throw ValidationError(
          "--\(tunable.name) is given beside \(file ?? ""), which has \(tunable.name) too")
      }
      texts[tunable.name] = text
    }
    for tunable in Tunable.all {
      if let text = texts[tunable.name] { try add(tunable, text) }
    }
    try takeSeeds(repeats)
    for parameter in space.parameters
    where Self.ofRows.contains(parameter.name) && !parameter.domain.isSingle {
      throw ValidationError(
        "\(parameter.name) is \(parameter.domain), expected one value: networks are compared by their "
          + "accuracy on the same validation rows")
    }
    if seeds.isEmpty && space.parameters.allSatisfy({ $0.domain.isSingle }) {
      throw ValidationError(
        "nothing to try: no setting has several values, such as --learning-rate 1e-3,1e-2 or "
          + "--hidden 50..150, and nothing is repeated (--repeats); `perceptron train` trains one network"
      )
    }
    if !space.parameters.isEmpty { try space.check() }
  }

  /// Makes seeds repeats: they are no setting that some network does best with.
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
        "--repeats is \(repeats), but \(seeds.count) seeds are given, with each of which every point "
          + "is tried; give one of both")
    }
    if repeats == 1 { return }
    let first = fixed.removeValue(forKey: name).flatMap { Int($0) } ?? 0
    let (end, overflows) = first.addingReportingOverflow(repeats)
    if overflows {
      throw ValidationError("--seed is \(first), expected less for \(repeats) repeats")
    }
    seeds = Array(first..<end)
  }

  /// The settings that say which rows networks are compared by.
  private static let ofRows: Set = ["validation", "split", "split-seed"]

  /// The most seeds that a point is tried with.
  static let mostRepeats = 1000

  /// Adds what an option says; a single value is fixed.
  private mutating func add(_ tunable: Tunable, _ text: String) throws {
    if tunable.kind == .text && text.contains("..") {
      throw ValidationError(
        "--\(tunable.name) is \(text), but words have no ranges; list them, with commas between them"
      )
    }
    var parameter = try SearchSpace.Parameter(tunable.name, parsing: text, as: tunable.kind)
    parameter.condition = try condition(of: tunable)
    if case .values(let values) = parameter.domain, values.count == 1, parameter.condition.isEmpty {
      fixed[tunable.name] = values[0].description
      return
    }
    space.parameters.append(parameter)
  }

  /// That there is such a layer, where the networks differ in their depth.
  private func condition(of tunable: Tunable) throws -> [String: [ParameterValue]] {
    guard let layer = TrialArguments.width(tunable.name),
      let depth = space.parameters.first(where: { $0.name == "depth" })
    else { return [:] }
    let depths = depth.domain.wholeValues
    let enough = depths.filter { $0 >= layer }
    if enough.isEmpty {
      throw ValidationError("--\(tunable.name) is given, but depth is \(depth.domain)")
    }
    return enough.count == depths.count ? [:] : ["depth": enough.map { .integer($0) }]
  }

  /// Refuses a parameter of a file that `perceptron train` has no setting for.
  private static func check(_ parameter: SearchSpace.Parameter, of file: String) throws {
    guard let kind = Tunable.kind(of: parameter.name) else {
      let nearest = Tunable.nearest(to: parameter.name).map { "; did you mean \($0)?" } ?? ""
      throw ValidationError(
        "\(file): there is no setting \(parameter.name)"
          + (nearest.isEmpty ? "; `perceptron tune --help` lists all" : nearest))
    }
    if kind == .integer, case .numbers = parameter.domain {
      throw ValidationError(
        "\(file): \(parameter.name): the range \(parameter.domain) is one of numbers, expected whole "
          + "ones; add \"integer\": true")
    }
  }
}

extension SearchSpace.Domain {
  /// Whether there is nothing to choose from.
  fileprivate var isSingle: Bool {
    switch self {
    case .values(let values): values.count == 1
    case .numbers(let lower, let upper, _, _): lower == upper
    case .integers(let lower, let upper, _, _): lower == upper
    }
  }

  /// Whether a grid can be made without being told how many points a range has.
  var hasPoints: Bool {
    switch self {
    case .values: true
    case .numbers(let lower, let upper, _, let points): lower == upper || points != nil
    case .integers(let lower, let upper, _, let points): lower == upper || points != nil
    }
  }

  /// The whole numbers in it that a depth may have.
  fileprivate var wholeValues: [Int] {
    switch self {
    case .values(let values): values.compactMap(\.whole)
    case .numbers: []
    case .integers(let lower, let upper, _, _): Array(lower...max(lower, min(upper, lower + 1000)))
    }
  }
}
