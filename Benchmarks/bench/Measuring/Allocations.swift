import CPerceptronAllocations

/// Counting the calls of malloc and its like.
enum Allocations {
  /// Whether they can be counted on this system.
  static var areCounted: Bool { allocations_are_counted() }

  /// How they are counted, for a table's foot.
  static var method: String {
    areCounted
      ? """
      mallocs: calls of malloc, calloc, realloc and memalign in one run, OpenBLAS's own included;
      bench puts functions that count in the place of glibc's.
      """
      : "mallocs: not counted; bench can stand in for malloc on Linux with glibc only."
  }

  /// The mean of twenty runs, or nil where they cannot be counted.
  static func perRun(of contender: Contender) -> Timing.Allocations? {
    guard areCounted else { return nil }
    let runs = 20
    contender.prepare()
    contender.run()
    let start = allocations_begin()
    for _ in 0..<runs { contender.run() }
    let found = allocations_end(start)
    return Timing.Allocations(
      count: Double(found.count) / Double(runs), bytes: Double(found.bytes) / Double(runs))
  }
}
