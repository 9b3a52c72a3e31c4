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
