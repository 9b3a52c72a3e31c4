internal import CPerceptronSystem

/// Permanent threads that work on their shares of a task, together with the calling thread.
///
/// A pool serves one caller at a time. Pools are reused, so that threads are created once: see
/// ``Lease``. If the system refuses a thread, as at a user's limit of processes, a pool has
/// fewer workers than requested: see ``shortage``.
package final class WorkerPool: @unchecked Sendable {
  package typealias Work = (_ worker: Int) -> Void

  /// The number of workers; the caller is worker 0.
  package let count: Int
  /// The number of workers requested, at least ``count``.
  private let asked: Int
  private let barrier: Barrier
  private(set) var threads: [pthread_t]
  /// The next work of all workers, written before the barrier that they wait at; nil to end. It stays
  /// valid, since the caller waits until they are done.
  private var order: UnsafePointer<Order>?
  /// The processor of each worker but the last when it arrived for work; written before a barrier, read
  /// after it by the workers with higher numbers.
  private let processors: UnsafeMutablePointer<Int32>
  /// The process that has the threads: a child that was forked from it has not.
  private let process = getpid()

  /// The work in a structure: a pointer to a bare closure would need a conversion on the heap.
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

  /// Runs `work` on every worker and returns when all are done. Allocates nothing.
  package func run(_ work: @escaping Work) {
    if count == 1 { return PoolWork.mark { work(0) } }
    withUnsafePointer(to: Order(work: work)) { order in
      self.order = order
      processors[0] = hint_processor()
      barrier.wait()
      PoolWork.mark { work(0) }
      barrier.wait()
      self.order = nil
    }
  }

  /// Whether the threads are there: false in a child that was forked since.
  private var hasThreads: Bool { process == getpid() }

  /// Returns when all workers have called it from their work; all see what any of them wrote before.
  package func waitForOthers() {
    if count > 1 { barrier.wait() }
  }

  /// Ends the threads. The pool must not be used afterwards.
  func end() {
    if threads.isEmpty || !hasThreads { return }
    barrier.wait()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}

// MARK: - Threads

extension WorkerPool {
  /// Creates a thread that calls ``thread(_:)``; nil with the system's error if it cannot.
  typealias ThreadMaker = (_ start: UnsafeMutableRawPointer) -> (thread: pthread_t?, error: Int32)

  /// A new pool of `count` workers, or of as many as the system allows.
  ///
  /// - Precondition: `count` is at least 1.
  static func make(count: Int, makeThread: ThreadMaker = makeThread) -> WorkerPool {
    require(count >= 1, "WorkerPool: \(count) workers, at least 1 is needed")
    // Locked while threads are created: they wait until their number is known.
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

  /// The argument of a thread, which keeps the pool alive.
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
    // As large as the main thread's.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let error = pthread_create(&thread, &attributes, { WorkerPool.thread($0) }, start)
    return (error == 0 ? thread : nil, error)
  }

  private static func thread(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let start else { return nil }
    return PoolWork.mark { serve(from: start) }
  }

  private static func serve(from start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
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

  /// Moves a worker to another processor if it shares one with a worker of a lower number.
  ///
  /// After another processor was busy for a moment, for example with OpenBLAS's threads, which spin for
  /// some time, Linux keeps threads that wait for each other on one processor for a long time.
  private func moveApart(_ worker: Int) {
    let own = hint_processor()
    for other in 0..<worker where processors[other] == own && own >= 0 {
      return hint_leaving(processors, worker)
    }
  }

  /// A function of its own, so that the work is released before the barrier.
  @inline(never)
  private static func perform(_ order: UnsafePointer<Order>, _ worker: Int) {
    order.pointee.work(worker)
  }
}

// MARK: - Refused threads

/// The largest pool that has fewer workers than requested.
private let largestShort = Locked<WorkerPool.Shortage?>(nil)

extension WorkerPool {
  /// A pool with fewer workers than requested.
  package struct Shortage: Sendable, Equatable {
    package let asked: Int
    /// The caller included.
    package let made: Int
  }

  /// That of the largest such pool of this process; nil if there is none.
  package static var shortage: Shortage? { largestShort.withLock { $0 } }

  /// Records a shortage, and reports the first one on standard error.
  private static func note(_ shortage: Shortage, _ error: Int32) {
    let isFirst = largestShort.withLock { largest in
      defer { if shortage.made > largest?.made ?? 0 { largest = shortage } }
      return largest == nil
    }
    if !isFirst { return }
    let message = Array(
      ("Perceptron: \(shortage.asked) workers were requested, but the system creates no more threads "
        + "(\(String(cString: strerror(error)))); continuing with \(shortage.made)\n").utf8)
    _ = write(STDERR_FILENO, message, message.count)
  }
}

// MARK: - Reuse

/// The pools that are not in use.
private let idle = Locked<[WorkerPool]>([])

/// The largest number of idle pools; only as many trainings at once need more.
private let mostIdle = 4

extension WorkerPool {
  /// A pool for the caller alone, idle or new, until the lease ends.
  package final class Lease: Sendable {
    package let pool: WorkerPool

    /// - Precondition: `workers` is at least 1.
    package init(workers: Int) {
      let kept = idle.withLock { idle -> WorkerPool? in
        idle.removeAll { !$0.hasThreads }
        guard let index = idle.lastIndex(where: { $0.asked == workers }) else { return nil }
        return idle.remove(at: index)
      }
      pool = kept ?? .make(count: workers)
    }

    /// Runs `work` on every worker, as ``WorkerPool/run(_:)`` does; the lease lasts until all are done.
    package func run(_ work: @escaping Work) {
      withExtendedLifetime(self) { pool.run(work) }
    }

    deinit {
      if pool.count == 1 || !pool.hasThreads { return }
      let ended = idle.withLock { [pool] idle -> WorkerPool? in
        idle.append(pool)
        return idle.count > mostIdle ? idle.removeFirst() : nil
      }
      ended?.end()
    }
  }
}
