import PerceptronFiles

/// The command lines that go on with a study in a folder, and with its best trial.
package struct StudyCommands {
  private let study: Study
  private let folder: String

  /// Those of a study in a folder.
  package init(_ study: Study, in folder: String) {
    self.study = study
    self.folder = folder
  }

  /// The command line that trains the best trial's network alone, where it is known: the study of
  /// another program has none.
  package var train: String? {
    guard let context = TuneContext(of: study), let best = study.best,
      let arguments = try? context.arguments.of(best.parameters)
    else { return nil }
    return ShellCommand.line(["perceptron", "train"] + Self.separated(arguments))
  }

  /// The command line that measures the best network on the study's data, where there is one.
  package var evaluate: String? {
    if TuneContext(of: study) == nil || study.best == nil { return nil }
    return ShellCommand.line(["perceptron", "evaluate", folder])
  }

  /// The command line that goes on with a study that `perceptron tune` began and that is not over.
  package var resume: String? {
    TuneContext(of: study) == nil || study.isOver
      ? nil : ShellCommand.line(["perceptron", "tune", "--resume", folder])
  }

  /// The command line that writes all trials as a table.
  package var export: String {
    ShellCommand.line(["perceptron", "tune", "export", folder, "--output", "trials.csv"])
  }

  /// `--name=value` as two words, unless the value looks like an option.
  private static func separated(_ arguments: [String]) -> [String] {
    arguments.flatMap { argument -> [String] in
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].hasPrefix("-") else { return [argument] }
      return parts.map(String.init)
    }
  }
}
