import Foundation
import Synchronization

/// Ctrl-C. While something is worth saving, the first one asks for an end, which
/// ``Interruption/isRequested`` tells; otherwise, and at the second, the process ends at once.
enum Interruption {
  /// The exit status of an interrupted command.
  static let status: Int32 = 130

  /// Whether an end has been asked for.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Calls `body`, during which the first Ctrl-C is only noted; the second ends the process.
  static func deferred<Result>(_ body: () throws -> Result) rethrows -> Result {
    defers.store(true, ordering: .relaxed)
    defer { defers.store(false, ordering: .relaxed) }
    return try body()
  }

  /// Makes Ctrl-C end the process with the right status from now on.
  static func install() {
    // Touched here, since a signal handler must not be what first initializes them.
    requests.store(0, ordering: .relaxed)
    defers.store(false, ordering: .relaxed)
    signal(SIGINT) { _ in
      let earlier = requests.add(1, ordering: .relaxed).oldValue
      if earlier > 0 || !defers.load(ordering: .relaxed) { _exit(Interruption.status) }
    }
    // A parent may have left the signal blocked, as threads of libdispatch do.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
  }
}

private let requests = Atomic<Int>(0)
private let defers = Atomic<Bool>(false)
