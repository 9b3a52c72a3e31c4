/// What a trial showed on its way.
public struct Measurement: Codable, Equatable, Sendable {
  /// The iterations made so far.
  public var iteration: Int
  /// The last batch's loss, which need not be finite.
  public var loss: Double?
  /// The accuracy on the training set, or a part of it.
  public var trainAccuracy: Double?
  /// The accuracy on the validation set.
  public var validationAccuracy: Double?
  /// The number to compare where that is not the validation accuracy.
  public var value: Double?
  /// The seconds that the trial has taken so far.
  public var seconds: Double?

  /// The given measurement.
  public init(
    iteration: Int, loss: Double? = nil, trainAccuracy: Double? = nil,
    validationAccuracy: Double? = nil, value: Double? = nil, seconds: Double? = nil
  ) {
    self.iteration = iteration
    self.loss = loss
    self.trainAccuracy = trainAccuracy
    self.validationAccuracy = validationAccuracy
    self.value = value
    self.seconds = seconds
  }

  /// What trials are compared by on their way: ``value``, or the validation accuracy.
  public var compared: Double? { value ?? validationAccuracy }
}
