import Foundation

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

extension Communicator {
  /// The bytes of all ranks, in their order. Collective: all ranks call it.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  public func gather(_ own: [UInt8]) throws -> [[UInt8]] {
    let others = (0..<size).filter { $0 != rank }
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: size)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    counts[rank] = own.count
    func message(_ other: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Exchange.Message? {
      buffer.baseAddress.map { .init(other, $0, count: buffer.count) }
    }
    func count(of rank: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(counts)[rank * 8..<rank * 8 + 8])
    }
    try perform(
      Exchange(
        sends: others.compactMap { message($0, count(of: rank)) },
        receives: others.compactMap { message($0, count(of: $0)) }))
    let buffers = counts.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0, alignment: 8) }
    defer { for buffer in buffers { buffer.deallocate() } }
    buffers[rank].copyBytes(from: own)
    try perform(
      Exchange(
        sends: others.compactMap { message($0, buffers[rank]) },
        receives: others.compactMap { message($0, buffers[$0]) }))
    return buffers.map { Array($0) }
  }

  /// The values of all ranks, in their order. Collective: all ranks call it.
  ///
  /// - Throws: ``RankLost`` if a rank has left; the errors of JSON.
  public func gather<Value: Codable>(_ own: Value) throws -> [Value] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try gather(Array(encoder.encode([own]))).flatMap {
      try decoder.decode([Value].self, from: Data($0))
    }
  }
}
