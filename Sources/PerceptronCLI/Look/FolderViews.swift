import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

extension RunDirectory {
  /// The error for a folder that is expected to hold the record of a run.
  func missingRecord(_ otherwise: String) -> FileError {
    if !holdsCheckpoint { return FileError(path, otherwise) }
    let resume = ShellCommand.line(["perceptron", "resume", path])
    return FileError(path, "the run in it has not ended; `\(resume)` continues it")
  }
}

/// The files that display the run or the study in a folder, and the commands that show it.
struct FolderViews {
  let folder: String

  /// The default path of the page that `perceptron report` writes.
  var pagePath: String { folder + "/report.html" }

  /// The name of the page that `perceptron explain` writes into the folder of a model.
  static let explanationName = "explain.html"

  /// Where TensorBoard event files are written.
  var eventFolder: String { folder + "/tensorboard" }

  /// The command lines that show the results, one per line.
  func commands(tensorBoard: Bool) -> [String] {
    let lines =
      [["perceptron", "show", folder], ["perceptron", "report", folder]]
      + (tensorBoard ? [["tensorboard", "--logdir", eventFolder]] : [])
    return lines.enumerated().map { ($0 == 0 ? "see  " : "     ") + ShellCommand.line($1) }
  }

  /// The command lines that go on with the shards of the study in a folder, one per line.
  func commands(ofShards study: String) -> [String] {
    [
      "all shards together: "
        + ShellCommand.line(["perceptron", "tune", "show", study]),
      "when they are over:  " + StudyCommands.merger(of: study),
    ]
  }

  /// Removes the pages of an earlier run or study in the folder, unless another program wrote them.
  func removePages(isQuiet: Bool) throws {
    for path in [pagePath, folder + "/" + Self.explanationName] {
      if try Report.remove(at: path), !isQuiet {
        Console.error("removed \(path), which showed an earlier run or study")
      }
    }
  }
}
