import Foundation
import Serialization
import Synchronization

/// Where the command writes: results to standard output, all else to standard error.
///
/// A reader that goes away, as `head` does, is no failure: what it no longer wants is dropped, and
/// the command goes on to its end.
package enum Console {
  /// Whether standard error is a terminal that redraws lines.
  package static let redrawsErrors = isatty(STDERR_FILENO) == 1

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

  /// Replaces the terminal's current line on standard error, until ``clearLine()`` or another text.
  package static func redraw(_ text: String) {
    isDrawn.store(true, ordering: .relaxed)
    write("\r\(text.prefix(terminalWidth - 1))\u{1B}[K", to: STDERR_FILENO)
  }

  /// Clears the line that was drawn, if any. A signal handler may call it: nothing in it allocates
  /// or locks.
  package static func clearLine() {
    if !isDrawn.exchange(false, ordering: .relaxed) { return }
    let text: StaticString = "\r\u{1B}[K"
    _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Columns of the terminal: a line that wraps cannot be redrawn.
  private static var terminalWidth: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) : 200
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

/// Whether the terminal's current line has a text that is to be redrawn.
private let isDrawn = Atomic<Bool>(false)
