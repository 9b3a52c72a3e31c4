/// What has to be the same for a study to be gone on with.
public struct StudyDefinition: Codable, Equatable, Sendable {
  /// The hyperparameters and their values.
  public var space: SearchSpace
  /// Which points of the space are tried.
  public var method: SearchMethod
  /// What trials are compared by.
  public var goal: Goal
  /// When a trial is given up before its end.
  public var pruning: Pruning
  /// Whatever else determines the trials' numbers, by its name: a digest of the data, settings that
  /// are the same for all trials, a seed.
  public var context: [String: String]

  /// The given definition.
  public init(
    space: SearchSpace, method: SearchMethod, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, context: [String: String] = [:]
  ) {
    self.space = space
    self.method = method
    self.goal = goal
    self.pruning = pruning
    self.context = context
  }
}
