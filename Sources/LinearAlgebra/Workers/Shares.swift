internal import CPerceptronSystem

/// A worker's share of `count` items: shares are as equal as possible, in the workers' order.
///
/// - Precondition: `worker` is in 0..<workers.
package func share(of count: Int, worker: Int, workers: Int) -> Range<Int> {
  let (size, rest) = count.quotientAndRemainder(dividingBy: workers)
  let start = worker * size + min(worker, rest)
  return start..<start + size + (worker < rest ? 1 : 0)
}

/// The number of workers that suits so many floating-point operations: the number of BLAS's threads, or
/// one if synchronization would cost more than a second worker saves.
package func suitableWorkers(operations: Double) -> Int {
  // Measured: two workers break even with one at about half of this.
  operations < 2e6 ? 1 : BLASLibrary.threadCount
}

/// Calls `body` with ranges that make up 0..<count, one range on each of several threads, or with all of
/// it on the calling thread if that suits a small count better.
///
/// Returns when all are done. How many ranges there are depends on the machine, so no element's result may
/// depend on the range that it is in. Inside the work of a pool, where every processor has its work
/// already, the caller does everything. Several threads may call this at once.
///
/// - Parameters:
///   - minimum: the least length of a range that is worth a thread; waking one takes about 10 µs.
///   - unit: every range but the last begins and ends at a multiple of it, as at whole cache lines.
///   - workers: the largest number of ranges, the number of BLAS's threads unless given.
package func withShares(
  of count: Int, atLeast minimum: Int, inUnitsOf unit: Int = 1, workers: Int? = nil,
  _ body: (Range<Int>) -> Void
) {
  if count < 2 * minimum || PoolWork.isRunning { return body(0..<count) }
  let workers = min(workers ?? BLASLibrary.threadCount, count / max(minimum, 1))
  if workers <= 1 { return body(0..<count) }
  withoutActuallyEscaping(body) { body in
    let lease = WorkerPool.Lease(workers: workers)
    let units = (count + unit - 1) / unit
    lease.run { [workers = lease.pool.count] worker in
      let share = share(of: units, worker: worker, workers: workers)
      body(min(share.lowerBound * unit, count)..<min(share.upperBound * unit, count))
    }
  }
}

/// Whether the calling thread is at the work of a pool.
enum PoolWork {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let error = pthread_key_create(&key, nil)
    require(error == 0, "PoolWork: the system has no more keys for threads' values")
    return key
  }()

  static var isRunning: Bool { pthread_getspecific(key) != nil }

  /// Calls `body`, during which ``isRunning`` is true.
  static func mark<Result>(_ body: () -> Result) -> Result {
    let previous = pthread_getspecific(key)
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
    defer { pthread_setspecific(key, previous) }
    return body()
  }
}

/// ``withShares(of:atLeast:inUnitsOf:workers:_:)`` for elements that take a nanosecond or less each.
package func withElementShares(
  of count: Int, workers: Int? = nil, _ body: (Range<Int>) -> Void
) {
  // Measured with awake threads: two break even with one at 2¹⁶ elements of the fastest functions, at 2¹⁴
  // of an exponential. A cache line is 16 floats.
  withShares(of: count, atLeast: 1 << 16, inUnitsOf: 16, workers: workers, body)
}
