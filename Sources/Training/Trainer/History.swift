import Foundation
import PerceptronFiles

/// The losses and evaluations of a training run.
public struct History: Codable, Equatable, Sendable {
  /// An evaluation. There is one in each epoch unless the run's ``EvaluationRule`` says otherwise.
  public struct Epoch: Codable, Equatable, Sendable {
    /// The iteration after which it was made, counted from 0.
    public let iteration: Int
    /// Metrics on the iteration's batch, not on all training rows.
    public let batch: MetricValues
    /// Metrics on the validation set, or nil where there is none.
    public let validation: MetricValues?
    /// The mean loss of the validation set, without the penalty, or nil where it was not measured.
    public let validationLoss: Double?
    /// The learning rate that the iteration was made with, before the epoch's decay.
    public let learningRate: Double

    /// An evaluation's figures.
    public init(
      iteration: Int, batch: MetricValues, validation: MetricValues?,
      validationLoss: Double? = nil, learningRate: Double
    ) {
      self.iteration = iteration
      self.batch = batch
      self.validation = validation
      self.validationLoss = validationLoss
      self.learningRate = learningRate
    }

    /// An evaluation of classes by the accuracy.
    public init(
      iteration: Int, trainAccuracy: Double, validationAccuracy: Double?,
      validationLoss: Double? = nil, learningRate: Double
    ) {
      self.init(
        iteration: iteration, batch: [.accuracy: trainAccuracy],
        validation: validationAccuracy.map { [.accuracy: $0] }, validationLoss: validationLoss,
        learningRate: learningRate)
    }

    /// The accuracy on the iteration's batch, not on all training rows; NaN where it was not measured.
    public var trainAccuracy: Double { batch[.accuracy] ?? .nan }
    /// The accuracy on the validation set, or nil where there is none.
    public var validationAccuracy: Double? { validation?[.accuracy] }

    /// The value of a metric, which may be the loss, on the validation set; nil where there is none.
    public func validationValue(of metric: Metric) -> Double? {
      metric == .loss ? validationLoss : validation?[metric]
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

  /// The accuracy on the iteration's batch of each evaluation; empty where it was not measured.
  public var trainAccuracy: [Double] { epochs.compactMap { $0.batch[.accuracy] } }
  /// The validation accuracy of each evaluation; empty where there is no validation set.
  public var validationAccuracy: [Double] { epochs.compactMap(\.validationAccuracy) }
}

extension History.Epoch {
  private enum CodingKeys: CodingKey {
    case iteration, batch, validation, validationLoss, learningRate
  }

  /// The keys of earlier versions.
  private enum EarlierKeys: CodingKey { case trainAccuracy, validationAccuracy }

  /// Decodes an evaluation; earlier versions wrote accuracies in place of metrics.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let earlier = try decoder.container(keyedBy: EarlierKeys.self)
    func metrics(_ key: CodingKeys, orAccuracy accuracy: EarlierKeys) throws -> MetricValues? {
      try values.decodeIfPresent(MetricValues.self, forKey: key)
        ?? earlier.decodeIfPresent(Double.self, forKey: accuracy).map { [.accuracy: $0] }
    }
    iteration = try values.decode(Int.self, forKey: .iteration)
    batch = try metrics(.batch, orAccuracy: .trainAccuracy) ?? MetricValues()
    validation = try metrics(.validation, orAccuracy: .validationAccuracy)
    validationLoss = try values.decodeIfPresent(Double.self, forKey: .validationLoss)
    learningRate = try values.decode(Double.self, forKey: .learningRate)
  }
}

// MARK: - Runs that diverge

/// How a training run diverged.
public enum TrainingError: Error, Sendable, Equatable {
  /// The loss of `iteration`, counted from 0, is `loss`. The network keeps the parameters it had
  /// before that step; `history` ends before it.
  case lossNotFinite(iteration: Int, loss: Double, history: History)
  /// The rows of `iteration`'s batch, counted from 0, all have the weight 0, so that it has no loss. The
  /// network keeps the parameters it had before that step; `history` ends before it.
  case batchWithoutWeight(iteration: Int, history: History)
  /// The update of `iteration`, the last one, left a parameter that is NaN or infinite; the network
  /// has these parameters.
  case parametersNotFinite(iteration: Int, history: History)
}

extension TrainingError: CustomStringConvertible, LocalizedError {
  /// One sentence that says what was expected and what came.
  public var description: String {
    let remedy = "the run diverged; a lower learning rate or smaller inputs may help"
    return switch self {
    case .lossNotFinite(let iteration, let loss, _):
      "the loss of iteration \(iteration) is \(plain(loss)): \(remedy)"
    case .batchWithoutWeight(let iteration, _):
      "the rows of iteration \(iteration)'s batch all have the weight 0, so that it has no loss: "
        + "leave such rows out, or make batches larger"
    case .parametersNotFinite(let iteration, _):
      "the update of iteration \(iteration) left parameters that are not finite: \(remedy)"
    }
  }

  /// The same as ``description``.
  public var errorDescription: String? { description }
}
