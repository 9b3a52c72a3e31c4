import Foundation
import PerceptronFiles
import Synchronization

/// The command's output: results to standard output, everything else to standard error.
///
/// A closed pipe, as left by `head`, is not an error: further output is dropped.
package enum Console {
  /// Whether standard error is a terminal on which lines can be redrawn.
  package static let redrawsErrors = takesEscapes(
    isTerminal: isatty(STDERR_FILENO) == 1, ProcessInfo.processInfo.environment)

  /// Ignores SIGPIPE, so that ``output(_:)`` sees writes to a closed pipe as errors.
  package static func install() { signal(SIGPIPE, SIG_IGN) }

  /// Writes one or more lines to standard output.
  ///
  /// - Throws: `FileError` if they cannot be written, for example on a full disk.
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

  /// Draws lines on standard error in place of those drawn before.
  package static func redraw(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { shortened($0, to: redrawnColumns) }
    let above = drawnLines.exchange(lines.count, ordering: .relaxed) - 1
    // Surplus lines drawn before are cleared with everything below the cursor.
    let start = (above > 0 ? "\u{1B}[\(above)A" : "") + (above >= lines.count ? "\r\u{1B}[J" : "")
    write(start + "\r" + lines.joined(separator: "\u{1B}[K\n") + "\u{1B}[K", to: STDERR_FILENO)
  }

  /// Clears the drawn lines, if any. Safe to call in a signal handler: it neither allocates nor locks.
  package static func clearLine() {
    let count = drawnLines.exchange(0, ordering: .relaxed)
    if count == 0 { return }
    writeInHandler("\r\u{1B}[K")
    for _ in 1..<max(count, 1) { writeInHandler("\u{1B}[A\u{1B}[K") }
  }

  /// Writes to standard error. Safe to call in a signal handler.
  static func writeInHandler(_ text: StaticString) {
    _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// The first `count` characters of a line. Escape sequences for colors do not count.
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

  /// The maximum width of redrawn lines; a line that wraps cannot be redrawn.
  package static var redrawnColumns: Int { (columns(of: STDERR_FILENO) ?? 200) - 1 }

  /// The width of the terminal on standard output, else the value of COLUMNS, else 80.
  package static var outputColumns: Int { columns(of: STDOUT_FILENO) ?? variableColumns ?? 80 }

  /// The width that tables have to fit into, or nil if standard output is no terminal of known width.
  package static var tableColumns: Int? {
    isatty(STDOUT_FILENO) == 1 ? columns(of: STDOUT_FILENO) ?? variableColumns : nil
  }

  private static var variableColumns: Int? {
    ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The width of the terminal behind a descriptor, or nil if there is none or it is unknown.
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

/// The number of lines on the terminal that are to be redrawn.
private let drawnLines = Atomic<Int>(0)

extension Console {
  /// The style of text on a terminal.
  package enum Style: Sendable {
    case plain, colored

    /// A color by its ANSI number.
    package enum Color: Int { case red = 31, green }

    /// The text in a color, if the style has colors.
    package func paint(_ text: String, _ color: Color) -> String {
      self == .colored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
  }

  /// The style of progress on standard error.
  package static var errorStyle: Style { redrawsErrors ? .colored : .plain }

  /// Whether escape codes may be written: on a terminal that supports them, unless NO_COLOR is set
  /// (no-color.org).
  package static func takesEscapes(isTerminal: Bool, _ environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? ""
    return isTerminal && !terminal.isEmpty && terminal != "dumb"
      && (environment["NO_COLOR"] ?? "").isEmpty
  }
}

/// Progress of a long operation: a line that is redrawn on a terminal, elsewhere plain lines every two
/// seconds, of which the last one is the final state.
package struct StatusLine {
  private let clock = ContinuousClock()
  private let interval: Duration
  private var nextLine: ContinuousClock.Instant
  private var hasShown = false

  package init() {
    interval = Console.redrawsErrors ? .milliseconds(100) : .seconds(2)
    nextLine = clock.now.advanced(by: interval)
  }

  package var isDue: Bool { clock.now >= nextLine }

  /// Shows `text` and starts the next interval.
  package mutating func show(_ text: String) {
    nextLine = clock.now.advanced(by: interval)
    hasShown = true
    if Console.redrawsErrors {
      Console.redraw(text)
    } else {
      Console.error(text)
    }
  }

  /// Clears the line on a terminal; elsewhere prints the final state below earlier lines, if any.
  package func finish(_ final: @autoclosure () -> String? = nil) {
    if Console.redrawsErrors {
      Console.clearLine()
    } else if hasShown, let text = final() {
      Console.error(text)
    }
  }
}
