import Foundation
import PerceptronLinearAlgebra

/// Where a rank runs.
public struct RankPlace: Codable, Equatable, Sendable {
  /// The number of the rank.
  public let rank: Int
  /// The name of its host.
  public let host: String
  /// The lowest rank on the same host: equal for the ranks of one host, whatever names hosts have.
  public let leader: Int
  /// The processors that it may run on, in ascending order; empty where the system does not say.
  public let processors: [Int]
  /// The number of processors of the host, used or not.
  public let processorCount: Int

  /// A rank on a host.
  public init(rank: Int, host: String, leader: Int, processors: [Int], processorCount: Int) {
    self.rank = rank
    self.host = host
    self.leader = leader
    self.processors = processors
    self.processorCount = processorCount
  }
}

/// The places of all ranks, in their order.
public struct RankPlaces: Codable, Equatable, Sendable {
  /// The place of each rank.
  public let all: [RankPlace]

  /// The places of all ranks, in their order.
  public init(_ all: [RankPlace]) { self.all = all }

  /// The ranks of each host, in the order of their lowest.
  public var hosts: [[Int]] {
    Dictionary(grouping: all.map(\.rank)) { all[$0].leader }.sorted { $0.key < $1.key }
      .map { $0.value.sorted() }
  }

  /// Such as `rank 2 on host h2`.
  public func name(of rank: Int) -> String {
    all.indices.contains(rank) ? "rank \(rank) on host \(all[rank].host)" : "rank \(rank)"
  }

  /// The processors that a rank can count on: one that several ranks may run on is divided between them.
  func share(of rank: Int) -> Double {
    let own = all[rank]
    let neighbors = all.filter { $0.leader == own.leader }
    if own.processors.isEmpty { return Double(own.processorCount) / Double(neighbors.count) }
    let sets = neighbors.map { Set($0.processors) }
    return own.processors.reduce(0) { sum, processor in
      sum + 1 / Double(sets.count { $0.contains(processor) })
    }
  }

  /// The number of workers that suits a rank: the whole processors of its share, at least 1.
  public func workers(of rank: Int) -> Int {
    // The sum of three thirds may be a little less than 1.
    max(1, Int(share(of: rank) + 1e-6))
  }

  /// What is wrong with where the ranks run, in sentences that say what to do; empty if nothing is.
  public var advice: [String] {
    hosts.flatMap { ranks -> [String] in
      let first = all[ranks[0]]
      let name = "host \(first.host)"
      let used = Set(ranks.flatMap { all[$0].processors })
      if ranks.contains(where: { share(of: $0) < 0.999 }) {
        let room = used.isEmpty ? first.processorCount : used.count
        return [
          "\(name): \(ranks.count) ranks share \(room) of \(first.processorCount) processors, so that "
            + "they wait for each other; start at most one rank for each processor, and with "
            + "mpirun --bind-to none unless each has its own"
        ]
      }
      if used.isEmpty || used.count >= first.processorCount { return [] }
      return [
        "\(name): its ranks may run on \(used.count) of \(first.processorCount) processors; mpirun "
          + "--bind-to none lets them use all, --map-by slot:PE=N gives each N"
      ]
    }
  }

  /// What is wrong with the numbers of workers of all ranks, where each has processors enough; empty if nothing is.
  public func advice(workers: [Int]) -> [String] {
    hosts.compactMap { ranks in
      let (used, count) = (
        Set(ranks.flatMap { all[$0].processors }), ranks.reduce(0) { $0 + workers[$1] }
      )
      if used.isEmpty || ranks.count > used.count || count <= used.count { return nil }
      return
        "host \(all[ranks[0]].host): the ranks have \(count) workers on \(used.count) processors, so that "
        + "they wait for each other; without OPENBLAS_NUM_THREADS and OMP_NUM_THREADS, processors are divided "
        + "among the ranks"
    }
  }
}
