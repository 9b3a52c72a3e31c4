import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Whether a finished run has learned anything.
///
///     let before = RunAssessment.probe(net, settings: settings, on: training)
///     try trainer.run(on: training)
///     let found = RunAssessment(
///       of: trainer.result, history: trainer.history, initialLoss: before, settings: settings,
///       on: training)
///     for warning in found.warnings { print(warning) }
public struct RunAssessment: Sendable {
  /// The mean loss and metrics of the final network on all training rows.
  public let training: Evaluation
  /// The penalty on its weights.
  public let penalty: Double
  /// What is wrong with the run as a whole, with the most probable remedy; empty if it learned.
  public let warnings: [DiagnosticWarning]

  /// A loss above this multiple of the initial one has risen.
  public static let riseFactor = 1.01
  /// The number of rows, evenly spread over all, that show whether the loss has risen.
  public static let probeCount = 1000
  /// Below this share of the highest learning rate, training stands still.
  public static let vanishedShare = 1e-4
  /// Features with a root mean square above this need scaling; standardized ones have 1.
  public static let largeFeatures = 3.0

  /// Measures a trained network on its training rows, and judges the run.
  ///
  /// - Parameters:
  ///   - history: of the whole run.
  ///   - initialLoss: the result of ``probe(_:settings:on:)`` before the first update, or nil where it
  ///     is not known.
  ///   - data: all training rows.
  /// - Precondition: the data has the network's input size and no more classes than it.
  public init<Scalar>(
    of network: Network<Scalar>, history: History, initialLoss: Double?,
    settings: TrainerSettings, on data: PreparedDataset<Scalar>
  ) {
    training = network.evaluate(
      on: data, metrics: settings.metrics(for: data.schema.kind), workers: settings.workers)
    penalty = Double(network.value(of: settings.penalty))
    let judgement = Judgement(
      training: training, history: history,
      losses: initialLoss.map { ($0, Self.probe(network, settings: settings, on: data)) },
      settings: settings, schema: data.schema,
      classCounts: data.schema.kind == .classes ? data.dataset.classCounts : [],
      isCrossEntropy: network.loss is SoftmaxLoss<Scalar>,
      featureSize: Self.size(of: Self.probed(data)))
    warnings = judgement.warnings
  }

  /// The loss, with the penalty, on ``probeCount`` of the training rows: to be compared before and after
  /// training, on the same rows and without dropout.
  ///
  /// - Precondition: as for ``init(of:history:initialLoss:settings:on:)``.
  public static func probe<Scalar>(
    _ network: Network<Scalar>, settings: TrainerSettings, on data: PreparedDataset<Scalar>
  ) -> Double {
    let found = network.evaluate(on: probed(data), workers: settings.workers)
    return found.loss + Double(network.value(of: settings.penalty))
  }

  /// Rows that are evenly spread over all, which may be sorted by class.
  private static func probed<Scalar>(_ data: PreparedDataset<Scalar>) -> PreparedDataset<Scalar> {
    let count = min(data.count, probeCount)
    return data.dataset.subset(rows: (0..<count).map { $0 * data.count / count })
      .prepared(with: data.preprocessing)
  }

  /// The result of predicting the most frequent class for every row, from the classes' row counts; nil
  /// for a single class.
  ///
  /// - Returns: the accuracy, and the lowest cross-entropy that no feature is needed for: −Σ p·ln p of
  ///   the classes' shares p.
  public static func chance(of classCounts: [Int]) -> (accuracy: Double, loss: Double)? {
    let occurring = classCounts.filter { $0 > 0 }
    guard let most = occurring.max(), occurring.count > 1 else { return nil }
    let count = Double(occurring.reduce(0, +))
    let loss = occurring.reduce(0.0) { sum, own in
      sum - Double(own) / count * log(Double(own) / count)
    }
    return (Double(most) / count, loss)
  }

  /// The root mean square of some rows' features, as the network sees them.
  private static func size<Scalar>(of data: PreparedDataset<Scalar>) -> Double {
    let features = data.block(0..<data.count)
    let squares = features.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (squares / Double(max(features.count, 1))).squareRoot()
  }
}

