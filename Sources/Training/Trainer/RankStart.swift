import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What the ranks of a run tell each other before it begins.
struct RankStart {
  /// A digest of all that has to be the same.
  let digest: UInt64
  /// Whether some of the optimizer state is on other ranks, since an earlier run.
  let lacksState: Bool
  /// Whether the rank refuses to begin.
  let refuses: Bool

  /// The starts of all ranks.
  func exchanged(by communicator: any Communicator) throws -> [RankStart] {
    let count = 3
    let all = AlignedBuffer<UInt64>(count: count * communicator.size, repeating: 0)
    let others = (0..<communicator.size).filter { $0 != communicator.rank }
    func message(_ other: Int, of rank: Int) -> Exchange.Message {
      .init(other, all.base + count * rank, count: count * MemoryLayout<UInt64>.stride)
    }
    let own = all.base + count * communicator.rank
    (own[0], own[1], own[2]) = (digest, lacksState ? 1 : 0, refuses ? 1 : 0)
    try communicator.perform(
      Exchange(
        sends: others.map { message($0, of: communicator.rank) },
        receives: others.map { message($0, of: $0) }))
    return (0..<communicator.size).map {
      let start = all.base + count * $0
      return RankStart(digest: start[0], lacksState: start[1] != 0, refuses: start[2] != 0)
    }
  }
}

extension Trainer {
  /// Checks that the ranks can make the run together. If one cannot begin, none does.
  ///
  /// - Parameter check: throws if this rank cannot begin.
  /// - Returns: whether rank 0 has to deal out the optimizer state.
  func agree(with communicator: any Communicator, _ check: () throws -> Void) throws -> Bool {
    if communicator.size == 1 {
      try check()
      if isBroken || !isComplete { throw Self.missingState(rank: 0) }
      return false
    }
    let own = Result {
      try check()
      try self.check(communicator)
      return try digest()
    }
    let starts = try RankStart(
      digest: (try? own.get()) ?? 0, lacksState: !isComplete, refuses: (try? own.get()) == nil
    ).exchanged(by: communicator)
    _ = try own.get()
    if let other = starts.firstIndex(where: \.refuses) {
      throw InvalidSetting(
        name: "rank \(other)", value: "unable to begin", expected: "a run that all ranks can make")
    }
    if let other = starts.indices.first(where: { starts[$0].digest != starts[0].digest }) {
      throw InvalidSetting(
        name: "beginning of rank \(other)", value: "another than rank 0's",
        expected:
          "the same settings, networks, row counts, random numbers and products on all ranks")
    }
    if starts[0].lacksState { throw Self.missingState(rank: 0) }
    return starts.contains(where: \.lacksState)
  }

  private func check(_ communicator: any Communicator) throws {
    if isBroken { throw Self.missingState(rank: communicator.rank) }
    guard let blocks = settings.blocks else {
      throw InvalidSetting(
        name: "blocks", value: "not set",
        expected: "a power of two, at least the \(communicator.size) ranks of the run, such as 8")
    }
    try InvalidSetting.demand(
      communicator.size <= blocks, "ranks", communicator.size,
      "at most the \(blocks) blocks of a batch")
  }

  static func missingState(rank: Int) -> InvalidSetting {
    InvalidSetting(
      name: "state of the run", value: "not complete on rank \(rank)",
      expected: "a run that rank 0 goes on with, or one from a checkpoint")
  }

  /// A number that very likely differs between trainers whose steps or exchanges would differ.
  private func digest() throws -> UInt64 {
    var digest = FNVDigest()
    var random = random
    digest.add(random.next())
    // The layout of packed weights depends on it.
    for byte in "\(ProductPath.chosen)".utf8 { digest.add(UInt64(byte)) }
    digest.add(UInt64(rowCount))
    digest.add(UInt64(iteration))
    digest.add(UInt64(sampler.used))
    for member in members {
      var settings = member.settings
      settings.workers = nil
      for byte in try settings.jsonLine.utf8 { digest.add(UInt64(byte)) }
      digest.add(UInt64(member.iteration))
      digest.add(canGoOn(member) ? 1 : 0)
      for tensor in Array(member.network.parameters) + Array(member.network.statistics) {
        tensor.tensor.withUnsafeElements { digest.add(UnsafeRawBufferPointer($0)) }
      }
    }
    return digest.value
  }
}

/// The hash of Fowler, Noll and Vo (FNV-1a), on words in place of bytes.
private struct FNVDigest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01b3
    value ^= value >> 32
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let words = bytes.count / 8
    for word in 0..<words { add(bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)) }
    for byte in bytes[(8 * words)...] { add(UInt64(byte)) }
  }
}
