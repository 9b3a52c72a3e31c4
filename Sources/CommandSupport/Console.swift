import Foundation
import PerceptronFiles
import Synchronization

/// Where the command writes: results to standard output, all else to standard error.
///
/// A reader that goes away, as `head` does, is no failure: what it no longer wants is dropped, and
/// the command goes on to its end.
package enum Console {
  /// Whether standard error is a terminal that redraws lines.
  package static let redrawsErrors = takesEscapes(
    isTerminal: isatty(STDERR_FILENO) == 1, ProcessInfo.processInfo.environment)

  /// Makes writing to a closed pipe an error that ``output(_:)`` sees, not the process's end.
  package static func install() { signal(SIGPIPE, SIG_IGN) }

  /// Writes a line, or several, to standard output.
  ///
  /// - Throws: `FileError` where it cannot be written, as on a full disk.
  package static func output(_ text: String) throws {
    clearLine()
    let code = write(text + "\n", to: STDOUT_FILENO)
    if code == 0 || code == EPIPE { return }
    throw FileError("standard output", "cannot write: \(String(cString: strerror(code)))")
  }

  /// Writes a line to standard error.
  package static func error(_ line: String) {
    clearLine()
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Replaces the lines that were drawn on standard error, until ``clearLine()`` or another text.
  package static func redraw(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { shortened($0, to: terminalWidth - 1) }
    let above = drawnLines.exchange(lines.count, ordering: .relaxed) - 1
    // What more lines were drawn before is cleared with those below the cursor.
    let start = (above > 0 ? "\u{1B}[\(above)A" : "") + (above >= lines.count ? "\r\u{1B}[J" : "")
    write(start + "\r" + lines.joined(separator: "\u{1B}[K\n") + "\u{1B}[K", to: STDERR_FILENO)
  }

  /// Clears the lines that were drawn, if any. A signal handler may call it: nothing in it allocates
  /// or locks.
  package static func clearLine() {
    let count = drawnLines.exchange(0, ordering: .relaxed)
    if count == 0 { return }
    let current: StaticString = "\r\u{1B}[K"
    _ = Foundation.write(STDERR_FILENO, current.utf8Start, current.utf8CodeUnitCount)
    let above: StaticString = "\u{1B}[A\u{1B}[K"
    for _ in 1..<max(count, 1) {
      _ = Foundation.write(STDERR_FILENO, above.utf8Start, above.utf8CodeUnitCount)
    }
  }

  /// The first `count` characters of a line; what sets colours is none and stays.
  private static func shortened(_ line: Substring, to count: Int) -> String {
    var (result, left, isEscape) = ("", count, false)
    for character in line {
      if character == "\u{1B}" { isEscape = true }
      if isEscape || left > 0 { result.append(character) }
      if !isEscape { left -= 1 }
      if isEscape && character == "m" { isEscape = false }
    }
    return result
  }

  /// Columns of the terminal: a line that wraps cannot be redrawn.
  private static var terminalWidth: Int { columns(of: STDERR_FILENO) ?? 200 }

  /// Columns that redrawn lines may have, so that none wraps.
  package static var redrawnColumns: Int { terminalWidth - 1 }

  /// Columns of the terminal that standard output is, else what COLUMNS says, else 80.
  package static var outputColumns: Int { columns(of: STDOUT_FILENO) ?? saidColumns ?? 80 }

  /// Columns that tables on standard output have to fit into: those of the terminal; nil where it is
  /// none, or nothing says how many there are.
  package static var tableColumns: Int? {
    isatty(STDOUT_FILENO) == 1 ? columns(of: STDOUT_FILENO) ?? saidColumns : nil
  }

  private static var saidColumns: Int? {
    ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Columns of the terminal behind a descriptor; nil where there is none, or it does not say.
  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) : nil
  }

  /// Writes all of `text`; the system's error code, or 0.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    Array(text.utf8).withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        let count = Foundation.write(descriptor, chunk.baseAddress, chunk.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}

/// How many lines on the terminal have a text that is to be redrawn.
private let drawnLines = Atomic<Int>(0)

extension Console {
  /// How a text that is shown looks.
  package enum Style: Sendable {
    /// As it is.
    case plain
    /// With colours, on a terminal.
    case colored

    /// A colour that a terminal knows by its number.
    package enum Color: Int {
      case red = 31
      case green = 32
    }

    /// The text in a colour, where there are any.
    package func paint(_ text: String, _ color: Color) -> String {
      self == .colored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
  }

  /// How progress on standard error looks.
  package static var errorStyle: Style { redrawsErrors ? .colored : .plain }

  /// Whether escape codes may be written: to a terminal that understands them, where NO_COLOR is not
  /// set (no-color.org).
  package static func takesEscapes(isTerminal: Bool, _ environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? ""
    return isTerminal && !terminal.isEmpty && terminal != "dumb"
      && (environment["NO_COLOR"] ?? "").isEmpty
  }
}

/// Says how something long goes: a line that redraws itself on a terminal, plain lines at longer
/// intervals elsewhere. Nothing is shown of what is over in less than two seconds elsewhere; of
/// anything else the final state stays, where there is one.
package struct StatusLine {
  private let clock = ContinuousClock()
  private let interval: Duration
  private var nextLine: ContinuousClock.Instant
  private var hasShown = false

  /// A line whose first interval begins now.
  package init() {
    interval = Console.redrawsErrors ? .milliseconds(100) : .seconds(2)
    nextLine = clock.now.advanced(by: interval)
  }

  /// Whether it is time for a line.
  package var isDue: Bool { clock.now >= nextLine }

  /// Shows `text`, and nothing more until the interval is over.
  package mutating func show(_ text: String) {
    nextLine = clock.now.advanced(by: interval)
    hasShown = true
    if Console.redrawsErrors {
      Console.redraw(text)
    } else {
      Console.error(text)
    }
  }

  /// Clears the line on a terminal.
  ///
  /// - Parameter final: the final state, which stays elsewhere, below earlier lines.
  package func finish(_ final: @autoclosure () -> String? = nil) {
    if Console.redrawsErrors {
      Console.clearLine()
    } else if hasShown, let text = final() {
      Console.error(text)
    }
  }
}
