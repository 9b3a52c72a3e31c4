internal import CPerceptronSystem

/// Threads that stay and do the same work on their shares of something, the caller among them.
///
/// A pool serves one caller at a time. Pools are kept for the next one who asks, so that threads
/// are made once: see ``lease(workers:)``. Where the system refuses a thread, as at a user's limit of
/// processes, a pool has fewer workers than were asked for: see ``shortage``.
package final class WorkerPool: @unchecked Sendable {
  /// What one worker does.
  package typealias Work = (_ worker: Int) -> Void

  /// How many workers there are, the caller counted, who is worker 0.
  package let count: Int
  /// How many were asked for.
  private let asked: Int
  private let barrier: Barrier
  private(set) var threads: [pthread_t]
  /// What all workers do next, written before the barrier that they wait at; nil to end. Lent to
  /// them: the caller waits until they are done.
  private var order: UnsafePointer<Order>?
  /// The processor that each worker but the last was seen on when it came for work; written before
  /// a barrier, read after it by the workers behind it.
  private let processors: UnsafeMutablePointer<Int32>

  /// The work in a structure of its own: a pointer to a bare function would need one more that
  /// converts it, made on the heap.
  private struct Order {
    let work: Work
  }

  private init(asked: Int, threads: [pthread_t]) {
    self.asked = asked
    self.threads = threads
    count = threads.count + 1
    barrier = Barrier(count: count)
    processors = .allocate(capacity: count)
    processors.initialize(repeating: -1, count: count)
  }

  deinit { processors.deallocate() }

  /// Lets every worker do `work`, and returns when all have. Nothing is allocated.
  package func run(_ work: @escaping Work) {
    if count == 1 { return work(0) }
    withUnsafePointer(to: Order(work: work)) { order in
      self.order = order
      processors[0] = hint_processor()
      barrier.wait()
      work(0)
      barrier.wait()
      self.order = nil
    }
  }

  /// To be called by every worker in the middle of its work: returns when all have come here. What
  /// each of them wrote before is seen by all after.
  package func waitForOthers() {
    if count > 1 { barrier.wait() }
  }

  /// Ends the threads; the pool is of no use any more.
  func end() {
    if threads.isEmpty { return }
    barrier.wait()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}

// MARK: - Threads

extension WorkerPool {
  /// Makes a thread that calls ``thread(_:)``; nil with the system's error where there can be none.
  typealias ThreadMaker = (_ start: UnsafeMutableRawPointer) -> (thread: pthread_t?, error: Int32)

  /// A new pool of `count` workers, or of as many as there can be.
  ///
  /// - Precondition: `count` is at least 1.
  static func make(count: Int, makeThread: ThreadMaker = makeThread) -> WorkerPool {
    require(count >= 1, "WorkerPool: \(count) workers, at least 1 is needed")
    // Locked while threads are made: they wait until it is known how many there are.
    let entry = Locked<WorkerPool?>(nil)
    return entry.withLock { entered in
      var (threads, error): ([pthread_t], Int32) = ([], 0)
      while threads.count < count - 1 && error == 0 {
        let start = Unmanaged.passRetained(Start(entry, worker: threads.count + 1))
        let made = makeThread(start.toOpaque())
        if let thread = made.thread {
          threads.append(thread)
        } else {
          start.release()
          error = made.error
        }
      }
      let pool = WorkerPool(asked: count, threads: threads)
      if error != 0 { note(Shortage(asked: count, made: pool.count), error) }
      entered = pool
      return pool
    }
  }

  /// What a thread is given: the pool stays alive as long as its threads.
  private final class Start {
    let entry: Locked<WorkerPool?>
    let worker: Int

    init(_ entry: Locked<WorkerPool?>, worker: Int) { (self.entry, self.worker) = (entry, worker) }
  }

  static func makeThread(
    _ start: UnsafeMutableRawPointer
  ) -> (thread: pthread_t?, error: Int32) {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // As much as the main thread has, for functions that were written for it.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let error = pthread_create(&thread, &attributes, { WorkerPool.thread($0) }, start)
    return (error == 0 ? thread : nil, error)
  }

  private static func thread(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let start else { return nil }
    let own = Unmanaged<Start>.fromOpaque(start).takeRetainedValue()
    own.entry.withLock { $0 }?.serve(as: own.worker)
    return nil
  }

  private func serve(as worker: Int) {
    while true {
      if worker + 1 < count { processors[worker] = hint_processor() }
      barrier.wait()
      guard let order else { return }
      moveApart(worker)
      Self.perform(order, worker)
      barrier.wait()
    }
  }

  /// Moves a worker to another processor where it shares one with a worker before it.
  ///
  /// Linux leaves threads that wait for each other on one processor for long when the other one was
  /// busy for a moment: with OpenBLAS's own threads, say, which stay awake for some time.
  private func moveApart(_ worker: Int) {
    let own = hint_processor()
    for other in 0..<worker where processors[other] == own && own >= 0 {
      return hint_leaving(processors, worker)
    }
  }

  /// Apart, so that the work is let go of before the barrier.
  @inline(never)
  private static func perform(_ order: UnsafePointer<Order>, _ worker: Int) {
    order.pointee.work(worker)
  }
}

// MARK: - Threads that the system refused

/// The largest of the pools that have fewer workers than were asked for.
private let largestShort = Locked<WorkerPool.Shortage?>(nil)

extension WorkerPool {
  /// A pool with fewer workers than were asked for.
  package struct Shortage: Sendable, Equatable {
    /// How many were asked for.
    package let asked: Int
    /// How many there are, the caller counted.
    package let made: Int
  }

  /// The largest pool of this process that has fewer workers than were asked for; nil where all have
  /// theirs.
  package static var shortage: Shortage? { largestShort.withLock { $0 } }

  /// Takes note of a shortage, and says so on standard error where it is the first one.
  private static func note(_ shortage: Shortage, _ error: Int32) {
    let isFirst = largestShort.withLock { largest in
      defer { if shortage.made > largest?.made ?? 0 { largest = shortage } }
      return largest == nil
    }
    if !isFirst { return }
    let message = Array(
      ("Perceptron: \(shortage.asked) workers were asked for, but the system makes no more threads "
        + "(\(String(cString: strerror(error)))); going on with \(shortage.made)\n").utf8)
    _ = write(STDERR_FILENO, message, message.count)
  }
}

// MARK: - Keeping pools

/// Pools that nobody uses at the moment.
private let idle = Locked<[WorkerPool]>([])

/// How many are kept; more than that were only needed by as many trainings at once.
private let mostIdle = 4

extension WorkerPool {
  /// A pool for the caller alone until the lease ends: one that was used before, or a new one.
  ///
  /// - Precondition: `workers` is at least 1.
  package static func lease(workers: Int) -> Lease { Lease(workers: workers) }

  /// The use of a pool, which goes back when it ends.
  package final class Lease: Sendable {
    /// The pool.
    package let pool: WorkerPool

    init(workers: Int) {
      let kept = idle.withLock { idle -> WorkerPool? in
        guard let index = idle.lastIndex(where: { $0.asked == workers }) else { return nil }
        return idle.remove(at: index)
      }
      pool = kept ?? .make(count: workers)
    }

    /// Lets every worker do `work`, as ``WorkerPool/run(_:)`` does. The lease lasts until all have: given
    /// back earlier, the pool would be lent to another while it works.
    package func run(_ work: @escaping Work) {
      withExtendedLifetime(self) { pool.run(work) }
    }

    deinit {
      // Without threads there is nothing worth keeping.
      if pool.count == 1 { return }
      let ended = idle.withLock { [pool] idle -> WorkerPool? in
        idle.append(pool)
        return idle.count > mostIdle ? idle.removeFirst() : nil
      }
      ended?.end()
    }
  }
}

// MARK: - Dividing work

/// The part of `count` things that a worker has: as equal as they can be, in the workers' order.
///
/// - Precondition: `worker` is in 0..<workers.
package func share(of count: Int, worker: Int, workers: Int) -> Range<Int> {
  let (size, rest) = count.quotientAndRemainder(dividingBy: workers)
  let start = worker * size + min(worker, rest)
  return start..<start + size + (worker < rest ? 1 : 0)
}

/// How many workers should share some work: as many threads as BLAS has, or one where waiting for
/// each other would cost more than a second worker saves.
///
/// - Parameter operations: how many floating-point operations the work has.
package func suitableWorkers(operations: Double) -> Int {
  // Measured: two workers are level with one at about half of this.
  operations < 2e6 ? 1 : BLASLibrary.threadCount
}
