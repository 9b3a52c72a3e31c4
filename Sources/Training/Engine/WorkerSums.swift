/// Numbers that each worker adds up for all to see after a barrier, each worker's on cache lines of
/// its own.
struct WorkerSums {
  /// What is added up.
  enum Kind: Int {
    /// Of the weights' squares.
    case squares
    /// Of the weights' magnitudes.
    case magnitudes
    /// Not a sum: the norm of gradients.
    case norm
  }

  private let numbers: AlignedBuffer<Double>
  private let workers: Int
  /// Two lines of the most common size: processors fetch them in pairs.
  private static var stride: Int { 16 }

  init(workers: Int) {
    numbers = AlignedBuffer(count: workers * Self.stride, repeating: 0)
    self.workers = workers
  }

  /// What one worker has of a kind.
  subscript(worker: Int, kind: Kind) -> Double {
    get { numbers.base[worker * Self.stride + kind.rawValue] }
    nonmutating set { numbers.base[worker * Self.stride + kind.rawValue] = newValue }
  }

  /// The sum over all workers, always in the same order.
  func total(_ kind: Kind) -> Double {
    var total = 0.0
    for worker in 0..<workers { total += self[worker, kind] }
    return total
  }
}
