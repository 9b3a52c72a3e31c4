import ArgumentParser
import CommandSupport
import Foundation
import Perceptron

/// Makes the settings of trials as `perceptron train` makes its own: by its options, with its
/// defaults and its checks.
struct TrialSettings {
  /// The data set as it was named.
  let source: String
  let format: DatasetLibrary.Format?
  /// The text of each option that all trials share.
  let fixed: [String: String]

  /// The data set.
  ///
  /// - Throws: `FileError` where it is not there or damaged; `ValidationError` for a wrong name.
  func load() throws -> LoadedData { try parse(dataArguments).source.load() }

  /// The settings of each trial.
  ///
  /// - Throws: `ValidationError` for the first trial that `perceptron train` would refuse, with its
  ///   reason and the trial's parameters.
  func settings(of trials: [Assignment], for data: LoadedData) throws -> [RunRecord.Settings] {
    try trials.map { trial in
      do {
        let command = try parse(try arguments(of: trial))
        let settings = try command.settings(for: data)
        if settings.validation == 0 {
          throw ValidationError(
            "--validation is 0, expected at least 1: the networks are compared by these rows")
        }
        try command.checkMemory(settings, data)
        return settings
      } catch let error as ValidationError {
        throw ValidationError("\(error.message); in the trial with \(trial)")
      }
    }
  }

  /// What `perceptron train` makes a trial's network of, its folder aside; each value is in one word
  /// with its option, as `--hidden=50`.
  ///
  /// - Throws: `ValidationError` for widths and a depth that make no network.
  func arguments(of trial: Assignment) throws -> [String] {
    dataArguments + (try options(of: trial))
  }

  /// The part of them that names the data.
  var dataArguments: [String] {
    ["--data=" + source] + (format.map { ["--format=" + $0.rawValue] } ?? [])
  }

  private func parse(_ arguments: [String]) throws -> TrainCommand {
    do {
      return try TrainCommand.parse(arguments)
    } catch {
      throw ValidationError(TrainCommand.message(for: error))
    }
  }

  /// A trial as options of `perceptron train`.
  private func options(of trial: Assignment) throws -> [String] {
    var widths: [Int: String] = [:]
    var depth: Int?
    var options: [String] = []
    for (name, value) in values(of: trial) {
      if let layer = Tunable.width(name) {
        widths[layer] = Self.text(of: value, .integer)
      } else if name == "depth" {
        depth = value.whole
        if depth ?? 0 < 1 { throw ValidationError("depth is \(value), expected at least 1") }
      } else {
        options += try option(name, value)
      }
    }
    let count = depth ?? widths.count
    if count == 0 { return options }
    if let missing = (1...count).first(where: { widths[$0] == nil }) {
      let known = depth.map { "depth is \($0)" } ?? "there are \(counted(widths.count, "width"))"
      throw ValidationError("\(known), but width-\(missing) is not set")
    }
    if let extra = widths.keys.filter({ $0 > count }).min() {
      throw ValidationError(
        "depth is \(count), but width-\(extra) is set; in a file, "
          + "\"when\": {\"depth\": [\(extra)]} sets it only where there is such a layer")
    }
    let layers = (1...count).compactMap { widths[$0] }.joined(separator: ",")
    return options + ["--layers=" + layers]
  }

  /// What is fixed and what the trial sets.
  private func values(of trial: Assignment) -> [(String, ParameterValue)] {
    fixed.sorted { $0.key < $1.key }.map { name, text in
      switch Tunable.kind(of: name) {
      case .flag?: (name, .flag(text == "true"))
      case .integer?: (name, Int(text).map { .integer($0) } ?? .text(text))
      default: (name, .text(text))
      }
    } + trial.entries.map { ($0.name, $0.value) }
  }

  /// The option that sets a value; none for a flag that is off.
  private func option(_ name: String, _ value: ParameterValue) throws -> [String] {
    switch (Tunable.kind(of: name), value) {
    case (.flag?, .flag(let isOn)):
      if name == "subtract-mean" { return [isOn ? "--subtract-mean" : "--no-subtract-mean"] }
      return isOn ? ["--" + name] : []
    case (.flag?, _): throw ValidationError("\(name) is \(value), expected true or false")
    case (let kind, _): return ["--\(name)=" + Self.text(of: value, kind)]
    }
  }

  /// A value as `perceptron train` reads it: a whole number may come as one of another kind.
  private static func text(of value: ParameterValue, _ kind: ParameterValue.Kind?) -> String {
    if kind == .integer, let whole = value.whole { return "\(whole)" }
    return value.description
  }
}
