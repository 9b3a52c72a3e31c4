import PerceptronDistribution
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite(.mayHang)
struct MailboxTests {
  @Test(
    "Letters of one rank to another arrive in their order, those to oneself too",
    arguments: [1, 2, 5])
  func order(size: Int) throws {
    let received = try ThreadCommunicator.run(size) { own -> [[[UInt8]]] in
      for number in 0..<20 {
        for other in 0..<size {
          try own.send(Array(repeating: UInt8(number), count: number * own.rank), to: other)
        }
      }
      var letters = Array(repeating: [[UInt8]](), count: size)
      while letters.contains(where: { $0.count < 20 }) {
        if let letter = try own.receive() { letters[letter.rank].append(letter.bytes) }
      }
      // Nobody leaves before all have sent.
      try own.barrier()
      return letters
    }
    let sent = (0..<size).map { sender in
      (0..<20).map { Array(repeating: UInt8($0), count: $0 * sender) }
    }
    #expect(received == Array(repeating: sent, count: size))
  }

  @Test("A letter to a rank that has left is refused")
  func leaving() throws {
    let ranks = ThreadCommunicator.group(of: 2)
    try ranks[0].send([1], to: 1)
    ranks[1].leave()
    #expect(throws: RankLost.self) { try ranks[0].send([2], to: 1) }
    #expect(try ranks[0].receive() == nil)
  }

  @Test("A rank that ends with an error is lost to those who wait for letters, after its last")
  func loss() throws {
    struct Broken: Error {}
    let received = Locked([String]())
    #expect(throws: Broken.self) {
      try ThreadCommunicator.run(2) { own in
        if own.rank == 1 {
          try own.send([7], to: 0)
          throw Broken()
        }
        do {
          while true {
            if let letter = try own.receive() { received.withLock { $0.append("\(letter.bytes)") } }
          }
        } catch let error as RankLost {
          received.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(received.withLock { $0 } == ["[7]", "rank 1 is lost: its thread has ended"])
  }
}
