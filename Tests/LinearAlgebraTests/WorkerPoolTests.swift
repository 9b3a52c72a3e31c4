import Foundation
import TestSupport
import Testing
@testable import PerceptronLinearAlgebra

/// One after the other: they share the pools that nobody uses.
@Suite("Worker pool", .serialized, .mayHang)
struct WorkerPoolTests {
  @Test("Every worker runs once, and after a barrier sees the results of all", arguments: 1...5)
  func barrier(workers: Int) {
    let lease = WorkerPool.Lease(workers: workers)
    let numbers = UnsafeMutablePointer<Int>.allocate(capacity: workers)
    let sums = UnsafeMutablePointer<Int>.allocate(capacity: workers)
    defer {
      numbers.deallocate()
      sums.deallocate()
    }
    for round in 0..<2000 {
      lease.pool.run { worker in
        numbers[worker] = round + worker
        lease.pool.waitForOthers()
        sums[worker] = (0..<workers).reduce(0) { $0 + numbers[$1] }
        lease.pool.waitForOthers()
        numbers[worker] = -1
      }
      let expected = workers * round + workers * (workers - 1) / 2
      #expect((0..<workers).allSatisfy { sums[$0] == expected && numbers[$0] == -1 })
    }
  }

  @Test(
    "If the system creates no more threads, a pool has fewer workers", arguments: 0...3)
  func shortage(threads: Int) {
    var left = threads
    let pool = WorkerPool.make(count: 5) { start in
      left -= 1
      return left < 0 ? (nil, EAGAIN) : WorkerPool.makeThread(start)
    }
    let workers = threads + 1
    #expect(pool.count == workers && pool.threads.count == threads)
    #expect(WorkerPool.shortage.map { $0.asked == 5 && $0.made >= workers } == true)
    let numbers = UnsafeMutablePointer<Int>.allocate(capacity: 5)
    numbers.initialize(repeating: 0, count: 5)
    defer { numbers.deallocate() }
    for round in 1...100 {
      pool.run { worker in
        numbers[worker] += 1
        pool.waitForOthers()
      }
      #expect((0..<5).allSatisfy { numbers[$0] == ($0 < workers ? round : 0) })
    }
    pool.end()
  }

  @Test("A pool that works is lent to nobody else, though its lease is named nowhere")
  func leaseWhileRunning() {
    // As many workers as no other test asks for.
    let seen = Locked<[ObjectIdentifier]>([])
    WorkerPool.Lease(workers: 7).run { worker in
      if worker > 0 { return }
      let other = WorkerPool.Lease(workers: 7)
      seen.withLock { $0.append(ObjectIdentifier(other.pool)) }
      other.run { _ in }
    }
    let next = WorkerPool.Lease(workers: 7)
    let after = WorkerPool.Lease(workers: 7)
    // The outer pool and the inner one were two.
    #expect(next.pool !== after.pool)
    #expect(seen.withLock { $0.count } == 1)
  }

