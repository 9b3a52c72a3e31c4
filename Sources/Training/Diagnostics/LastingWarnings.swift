/// Tells lasting trouble from what passes: in its first steps a healthy network takes large ones, and
/// every batch is different.
///
/// A warning lasts when each of the last three looks at the network gave it, all of them after the first
/// tenth of the run. What is wrong with a network before its training, and a loss that is not finite,
/// need no second look.
public struct LastingWarnings: Codable, Equatable, Sendable {
  /// How many looks one after the other have to agree.
  public static let window = 3

  /// What the looks before the next one gave, the newest last; fewer than ``window``.
  private var earlier: [[DiagnosticWarning]] = []

  /// No looks yet.
  public init() {}

  /// Takes what a look gave.
  ///
  /// - Parameters:
  ///   - warnings: what is wrong by this look alone.
  ///   - iteration: the look's iteration, counted from 0; nil before the first one.
  ///   - count: how many iterations the run is to make.
  /// - Returns: those of the warnings that last.
  public mutating func update(
    with warnings: [DiagnosticWarning], at iteration: Int?, of count: Int
  ) -> [DiagnosticWarning] {
    guard let iteration else { return warnings }
    let immediate = { (warning: DiagnosticWarning) in
      warning.kind == .explodingLoss && !warning.value.isFinite
    }
    if iteration < count / 10 { return warnings.filter(immediate) }
    let before = earlier
    earlier = (before + [warnings]).suffix(Self.window - 1)
    return warnings.filter { warning in
      immediate(warning)
        || before.count == Self.window - 1
          && before.allSatisfy { $0.contains { $0.isLike(warning) } }
    }
  }
}
