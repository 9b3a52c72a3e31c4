import Foundation

/// A communicator among threads of one process: what other ranks do by messages, done by copies. It tests
/// what is distributed where there is no MPI.
public final class ThreadCommunicator: Communicator, Mailbox {
  /// The number of this thread, from 0.
  public let rank: Int
  /// The number of threads.
  public var size: Int { room.size }
  private let room: MeetingRoom

  private init(_ rank: Int, _ room: MeetingRoom) {
    self.rank = rank
    self.room = room
  }

  /// The communicators of `size` threads, one for each.
  public static func group(of size: Int) -> [ThreadCommunicator] {
    let room = MeetingRoom(size)
    return (0..<size).map { ThreadCommunicator($0, room) }
  }

  /// Runs a function as each of `size` ranks, each in a thread of its own, and returns their results in
  /// the order of the ranks.
  ///
  /// - Throws: the error of the lowest rank that was not lost because of another's.
  public static func run<Result>(
    _ size: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Result
  ) throws -> [Result] {
    let results = Results<Result>(size)
    let threads = group(of: size).map { communicator in
      let thread = Thread {
        let outcome = Swift.Result { try body(communicator) }
        if case .failure = outcome { communicator.room.lose(communicator.rank) }
        communicator.leave()
        results.store(outcome, communicator.rank)
      }
      thread.stackSize = 8 << 20
      return thread
    }
    for thread in threads { thread.start() }
    return try results.wait()
  }

  /// Copies all messages of an exchange; see ``Communicator/perform(_:)``.
  public func perform(_ exchange: Exchange) throws { try room.perform(exchange, as: rank) }

  /// Sends bytes to a thread; see ``Mailbox/send(_:to:)``.
  public func send(_ bytes: [UInt8], to rank: Int) throws {
    try room.post(bytes, from: self.rank, to: rank)
  }

  /// The next message that has arrived; see ``Mailbox/receive()``.
  public func receive() throws -> (rank: Int, bytes: [UInt8])? { try room.collect(for: rank) }

  /// Leaves the group: others that wait for this rank throw ``RankLost``.
  public func leave() { room.leave(rank) }
}

/// Where the threads of a group hand each other their messages.
private final class MeetingRoom: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  /// The messages that each rank has offered and that were not taken, by the receiving rank.
  private var offers: [[[Exchange.Message]]]
  private var hasLeft: [Bool]
  /// The first rank that has left with an error.
  private var lost: Int?
  /// The letters to each rank that it has not received.
  private var letters: [[(rank: Int, bytes: [UInt8])]]

  init(_ size: Int) {
    self.size = size
    offers = Array(repeating: Array(repeating: [], count: size), count: size)
    hasLeft = Array(repeating: false, count: size)
    letters = Array(repeating: [], count: size)
  }

  func perform(_ exchange: Exchange, as rank: Int) throws {
    condition.lock()
    defer { condition.unlock() }
    do { try take(exchange, as: rank) } catch {
      // Its memory may be freed before others take it.
      for other in 0..<size { offers[rank][other] = [] }
      throw error
    }
  }

  /// Performs an exchange while the condition is locked.
  private func take(_ exchange: Exchange, as rank: Int) throws {
    for message in exchange.sends { offers[rank][message.rank].append(message) }
    condition.broadcast()
    for message in exchange.receives {
      while offers[message.rank][rank].isEmpty {
        if hasLeft[message.rank] { throw loss(message.rank) }
        condition.wait()
      }
      let offer = offers[message.rank][rank].removeFirst()
      precondition(
        offer.count == message.count,
        "Exchange: rank \(message.rank) sends \(offer.count) bytes, rank \(rank) expects \(message.count)"
      )
      message.base.copyMemory(from: offer.base, byteCount: offer.count)
      condition.broadcast()
    }
    // What was sent may change once all have taken it.
    while let waiting = exchange.sends.first(where: { !offers[rank][$0.rank].isEmpty }) {
      if hasLeft[waiting.rank] { throw loss(waiting.rank) }
      condition.wait()
    }
  }

  func post(_ bytes: [UInt8], from sender: Int, to rank: Int) throws {
    condition.lock()
    defer { condition.unlock() }
    if hasLeft[rank] { throw loss(rank) }
    letters[rank].append((sender, bytes))
  }

  func collect(for rank: Int) throws -> (rank: Int, bytes: [UInt8])? {
    condition.lock()
    defer { condition.unlock() }
    if !letters[rank].isEmpty { return letters[rank].removeFirst() }
    if let lost { throw loss(lost) }
    return nil
  }

  func lose(_ rank: Int) {
    condition.lock()
    lost = lost ?? rank
    condition.unlock()
  }

  func leave(_ rank: Int) {
    condition.lock()
    hasLeft[rank] = true
    condition.broadcast()
    condition.unlock()
  }

  private func loss(_ rank: Int) -> RankLost {
    RankLost(rank: rank, reason: "its thread has ended")
  }
}

/// The results of a group's threads.
private final class Results<Value>: @unchecked Sendable {
  private let condition = NSCondition()
  private var all: [Result<Value, any Error>?]

  init(_ size: Int) { all = Array(repeating: nil, count: size) }

  func store(_ result: Result<Value, any Error>, _ rank: Int) {
    condition.lock()
    all[rank] = result
    condition.signal()
    condition.unlock()
  }

  func wait() throws -> [Value] {
    condition.lock()
    defer { condition.unlock() }
    while all.contains(where: { $0 == nil }) { condition.wait() }
    let results = all.compactMap { $0 }
    let errors = results.compactMap { result -> (any Error)? in
      if case .failure(let error) = result { return error }
      return nil
    }
    if let error = errors.first(where: { !($0 is RankLost) }) ?? errors.first { throw error }
    return try results.map { try $0.get() }
  }
}
