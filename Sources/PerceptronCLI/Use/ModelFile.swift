import Foundation
import Perceptron
import PerceptronFiles

/// What commands that read a model have in common.
enum ModelFile {
  /// The model that a command line means, and where it is: the file itself, or the one in the folder
  /// of a run or a study.
  ///
  /// - Throws: `FileError` where it is a folder without a model, no model, or nothing at all.
  static func read(_ argument: String) throws -> (path: String, model: AnyTrainedModel) {
    let path = try path(argument)
    do {
      return (path, try AnyTrainedModel(readingFrom: path))
    } catch let error as FileError {
      if let kind = FileKind(of: path), kind != .safetensors {
        throw FileError(path, "expected a model that `perceptron train` saved, found \(kind)")
      }
      if let archive = try? TensorArchive(readingFrom: path),
        (try? CheckpointSummary(archive, path: path)) != nil
      {
        throw FileError(
          path,
          "expected a model, found a checkpoint; `perceptron resume` goes on with a run, given its "
            + "folder")
      }
      if isBest(path) { throw FileError(path, error.message + "; " + makingBest(folder(of: path))) }
      throw error
    }
  }

  /// The folder that a file is in.
  static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  /// Whether a file is the best network of the study in its folder.
  static func isBest(_ path: String) -> Bool {
    (path as NSString).lastPathComponent == Study.bestName && Study.exists(at: folder(of: path))
  }

  private static func makingBest(_ folder: String) -> String {
    "`\(ShellCommand.line(["perceptron", "tune", "--resume", folder]))` makes it again"
  }

  private static func path(_ argument: String) throws -> String {
    if isDirectory(argument) {
      let run = RunDirectory(path: argument)
      if run.holdsModel { return run.modelPath }
      if Study.exists(at: argument) {
        let path = argument + "/" + Study.bestName
        if FileManager.default.fileExists(atPath: path) && !isDirectory(path) { return path }
        guard let best = try Study.read(at: argument).best else {
          throw FileError(
            argument, "no \(Study.bestName) in this folder: no trial has a result yet")
        }
        throw FileError(
          argument,
          "\(Study.bestName) is missing, though trial \(best.id) has the best result; "
            + makingBest(argument))
      }
      throw FileError(argument, try whyWithoutModel(run))
    }
    if FileManager.default.fileExists(atPath: argument) { return argument }
    throw FileError(
      argument, "expected a model file or the folder of a run or a study, found neither")
  }

  /// Why a folder that is no study's has no model.
  private static func whyWithoutModel(_ run: RunDirectory) throws -> String {
    let missing = "no model.safetensors in this folder: "
    if run.holdsCheckpoint {
      let resume = ShellCommand.line(["perceptron", "resume", run.path])
      return missing + "its run is not over; `\(resume)` goes on with it"
    }
    if run.holdsRecord {
      return missing
        + (try run.record().results.status == .diverged
          ? "expected a run that did not diverge"
          : "the one that the run left is gone; training anew, with the settings in run.json, makes it again")
    }
    if DatasetLibrary.holdsData(in: run.path) {
      return "expected the folder of a run or a study, found a folder of data"
    }
    let runs = RunFolders.runs(in: run.path)
    if let last = runs.last {
      return "this is a folder of \(counted(runs.count, "run")); name one of them, such as \(last)"
    }
    return missing + "expected the folder of a run or a study"
  }
}
