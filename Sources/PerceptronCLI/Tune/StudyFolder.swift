import Foundation
import Perceptron
import PerceptronFiles

/// What commands say of a study's folder.
enum StudyFolder {
  /// Throws unless there is a folder with a study at `path`.
  static func demand(_ path: String) throws {
    try requireFolder(path, of: "a study")
    if !Study.exists(at: path) {
      throw FileError(path, "holds no study; `perceptron tune` begins one")
    }
  }

  /// The study in the folder at `path` as it is now, and whether a process runs it. Where none does,
  /// trials that had begun and not ended wait.
  ///
  /// - Throws: `FileError` where there is none, or its journal cannot be understood.
  static func read(_ path: String) throws -> (study: Study, isUnderWay: Bool) {
    try demand(path)
    return try Study.current(at: path)
  }

  /// What a folder that holds a study already says to whoever wants to begin one in it.
  static func describe(
    _ path: String, expected: StudyDefinition, trials: [Assignment]
  ) throws -> String {
    do {
      let study = try Study.resume(at: path, expecting: expected, trials: trials)
      let left = study.trials.count { !$0.state.isFinal }
      return "holds this study already, "
        + (left == 0
          ? "which is over; see `\(ShellCommand.line(["perceptron", "tune", "show", path]))`"
          : "\(left) of \(study.trials.count) trials are left; go on with it by \(command(path))")
    } catch let difference as StudyDifference {
      return "holds another study, in which \(difference.name) is \(difference.recorded) and not "
        + "\(difference.expected); go on with that one by \(command(path))"
    }
  }

  private static func command(_ path: String) -> String {
    "`\(ShellCommand.line(["perceptron", "tune", "--resume", path]))`"
  }
}
