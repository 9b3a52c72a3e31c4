internal import CPerceptronRanks
import PerceptronLinearAlgebra

/// The messages of a process's mailbox that are under way. One thread at a time uses it.
final class MPIMail {
  /// Parts are small enough that several ranks' messages come in beside each other.
  private static var part: Int { 1 << 20 }

  /// Memory that outlives the messages in it.
  private final class Parcel {
    let bytes: UnsafeMutableRawBufferPointer
    var messages: MPIMessages?

    init(count: Int) { bytes = .allocate(byteCount: max(count, 1), alignment: 8) }

    deinit {
      messages = nil
      bytes.deallocate()
    }
  }

  private var outgoing: [Parcel] = []
  private var incoming: (rank: Int, count: Int, parcel: Parcel)?
  /// The parts of messages that have not come to their end, by their ranks.
  private var begun: [Int: [UInt8]] = [:]

  /// Sends bytes to a rank and returns at once.
  func send(_ bytes: [UInt8], to rank: Int) throws(MPIFailure) {
    try sweep()
    let parcel = Parcel(count: bytes.count)
    parcel.bytes.copyBytes(from: bytes)
    guard let base = parcel.bytes.baseAddress else { return }
    let messages = try MPIMessages(
      RANKS_MAIL, sends: [.init(rank, base, count: bytes.count)], receives: [],
      cut: .ended(Self.part))
    parcel.messages = messages
    try messages.start()
    outgoing.append(parcel)
    try sweep()
  }

  /// The next message that has arrived to its end.
  func receive() throws(MPIFailure) -> (rank: Int, bytes: [UInt8])? {
    try sweep()
    while true {
      if incoming == nil, try !beginPart() { return nil }
      guard let (rank, count, parcel) = incoming, let messages = parcel.messages,
        try messages.isDone()
      else { return nil }
      incoming = nil
      begun[rank, default: []] += parcel.bytes[..<count]
      if count < Self.part { return begun.removeValue(forKey: rank).map { (rank, $0) } }
    }
  }

  /// Starts to receive a part that has come, if one has.
  private func beginPart() throws(MPIFailure) -> Bool {
    var (found, rank, count) = (false, Int32(0), 0)
    let code = mpi.withLock { _ in ranks_probe(RANKS_MAIL, &found, &rank, &count) }
    if code != 0 { throw MPIFailure(code, rank: nil) }
    if !found { return false }
    let parcel = Parcel(count: count)
    guard let base = parcel.bytes.baseAddress else { return false }
    let messages = try MPIMessages(
      RANKS_MAIL, sends: [], receives: [.init(Int(rank), base, count: count)], cut: .whole)
    parcel.messages = messages
    incoming = (Int(rank), count, parcel)
    try messages.start()
    return true
  }

  /// Waits until all that was sent has gone.
  func drain() throws(MPIFailure) {
    for parcel in outgoing { try parcel.messages?.wait() }
    outgoing = []
  }

  /// Drops what has gone.
  private func sweep() throws(MPIFailure) {
    var index = 0
    while index < outgoing.count {
      if try outgoing[index].messages?.isDone() ?? true {
        outgoing.remove(at: index)
      } else {
        index += 1
      }
    }
  }
}
