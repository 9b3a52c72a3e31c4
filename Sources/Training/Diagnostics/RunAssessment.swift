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
    let isYesOrNo = network.loss is LogisticLoss<Scalar> && network.outputSize == 1
    let isReweighted = data.schema.kind == .classes && settings.classWeights != nil
    let judgement = Judgement(
      training: training, history: history,
      losses: initialLoss.map { ($0, Self.probe(network, settings: settings, on: data)) },
      settings: settings, schema: data.schema, classCounts: Self.classWeights(of: data.dataset),
      balancedAccuracy: isReweighted
        ? network.evaluate(on: data, metrics: [.balancedAccuracy], workers: settings.workers)[
          .balancedAccuracy] : nil,
      frequencyLoss: Self.frequencyLoss(of: network.loss, on: data),
      isCrossEntropy: network.loss is SoftmaxLoss<Scalar> || isYesOrNo,
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
    data.subset(rows: (0..<data.count).evenlySpaced(atMost: probeCount))
  }

  /// The result of predicting the most frequent class for every row, from the classes' row counts; nil
  /// for a single class.
  ///
  /// - Returns: the accuracy, and the lowest cross-entropy that no feature is needed for: −Σ p·ln p of
  ///   the classes' shares p.
  public static func chance(of classCounts: [Int]) -> (accuracy: Double, loss: Double)? {
    chance(of: classCounts.map { Double($0) })
  }

  /// The same for rows that may have weights; nil where their targets are not classes.
  package static func chance(on rows: Dataset) -> (accuracy: Double, loss: Double)? {
    chance(of: classWeights(of: rows))
  }

  /// The same from the classes' weights.
  fileprivate static func chance(of weights: [Double]) -> (accuracy: Double, loss: Double)? {
    let occurring = weights.filter { $0 > 0 }
    guard let most = occurring.max(), occurring.count > 1 else { return nil }
    let total = occurring.reduce(0, +)
    let loss = occurring.reduce(0.0) { sum, own in sum - own / total * log(own / total) }
    return (most / total, loss)
  }

  /// The weight of each class's rows; empty for other targets.
  private static func classWeights(of rows: Dataset) -> [Double] {
    if rows.schema.kind != .classes { return [] }
    guard let weights = rows.weights else { return rows.classCounts.map { Double($0) } }
    var sums = [Double](repeating: 0, count: rows.classCount)
    for (row, label) in rows.labels.enumerated() { sums[label] += weights[row] }
    return sums
  }

  /// The loss of predicting the frequency of each label for every row; nil for other targets, and where
  /// no label differs between rows.
  private static func frequencyLoss<Scalar>(
    of loss: any Loss<Scalar>, on data: PreparedDataset<Scalar>
  ) -> Double? {
    guard case .labels(let values, let names) = data.dataset.targets else { return nil }
    let (rows, columns) = (data.count, names.count)
    func weight(_ row: Int) -> Double { data.dataset.weights?[row] ?? 1 }
    let total = (0..<rows).reduce(0.0) { $0 + weight($1) }
    let shares = (0..<columns).map { column in
      (0..<rows).reduce(0.0) { $0 + weight($1) * values[$1 * columns + column] } / total
    }
    guard shares.contains(where: { $0 > 0 && $0 < 1 }) else { return nil }
    // The logistic loss takes the log odds; those of 0 and 1 are far enough out.
    let isLogistic = loss is LogisticLoss<Scalar>
    let outputs = shares.map { share in
      isLogistic ? Scalar(min(max(log(share / (1 - share)), -30), 30)) : Scalar(share)
    }
    let all = (0..<rows).flatMap { _ in outputs }
    return Double(loss(Tensor(all, shape: [rows, columns]), data.targets(0..<rows)))
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
  /// The weight of each class's rows.
  let classCounts: [Double]
  /// With class weights, the mean recall of the classes.
  let balancedAccuracy: Double?
  /// Of labels, the loss of predicting their frequencies.
  let frequencyLoss: Double?
  let isCrossEntropy: Bool
  let featureSize: Double

  var warnings: [DiagnosticWarning] {
    if history.loss.isEmpty { return [] }
    return [rise, chance, vanishedRate, largeFeatures].compactMap { $0 }
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
    switch schema.kind {
    case .numbers: return meanPredicted
    case .labels: return frequenciesPredicted
    case .classes: break
    }
    guard let chance = RunAssessment.chance(of: classCounts) else { return nil }
    let seen: String
    if let balancedAccuracy {
      let least = 1 / Double(classCounts.count { $0 > 0 })
      guard balancedAccuracy <= least + 1e-6 else { return nil }
      seen =
        "The balanced accuracy on the training rows is \(short(balancedAccuracy)); always predicting the "
        + "same class has \(short(least)): "
    } else if isCrossEntropy {
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
    return nothingLearnt(training.accuracy, seen)
  }

  private func nothingLearnt(_ value: Double, _ seen: String) -> DiagnosticWarning {
    DiagnosticWarning(
      kind: .nothingLearnt, subject: nil, value: value,
      message: seen + "the network has learned nothing useful."
        // A risen loss comes with its remedy already.
        + (rise == nil ? " " + (scaleRemedy ?? chanceRemedy) : ""))
  }

  /// The network is no better than the mean of the targets.
  private var meanPredicted: DiagnosticWarning? {
    guard let r2 = training[.r2], r2 <= 0.01 else { return nil }
    return nothingLearnt(
      r2,
      "R² on the training rows is \(short(r2)); always predicting their mean gives 0: ")
  }

  /// The network is no better than the frequencies of the labels.
  private var frequenciesPredicted: DiagnosticWarning? {
    guard let frequencyLoss, training.loss >= 0.99 * frequencyLoss else { return nil }
    return nothingLearnt(
      training.loss,
      "The loss on the training rows, without the penalty, is \(short(training.loss)); always "
        + "predicting each label's frequency gives \(short(frequencyLoss)): ")
  }

  /// Features of numbers and labels, which come in any unit. Other warnings have the remedy already.
  private var largeFeatures: DiagnosticWarning? {
    guard schema.kind != .classes, rise == nil, chance == nil, let scaleRemedy else { return nil }
    return DiagnosticWarning(
      kind: .largeFeatures, subject: nil, value: featureSize, message: scaleRemedy)
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
