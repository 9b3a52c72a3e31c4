/// Something that is timed.
struct Contender {
  /// What is worked on: contenders of one subject do the same work, or parts of it.
  let subject: String
  /// Who does it, or which part.
  let variant: String
  /// Floating-point operations of one run, where that says something.
  var operations: Double?
  /// Bytes that one run takes in, where that says something.
  var bytes: Double?
  /// Whether the allocations of a run are counted.
  var countsAllocations = false
  /// Seconds that one run takes, where that is known beforehand.
  var expectedSeconds: Double?
  /// Puts things in their place before some runs in a row, such as the number of BLAS's threads.
  /// Not timed.
  var prepare: () -> Void = {}
  /// The work, once.
  let run: () -> Void

  /// Both names, for a filter to match and a message to show.
  var name: String { "\(subject) · \(variant)" }
}
