import ArgumentParser
import CommandSupport
import Foundation

/// The memory that a network's training or checking takes: its parameters, their gradients, and a
/// batch with what each layer makes of it.
struct MemoryDemand {
  let inputSize: Int
  let hiddenSize: Int
  let classCount: Int
  let batchSize: Int
  /// Bytes of a number.
  let scalarSize: Int

  /// In `Double`, which no size overflows.
  var bytes: Double {
    let (inputs, hidden) = (Double(inputSize), Double(hiddenSize))
    let (classes, batch) = (Double(classCount), Double(batchSize))
    let parameters = inputs * hidden + hidden + hidden * classes + classes
    return Double(scalarSize) * (2 * parameters + batch * (inputs + 2 * hidden + classes))
  }

  /// Refuses what this machine's memory cannot hold, naming the sizes.
  ///
  /// - Parameter batchOption: the option that the batch's size is given by.
  func check(
    batchOption: String, available: Double = Double(ProcessInfo.processInfo.physicalMemory)
  ) throws {
    if bytes <= available { return }
    throw ValidationError(
      "--hidden \(hiddenSize) with \(batchOption) \(batchSize) on \(inputSize) features needs "
        + "\(gigabytes(bytes)), this machine has \(gigabytes(available))")
  }

  private func gigabytes(_ bytes: Double) -> String { decimal(bytes / 1e9, 1) + " GB" }
}
