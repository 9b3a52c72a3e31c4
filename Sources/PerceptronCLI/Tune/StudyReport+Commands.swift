import Foundation
import Perceptron

/// What was run, and the command lines that make more of its best trial.
extension StudyReport {
  /// What is the same in all trials, what is tried and how: a line for each. A study that another
  /// program began has neither data nor fixed settings that are known.
  var head: [String] {
    let definition = study.definition
    var lines: [String] = []
    if let context {
      let fixed = context.fixed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("data      \(context.data)" + (context.format.map { ", \($0.rawValue)" } ?? ""))
      if !fixed.isEmpty { lines.append("fixed     " + fixed.joined(separator: "  ")) }
    }
    let tried = definition.space.parameters.map { "\($0.name) \($0.domain)" }
    lines.append("tried     " + tried.joined(separator: "  "))
    lines.append("method    \(definition.method.words), pruning \(definition.pruning.words)")
    if let context { lines.append("training  \(context.training.words)") }
    return lines
  }

  /// The command line that trains the best trial's network alone, where it is known.
  var trainCommand: String? {
    guard let context, let best = study.best,
      let arguments = try? context.maker.arguments(of: best.parameters)
    else { return nil }
    return Self.line(["perceptron", "train"] + Self.separated(arguments))
  }

  /// The command line that measures the best network, where there is one.
  var evaluateCommand: String? {
    guard let context, study.best != nil else { return nil }
    let data = context.data == "digits" ? [] : Self.separated(context.maker.dataArguments)
    return Self.line(["perceptron", "evaluate", folder] + data)
  }

  /// What to do next, under a table.
  var commands: [String] {
    [
      trainCommand.map { "the best trained alone: " + $0 },
      evaluateCommand.map { "the best on test data: " + $0 },
    ].compactMap { $0 }
  }

  /// `--name=value` as two words, unless the value looks like an option.
  private static func separated(_ arguments: [String]) -> [String] {
    arguments.flatMap { argument -> [String] in
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].hasPrefix("-") else { return [argument] }
      return parts.map(String.init)
    }
  }

  /// Words as a shell reads them, those with special characters in quotation marks.
  static func line(_ words: [String]) -> String {
    words.map { word in
      let isPlain = word.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || "0123456789_./,:=+-".unicodeScalars.contains($0))
      }
      if isPlain && !word.isEmpty { return word }
      return "'" + word.replacing("'", with: #"'\''"#) + "'"
    }.joined(separator: " ")
  }
}