  @Test("A worker that sleeps is woken")
  func sleepers() {
    let lease = WorkerPool.Lease(workers: 3)
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.005)
      lease.pool.run { worker in
        if worker == 1 { Thread.sleep(forTimeInterval: 0.005) }
        lease.pool.waitForOthers()
      }
    }
  }

  #if canImport(Glibc)
    @Test("An idle worker soon sleeps, and uses no processor")
    func idle() throws {
      let pool = WorkerPool.make(count: 3)
      pool.run { _ in }
      for thread in pool.threads {
        // However late it has its turn: one that never slept would use more and more.
        let start = Self.processorSeconds(of: thread)
        var (used, quietLooks) = (start, 0)
        while quietLooks < 10 {
          Thread.sleep(forTimeInterval: 0.005)
          let now = Self.processorSeconds(of: thread)
          quietLooks = now == used ? quietLooks + 1 : 0
          used = now
          try #require(used - start < 0.1)
        }
      }
      pool.end()
      #expect(pool.threads.isEmpty)
    }

    /// The processor time that a thread has used so far.
    private static func processorSeconds(of thread: pthread_t) -> Double {
      var clock = clockid_t()
      var time = timespec()
      #expect(pthread_getcpuclockid(thread, &clock) == 0 && clock_gettime(clock, &time) == 0)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
  #endif

  @Test("A pool is used again, by one at a time")
  func leases() {
    let workers = 23
    var lease = Optional(WorkerPool.Lease(workers: workers))
    let first = lease.map { ObjectIdentifier($0.pool) }
    let other = WorkerPool.Lease(workers: workers)
    #expect(first != ObjectIdentifier(other.pool))
    lease = nil
    let again = WorkerPool.Lease(workers: workers)
    #expect(ObjectIdentifier(again.pool) == first)
  }

  @Test("The last four pools returned are kept, and the threads of others end")
  func keptPools() {
    let workers = 5
    var leases = (0..<7).map { _ in WorkerPool.Lease(workers: workers) }
    let pools = leases.map(\.pool)
    while !leases.isEmpty { leases.removeFirst() }
    #expect(pools.map { $0.threads.count } == [0, 0, 0, 4, 4, 4, 4])
    leases = (0..<5).map { _ in WorkerPool.Lease(workers: workers) }
    #expect(leases.dropLast().map(\.pool).elementsEqual(pools[3...].reversed(), by: ===))
    #expect(!pools.contains { $0 === leases[4].pool } && leases[4].pool.threads.count == 4)
  }

  @Test("Shares are in order, as equal as can be, and leave nothing out")
  func shares() {
    for workers in 1...7 {
      for count in 0...30 {
        let shares = (0..<workers).map { share(of: count, worker: $0, workers: workers) }
        #expect(shares.flatMap { Array($0) } == Array(0..<count))
        let sizes = shares.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
    }
  }

  @Test("Ranges on several threads are whole units and make up everything", arguments: 1...5)
  func ranges(workers: Int) {
    for count in [0, 1, 15, 16, 17, 63, 64, 65, 1000] {
      let seen = Locked<[Range<Int>]>([])
      withShares(of: count, atLeast: 32, inUnitsOf: 16, workers: workers) { range in
        seen.withLock { $0.append(range) }
      }
      let ranges = seen.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(ranges.count == max(min(workers, count / 32), 1))
      #expect(ranges.dropLast().allSatisfy { $0.upperBound % 16 == 0 })
    }
  }

  @Test("Inside the work of a pool nothing is divided further", arguments: [1, 3])
  func nestedShares(workers: Int) {
    let seen = Locked<[Range<Int>]>([])
    for _ in 0..<2 {
      seen.withLock { $0 = [] }
      withShares(of: 3, atLeast: 1, workers: 3) { outer in
        withShares(of: 100, atLeast: 1, workers: 3) { inner in seen.withLock { $0.append(inner) } }
      }
      #expect(seen.withLock { $0 } == [0..<100, 0..<100, 0..<100])
    }
    WorkerPool.Lease(workers: workers).run { _ in
      withShares(of: 100, atLeast: 1, workers: 3) { inner in seen.withLock { $0 = [inner] } }
    }
    #expect(seen.withLock { $0 } == [0..<100])
    seen.withLock { $0 = [] }
    withShares(of: 100, atLeast: 1, workers: 3) { range in seen.withLock { $0.append(range) } }
    #expect(seen.withLock { $0.count } == 3, "Afterwards the thread divides its work again")
  }

  @Test("Several threads may divide their work at once")
  func sharesAtOnce() async {
    let sums = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let sum = Locked(0)
          for _ in 0..<200 {
            withShares(of: 1000, atLeast: 10, workers: 3) { range in
              sum.withLock { $0 += range.reduce(0, +) }
            }
          }
          return sum.withLock { $0 }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == Array(repeating: 200 * 499_500, count: 4))
  }
}
