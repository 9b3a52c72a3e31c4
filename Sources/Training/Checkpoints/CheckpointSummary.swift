import PerceptronNeuralNetwork
import PerceptronFiles

/// What a checkpoint says of its run before it is taken up.
public struct CheckpointSummary: Sendable {
  /// How many iterations were made.
  public let iteration: Int
  /// How many rows the training set has.
  public let rowCount: Int
  /// How many numbers a row has.
  public let inputSize: Int
  /// The layers in their order.
  public let layers: [LayerSpecification]
  /// How many classes the network tells apart.
  public let classCount: Int
  /// How many iterations the whole run has.
  public let iterations: Int

  /// The widths from the input over the hidden layers to the output.
  public var widths: [Int] { [inputSize] + layers.widths }

  /// The summary of a checkpoint in an archive.
  ///
  /// - Parameter path: where it came from, for messages.
  /// - Throws: `FileError` where it is none.
  public init(_ archive: TensorArchive, path: String) throws {
    try archive.expectCheckpoint(path: path)
    let state = try archive.runState(path: path)
    iteration = state.iteration
    rowCount = state.rowCount
    let architecture = try archive.checkpointArchitecture(path: path)
    inputSize = architecture.inputSize
    layers = architecture.layers
    let outputSize = architecture.layers.widths.last ?? architecture.inputSize
    classCount = architecture.loss.makeLoss(Float.self).classCount(outputSize: outputSize)
    iterations = state.schedule.iterations
  }
}

extension [LayerSpecification] {
  /// How many numbers each affine layer puts out.
  package var widths: [Int] {
    compactMap { if case .affine(let outputs) = $0 { outputs } else { nil } }
  }
}
