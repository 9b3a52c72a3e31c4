import Testing

@testable import PerceptronDistribution

struct RankPlaceTests {
  /// Ranks by their hosts' leaders and processors, each host of `count`.
  private func places(_ ranks: [(leader: Int, processors: [Int])], of count: Int = 8) -> RankPlaces
  {
    RankPlaces(
      ranks.enumerated().map { rank, place in
        RankPlace(
          rank: rank, host: "h\(place.leader)", leader: place.leader, processors: place.processors,
          processorCount: count)
      })
  }

  @Test("A processor that several ranks may run on is divided between them")
  func workers() {
    let all = Array(0..<8)
    func workers(_ ranks: [(leader: Int, processors: [Int])]) -> [Int] {
      ranks.indices.map { places(ranks).workers(of: $0) }
    }
    #expect(workers([(0, all)]) == [8])
    #expect(workers([(0, all), (0, all)]) == [4, 4])
    #expect(workers([(0, all), (0, all), (0, all)]) == [2, 2, 2])
    // On hosts of their own.
    #expect(workers([(0, all), (1, all)]) == [8, 8])
    // Bound to cores of their own.
    #expect(workers([(0, [0]), (0, [1])]) == [1, 1])
    #expect(workers([(0, [0, 1, 2]), (0, [3, 4, 5, 6, 7])]) == [3, 5])
    // Bound in part to the same.
    #expect(workers([(0, [0, 1]), (0, [1, 2, 3])]) == [1, 2])
    #expect(workers([(0, [0]), (0, [0]), (0, [0])]) == [1, 1, 1])
    // Where the system does not say.
    #expect(workers([(0, []), (0, []), (2, [])]) == [4, 4, 8])
    // Three thirds of a processor.
    #expect(workers([(0, [0, 1, 2]), (0, [0, 1, 2]), (0, [0, 1, 2])]) == [1, 1, 1])
  }

  @Test("Ranks are grouped by host, whatever the hosts are called")
  func hosts() {
    let all = places([(0, [0]), (1, [0]), (0, [1]), (3, [0]), (1, [1])])
    #expect(all.hosts == [[0, 2], [1, 4], [3]])
    #expect(all.name(of: 4) == "rank 4 on host h1")
    #expect(all.name(of: 9) == "rank 9")
  }

  @Test("Ranks that share a processor are warned of, and processors that none may use")
  func advice() {
    let all = Array(0..<8)
    #expect(places([(0, all), (0, all)]).advice.isEmpty)
    #expect(places([(0, [0, 1, 2, 3]), (0, [4, 5, 6, 7]), (2, all)]).advice.isEmpty)
    let shared = places([(0, all), (1, [3]), (1, [3])]).advice
    #expect(shared.count == 1 && shared[0].hasPrefix("host h1: 2 ranks share 1 of 8 processors"))
    let workers = places([(0, all), (0, all)])
    #expect(workers.advice(workers: [4, 4]).isEmpty && workers.advice(workers: [1, 7]).isEmpty)
    #expect(workers.advice(workers: [8, 8]).first?.contains("16 workers on 8 processors") == true)
    let bound = places([(0, [0]), (0, [1])]).advice
    #expect(bound.count == 1 && bound[0].hasPrefix("host h0: its ranks may run on 2 of 8"))
  }
}
