import Foundation
import Perceptron
import Serialization

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
      if let archive = try? TensorArchive(readingFrom: path),
        (try? CheckpointSummary(archive, path: path)) != nil
      {
        throw FileError(
          path,
          "expected a model, found a checkpoint; `perceptron resume` goes on with a run, given its "
            + "folder")
      }
      throw error
    }
  }

  private static func path(_ argument: String) throws -> String {
    if isDirectory(argument) {
      let run = RunDirectory(path: argument)
      if run.holdsModel { return run.modelPath }
      if Study.exists(at: argument) {
        let best = argument + "/" + Study.bestName
        if FileManager.default.fileExists(atPath: best) { return best }
        throw FileError(argument, "no \(Study.bestName) in this folder: no trial has a result yet")
      }
      throw FileError(
        argument,
        "no model.safetensors in this folder: "
          + (run.holdsCheckpoint
            ? "its run is not over; `\(ShellCommand.line(["perceptron", "resume", argument]))` goes "
              + "on with it"
            : "expected a run that did not diverge"))
    }
    if FileManager.default.fileExists(atPath: argument) { return argument }
    throw FileError(
      argument, "expected a model file or the folder of a run or a study, found neither")
  }

  /// Throws unless rows of `featureCount` features can enter the model's network.
  static func requireFit<Scalar>(
    _ model: TrainedModel<Scalar>, featureCount: Int, path: String, of source: String
  ) throws {
    if featureCount == model.network.inputSize { return }
    throw FileError(
      path, "the network takes \(model.network.inputSize) features, \(source) has \(featureCount)")
  }
}
