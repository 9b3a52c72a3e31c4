import ArgumentParser
import CommandSupport
import Foundation
import Perceptron

/// The memory that a network's training or checking takes: its parameters with their gradients and
/// what the optimizer keeps of each, and a batch with what each layer makes of it.
struct MemoryDemand {
  let inputSize: Int
  let layers: [LayerSpecification]
  let batchSize: Int
  /// Bytes of a number.
  let scalarSize: Int
  /// How many tensors there are of each parameter's shape.
  var copies = 2

  /// In `Double`, which no size overflows.
  var bytes: Double {
    var (width, parameters, outputs) = (Double(inputSize), 0.0, 0.0)
    var widest = 0.0
    for layer in layers {
      if case .affine(let count) = layer {
        parameters += (width + 1) * Double(count)
        width = Double(count)
        outputs += width
        widest = max(widest, width)
      }
    }
    let rows = Double(batchSize) * (Double(inputSize) + outputs + widest)
    return Double(scalarSize) * (Double(copies) * parameters + rows)
  }

  /// Refuses what this machine's memory cannot hold, naming the sizes.
  ///
  /// - Parameters:
  ///   - sizes: the option that the layers' sizes are given by, with its value.
  ///   - batchOption: the option that the batch's size is given by.
  func check(
    sizes: String, batchOption: String,
    available: Double = Double(ProcessInfo.processInfo.physicalMemory)
  ) throws {
    if bytes <= available { return }
    throw ValidationError(
      "\(sizes) with \(batchOption) \(batchSize) on \(inputSize) features needs "
        + "\(gigabytes(bytes)), this machine has \(gigabytes(available))")
  }

  private func gigabytes(_ bytes: Double) -> String { decimal(bytes / 1e9, 1) + " GB" }
}
