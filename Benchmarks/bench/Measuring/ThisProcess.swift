import Foundation
import PerceptronCommandSupport

/// The build of this program.
enum Build {
  /// Whether the program was built with optimization.
  static let isOptimized = !_isDebugAssertConfiguration()
  /// The version of the compiler, read from the executable's debugging information; `unknown` if that
  /// was stripped.
  static let swiftVersion: String = {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    var rest = (try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)) ?? Data()
    while let found = rest.range(of: Data("Swift version ".utf8)) {
      rest = rest[found.upperBound...]
      // The search text is itself part of the program, without a version after it.
      let version = rest.prefix { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
      if !version.isEmpty { return String(decoding: version, as: UTF8.self) }
    }
    return "unknown"
  }()

  /// Warns that the figures of a build without optimization are meaningless.
  static func warnUnlessOptimized() {
    if isOptimized { return }
    Console.error(
      """
      ┌──────────────────────────────────────────────────────────────────────────────┐
      │ WARNING: bench is built without optimization. Its loops run up to 100 times  │
      │ slower than they would, and no figure below says anything. Type instead:     │
      │     swift run -c release bench                                               │
      └──────────────────────────────────────────────────────────────────────────────┘
      """)
  }
}

/// The resources used by processes so far.
enum ResourceUsage {
  /// The processes that are counted.
  enum Subject {
    /// All threads of this process.
    case thisProcess
    /// The terminated children of this process.
    case endedChildren
  }

  /// User and system time, in seconds.
  static func processorSeconds(of subject: Subject) -> Double {
    let usage = usage(of: subject)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + 1e-6 * Double($1.tv_usec)
    }
  }

  /// The largest resident memory, in bytes; for children, that of the largest one.
  static func peakBytes(of subject: Subject) -> Double {
    #if os(Linux)
      if subject == .thisProcess, let peak = ownPeakKilobytes { return peak * 1024 }
      return Double(usage(of: subject).ru_maxrss) * 1024
    #else
      return Double(usage(of: subject).ru_maxrss)
    #endif
  }

  #if os(Linux)
    /// The peak of this program alone: ru_maxrss counts the process that started it, too.
    private static var ownPeakKilobytes: Double? {
      let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    }
  #endif

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
