/// What came of a trial that was run to its end.
public struct TrialResult: Codable, Equatable, Sendable {
  /// What trials are compared by: the validation accuracy, or an objective's number.
  public var value: Double
  /// The accuracy on the training set.
  public var trainAccuracy: Double?
  /// The last batch's loss.
  public var finalLoss: Double?
  /// How many iterations were made.
  public var iterations: Int?
  /// How long it took.
  public var seconds: Double
  /// How many rows ``value`` is the accuracy on; nil where it is no accuracy, or that is not known.
  public var rowCount: Int?

  /// The given result.
  public init(
    value: Double, trainAccuracy: Double? = nil, finalLoss: Double? = nil,
    iterations: Int? = nil, seconds: Double, rowCount: Int? = nil
  ) {
    self.value = value
    self.trainAccuracy = trainAccuracy
    self.finalLoss = finalLoss
    self.iterations = iterations
    self.seconds = seconds
    self.rowCount = rowCount
  }
}
