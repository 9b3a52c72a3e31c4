import CommandSupport
import Foundation
import Perceptron

/// What one run of bench found, and where: what `--json` writes and `compare` reads.
struct Report: Codable {
  /// The subcommand.
  let command: String
  /// When it ended, as ISO 8601 in universal time.
  let date: String
  let machine: Machine
  /// Swift's version.
  let swift: String
  /// Whether it was built with optimisation.
  let isOptimized: Bool
  let measurements: [Measurement]

  init(command: String, _ measurements: [Measurement]) {
    self.command = command
    date = Date().formatted(.iso8601)
    machine = .current
    swift = Build.swiftVersion
    isOptimized = Build.isOptimized
    self.measurements = measurements
  }

  init(readingFrom path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw FileError(path, "cannot read: \(error.localizedDescription)")
    }
    do {
      self = try JSONDecoder().decode(Report.self, from: data)
    } catch {
      throw FileError(path, "expected what bench's --json writes: \(error)")
    }
  }

  func write(to path: String) throws {
    try AtomicFile.write(Array((try json + "\n").utf8), to: path)
  }
}

/// How this program was built.
enum Build {
  /// Whether it was built with optimisation.
  static let isOptimized = !_isDebugAssertConfiguration()
  /// The version of Swift's library, which on Linux is the compiler's.
  static var swiftVersion: String { "\(_SwiftStdlibVersion.current)" }

  /// Says loudly that nothing measured by this build means anything.
  static func warnUnlessOptimized() {
    if isOptimized { return }
    Console.error(
      """
      ┌──────────────────────────────────────────────────────────────────────────────┐
      │ WARNING: bench is built without optimisation. Its loops run up to 100 times  │
      │ slower than they would, and no figure below says anything. Type instead:     │
      │     swift run -c release bench                                               │
      └──────────────────────────────────────────────────────────────────────────────┘
      """)
  }
}
