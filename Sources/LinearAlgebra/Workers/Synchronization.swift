internal import CPerceptronSystem
import Synchronization

/// A reusable barrier of a fixed number of threads.
///
/// A thread that arrives early spins as long as it has ``Patience``, about as long as the kernel takes
/// to wake a thread, and then sleeps, so that a long wait takes no processor time.
final class Barrier: @unchecked Sendable {
  private let count: Int
  /// The number of threads that arrived since the last opening.
  private let arrived = Atomic<Int>(0)
  private let openings = Atomic<Int>(0)
  /// The number of threads that sleep or are about to.
  private let sleepers = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

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

  /// Returns once all threads have called it; all see what any of them wrote before.
  func wait() {
    let opening = openings.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      // Sequentially consistent, as where a sleeper counts itself and then looks at the openings:
      // one of the two sees what the other did.
      openings.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        // Under the lock: a sleeper that has seen the old opening is asleep by then.
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(opened)
        pthread_mutex_unlock(mutex)
      }
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
}

/// How long a thread spins before it sleeps: 30 µs by the clock. A number of pauses, which take between
/// 1 and 50 ns, would differ as much from processor to processor.
struct Patience {
  /// In nanoseconds.
  static var duration: Int { 30_000 }
  /// The number of spins between two readings of the clock, which take as long as some pauses: most
  /// waits end before the first.
  static var looksPerClock: Int { 64 }

  private var looks = 0
  private var end = Int.max

  /// Whether to spin once more.
  ///
  /// - Parameter now: returns the time in nanoseconds; called once every ``looksPerClock`` spins.
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

private func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
}

// MARK: - Locks

/// A value that one thread at a time can access. Thread Sanitizer understands this lock, but not the
/// slow path of `Mutex`.
package final class Locked<Value>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

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
