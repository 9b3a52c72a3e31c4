import Foundation

/// The losses and evaluations of a training run.
public struct History: Codable, Equatable, Sendable {
  /// An evaluation. There is one in each epoch unless the run's ``EvaluationRule`` says otherwise.
  public struct Epoch: Codable, Equatable, Sendable {
    /// The iteration after which it was made, counted from 0.
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

  /// An empty history.
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

// MARK: - Runs that diverge

/// How a training run diverged.
public enum TrainingError: Error, Sendable, Equatable {
  /// The loss of `iteration`, counted from 0, is `loss`. The network keeps the parameters it had
  /// before that step; `history` ends before it.
  case lossNotFinite(iteration: Int, loss: Double, history: History)
  /// The update of `iteration`, the last one, left a parameter that is NaN or infinite; the network
  /// has these parameters.
  case parametersNotFinite(iteration: Int, history: History)
}

extension TrainingError: CustomStringConvertible, LocalizedError {
  /// One sentence that says what was expected and what came.
  public var description: String {
    let seen =
      switch self {
      case .lossNotFinite(let iteration, let loss, _):
        // The sign of a NaN means nothing.
        "the loss of iteration \(iteration) is \(loss.isNaN ? "nan" : "\(loss)")"
      case .parametersNotFinite(let iteration, _):
        "the update of iteration \(iteration) left parameters that are not finite"
      }
    return "\(seen): the run diverged; a lower learning rate or smaller inputs may help"
  }

  /// The same as ``description``.
  public var errorDescription: String? { description }
}
