internal import CPerceptronRanks
import Foundation
import PerceptronLinearAlgebra

/// Ends a process that waits for others too long.
final class Watchdog: @unchecked Sendable {
  private let condition = NSCondition()
  private var isOver = false

  /// Ends all ranks with a message unless ``end()`` is called within some seconds.
  init(seconds: Double, _ message: @escaping @Sendable (_ limit: Int) -> String) {
    let limit = Date(timeIntervalSinceNow: seconds)
    Thread { [self] in
      condition.lock()
      while !isOver && condition.wait(until: limit) {}
      let isLate = !isOver
      condition.unlock()
      if isLate { giveUp(message(Int(seconds))) }
    }.start()
  }

  /// What was waited for is there.
  func end() {
    condition.lock()
    isOver = true
    condition.signal()
    condition.unlock()
  }
}

/// Says why on standard error, and ends all ranks.
private func giveUp(_ reason: String) -> Never {
  FileHandle.standardError.write(Data("Perceptron: \(reason); all ranks end\n".utf8))
  ranks_abort(1)
}

/// A thread that tells some of the other ranks each second that this one lives, and ends all if it hears
/// nothing of one of them. Its calls also keep messages moving while this process computes.
///
/// MPI alone notices the death of a process, but where a link is cut or a host stands still it may wait
/// for minutes.
final class MPIPulse: @unchecked Sendable {
  private let size: Int
  private var patience = 0.0
  private var places = RankPlaces([])
  private var peers: [Peer]
  private let isStopping = Locked(false)
  private let condition = NSCondition()
  private var isOver = true

  private struct Peer {
    let rank: Int
    let beat: UnsafeMutableRawPointer
    let own: MPIMessages
    let theirs: MPIMessages
    var isSending = false
    /// The number of beats that were sent to it.
    var sent = 0
    /// The number of its beats that were received.
    var received = 0
    /// The seconds since its last beat, those in which this process did not run left out.
    var silence = 0.0
  }

  /// The ranks that a rank hears: rank 0 all, the others it and their neighbors in a ring.
  static func peers(of rank: Int, size: Int) -> [Int] {
    if rank == 0 { return Array(1..<max(size, 1)) }
    return Set([0, rank - 1, (rank + 1) % size]).subtracting([rank]).sorted()
  }

  init(rank: Int, size: Int) throws(MPIFailure) {
    self.size = size
    peers = []
    for other in Self.peers(of: rank, size: size) {
      let beat = UnsafeMutableRawPointer.allocate(byteCount: 2, alignment: 1)
      beat.initializeMemory(as: UInt8.self, repeating: 0, count: 2)
      peers.append(
        Peer(
          rank: other, beat: beat,
          own: try MPIMessages(RANKS_BEATS, sends: [.init(other, beat, count: 1)], receives: []),
          theirs: try MPIMessages(
            RANKS_BEATS, sends: [], receives: [.init(other, beat + 1, count: 1)])))
    }
  }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - patience: how many seconds a rank may stay silent.
  ///   - places: where the ranks run, for messages.
  func start(patience: Double, places: RankPlaces) {
    if peers.isEmpty { return }
    (self.patience, self.places) = (patience, places)
    isOver = false
    let thread = Thread { [self] in
      do throws(MPIFailure) { try watch() } catch {
        giveUp("\(name(error.rank)) is lost: \(error.reason)")
      }
      condition.lock()
      isOver = true
      condition.signal()
      condition.unlock()
    }
    thread.start()
  }

  /// Ends the thread; all ranks have agreed to end.
  func stop() {
    isStopping.withLock { $0 = true }
    condition.lock()
    while !isOver { condition.wait() }
    condition.unlock()
  }

  /// The number of beats that were sent to each rank.
  var sent: [Int] {
    var counts = Array(repeating: 0, count: size)
    for peer in peers { counts[peer.rank] = peer.sent }
    return counts
  }

  /// Receives what is on the way, and frees the memory of beats. All ranks have stopped.
  ///
  /// - Parameter counts: the number of beats that each rank has sent to this one.
  func finish(receiving counts: [Int]) throws(MPIFailure) {
    for index in peers.indices {
      while peers[index].received < counts[peers[index].rank] {
        try peers[index].theirs.wait()
        try receivedBeat(index)
      }
    }
    for peer in peers where peer.isSending { try peer.own.wait() }
    let beats = peers.map(\.beat)
    peers = []
    for beat in beats { beat.deallocate() }
  }

  /// Notes a beat, and waits for the next.
  private func receivedBeat(_ index: Int) throws(MPIFailure) {
    peers[index].received += 1
    peers[index].silence = 0
    try peers[index].theirs.start()
  }

  private func name(_ rank: Int?) -> String { rank.map { places.name(of: $0) } ?? "another rank" }

  private func watch() throws(MPIFailure) {
    for peer in peers { try peer.theirs.start() }
    var (last, lastBeat) = (nanoseconds(), Int.min)
    while !isStopping.withLock({ $0 }) {
      let now = nanoseconds()
      // Where all processes stood still, as on a machine that slept, nobody has been silent.
      let passed = min(Double(now - last) * 1e-9, 1)
      last = now
      let isDue = lastBeat < now - 1_000_000_000
      if isDue { lastBeat = now }
      for index in peers.indices {
        if peers[index].isSending { peers[index].isSending = try !peers[index].own.isDone() }
        if isDue && !peers[index].isSending {
          peers[index].isSending = true
          peers[index].sent += 1
          try peers[index].own.start()
        }
        peers[index].silence += passed
        while try peers[index].theirs.isDone() { try receivedBeat(index) }
        if peers[index].silence > patience {
          giveUp("\(name(peers[index].rank)) has not been heard from for \(Int(patience)) s")
        }
      }
      usleep(100_000)
    }
  }
}