private struct Judgement {
  let training: Evaluation
  let history: History
  /// Before and after, on the same rows.
  let losses: (initial: Double, final: Double)?
  let settings: TrainerSettings
  let schema: TargetSchema
  let classCounts: [Int]
  let isCrossEntropy: Bool
  let featureSize: Double

  var warnings: [DiagnosticWarning] {
    if history.loss.isEmpty { return [] }
    return [rise, chance, vanishedRate].compactMap { $0 }
  }

  private var rise: DiagnosticWarning? {
    guard let losses, losses.initial.isFinite,
      losses.final > RunAssessment.riseFactor * losses.initial
    else { return nil }
    return DiagnosticWarning(
      kind: .risenLoss, subject: nil, value: losses.final,
      message: "The loss on training rows, with the penalty, has risen from "
        + "\(short(losses.initial)) to \(short(losses.final)): training made it worse. "
        + (scaleRemedy
          ?? "Try a tenth of the learning rate, \(short(settings.learningRate / 10)), or less."))
  }

  /// The network is no better than chance: by its loss and accuracy where the loss is the cross-entropy,
  /// else by its accuracy alone.
  private var chance: DiagnosticWarning? {
    if schema.kind == .numbers { return meanPredicted }
    guard let chance = RunAssessment.chance(of: classCounts) else { return nil }
    let seen: String
    if isCrossEntropy {
      guard training.loss >= 0.98 * chance.loss else { return nil }
      let deviation = chance.accuracy * (1 - chance.accuracy) / Double(training.count)
      let isAtChance = training.accuracy <= chance.accuracy + 2 * deviation.squareRoot()
      guard isAtChance || training.loss > 1.01 * chance.loss else { return nil }
      seen =
        "The loss on the training rows, without the penalty, is \(short(training.loss)) and the "
        + "accuracy \(short(training.accuracy)); always predicting the class frequencies gives "
        + "\(short(chance.loss)) and \(short(chance.accuracy)): "
    } else {
      guard training.accuracy <= chance.accuracy else { return nil }
      seen =
        "The accuracy on the training rows is \(short(training.accuracy)); always predicting the most "
        + "frequent class has \(short(chance.accuracy)): "
    }
    return DiagnosticWarning(
      kind: .nothingLearnt, subject: nil, value: training.accuracy,
      message: seen + "the network has learned nothing useful."
        // A risen loss comes with its remedy already.
        + (rise == nil ? " " + (scaleRemedy ?? chanceRemedy) : ""))
  }

  /// The network is no better than the mean of the targets.
  private var meanPredicted: DiagnosticWarning? {
    guard let r2 = training[.r2], r2 <= 0.01 else { return nil }
    return DiagnosticWarning(
      kind: .nothingLearnt, subject: nil, value: r2,
      message: "R² on the training rows is \(short(r2)); always predicting their mean gives 0: "
        + "the network has learned nothing useful."
        + (rise == nil ? " " + (scaleRemedy ?? chanceRemedy) : ""))
  }

  private var vanishedRate: DiagnosticWarning? {
    let before = history.epochs.prefix { $0.iteration <= history.loss.count / 2 }
    // In a warm-up the rate is low as well, but was never higher.
    guard let middle = before.last, let highest = before.map(\.learningRate).max(),
      middle.learningRate < RunAssessment.vanishedShare * highest
    else { return nil }
    return DiagnosticWarning(
      kind: .vanishedRate, subject: nil, value: middle.learningRate,
      message:
        "At iteration \(middle.iteration) of \(history.loss.count) the learning rate had fallen "
        + "from \(short(highest)) to \(short(middle.learningRate)): later iterations "
        + "changed almost nothing. Try a decay closer to 1, or fewer iterations.")
  }

  private var scaleRemedy: String? {
    guard featureSize > RunAssessment.largeFeatures else { return nil }
    return
      "The features that the network sees have a root mean square of \(short(featureSize)); about 1 "
      + "is usual. Divide them by more, and subtract their mean."
  }

  private var chanceRemedy: String {
    if vanishedRate != nil { return "The learning rate fell too soon." }
    return history.loss.count < 100
      ? "The run was short (iterations: \(history.loss.count)): train for longer, or with a higher learning rate."
      : "Try a higher or a lower learning rate than \(short(settings.learningRate)), and check that "
        + "targets match their rows."
  }
}
