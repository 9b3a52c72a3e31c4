import PerceptronFiles

/// Something that is probably wrong with a network or its training.
public struct DiagnosticWarning: Codable, Sendable, Equatable {
  /// The kind of a warning.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Units of a ReLU that are 0 for every row.
    case deadUnits
    /// A loss that is not finite, or far above the first one.
    case explodingLoss
    /// Updates that are large beside the weights.
    case largeUpdate
    /// Updates that are small beside the weights.
    case smallUpdate
    /// An untrained network's loss that is not that of chance.
    case startLoss
    /// An accuracy that is much better on rows trained on than on others.
    case overfitting
    /// A training loss that is higher at the end than at the beginning.
    case risenLoss
    /// A network that predicts its training rows no better than the class frequencies, the mean of the
    /// numbers or the frequencies of the labels do.
    case nothingLearnt
    /// A learning rate that was next to nothing for half of the run or more.
    case vanishedRate
    /// Features far larger than those that networks learn well from.
    case largeFeatures
  }

  /// The kind of problem.
  public let kind: Kind
  /// The layer or parameter, such as `layer 1` or `W2`; nil where it is about the whole network.
  public let subject: String?
  /// The number that gave rise to it: a share, a loss, a ratio or a difference.
  public let value: Double
  /// The observation, why it matters and what to try.
  public let message: String

  /// Whether another is of the same kind and about the same subject.
  public func isLike(_ other: DiagnosticWarning) -> Bool {
    kind == other.kind && subject == other.subject
  }
}

extension DiagnosticWarning: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}

extension Diagnosis {
  /// A ReLU layer with a larger share of dead units has lost most of what it could express. Some dead
  /// units are common: a batch does not show everything.
  public static let deadShareLimit = 0.5
  /// A loss above this multiple of the first one does not come from an unlucky batch.
  public static let explosionFactor = 3.0
  /// Ratios of an update's norm to its weights' norm that are two orders from the 1e-3 that is
  /// usual in a healthy run (Karpathy, CS231n, "Babysitting the learning process").
  public static let updateRatioRange = 1e-5...1e-1
  /// By what factor an untrained network's loss may be above or below ln(classes). He
  /// initialization with batch normalization begins at about 1.3.
  public static let startLossFactor = 2.0
  /// By how much training accuracy may be above validation accuracy.
  public static let accuracyGapLimit = 0.15

  /// What is probably wrong, by the limits above. Nothing is said about what the caller has not set,
  /// such as ``firstLoss``.
  public var warnings: [DiagnosticWarning] {
    let single = [explosionWarning, startWarning, overfitWarning].compactMap { $0 }
    return single + layers.compactMap(deadWarning) + parameters.compactMap(Self.updateWarning)
  }

  private var explosionWarning: DiagnosticWarning? {
    let message: String
    if !loss.isFinite {
      message =
        "The loss is \(short(loss)): numbers have overflowed, and no update can correct that. "
        + "Start again with a tenth of the learning rate, and look for inputs that are huge or NaN."
    } else if let firstLoss, loss > Self.explosionFactor * firstLoss {
      message =
        "The loss is \(short(loss)), \(short(loss / firstLoss)) times the first one of "
        + "\(short(firstLoss)): updates overshoot and the run diverges. "
        + "Try a tenth of the learning rate, or clip gradients."
    } else {
      return nil
    }
    return DiagnosticWarning(kind: .explodingLoss, subject: nil, value: loss, message: message)
  }

  private var startWarning: DiagnosticWarning? {
    guard isFresh, let chanceLoss, chanceLoss > 0, dataLoss.isFinite else { return nil }
    let factor = dataLoss / chanceLoss
    guard factor > Self.startLossFactor || factor < 1 / Self.startLossFactor else { return nil }
    let seen =
      "The untrained network's loss is \(short(dataLoss)), ln(classes) is "
      + "\(short(chanceLoss)): "
    let meaning =
      factor > 1
      ? "it is confident of wrong classes, usually because inputs or weights are too large. "
        + "Divide the features by more, or initialize smaller weights, above all in the last layer."
      : "it is better than chance, usually because it has been trained, labels are among the "
        + "features, or few classes occur. Check where weights and rows come from."
    return DiagnosticWarning(
      kind: .startLoss, subject: nil, value: dataLoss, message: seen + meaning)
  }

