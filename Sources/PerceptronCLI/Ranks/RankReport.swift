import Foundation
import Perceptron
import PerceptronCommandSupport

/// What `doctor --mpi` finds.
struct RankReport: Encodable {
  let library: String
  let ranks: [Rank]
  let messages: MessageCheck
  /// From rank 0 to the first rank of each other host, and to its first neighbor on its own.
  let links: [LinkSpeed]
  /// Why the ranks do not compute the same bits; nil if they do.
  let difference: String?
  /// What to do about where the ranks run.
  let advice: [String]
  var passed: Bool { messages.passed && difference == nil }

  struct Rank: Encodable {
    let place: RankPlace
    let computation: RankComputation
  }

  /// Examines all ranks; nil but on rank 0. Collective.
  static func examine(_ ranks: MPICommunicator, seconds: Double) throws -> RankReport? {
    let messages = try MessageCheck(ranks, seconds: seconds)
    var links: [LinkSpeed] = []
    for other in partners(in: ranks.places) {
      if let link = try LinkSpeed(ranks, to: other) { links.append(link) }
      // The others are silent meanwhile.
      try ranks.barrier()
    }
    let computations = try ranks.allGather(try RankComputation.current())
    if ranks.rank != 0 { return nil }
    return RankReport(
      library: MPICommunicator.library,
      ranks: zip(ranks.places.all, computations).map { Rank(place: $0, computation: $1) },
      messages: messages, links: links,
      difference: RankComputation.difference(between: computations),
      advice: ranks.places.advice + ranks.places.advice(workers: computations.map(\.workers)))
  }

  /// The ranks to which rank 0's links are measured.
  private static func partners(in places: RankPlaces) -> [Int] {
    places.hosts.compactMap { $0.first { $0 != 0 } }
  }

  var text: String {
    let hosts = Set(ranks.map(\.place.leader)).count
    var lines = [
      "MPI           \(library)",
      "ranks         \(ranks.count) on \(counted(hosts, "host"))"
        + (ranks.count > 1 ? "" : ": start several with mpirun -np R perceptron doctor --mpi"),
    ]
    if ranks.count > 1 {
      lines += [
        "messages      \(messages.summary)",
        "bits          \(difference.map { "DIFFERENT: " + $0 } ?? "the same on all ranks")",
      ]
    }
    lines += ["", rankTable]
    if !links.isEmpty { lines += ["", linkTable] }
    if !advice.isEmpty { lines += [""] + advice.map { "warning: " + $0 } }
    return lines.joined(separator: "\n")
  }

  private var rankTable: String {
    var table = TextTable([
      .figures("rank"), .words("host"), .words("processors"), .figures("workers"),
      .words("kernels"), .words("BLAS kernel"), .words("digest"), .words("processor", rank: 1),
    ])
    for rank in ranks {
      let (place, own) = (rank.place, rank.computation)
      table.add([
        "\(place.rank)", place.host,
        (place.processors.isEmpty ? "" : rangesText(place.processors) + " ")
          + "of \(place.processorCount)",
        "\(own.workers)", own.productPath == .kernels ? own.kernels.rawValue : "OpenBLAS",
        own.blasCore, String(own.digest.prefix(8)), own.processor,
      ])
    }
    return table.text(columns: Console.tableColumns)
  }

  private var linkTable: String {
    var table = TextTable([
      .words("from rank 0 to"), .figures("latency"), .figures("1 MiB"), .figures("16 MiB"),
    ])
    for link in links {
      table.add(
        ["rank \(link.rank) on \(link.host)", readableTime(link.latencySeconds)]
          + link.bytesPerSecond.map { "\(decimal($0 / 1e9, 2)) GB/s" })
    }
    return table.text
  }
}
