import PerceptronCommandSupport
import Foundation

/// How this program was built.
enum Build {
  /// Whether it was built with optimisation.
  static let isOptimized = !_isDebugAssertConfiguration()
  /// The version of the compiler that built this, which it leaves in the debugging information of
  /// what it compiles; `unknown` where that was stripped.
  static let swiftVersion: String = {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    var rest = (try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)) ?? Data()
    while let found = rest.range(of: Data("Swift version ".utf8)) {
      rest = rest[found.upperBound...]
      // None follows where the text above is itself in the program.
      let version = rest.prefix { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
      if !version.isEmpty { return String(decoding: version, as: UTF8.self) }
    }
    return "unknown"
  }()

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
