import Foundation
import Perceptron

/// Where the command writes: results to standard output, all else to standard error.
///
/// A reader that goes away, as `head` does, is no failure: what it no longer wants is dropped, and
/// the command goes on to its end.
enum Console {
  /// Whether standard error is a terminal that redraws lines.
  static let redrawsErrors = isatty(STDERR_FILENO) == 1

  /// Makes writing to a closed pipe an error that ``output(_:)`` sees, not the process's end.
  static func install() { signal(SIGPIPE, SIG_IGN) }

  /// Writes a line, or several, to standard output.
  ///
  /// - Throws: `FileError` where it cannot be written, as on a full disk.
  static func output(_ text: String) throws {
    let code = write(text + "\n", to: STDOUT_FILENO)
    if code == 0 || code == EPIPE { return }
    throw FileError("standard output", "cannot write: \(String(cString: strerror(code)))")
  }

  /// Writes a line to standard error.
  static func error(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Replaces the terminal's current line on standard error; an empty text clears it.
  static func redraw(_ text: String) {
    write("\r\(text.prefix(terminalWidth - 1))\u{1B}[K", to: STDERR_FILENO)
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

/// The middle one of some numbers by size, the mean of the middle two of an even count; nil of none.
func median(_ numbers: [Double]) -> Double? {
  if numbers.isEmpty { return nil }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// `value` with the given number of decimals.
func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// `value` as `1.2e-07`.
func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

/// `value` with all its digits; the sign of a NaN, which means nothing, is left out.
func plain(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

/// A time as a person reads it: `850 µs`, `2.1 ms`, `14 s`, `3 min 20 s`, `5 h 7 min`.
func readableTime(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: "\(Int((seconds * 1e6).rounded())) µs"
  case ..<1: "\(decimal(seconds * 1e3, seconds < 0.01 ? 2 : 0)) ms"
  case ..<10: "\(decimal(seconds, 1)) s"
  case ..<59.5: "\(Int(seconds.rounded())) s"
  case ..<3599.5: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
  case ..<1e9: "\(Int(seconds / 60) / 60) h \(Int(seconds / 60) % 60) min"
  default: "years"
  }
}

extension Duration {
  /// This duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
