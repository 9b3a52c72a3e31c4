import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What is decided after an iteration: by callbacks for each network, and by the caller for the run.
struct IterationVerdict {
  /// What becomes of a network's learning rate.
  enum Rate: Double { case unchanged, followsSchedule, isSet }

  /// As numbers, which ranks can exchange: two for the run, three for each network.
  var numbers: [Double]

  init(networks count: Int) { numbers = Array(repeating: 0, count: 2 + 3 * count) }

  mutating func reset() {
    for index in numbers.indices { numbers[index] = 0 }
  }

  var isSaveDue: Bool {
    get { numbers[0] != 0 }
    set { numbers[0] = newValue ? 1 : 0 }
  }

  var isCancelled: Bool {
    get { numbers[1] != 0 }
    set { numbers[1] = newValue ? 1 : 0 }
  }

  func stops(_ place: Int) -> Bool { numbers[2 + 3 * place] != 0 }

  /// The learning rate that a callback has set, nil in it for the schedule's; nil where none has.
  func rate(_ place: Int) -> Double?? {
    switch Rate(rawValue: numbers[3 + 3 * place]) {
    case .isSet: .some(numbers[4 + 3 * place])
    case .followsSchedule: .some(nil)
    case .unchanged, nil: nil
    }
  }

  mutating func add(_ directive: TrainingDirective, _ place: Int) {
    switch directive {
    case .proceed: break
    case .stop: numbers[2 + 3 * place] = 1
    case .setLearningRate(let rate):
      numbers[3 + 3 * place] = Rate.isSet.rawValue
      numbers[4 + 3 * place] = rate
    case .followSchedule: numbers[3 + 3 * place] = Rate.followsSchedule.rawValue
    }
  }
}

/// How the ranks of a run agree on what they could see differently: clocks, interruptions, files. Rank 0
/// decides.
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

  /// The starts of all ranks.
  func exchanged(by communicator: any Communicator) throws -> [RankStart] {
    let all = AlignedBuffer<UInt64>(count: 2 * communicator.size, repeating: 0)
    let others = (0..<communicator.size).filter { $0 != communicator.rank }
    func message(_ other: Int, of rank: Int) -> Exchange.Message {
      .init(other, all.base + 2 * rank, count: 2 * MemoryLayout<UInt64>.stride)
    }
    all.base[2 * communicator.rank] = digest
    all.base[2 * communicator.rank + 1] = lacksState ? 1 : 0
    try communicator.perform(
      Exchange(
        sends: others.map { message($0, of: communicator.rank) },
        receives: others.map { message($0, of: $0) }))
    return (0..<communicator.size).map {
      RankStart(digest: all.base[2 * $0], lacksState: all.base[2 * $0 + 1] != 0)
    }
  }
}

extension Trainer {
  /// Checks that the ranks can make the run together.
  ///
  /// - Returns: whether rank 0 has to deal out the optimizer state.
  func check(_ communicator: any Communicator) throws -> Bool {
    if isBroken || communicator.size == 1 && !isComplete {
      throw Self.missingState(rank: communicator.rank)
    }
    if communicator.size == 1 { return false }
    guard let blocks = settings.blocks else {
      throw InvalidSetting(
        name: "blocks", value: "not set",
        expected: "a power of two, at least the \(communicator.size) ranks of the run, such as 8")
    }
    try InvalidSetting.demand(
      communicator.size <= blocks, "ranks", communicator.size,
      "at most the \(blocks) blocks of a batch")
    let starts = try RankStart(digest: digest, lacksState: !isComplete)
      .exchanged(by: communicator)
    if let other = starts.indices.first(where: { starts[$0].digest != starts[0].digest }) {
      throw InvalidSetting(
        name: "beginning of rank \(other)", value: "another than rank 0's",
        expected:
          "the same settings, networks, row counts, random numbers and products on all ranks")
    }
    if starts[0].lacksState { throw Self.missingState(rank: 0) }
    return starts.contains(where: \.lacksState)
  }

  static func missingState(rank: Int) -> InvalidSetting {
    InvalidSetting(
      name: "state of the run", value: "not complete on rank \(rank)",
      expected: "a run that rank 0 goes on with, or one from a checkpoint")
  }

  /// A number that differs, in all likelihood, where runs differ.
  private var digest: UInt64 {
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
      for byte in ((try? settings.jsonLine) ?? "").utf8 { digest.add(UInt64(byte)) }
      digest.add(UInt64(member.iteration))
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
