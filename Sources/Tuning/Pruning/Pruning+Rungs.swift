/// Where trials are measured for a rule that has rungs.
extension Pruning {
  /// The next rung of a trial beyond `iteration`, or nil where the rule has no rungs: the median
  /// rule decides at whatever is measured.
  ///
  /// - Parameters:
  ///   - iteration: the iterations made so far.
  ///   - trial: the number of the trial's configuration, which tells its bracket.
  public func nextRung(after iteration: Int, of trial: Int) -> Int? {
    guard let ladder else { return nil }
    var rung = ladder.minimum
    var skipped = trial % ladder.brackets
    while rung <= iteration || skipped > 0 {
      // A rung that no Int can hold is never reached.
      let (next, overflows) = rung.multipliedReportingOverflow(by: ladder.factor)
      if overflows { return nil }
      rung = next
      skipped -= 1
    }
    return rung
  }

  /// Whether a trial has a rung at `iteration`.
  public func isRung(_ iteration: Int, of trial: Int) -> Bool {
    iteration > 0 && nextRung(after: iteration - 1, of: trial) == iteration
  }

  /// Whether two trials are compared with each other.
  func compares(_ trial: Int, _ other: Int) -> Bool {
    guard let ladder else { return true }
    return trial % ladder.brackets == other % ladder.brackets
  }

  private var ladder: (minimum: Int, factor: Int, brackets: Int)? {
    switch self {
    case .successiveHalving(let minimum, let factor): (minimum, factor, 1)
    case .hyperband(let minimum, let factor, let brackets): (minimum, factor, brackets)
    case .none, .median: nil
    }
  }
}
