import Foundation
import PerceptronCommandSupport

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

/// What processes have used of the machine so far, as the system counts it.
enum ResourceUsage {
  /// Whose use is counted.
  enum Subject {
    /// All threads of this process.
    case thisProcess
    /// The processes that this one has started and that have ended.
    case endedChildren
  }

  /// The processor time, in seconds.
  static func processorSeconds(of subject: Subject) -> Double {
    let usage = usage(of: subject)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + 1e-6 * Double($1.tv_usec)
    }
  }

  /// The largest resident memory, in bytes: of children, that of the largest one.
  static func peakBytes(of subject: Subject) -> Double {
    #if os(Linux)
      return Double(usage(of: subject).ru_maxrss) * 1024
    #else
      return Double(usage(of: subject).ru_maxrss)
    #endif
  }

  private static func usage(of subject: Subject) -> rusage {
    let who = subject == .thisProcess ? RUSAGE_SELF : RUSAGE_CHILDREN
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(who.rawValue), &usage)
    #else
      getrusage(who, &usage)
    #endif
    return usage
  }
}
