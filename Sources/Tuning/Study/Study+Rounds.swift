extension Study {
  /// Calls `body` with the numbers of trials that wait, in their order: with all at once or, with
  /// pruning and repeats, in two rounds.
  ///
  /// What is given up on the way is decided once for each point of the space: in the first round its
  /// first trials run and are pruned among themselves, all with the same seed. In the second round
  /// the survivors' other trials run to their end, and those of a point whose first trial was pruned,
  /// diverged or failed are given up before they begin.
  ///
  /// - Parameters:
  ///   - stop: asked between the rounds whether to end early.
  ///   - body: runs the trials; it may leave some waiting.
  func forEachRound(
    until stop: () -> Bool = { false }, _ body: (_ trials: [Int]) throws -> Void
  ) throws {
    if definition.pruning == .none || definition.seeds.count < 2 { return try body(waiting) }
    let first = Set(configurations.map(\.id))
    try body(waiting.filter(first.contains))
    if stop() || waiting.contains(where: first.contains) { return }
    for configuration in configurations where configuration.trials[0].state != .done {
      for trial in configuration.trials where trial.state == .waiting {
        try begin(trial.id)
        try prune(trial.id, at: 0, seconds: 0)
      }
    }
    try body(waiting)
  }

  /// The numbers of the trials that wait.
  var waiting: [Int] { trials.filter { $0.state == .waiting }.map(\.id) }
}
