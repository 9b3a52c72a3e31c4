/// Messages of any length at any time, for work that is dealt out: beside the exchanges, in which all
/// ranks take part in the same order.
///
/// The messages of one rank to another arrive in the order in which they were sent. One thread at a time
/// uses a mailbox.
public protocol Mailbox: AnyObject, Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Sends bytes to a rank, which may be this one. Returns at once; the bytes are kept until they have
  /// gone.
  ///
  /// - Throws: ``RankLost`` if that rank has left.
  func send(_ bytes: [UInt8], to rank: Int) throws

  /// The next message that has arrived, from whichever rank; nil if none has, so that who has nothing else
  /// to do asks again after a moment.
  ///
  /// - Throws: ``RankLost`` if a rank is lost.
  func receive() throws -> (rank: Int, bytes: [UInt8])?
}
