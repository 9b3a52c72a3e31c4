import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// What a command does as one of several ranks.
enum RankSession {
  /// Calls `body` as each rank, and ends with the others.
  ///
  /// An error of a rank that is one of several is printed with its number and ends all of them: the others
  /// may wait for it. What all ranks decide alike is no error: `body` returns it. Rank 0 alone is interrupted
  /// by signals: the others go on until it tells them.
  ///
  /// - Parameter isQuiet: whether rank 0 does not print how many ranks there are.
  static func run<Result>(
    _ ranks: MPICommunicator, isQuiet: Bool = true, _ body: (MPICommunicator) throws -> Result
  ) throws -> Result {
    if ranks.rank == 0 && !isQuiet {
      let hosts = counted(ranks.places.hosts.count, "host")
      Console.error("\(counted(ranks.size, "rank")) on \(hosts)")
    }
    do {
      let result = try ranks.rank == 0 ? body(ranks) : Interruption.deferred { try body(ranks) }
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
  static func report(_ error: any Error) -> Int32 {
    // mpirun's signal is no interruption.
    signal(SIGTERM, SIG_IGN)
    return PerceptronCommand.report(error)
  }
}

/// What a rank tells the others before they share work.
struct RankPart: Codable {
  let computation: RankComputation
  /// Why the rank cannot take part; nil if it can.
  let objection: String?

  init(objection: String? = nil) throws { self.init(try .current(), objection: objection) }

  init(_ computation: RankComputation, objection: String? = nil) {
    (self.computation, self.objection) = (computation, objection)
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
