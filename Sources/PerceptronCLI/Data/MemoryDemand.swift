import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles
import PerceptronTraining

/// The memory that training or checking a network takes: its parameters with their gradients and
/// what the optimizer keeps of each, a batch with what each layer makes of it, and the rows that are evaluated at a time.
struct MemoryDemand {
  let inputSize: Int
  let layers: [LayerSpecification]
  let batchSize: Int
  /// Bytes of a number.
  let scalarSize: Int
  /// How many tensors there are of each parameter's shape.
  var copies = 2
  /// How many rows are evaluated at a time, while there is all that training takes.
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

  /// Refuses what there is no memory for, naming the sizes. Called when the data is in memory, which
  /// counts as taken.
  ///
  /// - Parameters:
  ///   - sizes: the option that the layers' sizes are given by, with its value.
  ///   - batchOption: the option that the batch's size is given by.
  ///   - memory: how much there is.
  func check(sizes: String, batchOption: String, memory: MemoryLimit = .current) throws {
    if bytes <= memory.left { return }
    throw ValidationError(
      "\(sizes) with \(batchOption) \(batchSize) on \(inputSize) features needs "
        + "\(gigabytes(bytes)), but \(memory)")
  }
}

extension Experiment {
  /// Refuses a network that there is no memory for.
  ///
  /// - Parameter sizes: the option that gives the layers' sizes, with its value.
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
