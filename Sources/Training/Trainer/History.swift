/// What a training run recorded.
public struct History: Codable, Equatable, Sendable {
  /// What an evaluation found: one an epoch, unless the run's ``EvaluationRule`` says otherwise.
  public struct Epoch: Codable, Equatable, Sendable {
    /// The iteration after whose update it was made, counted from 0.
    public let iteration: Int
    /// The accuracy on the iteration's batch, not on all training rows.
    public let trainAccuracy: Double
    /// The accuracy on the validation set, or nil where there is none.
    public let validationAccuracy: Double?
    /// The mean loss of the validation set, without the penalty, or nil where it was not measured.
    public let validationLoss: Double?
    /// The learning rate that the iteration was made with, before the epoch's decay.
    public let learningRate: Double

    /// An evaluation's figures.
    public init(
      iteration: Int, trainAccuracy: Double, validationAccuracy: Double?,
      validationLoss: Double? = nil, learningRate: Double
    ) {
      self.iteration = iteration
      self.trainAccuracy = trainAccuracy
      self.validationAccuracy = validationAccuracy
      self.validationLoss = validationLoss
      self.learningRate = learningRate
    }
  }

  /// The loss of each iteration's batch, before its update, with the penalty.
  public internal(set) var loss: [Double] = []
  /// The evaluations in order.
  public internal(set) var epochs: [Epoch] = []

  /// A history of nothing.
  public init() {}

  init(loss: [Double], epochs: [Epoch]) {
    self.loss = loss
    self.epochs = epochs
  }

  /// The accuracy on the iteration's batch of each evaluation.
  public var trainAccuracy: [Double] { epochs.map(\.trainAccuracy) }
  /// The validation accuracy of each evaluation; empty where there is no validation set.
  public var validationAccuracy: [Double] { epochs.compactMap(\.validationAccuracy) }
}
