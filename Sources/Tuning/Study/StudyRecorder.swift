/// Takes the events of a study in the order in which they are recorded.
protocol StudyRecorder {
  /// Takes an event.
  ///
  /// - Throws: if it was not taken; the study is then unchanged.
  func append(_ line: StudyLine) throws
}

/// Another process that has the whole study, as one that trains a part of it sees it: it gets all events,
/// and answers what depends on others' trials.
protocol StudyLeader: StudyRecorder, Sendable {
  /// The trials among some that are pruned.
  func pruned(_ trials: [Int], at iteration: Int) throws -> Set<Int>

  /// Whether a trial that ends with a result becomes the study's best.
  func isBest(_ trial: Int, _ result: TrialResult) throws -> Bool

  /// Ends a trial with its result.
  ///
  /// - Parameter model: the bytes of the trial's model if it becomes the best.
  func end(_ trial: Int, _ result: TrialResult, model: [UInt8]?) throws

  /// Makes a running trial wait again.
  func interrupt(_ trial: Int)
}
