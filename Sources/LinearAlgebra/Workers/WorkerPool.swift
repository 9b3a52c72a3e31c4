internal import CHints
internal import CSystem

/// Threads that stay and do the same work on their shares of something, the caller among them.
///
/// A pool serves one caller at a time. Pools are kept for the next one who asks, so that threads
/// are made once: see ``lease(workers:)``.
package final class WorkerPool: @unchecked Sendable {
  /// What one worker does.
  package typealias Work = (_ worker: Int) -> Void

  /// How many workers there are, the caller counted, who is worker 0.
  package let count: Int
  private let barrier: Barrier
  private(set) var threads: [pthread_t] = []
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

  /// - Precondition: `count` is at least 1.
  init(count: Int) {
    require(count >= 1, "WorkerPool: \(count) workers, at least 1 is needed")
    self.count = count
    barrier = Barrier(count: count)
    processors = .allocate(capacity: count)
    processors.initialize(repeating: -1, count: count)
    for worker in 1..<max(count, 1) { threads.append(Self.startThread(for: worker, of: self)) }
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
  /// What a thread is given: the pool stays alive as long as its threads.
  private final class Start {
    let pool: WorkerPool
    let worker: Int

    init(_ pool: WorkerPool, _ worker: Int) { (self.pool, self.worker) = (pool, worker) }
  }

  private static func startThread(for worker: Int, of pool: WorkerPool) -> pthread_t {
    let start = Unmanaged.passRetained(Start(pool, worker)).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(&thread, nil, { WorkerPool.thread($0) }, start)
    #else
      var thread = pthread_t()
      let status = pthread_create(&thread, nil, { WorkerPool.thread($0) }, start)
    #endif
    guard status == 0, let thread = Optional(thread) ?? nil else {
      fatalError("WorkerPool: no thread can be made: \(String(cString: strerror(status)))")
    }
    return thread
  }

  private static func thread(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let start else { return nil }
    let own = Unmanaged<Start>.fromOpaque(start).takeRetainedValue()
    own.pool.serve(as: own.worker)
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
        guard let index = idle.lastIndex(where: { $0.count == workers }) else { return nil }
        return idle.remove(at: index)
      }
      pool = kept ?? WorkerPool(count: workers)
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
