import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork

/// A setting of an experiment that can be chosen: its name, its values, and the field that it sets.
///
/// ``all`` is their table, from which options, ranges of studies, warnings about narrow ranges and the
/// settings on a report's page derive.
public struct Hyperparameter: Sendable {
  /// The part of an experiment that a hyperparameter belongs to.
  package enum Group: Sendable {
    case network, training
    /// What is done to features.
    case preparation
    /// The rows that are held out.
    case validation
    /// Random numbers and precision.
    case numbers
  }

  /// Where a hyperparameter can be given a value.
  package enum Use: Sendable {
    case everywhere, runs, trials
  }

  /// The name in spaces, journals and messages, such as `learning-rate`.
  package let name: String
  /// The name on pages, such as `learning rate`.
  package internal(set) var title: String
  /// Other names by which `InvalidSetting` errors call it.
  var aliases: [String] = []
  package let group: Group
  package internal(set) var use = Use.everywhere
  package let kind: Value.Kind
  /// The placeholder of a value in the help, in one word.
  package let placeholder: String
  /// One sentence or more, with the default in parentheses; names of others stand in backticks.
  package internal(set) var help: String
  /// The first sentence of ``help``, without its default.
  package var summary: String {
    help.firstRange(of: ". ").map { help[..<$0.lowerBound] + "." } ?? help
  }
  /// The words that a text may be; empty for any.
  package internal(set) var choices: [String] = []
  /// The least value, where there is one.
  package internal(set) var least: Double?
  /// Whether values are usually compared by their ratios.
  package internal(set) var isLogarithmic = false
  /// Whether a flag can be turned off, since some data has it on by default.
  package internal(set) var isInvertible = false
  /// Whether each value is a list with commas, so that semicolons alone separate several values.
  package internal(set) var isCommaList = false
  /// Whether a value, other than false, makes the experiment another than the classic one, so that
  /// other defaults hold.
  var departs = false
  /// Whether a value beyond the end of a range may do better: not so for seeds and held-out rows.
  package internal(set) var isOrdered = true
  /// The chosen value, or nil.
  let chosen: @Sendable (Hyperparameters) -> Value?
  /// Chooses a value; throws ``HyperparameterError`` for one of another kind or out of range.
  package let choose: @Sendable (inout Hyperparameters, Value) throws -> Void
  /// The value on a report's page; nil where it does not apply, or another entry includes it.
  package internal(set) var shown: @Sendable (Experiment) -> Value? = { _ in nil }
}

// MARK: - Looking up

extension Hyperparameter {
  /// The hyperparameter called `name`, which may be the width of any layer; nil if there is none.
  package static func named(_ name: String) -> Hyperparameter? {
    layer(ofWidth: name).map(width) ?? all.first { $0.name == name }
  }

  /// The hyperparameters that make an experiment another than the classic one.
  package static let departing = all.filter(\.departs)

  /// The hyperparameter of a name; throws ``HyperparameterError`` for another name.
  package static func known(_ name: String) throws -> Hyperparameter {
    if let hyperparameter = named(name) { return hyperparameter }
    throw HyperparameterError("unknown setting \(name)")
  }

  /// The hyperparameter that an `InvalidSetting` error names, by its name, title or alias.
  package static func meant(by name: String) -> Hyperparameter? {
    named(name) ?? all.first { $0.title == name || $0.aliases.contains(name) }
  }

  /// The layer of a name such as `width-1`, counted from 1; nil for another name.
  package static func layer(ofWidth name: String) -> Int? {
    guard name.hasPrefix("width-"), let layer = Int(name.dropFirst(6)), layer >= 1,
      name == "width-\(layer)"
    else { return nil }
    return layer
  }
}

extension Hyperparameters {
  /// The hyperparameters that were chosen, with their values, in the order of the table.
  package var entries: [(hyperparameter: Hyperparameter, value: Hyperparameter.Value)] {
    Hyperparameter.all.compactMap { own in own.chosen(self).map { (own, $0) } }
  }
}

extension Hyperparameter {
  /// The value of a text; throws ``HyperparameterError`` for one of another kind.
  package func value(parsing text: String) throws -> Value {
    switch kind {
    case .number:
      if let number = Double(text) { return .number(number) }
      throw HyperparameterError(name, is: text, expected: "a number")
    case .integer:
      if let integer = Int(text) { return .integer(integer) }
      // It may be larger than any Int: a seed, or out of range.
      if Value.isWhole(text) { return .text(text) }
      throw HyperparameterError(name, is: text, expected: "a whole number")
    case .flag:
      if let flag = Bool(text) { return .flag(flag) }
      throw HyperparameterError(name, is: text, expected: "true or false")
    case .text: return .text(text)
    }
  }
}
