import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What is decided after an iteration: by callbacks for each network, and by the caller for the run.
struct IterationVerdict {
  /// As numbers, which ranks can exchange: two for the run, two for each network.
  var numbers: [Double]
  /// The learning rate of each network that a callback has set, nil in it for the schedule's; nil where
  /// none has. Of rank 0 alone, which tells others the next rate.
  private(set) var rates: [Double??]

  init(networks count: Int) {
    numbers = Array(repeating: 0, count: 2 + 2 * count)
    rates = Array(repeating: nil, count: count)
  }

  mutating func reset() {
    for index in numbers.indices { numbers[index] = 0 }
    for index in rates.indices { rates[index] = nil }
  }

  var isSaveDue: Bool {
    get { numbers[0] != 0 }
    set { numbers[0] = newValue ? 1 : 0 }
  }

  var isCancelled: Bool {
    get { numbers[1] != 0 }
    set { numbers[1] = newValue ? 1 : 0 }
  }

  /// Whether a network leaves the run.
  func leaves(_ place: Int) -> Bool { numbers[2 + 2 * place] != 0 }

  mutating func leave(_ place: Int) { numbers[2 + 2 * place] = 1 }

  /// The learning rate of a network's next iteration.
  func nextRate(_ place: Int) -> Double { numbers[3 + 2 * place] }

  mutating func setNextRate(_ rate: Double, _ place: Int) { numbers[3 + 2 * place] = rate }

  mutating func add(_ directive: TrainingDirective, _ place: Int) {
    switch directive {
    case .proceed: break
    case .stop: leave(place)
    case .setLearningRate(let rate): rates[place] = .some(rate)
    case .followSchedule: rates[place] = .some(nil)
    }
  }
}

/// How the ranks of a run agree on what they could see differently: clocks, interruptions, files, and scores
/// where processors round differently. Rank 0 decides.
final class RankAgreement {
  let communicator: any Communicator
  private let numbers: AlignedBuffer<Double>
  private let count: Int
  private let exchange: Exchange

  /// For so many numbers at a time.
  init(_ communicator: any Communicator, count: Int) {
    self.communicator = communicator
    self.count = count
    let numbers = AlignedBuffer<Double>(count: count, repeating: 0)
    self.numbers = numbers
    let bytes = count * MemoryLayout<Double>.stride
    let isFirst = communicator.rank == 0
    exchange = Exchange(
      sends: isFirst ? (1..<communicator.size).map { .init($0, numbers.base, count: bytes) } : [],
      receives: isFirst ? [] : [.init(0, numbers.base, count: bytes)])
  }

  /// Makes rank 0's numbers those of all ranks.
  func agree(_ own: inout [Double]) throws {
    for index in 0..<count { numbers.base[index] = own[index] }
    try communicator.perform(exchange)
    for index in 0..<count { own[index] = numbers.base[index] }
  }
}

// MARK: - The beginning of a run

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
