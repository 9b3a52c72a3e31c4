import Foundation
import Perceptron
import PerceptronCommandSupport

/// A comparison of messages between all ranks with what was sent.
struct MessageCheck: Codable {
  /// The messages that all ranks received.
  private(set) var count = 0
  /// Those that had other bytes, or came out of their order.
  private(set) var wrong = 0
  var passed: Bool { wrong == 0 }

  /// The bytes of messages: around those that libraries treat differently, and several parts of a letter.
  private static var sizes: [Int] { [1, 8, 4097, 65_537, (5 << 19) + 3, 1 << 20] }

  /// Exchanges messages of several sizes between all ranks, two of each pair at once, again and again for
  /// some seconds; then letters of the same sizes.
  init(_ ranks: MPICommunicator, seconds: Double) throws {
    let end = ContinuousClock.now.advanced(by: .milliseconds(Int(seconds * 1000)))
    let pattern = MessagePattern(length: Self.sizes.max() ?? 0)
    try exchange(ranks, pattern) { ContinuousClock.now < end }
    try mail(ranks, pattern)
    let all = try ranks.allGather([count, wrong])
    count = all.reduce(0) { $0 + $1[0] }
    wrong = all.reduce(0) { $0 + $1[1] }
  }

  private mutating func exchange(
    _ ranks: MPICommunicator, _ pattern: MessagePattern, while goesOn: () -> Bool
  ) throws {
    let others = (0..<ranks.size).filter { $0 != ranks.rank }
    let buffers = Self.sizes.map { size in
      (0..<4 * ranks.size).map { _ in MessageBuffer(count: size) }
    }
    let exchanges = buffers.map { buffers in
      Exchange(
        sends: others.flatMap { other in (0..<2).map { buffers[4 * other + $0].message(to: other) }
        },
        receives: others.flatMap { other in
          (2..<4).map { buffers[4 * other + $0].message(to: other) }
        })
    }
    let decision = MessageBuffer(count: 1)
    let decide =
      ranks.rank == 0
      ? Exchange(sends: others.map { decision.message(to: $0) }, receives: [])
      : Exchange(sends: [], receives: [decision.message(to: 0)])
    var round = 0
    repeat {
      for (exchange, buffers) in zip(exchanges, buffers) {
        for other in others {
          for k in 0..<2 {
            buffers[4 * other + k].copy(pattern.bytes(ranks.rank, other, 2 * round + k))
            buffers[4 * other + 2 + k].bytes.initializeMemory(as: UInt8.self, repeating: 0)
          }
        }
        try ranks.perform(exchange)
        for other in others {
          for k in 0..<2 {
            count += 1
            let expected = pattern.bytes(other, ranks.rank, 2 * round + k)
            if !buffers[4 * other + 2 + k].begins(expected) { wrong += 1 }
          }
        }
      }
      round += 1
      if ranks.rank == 0 { decision.bytes[0] = goesOn() || round < 2 ? 1 : 0 }
      try ranks.perform(decide)
    } while decision.bytes[0] == 1
  }

  private mutating func mail(_ ranks: MPICommunicator, _ pattern: MessagePattern) throws {
    let sizes = [0] + Self.sizes
    for other in 0..<ranks.size {
      for (index, size) in sizes.enumerated() {
        try ranks.send(Array(pattern.bytes(ranks.rank, other, index).prefix(size)), to: other)
      }
    }
    var received = Array(repeating: 0, count: ranks.size)
    var pause = Pause()
    while received.contains(where: { $0 < sizes.count }) {
      guard let letter = try ranks.receive() else {
        pause.wait()
        continue
      }
      pause = Pause()
      let index = received[letter.rank]
      received[letter.rank] += 1
      count += 1
      let expected = pattern.bytes(letter.rank, ranks.rank, index).prefix(sizes[index])
      if letter.bytes != Array(expected) { wrong += 1 }
    }
  }

  var summary: String {
    passed ? "right: \(count) between all ranks" : "WRONG: \(wrong) of \(count) between all ranks"
  }
}

