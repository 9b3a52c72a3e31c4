/// The processes that work on one task, called ranks and numbered from 0, as this one sees them.
///
/// An exchange is collective: all ranks make the same exchanges in the same order, each from one thread
/// at a time. Nothing is reduced on the way: who receives partial sums adds them up, in an order of its
/// own choice, so that results do not depend on a library's algorithms.
public protocol Communicator: AnyObject, Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Sends and receives all messages of an exchange, and returns when both are done. An exchange without
  /// messages to or from a rank does not wait for it.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  func perform(_ exchange: Exchange) throws
}

/// What a rank sends and receives at once. The memory must stay where it is; an exchange can be performed
/// any number of times, without allocation.
///
/// The k-th message that a rank expects from another is the k-th that the other sends it, and has as many
/// bytes.
public final class Exchange: @unchecked Sendable {
  /// Bytes to or from another rank.
  public struct Message {
    /// The other rank.
    public let rank: Int
    /// The first byte.
    public let base: UnsafeMutableRawPointer
    /// The number of bytes.
    public let count: Int

    /// A message of some bytes.
    public init(_ rank: Int, _ base: UnsafeMutableRawPointer, count: Int) {
      self.rank = rank
      self.base = base
      self.count = count
    }
  }

  /// The messages to others.
  public let sends: [Message]
  /// The messages from others.
  public let receives: [Message]
  /// What a communicator keeps from one time to the next.
  var prepared: AnyObject?

  /// An exchange of messages with other ranks; those of no bytes are left out.
  public init(sends: [Message], receives: [Message]) {
    self.sends = sends.filter { $0.count > 0 }
    self.receives = receives.filter { $0.count > 0 }
  }

  /// The bytes that are sent each time.
  public var sentBytes: Int { sends.reduce(0) { $0 + $1.count } }
}

/// A rank has left while others waited for it.
public struct RankLost: Error, Equatable, CustomStringConvertible {
  /// The rank that has left, if it is known.
  public let rank: Int?
  /// What is known of why.
  public let reason: String

  /// The loss of a rank.
  public init(rank: Int?, reason: String) {
    self.rank = rank
    self.reason = reason
  }

  /// Such as `rank 3 is lost: its thread has ended`.
  public var description: String {
    "\(rank.map { "rank \($0)" } ?? "another rank") is lost: \(reason)"
  }
}

/// The communicator of a process on its own.
public final class SoloCommunicator: Communicator {
  /// 0.
  public let rank = 0
  /// 1.
  public let size = 1

  /// The one rank.
  public init() {}

  /// Does nothing: there are no others.
  ///
  /// - Precondition: the exchange has no messages.
  public func perform(_ exchange: Exchange) {
    precondition(
      exchange.sends.isEmpty && exchange.receives.isEmpty,
      "SoloCommunicator: messages to other ranks, there are none")
  }
}
