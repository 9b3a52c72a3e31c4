/// What a training run left in its folder beside the model: how it was made, and what was recorded.
///
///     let run = try RunDirectory(path: "runs/digits-1").read()
///     print(run.record.results.status, run.history.loss.last ?? .nan)
public struct TrainingRun: Codable, Equatable, Sendable {
  /// How the run was made, and what came of it.
  public var record: RunRecord
  /// The loss of each iteration, and the accuracies of each epoch.
  public var history: History
  /// The network's health from look to look, where it was looked at.
  public var diagnostics: DiagnosticSeries?

  /// The given run.
  public init(record: RunRecord, history: History, diagnostics: DiagnosticSeries? = nil) {
    self.record = record
    self.history = history
    self.diagnostics = diagnostics
  }
}
