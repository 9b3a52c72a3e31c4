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
    if !tried.isEmpty { lines.append("tried     " + tried.joined(separator: "  ")) }
    if let repeats = definition.repeatsInWords { lines.append("repeats   \(repeats)") }
    lines.append("method    \(definition.method.words), pruning \(definition.pruning.words)")
    if let context { lines.append("training  \(context.training.words)") }
    return lines
  }

  /// What to do next, under a table.
  var commands: [String] {
    let commands = StudyCommands(study, in: folder)
    return [
      commands.train.map { "the best trained alone: " + $0 },
      commands.evaluate.map { "the best on test data: " + $0 },
    ].compactMap { $0 }
  }
}
