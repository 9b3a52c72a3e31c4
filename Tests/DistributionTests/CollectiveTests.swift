import PerceptronDistribution
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite(.mayHang)
struct CollectiveTests {
  @Test("Every rank gathers the bytes of all, of any lengths", arguments: [1, 2, 3, 5])
  func gathering(size: Int) throws {
    let bytes = (0..<size).map { Array(repeating: UInt8($0), count: 1000 * ($0 % 3)) }
    let gathered = try ThreadCommunicator.run(size) { own in try own.allGather(bytes[own.rank]) }
    #expect(gathered == Array(repeating: bytes, count: size))
  }

  @Test("Every rank gathers the values of all, infinite ones and NaN too")
  func gatheringValues() throws {
    let values = [1.5, .infinity, .nan]
    let gathered = try ThreadCommunicator.run(3) { own in try own.allGather(values[own.rank]) }
    for all in gathered { #expect(all.map(\.description) == values.map(\.description)) }
  }

  @Test("Every rank has the bytes and the value of rank 0", arguments: [1, 2, 3, 5])
  func broadcasts(size: Int) throws {
    let received = try ThreadCommunicator.run(size) { own in
      (try own.broadcast([UInt8(own.rank + 7), 1]), try own.broadcast("rank \(own.rank)"))
    }
    #expect(received.map(\.0) == Array(repeating: [7, 1], count: size))
    #expect(received.map(\.1) == Array(repeating: "rank 0", count: size))
  }

  @Test("No rank leaves a barrier before all have come", arguments: [1, 2, 3, 5])
  func barrier(size: Int) throws {
    let arrived = Locked(0)
    let seen = try ThreadCommunicator.run(size) { own in
      try (1...20).map { round in
        arrived.withLock { $0 += 1 }
        try own.barrier()
        defer { try? own.barrier() }
        return arrived.withLock { $0 }
      }
    }
    #expect(seen == Array(repeating: (1...20).map { $0 * size }, count: size))
  }
}
