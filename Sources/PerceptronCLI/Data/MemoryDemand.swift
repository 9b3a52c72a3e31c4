import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The memory that training or checking a network takes: its parameters with their gradients and
/// optimizer state, a batch with its activations, and the rows that are evaluated at a time.
struct MemoryDemand {
  let inputSize: Int
  let layers: [LayerSpecification]
  let batchSize: Int
  /// Bytes of a number.
  let scalarSize: Int
  /// The number of tensors of each parameter's shape.
  var copies = 2
  /// The number of rows that are evaluated at a time, in addition to training's memory.
  var evaluatedRows = 0

  /// In `Double`, which no size overflows.
  var bytes: Double {
    let cost = TrainingCost(
      inputSize: inputSize, layers: layers, batchSize: batchSize, scalarSize: scalarSize,
      copies: copies)
    let features =
      Double(batchSize) * Double(inputSize)
      + Double(evaluatedRows) * 2 * max(cost.widest, Double(inputSize))
    return cost.parameterBytes + cost.activationBytes + Double(scalarSize) * features
  }

  /// Throws a `ValidationError` with the sizes unless there is enough memory. Called when the data is in
  /// memory, which counts as taken.
  ///
  /// - Parameters:
  ///   - sizes: the option that sets the layers' sizes, with its value.
  ///   - batchOption: the option that sets the batch size.
  func check(sizes: String, batchOption: String, memory: MemoryLimit = .current) throws {
    if bytes <= memory.left { return }
    throw ValidationError(
      "\(sizes) with \(batchOption) \(batchSize) on \(inputSize) features needs "
        + "\(gigabytes(bytes)), but \(memory)")
  }
}

extension Experiment {
  /// Throws a `ValidationError` unless there is enough memory for training.
  func checkMemory(on data: LoadedData, sizes: String) throws {
    let workers = training.workers ?? BLASLibrary.threadCount
    let scalarSize = precision == .float ? 4 : 8
    let cost = TrainingCost(
      inputSize: data.training.featureCount, layers: network.layers, scalarSize: scalarSize,
      training)
    try MemoryDemand(
      inputSize: cost.inputSize, layers: cost.layers, batchSize: cost.batchSize,
      scalarSize: scalarSize, copies: cost.copies * (ensemble ?? 1),
      evaluatedRows: min(256 * workers, 1000, data.training.count)
    ).check(sizes: sizes, batchOption: "--batch")
  }
}
