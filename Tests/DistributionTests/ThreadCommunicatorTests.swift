import PerceptronDistribution
import Testing

struct ThreadCommunicatorTests {
  @Test("Every rank receives what the others sent it, round after round", arguments: [1, 2, 3, 5])
  func exchange(size: Int) throws {
    let sums = try ThreadCommunicator.run(size) { own in
      let sent = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      let received = UnsafeMutablePointer<Int>.allocate(capacity: size)
      defer {
        sent.deallocate()
        received.deallocate()
      }
      received.initialize(repeating: 0, count: size)
      let others = (0..<size).filter { $0 != own.rank }
      let exchange = Exchange(
        sends: others.map { .init($0, sent, count: 8) },
        receives: others.map { .init($0, received + $0, count: 8) })
      var sum = 0
      for round in 0..<100 {
        sent.initialize(to: round * 10 + own.rank)
        try own.perform(exchange)
        for other in others {
          sum += received[other] == round * 10 + other ? 1 : -1000
        }
      }
      return sum
    }
    #expect(sums == Array(repeating: 100 * (size - 1), count: size))
  }

  @Test("A rank that ends early is named to those that wait for it")
  func leaving() throws {
    let outcomes = try ThreadCommunicator.run(3) { own -> RankLost? in
      if own.rank == 1 { return nil }
      let byte = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
      defer { byte.deallocate() }
      do {
        try own.perform(Exchange(sends: [], receives: [.init(1, byte, count: 1)]))
        return nil
      } catch let error as RankLost { return error }
    }
    #expect(outcomes.map { $0?.rank } == [1, nil, 1])
  }

  @Test("What a rank sends in an exchange that fails is not delivered")
  func withdrawal() throws {
    let ranks = ThreadCommunicator.group(of: 3)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 2, alignment: 1)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: 2)
    ranks[1].leave()
    #expect(throws: RankLost(rank: 1, reason: "its thread has ended")) {
      try ranks[0].perform(
        Exchange(sends: [.init(2, bytes, count: 1)], receives: [.init(1, bytes + 1, count: 1)]))
    }
    ranks[0].leave()
    #expect(throws: RankLost(rank: 0, reason: "its thread has ended")) {
      try ranks[2].perform(Exchange(sends: [], receives: [.init(0, bytes + 1, count: 1)]))
    }
  }

  @Test("The loss of an unknown rank names none")
  func unknownRank() {
    #expect(RankLost(rank: nil, reason: "no route").description == "another rank is lost: no route")
  }

  @Test("The error of a rank is thrown, not the loss that it caused")
  func failing() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try ThreadCommunicator.run(2) { own in
        if own.rank == 1 { throw Broken() }
        let byte = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
        defer { byte.deallocate() }
        try own.perform(Exchange(sends: [], receives: [.init(1, byte, count: 1)]))
      }
    }
  }
}
