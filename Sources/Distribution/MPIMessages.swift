internal import CPerceptronRanks
import PerceptronLinearAlgebra

/// MPI's functions, which one thread at a time may call.
let mpi = Locked(())

/// Messages of MPI's that are started together, any number of times.
final class MPIMessages {
  private let messages: OpaquePointer

  /// How messages travel.
  enum Cut {
    /// In as few parts as MPI allows.
    case largest
    /// As they are.
    case whole
    /// In parts of so many bytes, of which the last is not full, be it empty: so that who does not know a
    /// message's length sees its end.
    case ended(Int)

    /// The parts of a message of some bytes, in their order.
    func parts(of count: Int) -> [Range<Int>] {
      let (end, part) =
        switch self {
        case .largest: (count, RANKS_LARGEST_PART)
        case .whole: (count + 1, count + 1)
        case .ended(let part): (count + 1, part)
        }
      return stride(from: 0, to: end, by: part).map { $0..<min($0 + part, count) }
    }
  }

  /// Messages of a channel.
  init(
    _ channel: ranks_channel, sends: [Exchange.Message], receives: [Exchange.Message],
    cut: Cut = .largest
  ) throws(MPIFailure) {
    let count = (sends + receives).reduce(0) { $0 + cut.parts(of: $1.count).count }
    messages = ranks_messages_make(count)
    // Receives first, so that what comes has a place.
    for (all, isSent) in [(receives, false), (sends, true)] {
      for message in all {
        for range in cut.parts(of: message.count) {
          let code = mpi.withLock { _ in
            ranks_messages_add(
              messages, channel, isSent, Int32(message.rank), message.base + range.lowerBound,
              range.count)
          }
          if code != 0 { throw MPIFailure(code, rank: message.rank) }
        }
      }
    }
  }

  deinit { mpi.withLock { _ in ranks_messages_free(messages) } }

  /// Starts all messages.
  func start() throws(MPIFailure) {
    let code = mpi.withLock { _ in ranks_messages_start(messages) }
    if code != 0 { throw MPIFailure(code, rank: nil) }
  }

  /// Whether all messages are done.
  func isDone() throws(MPIFailure) -> Bool {
    var (isDone, rank) = (false, Int32(-1))
    let code = mpi.withLock { _ in ranks_messages_test(messages, &isDone, &rank) }
    if code != 0 { throw MPIFailure(code, rank: rank < 0 ? nil : Int(rank)) }
    return isDone
  }

  /// Waits until all messages are done.
  func wait() throws(MPIFailure) {
    var pause = Pause()
    while try !isDone() { pause.wait() }
  }
}

/// A call of MPI's that failed.
struct MPIFailure: Error {
  let code: Int32
  /// The other rank, if it is known.
  let rank: Int?

  init(_ code: Int32, rank: Int?) { (self.code, self.rank) = (code, rank) }

  /// What MPI says of it.
  var reason: String {
    if code == RANKS_TOO_SHORT { return "it sent fewer bytes than were expected" }
    return mpiText { ranks_message(code, $0, $1) }
  }
}

/// A text that a function writes, without its end.
func mpiText(_ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard let base = buffer.baseAddress else { return "" }
    base.initialize(repeating: 0, count: buffer.count)
    write(base, buffer.count)
    return String(cString: base)
  }
}