  private var overfitWarning: DiagnosticWarning? {
    // Of a single batch, which was just learned from, the accuracy is high by chance.
    guard !isBatchAccuracy, let trainAccuracy, let validationAccuracy, let accuracyGap,
      accuracyGap > Self.accuracyGapLimit
    else { return nil }
    return DiagnosticWarning(
      kind: .overfitting, subject: nil, value: accuracyGap,
      message:
        "Accuracy is \(short(trainAccuracy)) on training rows and "
        + "\(short(validationAccuracy)) on validation rows: the network memorizes the training rows. "
        + "Try weight decay, dropout, more rows, a smaller network, or stopping earlier.")
  }

  private func deadWarning(_ layer: LayerDiagnostics) -> DiagnosticWarning? {
    guard let share = layer.deadShare, let count = layer.deadCount, share > Self.deadShareLimit
    else { return nil }
    let seen = "Layer \(layer.index) (\(layer.name)): "
    let message =
      count == layer.outputSize
      ? "all \(count) units are 0 for every row, so that no gradient reaches the layers before it "
        + "and they cannot learn. \(deadAdvice(layer))"
      : "\(count) of \(layer.outputSize) units (\(short(100 * share)) %) are 0 for every row, get "
        + "no gradient and learn nothing. "
        + (isFresh
          ? "Initialize biases closer to 0, or use a leaky ReLU."
          : "Try a lower learning rate, He initialization, or a leaky ReLU.")
    return DiagnosticWarning(
      kind: .deadUnits, subject: "layer \(layer.index)", value: share, message: seen + message)
  }

  /// Advice about a layer without live units.
  private func deadAdvice(_ layer: LayerDiagnostics) -> String {
    let input = layers.last { $0.index < layer.index }
    if let input, input.activationMean == 0, input.activationDeviation == 0 {
      return "All of its inputs are 0: initialize weights that are not 0."
    }
    return isFresh
      ? "Initialize biases and weights closer to 0."
      : "Start again with a lower learning rate, or biases and weights closer to 0."
  }

  private static func updateWarning(_ parameter: ParameterDiagnostics) -> DiagnosticWarning? {
    guard parameter.isWeight, let ratio = parameter.updateRatio, !updateRatioRange.contains(ratio)
    else { return nil }
    // NaN counts as large: it comes of overflow.
    let isSmall = ratio < updateRatioRange.lowerBound
    let seen =
      "\(parameter.name): an update's norm is \(short(ratio)) of the weights', about 1e-3 is usual: "
    return DiagnosticWarning(
      kind: isSmall ? .smallUpdate : .largeUpdate, subject: parameter.name, value: ratio,
      message: seen
        + (isSmall
          ? "the weights hardly move. Try a higher learning rate, or look for layers that let no "
            + "gradient through."
          : "steps are so large that they undo each other. Try a lower learning rate."))
  }
}

/// A number with three significant digits, as messages have it.
func short(_ value: Double) -> String { significant(value, 3) }

/// Filters out passing trouble: a healthy network takes large first steps, and batches differ.
///
/// A warning lasts if each of the last three snapshots gave it, all after the first tenth of the run.
/// Warnings before training and a loss that is not finite count at once.
public struct LastingWarnings: Codable, Equatable, Sendable {
  /// The number of consecutive snapshots that have to agree.
  public static let window = 3

  /// The warnings of the last snapshots, the newest last; fewer than ``window``.
  private var earlier: [[DiagnosticWarning]] = []

  /// A filter without snapshots.
  public init() {}

  /// Adds a snapshot's warnings.
  ///
  /// - Parameters:
  ///   - iteration: the snapshot's iteration, counted from 0; nil before the first one.
  ///   - count: the run's number of iterations.
  /// - Returns: those of the warnings that last.
  public mutating func update(
    with warnings: [DiagnosticWarning], at iteration: Int?, of count: Int
  ) -> [DiagnosticWarning] {
    guard let iteration else { return warnings }
    let immediate = { (warning: DiagnosticWarning) in
      warning.kind == .explodingLoss && !warning.value.isFinite
    }
    if iteration < count / 10 { return warnings.filter(immediate) }
    let before = earlier
    earlier = (before + [warnings]).suffix(Self.window - 1)
    return warnings.filter { warning in
      immediate(warning)
        || before.count == Self.window - 1
          && before.allSatisfy { $0.contains { $0.isLike(warning) } }
    }
  }
}
