internal import CPerceptronKernels

/// The instructions that this library's kernels were compiled for and use on a processor.
public enum KernelLevel: String, Sendable, CaseIterable, Codable {
  /// The instructions that every processor of the architecture has: SSE2 or NEON.
  case baseline
  /// x86-64 with AVX2 and fused multiply-add.
  case avx2 = "AVX2"
  /// x86-64 with AVX-512.
  case avx512 = "AVX-512"

  /// The best level of this processor, whose kernels are used.
  public static var current: KernelLevel {
    // The cases stand in the order of `ckernels_level`.
    allCases[Int(ckernels_best_level().rawValue)]
  }
}

/// Independent multiply-adds in single precision, for the peak that benchmarks show shares of.
package enum MultiplyAddLoop {
  /// The floating-point operations of `count` rounds: two for each element.
  package static func operations(count: Int) -> Double {
    2 * Double(count) * Double(ckernels_multiply_add_elements)
  }

  /// Computes `count` rounds on the calling thread.
  package static func run(count: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(ckernels_multiply_add_elements)) {
      guard let x = $0.baseAddress else { return }
      x.initialize(repeating: 1, count: $0.count)
      // Tends to 2, far from subnormals and infinities, which are slow.
      ckernels_multiply_adds(ckernels_float, count, 0.5, 1, x)
    }
  }
}

extension BLASScalar {
  @inline(__always)
  static var kernelType: ckernels_type {
    if Self.self == Float.self { return ckernels_float }
    precondition(Self.self == Double.self, "BLASScalar: only Float and Double conform to it")
    return ckernels_double
  }
}
