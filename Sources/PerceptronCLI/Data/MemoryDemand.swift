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
  func memoryDemand(on data: LoadedData) -> Double {
    max(demand(on: data).bytes, projectionDemand(on: data))
  }

  /// Throws if there is not enough memory to train on `data`.
  func checkMemory(on data: LoadedData, sizes: String, memory: MemoryLimit = .current) throws {
    try demand(on: data).check(sizes: sizes, batchOption: "--batch", memory: memory)
    let bytes = projectionDemand(on: data)
    if bytes <= memory.left { return }
    throw ValidationError(
      "the principal components of \(data.training.features.largestPreparedCount) features need "
        + "\(gigabytes(bytes)), but \(memory)")
  }

  /// The number of bytes that fitting principal components to `data` needs: the products of columns, those of a
  /// block of rows, and the eigenvectors; or the rows, where they are fewer than columns. Also those of all
  /// rows' coordinates.
  private func projectionDemand(on data: LoadedData) -> Double {
    guard projection != nil else { return 0 }
    let columns = Double(data.training.features.largestPreparedCount)
    let rows = Double(data.training.count)
    let lesser = min(rows, columns)
    let kept = Double(largestInputCount(of: data.training.features))
    return 8 * (3 * lesser * lesser + (rows < columns ? 3 * rows * columns : 0) + rows * kept)
  }

  private func demand(on data: LoadedData) -> MemoryDemand {
    let workers = training.workers ?? BLASLibrary.threadCount
    let scalarSize = precision == .float ? 4 : 8
    let cost = TrainingCost(
      inputSize: largestInputCount(of: data.training.features), layers: network.layers,
      scalarSize: scalarSize,
      training)
    return MemoryDemand(
      inputSize: cost.inputSize, layers: cost.layers, batchSize: cost.batchSize,
      scalarSize: scalarSize, copies: cost.copies * (ensemble ?? 1),
      evaluatedRows: min(256 * workers, 1000, data.training.count))
  }
}
