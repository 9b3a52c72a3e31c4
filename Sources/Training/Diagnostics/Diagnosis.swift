/// What can be seen of a network's health on one batch, and what the caller adds of the run.
///
///     var diagnosis = network.diagnose(x, .labels(y), update: (before, after))
///     diagnosis.firstLoss = history.loss.first
///     print(diagnosis)
///     for warning in diagnosis.warnings { print(warning) }
public struct Diagnosis: Codable, Sendable, Equatable {
  /// The batch's loss, penalty included.
  public let loss: Double
  /// What the weights add to it.
  public let penalty: Double
  /// The loss of equal probabilities for all classes, ln(classes), which an untrained network should
  /// begin near; nil for losses other than softmax cross-entropy.
  public let chanceLoss: Double?
  /// The layers from the input to the output.
  public let layers: [LayerDiagnostics]
  /// The parameters in the network's order.
  public let parameters: [ParameterDiagnostics]

  /// Whether the network has not been trained yet, so that its loss should be near ``chanceLoss``.
  public var isFresh = false
  /// The loss that the run began with, penalty included; nil where it is not known.
  public var firstLoss: Double?
  /// The accuracy on rows that the network is trained on; nil where it is not known.
  public var trainAccuracy: Double?
  /// Whether ``trainAccuracy`` is that of one batch, not of all rows.
  public var isBatchAccuracy = false
  /// The accuracy on rows that it has not seen; nil where it is not known.
  public var validationAccuracy: Double?

  /// The batch's loss without the penalty.
  public var dataLoss: Double { loss - penalty }

  /// How much the accuracy on training rows is above that on others; nil where one is not known.
  public var accuracyGap: Double? {
    guard let trainAccuracy, let validationAccuracy else { return nil }
    return trainAccuracy - validationAccuracy
  }
}
