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

/// A clock that only goes forward.
private func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
}
