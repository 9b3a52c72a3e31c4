import ArgumentParser
import Foundation
import Synchronization

/// Handling of SIGINT (Ctrl-C), SIGTERM and SIGHUP. During ``deferred(leaving:_:)`` a signal is only
/// recorded, see ``isRequested``; otherwise, and at a second Ctrl-C, the process exits at once.
///
/// One key press may arrive as several signals, from the terminal and from a wrapper that forwards it.
/// Therefore a second Ctrl-C counts only half a second after the first signal. SIGTERM and SIGHUP never
/// count as a second request, and stay ignored if they were, as under `nohup`.
package enum Interruption {
  /// The exit status of an interrupted command.
  package static var status: Int32 { 130 }

  /// Whether the process was asked to stop.
  package static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// If the process was asked to stop, prints so with the outcome of the work and throws the status.
  package static func check(_ outcome: String = "nothing was saved") throws {
    if !isRequested { return }
    Console.error("interrupted; \(outcome)")
    throw ExitCode(status)
  }

  /// Calls `body`, during which a first request is only recorded.
  ///
  /// - Parameter remains: a folder that `body` removes at its end. With it, "stopping…" is printed at
  ///   the first request, since removing may take a while, and a second Ctrl-C prints what is left.
  package static func deferred<Result>(
    leaving remains: String? = nil, _ body: () throws -> Result
  ) rethrows -> Result {
    let earlier = phase.exchange(Phase.deferring.rawValue, ordering: .relaxed)
    // A nested call leaves the phase to the outer one.
    let isInner = earlier == Phase.deferring.rawValue
    // Never freed, because the signal handler may be writing it.
    let message = remains.flatMap { strdup("interrupted; \($0) is left\n") }
    let outer = farewell.exchange(Int(bitPattern: message), ordering: .relaxed)
    defer {
      farewell.store(outer, ordering: .relaxed)
      phase.store((isInner ? Phase.deferring : .over).rawValue, ordering: .relaxed)
    }
    return try body()
  }

  package static func install() {
    // A signal handler must not be the first to initialize these.
    requests.store(0, ordering: .relaxed)
    firstRequest.store(0, ordering: .relaxed)
    phase.store(Phase.beginning.rawValue, ordering: .relaxed)
    farewell.store(0, ordering: .relaxed)
    Console.clearLine()
    let numbers = [SIGINT, SIGTERM, SIGHUP]
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    // No signal may arrive between reading and restoring its disposition.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    for number in numbers {
      let earlier = signal(number) { Interruption.note($0) }
      if number != SIGINT && isIgnore(earlier) { signal(number, SIG_IGN) }
    }
    // The parent may have blocked them, as threads of libdispatch do.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isIgnore(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self)
      == unsafeBitCast(SIG_IGN as (@convention(c) (Int32) -> Void)?, to: Int.self)
  }

  /// The signal handler, which may neither allocate nor lock.
  private static func note(_ number: Int32) {
    let time = nanoseconds
    // Before counting, because another signal may come in between.
    let first = firstRequest.compareExchange(expected: 0, desired: time, ordering: .relaxed)
    let earlier = requests.add(1, ordering: .relaxed).oldValue
    let now = phase.load(ordering: .relaxed)
    let isEnd = isEnd(
      earlier: earlier, after: time - (first.exchanged ? time : first.original),
      isInterrupt: number == SIGINT, isDeferring: now == Phase.deferring.rawValue)
    if !isEnd && earlier > 0 { return }
    let text = UnsafePointer<CChar>(bitPattern: farewell.load(ordering: .relaxed))
    if isEnd || text != nil { Console.clearLine() }
    if now == Phase.beginning.rawValue {
      Console.writeInHandler("interrupted; nothing was saved\n")
    }
    if let text {
      if isEnd {
        _ = write(STDERR_FILENO, text, strlen(text))
      } else {
        Console.writeInHandler("stopping…\n")
      }
    }
    if isEnd { _exit(status) }
  }

  /// Whether a request ends the process at once.
  ///
  /// - Parameters:
  ///   - earlier: the number of requests before.
  ///   - time: nanoseconds since the first request.
  ///   - isInterrupt: whether the request is Ctrl-C.
  package static func isEnd(
    earlier: Int, after time: Int, isInterrupt: Bool, isDeferring: Bool
  ) -> Bool {
    if earlier == 0 { return !isDeferring }
    return (isInterrupt || !isDeferring) && time >= 500_000_000
  }

  /// A monotonic clock that a signal handler may read.
  private static var nanoseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
  }

  /// The state of the command: before, during and after the work that has to be saved or removed.
  private enum Phase: Int { case beginning, deferring, over }
}

private let requests = Atomic<Int>(0)
/// The time of the first request, in nanoseconds.
private let firstRequest = Atomic<Int>(0)
private let phase = Atomic<Int>(0)
/// The address of the message for an exit that leaves a folder behind, or 0.
private let farewell = Atomic<Int>(0)
