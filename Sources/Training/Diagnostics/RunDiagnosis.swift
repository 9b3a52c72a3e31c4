/// A network's health over a run.
public struct RunDiagnosis: Codable, Equatable, Sendable {
  /// A warning and when it was given.
  public struct Warning: Codable, Equatable, Sendable {
    /// The iteration, counted from 0; nil before the first one.
    public let iteration: Int?
    /// The warning.
    public let warning: DiagnosticWarning

    /// Creates a warning.
    public init(iteration: Int?, warning: DiagnosticWarning) {
      self.iteration = iteration
      self.warning = warning
    }
  }

  /// The iteration of the last snapshot, counted from 0; nil before the first one.
  public var iteration: Int?
  /// The run's number of iterations.
  public var iterations: Int
  /// The last snapshot.
  public var lastSnapshot: Diagnosis
  /// What is wrong by the last snapshot.
  public var lastWarnings: [DiagnosticWarning]
  /// Each kind of warning about each subject, when it was first given.
  public var warnings: [Warning]

  private enum CodingKeys: String, CodingKey {
    case lastSnapshot = "lastLook"
    case iteration, iterations, lastWarnings, warnings
  }

  /// Creates a diagnosis.
  public init(
    iteration: Int?, iterations: Int, lastSnapshot: Diagnosis, lastWarnings: [DiagnosticWarning],
    warnings: [Warning]
  ) {
    self.iteration = iteration
    self.iterations = iterations
    self.lastSnapshot = lastSnapshot
    self.lastWarnings = lastWarnings
    self.warnings = warnings
  }

  /// Puts accuracies on all rows, measured when the run was over, in place of a batch's.
  public mutating func measured(training: Double?, validation: Double?) {
    lastSnapshot.trainAccuracy = training
    lastSnapshot.isBatchAccuracy = false
    lastSnapshot.validationAccuracy = validation
    let overfitting = lastSnapshot.warnings.filter { $0.kind == .overfitting }
    lastWarnings = lastWarnings.filter { $0.kind != .overfitting } + overfitting
    for warning in overfitting where !warnings.contains(where: { $0.warning.isLike(warning) }) {
      warnings.append(Warning(iteration: iteration, warning: warning))
    }
  }
}

extension RunDiagnosis: CustomStringConvertible {
  /// The time of the last snapshot, its tables, and what is wrong.
  public var description: String {
    let time =
      iteration.map { "snapshot at iteration \($0) of \(iterations)" } ?? "snapshot before training"
    let earlier = warnings.count { given in !lastWarnings.contains { $0.isLike(given.warning) } }
    var verdict = lastWarnings.map { "warning: \($0)" }
    if verdict.isEmpty {
      // What did not last: small steps are what a schedule ends with.
      let passing = lastSnapshot.warnings.filter { $0.kind != .smallUpdate }
      verdict =
        passing.isEmpty
        ? ["nothing wrong in the last snapshot"]
        : passing.map { "in the last snapshot, not in several: \($0)" }
    }
    if earlier > 0 {
      verdict.append(
        earlier == 1 ? "1 warning was given earlier" : "\(earlier) warnings were given earlier")
    }
    return "\(time)\n\(lastSnapshot)\n\(verdict.joined(separator: "\n"))"
  }
}
