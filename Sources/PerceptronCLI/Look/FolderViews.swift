import PerceptronCommandSupport
import Perceptron
import PerceptronFiles

/// What shows a run or a study that is in a folder.
struct FolderViews {
  let folder: String

  /// Where `perceptron report` writes the page unless it is told otherwise.
  var pagePath: String { folder + "/report.html" }

  /// Where event files for TensorBoard are.
  var eventFolder: String { folder + "/tensorboard" }

  /// The command lines to go on with, a line each.
  ///
  /// - Parameter tensorBoard: whether there are event files.
  func commands(tensorBoard: Bool) -> [String] {
    let lines =
      [["perceptron", "show", folder], ["perceptron", "report", folder]]
      + (tensorBoard ? [["tensorboard", "--logdir", eventFolder]] : [])
    return lines.enumerated().map { ($0 == 0 ? "see  " : "     ") + ShellCommand.line($1) }
  }

  /// Removes the page of what was in the folder before, which would be taken for one of what is there
  /// now. A page that this program did not write stays.
  ///
  /// - Throws: `FileError` where it cannot be removed.
  func removePage(isQuiet: Bool) throws {
    if try Report.remove(at: pagePath), !isQuiet {
      Console.error("removed \(pagePath), which showed what was here before")
    }
  }
}
