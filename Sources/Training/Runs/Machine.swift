import Foundation
import PerceptronLinearAlgebra

/// The machine and the BLAS that a figure was measured with.
public struct Machine: Codable, Equatable, Sendable {
  /// The processor's name as the system gives it.
  public let processor: String
  /// How many cores are online.
  public let cores: Int
  /// The operating system and its version.
  public let system: String
  /// OpenBLAS's version and build options.
  public let blas: String
  /// The processor kernel that OpenBLAS picked.
  public let blasCore: String
  /// How many threads OpenBLAS uses for large products.
  public let blasThreads: Int
  /// How many workers there could be at most, where the system made fewer threads than were asked for;
  /// nil where it made all.
  public let mostWorkers: Int?

  /// This machine, now.
  public static var current: Machine {
    Machine(
      processor: processorName() ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      blas: BLASLibrary.configuration, blasCore: BLASLibrary.core,
      blasThreads: BLASLibrary.threadCount, mostWorkers: WorkerPool.shortage?.made)
  }

  /// The first `model name` that Linux lists.
  private static func processorName() -> String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
