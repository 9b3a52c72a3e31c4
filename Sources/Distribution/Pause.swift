internal import CPerceptronSystem
import Foundation

/// How a thread waits for messages, which come only when it asks for them: it asks without a pause for
/// 50 µs, then lets others have the processor in between, since ranks may share it, and after 2 ms it sleeps,
/// ever longer.
package struct Pause {
  private var looks = 0
  private var start = 0

  package init() {}

  /// Waits for as long as suits the time since the first call.
  package mutating func wait() {
    looks += 1
    if looks < 16 { return hint_spinning() }
    let now = nanoseconds()
    if start == 0 { start = now }
    let waited = now - start
    if waited < 50_000 { return hint_spinning() }
    if waited < 2_000_000 {
      sched_yield()
    } else {
      // A hundredth of the wait, at most 1 ms.
      usleep(UInt32(min(max(waited / 100_000, 20), 1000)))
    }
  }
}

/// A clock that only goes forward.
func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
}
