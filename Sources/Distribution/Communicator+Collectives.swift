import Foundation

extension Communicator {
  /// The bytes of all ranks, in their order. Collective: all ranks call it.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  public func allGather(_ own: [UInt8]) throws -> [[UInt8]] {
    let others = (0..<size).filter { $0 != rank }
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: size)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    counts[rank] = own.count
    func message(_ other: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Exchange.Message? {
      buffer.baseAddress.map { .init(other, $0, count: buffer.count) }
    }
    func count(of rank: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: counts[rank...rank]))
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
  public func allGather<Value: Codable>(_ own: Value) throws -> [Value] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try allGather(Array(encoder.encode([own]))).flatMap {
      try decoder.decode([Value].self, from: Data($0))
    }
  }

  /// The bytes of rank 0, whatever the other ranks have. Collective: all ranks call it.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  @discardableResult
  public func broadcast(_ own: [UInt8]) throws -> [UInt8] {
    try allGather(rank == 0 ? own : [])[0]
  }

  /// The value of rank 0, whatever the other ranks have. Collective: all ranks call it.
  ///
  /// - Throws: ``RankLost`` if a rank has left; the errors of JSON.
  @discardableResult
  public func broadcast<Value: Codable>(_ own: Value) throws -> Value { try allGather(own)[0] }

  /// Waits until all ranks have called it.
  ///
  /// - Throws: ``RankLost`` if a rank has left.
  public func barrier() throws { _ = try allGather([UInt8]()) }
}
