import ArgumentParser
import CommandSupport
import Foundation
import Perceptron

/// What a study tries, and what is the same in all of its trials.
struct TrialSpace {
  /// The parameters with several values, and all those of a file.
  private(set) var space = SearchSpace([])
  /// The text of each option with a single value.
  private(set) var fixed: [String: String] = [:]

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
  /// - Throws: `ValidationError` or `SearchSpaceError` for what is no space; `FileError` for a file
  ///   that has none.
  init(file: String?, options: TunableOptions, preset: Preset?) throws {
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
    if space.parameters.allSatisfy({ $0.domain.isSingle }) {
      throw ValidationError(
        "nothing to try: no setting has several values, such as --learning-rate 1e-3,1e-2 or "
          + "--hidden 50..150; `perceptron train` trains one network")
    }
    try space.check()
  }

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
