internal import CPerceptronSystem
import Synchronization

/// Where a fixed number of threads wait for each other, again and again.
///
/// A thread that comes early looks for the others in a loop as long as it has ``Patience``, about as
/// long as the kernel takes to wake a thread, and then sleeps, so that waiting for long costs no
/// processor time.
final class Barrier: @unchecked Sendable {
  private let count: Int
  /// How many have come since the last opening.
  private let arrived = Atomic<Int>(0)
  /// How many times the barrier has opened.
  private let openings = Atomic<Int>(0)
  /// How many sleep, or are about to.
  private let sleepers = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A barrier for `count` threads.
  init(count: Int) {
    self.count = count
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(opened, nil)
  }

  deinit {
    pthread_cond_destroy(opened)
    pthread_mutex_destroy(mutex)
    opened.deallocate()
    mutex.deallocate()
  }

  /// Returns once all threads have called it. What each of them wrote before is seen by all after.
  func wait() {
    let opening = openings.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      // Sequentially consistent, as where a sleeper counts itself and then looks at the openings:
      // one of the two sees what the other did.
      openings.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
      return
    }
    var patience = Patience()
    repeat {
      if openings.load(ordering: .acquiring) != opening { return }
      hint_spinning()
    } while patience.lasts(now: nanoseconds)
    sleep(while: opening)
  }

  private func sleep(while opening: Int) {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while openings.load(ordering: .sequentiallyConsistent) == opening {
      pthread_cond_wait(opened, mutex)
    }
    sleepers.subtract(1, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }

  private func wake() {
    // Under the lock: a sleeper that has seen the old opening is asleep by then.
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(opened)
    pthread_mutex_unlock(mutex)
  }
}

/// How long a thread looks for others before it sleeps: 30 µs by the clock. Counted in pauses, which
/// take between 1 and 50 ns, it would be as different from processor to processor.
struct Patience {
  /// In nanoseconds.
  static var duration: Int { 30_000 }
  /// How many looks there are between two at the clock, which takes as long as some pauses: most
  /// waits end before the first.
  static var looksPerClock: Int { 64 }

  private var looks = 0
  private var end = Int.max

  /// Whether to look once more.
  ///
  /// - Parameter now: the time in nanoseconds, asked for once in a while.
  @inline(__always)
  mutating func lasts(now: () -> Int) -> Bool {
    looks += 1
    if looks < Self.looksPerClock { return true }
    looks = 0
    let time = now()
    if end == .max { end = time + Self.duration }
    return time < end
  }
}

/// A clock that only goes forward.
private func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
}

// MARK: - Locks

/// A value that one thread at a time can get at. Unlike `Mutex`, whose slow path it does not see,
/// Thread Sanitizer knows what this orders.
package final class Locked<Value>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  /// A value that no thread has locked.
  package init(_ value: Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Calls `body` with the value while no other thread can.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
