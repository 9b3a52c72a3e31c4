/// What a training run recorded.
public struct History: Codable, Equatable, Sendable {
  /// What is recorded at each iteration that begins an epoch, after its update.
  public struct Epoch: Codable, Equatable, Sendable {
    /// The iteration, counted from 0.
    public let iteration: Int
    /// The share of the iteration's batch that is classified rightly.
    public let trainAccuracy: Double
    /// The share of the validation set that is, or nil where there is none.
    public let validationAccuracy: Double?
    /// The learning rate that the iteration was made with, before the epoch's decay.
    public let learningRate: Double
  }

  /// The loss of each iteration's batch, before its update.
  public internal(set) var loss: [Double] = []
  /// The epochs in order.
  public internal(set) var epochs: [Epoch] = []

  /// A history of nothing.
  public init() {}

  init(loss: [Double], epochs: [Epoch]) {
    self.loss = loss
    self.epochs = epochs
  }

  /// The training-batch accuracy of each epoch.
  public var trainAccuracy: [Double] { epochs.map(\.trainAccuracy) }
  /// The validation accuracy of each epoch; empty where there is no validation set.
  public var validationAccuracy: [Double] { epochs.compactMap(\.validationAccuracy) }
}
