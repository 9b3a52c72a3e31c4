import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// What a command does as one of several ranks.
enum RankSession {
  /// Calls `body` as each rank, and ends with the others.
  ///
  /// An error of a rank that is one of several is printed with its number and ends all of them: the others
  /// may wait for it. What all ranks decide alike is no error: `body` returns it.
  static func run<Result>(
    _ ranks: MPICommunicator, _ body: (MPICommunicator) throws -> Result
  ) throws -> Result {
    do {
      let result = try body(ranks)
      try ranks.finish()
      return result
    } catch {
      if ranks.size == 1 { throw error }
      let status = (error as? ExitCode)?.rawValue
      if status == nil { Console.error("Error: rank \(ranks.rank): \(error)") }
      ranks.abort(status: status ?? 1)
    }
  }

  /// Prints an error as the command would where it ends: mpirun may end this rank before, as soon as
  /// another has ended with a status other than 0.
  ///
  /// - Returns: the status with which all ranks end.
  static func report(_ error: any Error, of command: any ParsableCommand.Type) -> Int32 {
    let message = command.fullMessage(for: error)
    if !message.isEmpty { Console.error(message) }
    return command.exitCode(for: error).rawValue
  }
}

/// Some ranks cannot take part.
struct RankRefusal: Error, Equatable, CustomStringConvertible {
  /// The ranks with one reason, in their order.
  private(set) var reasons: [(ranks: [Int], reason: String)] = []

  /// Nil if no rank objects.
  ///
  /// - Parameter objections: of all ranks in their order.
  init?(_ objections: [String?]) {
    for (rank, objection) in objections.enumerated() {
      guard let objection else { continue }
      if let index = reasons.firstIndex(where: { $0.reason == objection }) {
        reasons[index].ranks.append(rank)
      } else {
        reasons.append(([rank], objection))
      }
    }
    if reasons.isEmpty { return nil }
  }

  /// What no rank can change by itself.
  init(all reason: String) { reasons = [([], reason)] }

  static func == (left: RankRefusal, right: RankRefusal) -> Bool {
    left.description == right.description
  }

  /// A line for each reason, such as `ranks 1–3: data.csv differs from the data that the study began with`.
  var description: String {
    reasons.map {
      if $0.ranks.isEmpty { return $0.reason }
      return "\($0.ranks.count == 1 ? "rank" : "ranks") \(rangesText($0.ranks)): \($0.reason)"
    }
    .joined(separator: "\n")
  }
}

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

/// Ascending numbers in words, such as `0–2, 5`.
func rangesText(_ numbers: [Int]) -> String {
  var ranges: [ClosedRange<Int>] = []
  for number in numbers {
    if let last = ranges.last, last.upperBound + 1 == number {
      ranges[ranges.count - 1] = last.lowerBound...number
    } else {
      ranges.append(number...number)
    }
  }
  return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
    .joined(separator: ", ")
}
