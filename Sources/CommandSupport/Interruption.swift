import ArgumentParser
import Foundation
import Synchronization

/// Ctrl-C, and the signals by which a system or a closed terminal asks for an end. While there is
/// something worth saving they are only noted, which ``Interruption/isRequested`` tells; otherwise
/// the process ends at once, and so it does at a second Ctrl-C.
///
/// SIGTERM and SIGHUP may come more than once for one cause, so that only Ctrl-C counts as a second
/// request. They stay ignored where they are, as under `nohup`.
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
    let earlier = requests.add(1, ordering: .relaxed).oldValue
    let now = phase.load(ordering: .relaxed)
    let isEnd = now != Phase.deferring.rawValue || (number == SIGINT && earlier > 0)
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
      } else if earlier == 0 {
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      }
    }
    if isEnd { _exit(status) }
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
private let phase = Atomic<Int>(0)
/// The address of what is said at an end that leaves a folder behind, or 0.
private let farewell = Atomic<Int>(0)
