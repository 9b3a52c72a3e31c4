import Foundation

/// Where the command writes what is not its result.
enum Console {
  /// Whether standard error is a terminal that redraws lines.
  static let redrawsErrors = isatty(STDERR_FILENO) == 1

  /// Writes a line to standard error.
  static func error(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Replaces the terminal's current line on standard error; an empty text clears it.
  static func redraw(_ text: String) {
    FileHandle.standardError.write(Data("\r\(text)\u{1B}[K".utf8))
  }
}

extension Encodable {
  /// Indented JSON with sorted keys; numbers that are not finite become strings.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

/// `value` with the given number of decimals.
func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A time as a person reads it: `850 µs`, `2.1 ms`, `14 s`, `3 min 20 s`.
func readableTime(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: "\(Int((seconds * 1e6).rounded())) µs"
  case ..<1: "\(decimal(seconds * 1e3, seconds < 0.01 ? 2 : 0)) ms"
  case ..<10: "\(decimal(seconds, 1)) s"
  case ..<60: "\(Int(seconds.rounded())) s"
  default: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
  }
}
