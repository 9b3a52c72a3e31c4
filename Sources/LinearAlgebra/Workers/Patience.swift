/// How long a thread looks for others before it sleeps: 30 µs by the clock. Counted in pauses, which
/// take between 1 and 50 ns, it would be as different from processor to processor.
struct Patience {
  /// In nanoseconds.
  static var duration: Int { 30_000 }
  /// How many looks there are between two at the clock, which takes as long as some pauses: most
  /// waits end before the first.
  static var looksPerClock: Int { 64 }

  private var looks = 0
  private var end = Int.max

  /// Whether to look once more.
  ///
  /// - Parameter now: the time in nanoseconds, asked for once in a while.
  @inline(__always)
  mutating func lasts(now: () -> Int) -> Bool {
    looks += 1
    if looks < Self.looksPerClock { return true }
    looks = 0
    let time = now()
    if end == .max { end = time + Self.duration }
    return time < end
  }
}
