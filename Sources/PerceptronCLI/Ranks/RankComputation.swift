import Perceptron
import PerceptronCommandSupport

/// What a rank computes with, and a digest of what it computes.
///
/// Ranks with equal digests compute the same bits; processors of different kinds do not, since kernels
/// and OpenBLAS add in orders of their own.
struct RankComputation: Codable, Equatable {
  /// The processor's name.
  let processor: String
  let kernels: KernelLevel
  let productPath: ProductPath
  /// The processor kernel that OpenBLAS picked.
  let blasCore: String
  /// The number of workers where none is given.
  let workers: Int
  /// Of the losses and parameters of a few training steps in Float and in Double, and of products of
  /// OpenBLAS's.
  let digest: String

  /// Computes it.
  static func current() throws -> RankComputation {
    let machine = Machine.current
    let steps =
      ProductPathCheck.outcome(Float.self, .chosen) + ProductPathCheck.outcome(Double.self, .chosen)
    let products = [product(Float.self), product(Double.self)]
    let numbers = (steps + products).flatMap { $0.elements.map(\.bitPattern) }
    return RankComputation(
      processor: machine.processor, kernels: .current, productPath: .chosen,
      blasCore: machine.blasCore, workers: BLASLibrary.threadCount,
      digest: try numbers.withUnsafeBytes { try SHA256.digest(of: Array($0)) })
  }

  private static func product<Scalar: BLASScalar>(_: Scalar.Type) -> Tensor<Double> {
    var random = SeededRandom(seed: 0, purpose: "doctor")
    let a = Tensor<Scalar>.uniform([40, 300], using: &random)
    return Tensor<Double>(matmul(a, a, transposeB: true))
  }

  /// The ranks that compute the same bits, the largest group first.
  static func groups(of all: [RankComputation]) -> [[Int]] {
    Dictionary(grouping: all.indices) { all[$0].digest }.values
      .sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  /// Why ranks cannot share a computation that has to have the same bits everywhere; nil if they can.
  static func difference(between all: [RankComputation]) -> String? {
    let groups = groups(of: all)
    if groups.count <= 1 { return nil }
    let parts = groups.map { ranks in
      let first = all[ranks[0]]
      let path =
        first.productPath == .kernels ? "kernels \(first.kernels.rawValue)" : "products by OpenBLAS"
      return "\(rangesText(ranks)) (\(first.processor), \(path), BLAS kernel \(first.blasCore))"
    }
    return
      "the ranks do not compute the same bits: ranks \(parts.joined(separator: " differ from "))"
  }
}
