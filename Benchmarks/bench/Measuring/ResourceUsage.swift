import Foundation

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
