import Serialization

/// What a checkpoint says of its run before it is taken up.
public struct CheckpointSummary: Sendable {
  /// How many iterations were made.
  public let iteration: Int
  /// How many rows the training set has.
  public let rowCount: Int
  /// How many numbers a row has.
  public let inputSize: Int

  /// The summary of a checkpoint in an archive.
  ///
  /// - Parameter path: where it came from, for messages.
  /// - Throws: `FileError` where it is none.
  public init(_ archive: TensorArchive, path: String) throws {
    try archive.expectCheckpoint(path: path)
    let state = try archive.runState(path: path)
    iteration = state.iteration
    rowCount = state.rowCount
    inputSize = try archive.checkpointArchitecture(path: path).inputSize
  }
}