/// The times of messages from rank 0 to another.
struct LinkSpeed: Codable {
  /// The other rank.
  let rank: Int
  let host: String
  /// Half the median time of a message of 8 bytes there and one back.
  let latencySeconds: Double
  /// Of messages of 1 MiB and of 16 MiB, until their answers are there; median.
  let bytesPerSecond: [Double]

  private static var sizes: [Int] { [1 << 20, 16 << 20] }

  /// Measures a link; nil on other ranks than rank 0. Collective for the two.
  init?(_ ranks: MPICommunicator, to other: Int) throws {
    guard ranks.rank == 0 || ranks.rank == other else { return nil }
    let peer = ranks.rank == 0 ? other : 0
    let short = try Self.roundTrips(ranks, with: peer, bytes: 8)
    let long = try Self.sizes.map { try Self.roundTrips(ranks, with: peer, bytes: $0) }
    if ranks.rank != 0 { return nil }
    rank = other
    host = ranks.places.all[other].host
    latencySeconds = (median(short) ?? .nan) / 2
    bytesPerSecond = zip(Self.sizes, long).map { Double($0) / (median($1) ?? .nan) }
  }

  /// The times from a message of rank 0's to its answer of 8 bytes; empty on the other rank.
  private static func roundTrips(
    _ ranks: MPICommunicator, with peer: Int, bytes: Int
  ) throws -> [Double] {
    let (there, back) = (MessageBuffer(count: bytes), MessageBuffer(count: 8))
    defer { withExtendedLifetime((there, back)) {} }
    let outward = [there.message(to: peer)]
    let inward = [back.message(to: peer)]
    let clock = ContinuousClock()
    var times: [Double] = []
    if ranks.rank != 0 {
      let (receive, answer) = (
        Exchange(sends: [], receives: outward), Exchange(sends: inward, receives: [])
      )
      repeat {
        try ranks.perform(receive)
        try ranks.perform(answer)
      } while there.bytes[0] == 1
      return []
    }
    let (send, receive) = (
      Exchange(sends: outward, receives: []), Exchange(sends: [], receives: inward)
    )
    let end = clock.now.advanced(by: .milliseconds(300))
    repeat {
      // Whether another follows. The first ones pay for the connection.
      there.bytes[0] = times.count < 5 || (times.count < 2000 && clock.now < end) ? 1 : 0
      times.append(
        try clock.measure {
          try ranks.perform(send)
          try ranks.perform(receive)
        }.seconds)
    } while there.bytes[0] == 1
    return Array(times.dropFirst(2))
  }
}

/// Memory for messages.
private final class MessageBuffer {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    bytes = .allocate(byteCount: count, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }

  func message(to rank: Int) -> Exchange.Message {
    guard let base = bytes.baseAddress else { preconditionFailure("a message without memory") }
    return .init(rank, base, count: bytes.count)
  }

  /// Fills the memory with the beginning of some bytes.
  func copy(_ source: ArraySlice<UInt8>) {
    source.withUnsafeBytes {
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<bytes.count]))
    }
  }

  /// Whether the memory is the beginning of some bytes.
  func begins(_ expected: ArraySlice<UInt8>) -> Bool {
    expected.withUnsafeBytes { expected in
      guard let own = bytes.baseAddress, let other = expected.baseAddress else { return false }
      return expected.count >= bytes.count && memcmp(own, other, bytes.count) == 0
    }
  }
}

/// What messages consist of: bytes that repeat after a prime number, from a beginning that differs between
/// messages.
private struct MessagePattern {
  private static var period: Int { 4093 }
  private let bytes: [UInt8]

  init(length: Int) {
    var random = SeededRandom(seed: 0, purpose: "messages")
    let once = (0..<Self.period).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes = Array(repeatElement(once, count: length / Self.period + 2).joined())
  }

  /// The bytes of the so-manyth message of a rank to another.
  func bytes(_ sender: Int, _ receiver: Int, _ message: Int) -> ArraySlice<UInt8> {
    let number = (sender * 31 + receiver) * 17 + message * 101
    return bytes[(number % Self.period)...]
  }
}
