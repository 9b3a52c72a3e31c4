import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The memory needed to train or check a network: its parameters with their gradients and optimizer
/// state, a batch with each layer's activations, and the rows that are evaluated at a time.
struct MemoryDemand {
  let inputSize: Int
  let layers: [LayerSpecification]
  let batchSize: Int
  /// Bytes per number.
  let scalarSize: Int
  /// The number of tensors of each parameter's shape.
  var copies = 2
  /// The number of rows evaluated at a time, in addition to the memory of training.
  var evaluatedRows = 0

  /// The number of bytes, as a `Double`, which cannot overflow.
  var bytes: Double {
    let cost = TrainingCost(
      inputSize: inputSize, layers: layers, batchSize: batchSize, scalarSize: scalarSize,
      copies: copies)
    let features =
      Double(batchSize) * Double(inputSize)
      + Double(evaluatedRows) * 2 * max(cost.widest, Double(inputSize))
    return cost.parameterBytes + cost.activationBytes + Double(scalarSize) * features
  }

  /// Throws if there is not enough memory, with a message that names the sizes. To be called after the
  /// data has been loaded, so that its memory is accounted for.
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
  /// The number of bytes that training on `data` needs.
  func memoryDemand(on data: LoadedData) -> Double { demand(on: data).bytes }

  /// Throws if there is not enough memory to train on `data`.
  func checkMemory(on data: LoadedData, sizes: String) throws {
    try demand(on: data).check(sizes: sizes, batchOption: "--batch")
  }

  private func demand(on data: LoadedData) -> MemoryDemand {
    let workers = training.workers ?? BLASLibrary.threadCount
    let scalarSize = precision == .float ? 4 : 8
    let cost = TrainingCost(
      inputSize: data.training.features.largestPreparedCount, layers: network.layers,
      scalarSize: scalarSize,
      training)
    return MemoryDemand(
      inputSize: cost.inputSize, layers: cost.layers, batchSize: cost.batchSize,
      scalarSize: scalarSize, copies: cost.copies * (ensemble ?? 1),
      evaluatedRows: min(256 * workers, 1000, data.training.count))
  }
}
