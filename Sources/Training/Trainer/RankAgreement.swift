import PerceptronDistribution
import PerceptronLinearAlgebra

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
