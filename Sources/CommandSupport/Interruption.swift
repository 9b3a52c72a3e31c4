import ArgumentParser
import Foundation
import Synchronization

/// Ctrl-C, and the signals by which a system or a closed terminal asks for an end. While there is
/// something worth saving they are only noted, which ``Interruption/isRequested`` tells; otherwise
/// the process ends at once, and so it does at a second Ctrl-C.
///
/// One key press may come as several signals, from the terminal and from a wrapper that passes it on, so
/// that a second Ctrl-C counts from half a second after the first signal on. SIGTERM and SIGHUP never
/// count as a second request. They stay ignored where they are, as under `nohup`.
package enum Interruption {
  /// The exit status of an interrupted command.
  package static var status: Int32 { 130 }

  /// Whether an end has been asked for.
  package static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Throws the exit status where an end was asked for, having said so and what became of the work.
  package static func check(_ outcome: String = "nothing was saved") throws {
    if !isRequested { return }
    Console.error("interrupted; \(outcome)")
    throw ExitCode(status)
  }

  /// Calls `body`, during which a first request is only noted.
  ///
  /// - Parameter remains: a folder that `body` clears away. With it the first request is answered at
  ///   once, as clearing may take a while, and a second Ctrl-C names what it leaves.
  package static func deferred<Result>(
    leaving remains: String? = nil, _ body: () throws -> Result
  ) rethrows -> Result {
    let earlier = phase.exchange(Phase.deferring.rawValue, ordering: .relaxed)
    // A call within another leaves the end to the outer one.
    let isInner = earlier == Phase.deferring.rawValue
    // Never freed, as the signal handler may be writing it.
    let message = remains.flatMap { strdup("interrupted; \($0) is left\n") }
    let outer = farewell.exchange(Int(bitPattern: message), ordering: .relaxed)
    defer {
      farewell.store(outer, ordering: .relaxed)
      phase.store((isInner ? Phase.deferring : .over).rawValue, ordering: .relaxed)
    }
    return try body()
  }

  /// Makes the signals end the process with the right status from now on.
  package static func install() {
    // Touched here, since a signal handler must not be what first initializes them.
    requests.store(0, ordering: .relaxed)
    firstRequest.store(0, ordering: .relaxed)
    phase.store(Phase.beginning.rawValue, ordering: .relaxed)
    farewell.store(0, ordering: .relaxed)
    Console.clearLine()
    let numbers = [SIGINT, SIGTERM, SIGHUP]
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    // None may come between asking what is done of it and leaving it at that.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    for number in numbers {
      let earlier = signal(number) { Interruption.note($0) }
      if number != SIGINT && isIgnore(earlier) { signal(number, SIG_IGN) }
    }
    // Whatever the parent had blocked, as threads of libdispatch do.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isIgnore(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self)
      == unsafeBitCast(SIG_IGN as (@convention(c) (Int32) -> Void)?, to: Int.self)
  }

  /// The signal handler: nothing in it may allocate or lock.
  private static func note(_ number: Int32) {
    let time = nanoseconds
    // Before it is counted: another signal may come in between.
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
      let message: StaticString = "interrupted; nothing was saved\n"
      _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    }
    if let text {
      let message: StaticString = "stopping…\n"
      if isEnd {
        _ = write(STDERR_FILENO, text, strlen(text))
      } else {
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      }
    }
    if isEnd { _exit(status) }
  }

  /// Whether a request ends the process at once.
  ///
  /// - Parameters:
  ///   - earlier: how many requests there were before.
  ///   - time: nanoseconds since the first of them.
  ///   - isInterrupt: whether it is Ctrl-C.
  ///   - isDeferring: whether there is something to be saved or cleared away.
  package static func isEnd(
    earlier: Int, after time: Int, isInterrupt: Bool, isDeferring: Bool
  ) -> Bool {
    if earlier == 0 { return !isDeferring }
    return (isInterrupt || !isDeferring) && time >= 500_000_000
  }

  /// A clock that only goes forward, which a signal handler may read.
  private static var nanoseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return 1_000_000_000 * Int(time.tv_sec) + Int(time.tv_nsec)
  }

  /// Where the command stands.
  private enum Phase: Int {
    /// There is nothing to save yet.
    case beginning
    /// Something is being made that has to be saved or cleared away.
    case deferring
    /// That is done.
    case over
  }
}

private let requests = Atomic<Int>(0)
/// When the first request came, in nanoseconds.
private let firstRequest = Atomic<Int>(0)
private let phase = Atomic<Int>(0)
/// The address of what is said at an end that leaves a folder behind, or 0.
private let farewell = Atomic<Int>(0)
