import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The hyperparameters that were chosen for an experiment; the others are nil.
///
/// ``experiment(for:format:)`` completes them by defaults that suit the data. ``Hyperparameter/all``
/// lists them with their names, ranges and help.
package struct Hyperparameters: Hashable, Sendable {
  // Network
  package var hidden: Int?
  package var layers: [Int]?
  package var depth: Int?
  /// Widths of single hidden layers, counted from 1: with ``depth`` another way to give ``layers``.
  package var widths: [Int: Int] = [:]
  package var activation: LayerSpecification.Activation?
  package var dropout: Double?
  package var batchNorm: Bool?
  package var layerNorm: Bool?
  package var initializer: Initializer.Entry?
  package var scale: Double?
  package var loss: LossSpecification.Entry?
  package var labelSmoothing: Double?
  // Training
  package var optimizer: Optimizer.Entry?
  package var learningRate: Double?
  package var schedule: Schedule.Entry?
  package var decay: Double?
  package var stepEpochs: Int?
  package var warmUp: Int?
  package var regularization: Double?
  package var l1: Double?
  package var weightDecay: Double?
  package var maxNorm: Double?
  package var clipNorm: Double?
  package var iterations: Int?
  package var epochs: Int?
  package var batch: Int?
  package var blocks: Int?
  package var sampling: Sampling?
  package var epochClock: EpochClock?
  package var earlyStopping: Int?
  package var metric: Metric?
  package var classWeights: ClassWeights?
  package var average: Double?
  package var workers: Int?
  package var ensemble: Int?
  // Data and random numbers
  package var validation: SplitSize?
  package var folds: Int?
  package var fold: Int?
  package var split: SplitRule?
  package var splitSeed: UInt64?
  package var pixelScale: Double?
  package var subtractMean: Bool?
  package var scaling: ColumnPreparation.Scaling?
  package var impute: MissingCells?
  package var missingIndicator: Bool?
  package var log: ColumnNames?
  package var unknown: UnknownCategory?
  package var pca: PrincipalComponents.Count?
  package var whiten: Bool?
  package var whitenEpsilon: Double?
  package var precision: Experiment.Precision?
  package var random: Experiment.RandomKind?
  package var seed: UInt64?

  /// When the decay and the evaluation of an epoch are due.
  package enum EpochClock: String, CaseIterable, Sendable {
    /// After its last batch.
    case end
    /// After its first batch, as in CS231n's NumPy code.
    case classic
  }

  /// What becomes of missing cells of columns of numbers.
  package enum MissingCells: Hashable, Sendable, LosslessStringConvertible {
    case refused
    case filled(ColumnPreparation.Imputation)

    package init?(_ text: String) {
      if text == "none" {
        self = .refused
      } else if let imputation = ColumnPreparation.Imputation(text) {
        self = .filled(imputation)
      } else {
        return nil
      }
    }

    package var description: String {
      if case .filled(let imputation) = self { imputation.description } else { "none" }
    }
  }

  /// Names of columns, with commas between them.
  package struct ColumnNames: Hashable, Sendable, LosslessStringConvertible {
    package var names: [String]

    package init?(_ text: String) {
      names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      if names.isEmpty { return nil }
    }

    package var description: String { names.joined(separator: ",") }
  }

  /// Which rows are held out.
  package enum SplitRule: String, CaseIterable, Sendable {
    case stratified, last
  }

  package init() {}

  /// Throws ``HyperparameterError`` for a value of another kind or out of range.
  package init(
    choosing values: [(hyperparameter: Hyperparameter, value: Hyperparameter.Value)]
  ) throws {
    for (hyperparameter, value) in values { try hyperparameter.choose(&self, value) }
  }
}

/// An error in the choice of hyperparameters. Their names are in backticks, so that the command can
/// replace them by its options.
package struct HyperparameterError: Error, CustomStringConvertible {
  package let message: String
  package var description: String { message }

  package init(_ message: String) { self.message = message }

  package init(_ name: String, is value: some Any, expected: String) {
    message = "`\(name)` is \(value), expected \(expected)"
  }
}

extension Hyperparameters {
  /// Whether the network is the classic one: a hidden layer of ReLU with softmax loss.
  package var isPlainNetwork: Bool { !departs { $0.group == .network } }

  /// Whether the experiment is the classic one: that network, and SGD whose rate decays each epoch.
  package var isPlain: Bool { !departs { _ in true } }

  /// Whether one of some hyperparameters departs from the classic experiment.
  private func departs(_ isCounted: (Hyperparameter) -> Bool) -> Bool {
    Hyperparameter.departing.contains {
      isCounted($0) && ($0.chosen(self).map { $0 != .flag(false) } ?? false)
    }
  }

  /// Throws where two hyperparameters contradict each other.
  package func check() throws {
    func refuse(_ isWrong: Bool, _ message: @autoclosure () -> String) throws {
      if isWrong { throw HyperparameterError(message()) }
    }
    try refuse(
      layers != nil && hidden != nil,
      "`hidden` and `layers` both give widths; choose one")
    try refuse(
      batchNorm == true && layerNorm == true,
      "`batch-norm` and `layer-norm` both normalize; choose one")
    try refuse(
      scale != nil && (initializer ?? .normal) != .normal,
      "`scale` requires `initializer` normal, not \(initializer?.rawValue ?? ""), which has a scale of its own"
    )
    try refuse(
      labelSmoothing != nil && (loss ?? .softmax) != .softmax,
      "`label-smoothing` requires `loss` softmax, not \(loss?.rawValue ?? "")")
    try refuse(
      epochs != nil && iterations != nil,
      "`epochs` and `iterations` both say how long to train; choose one")
    try checkSchedule()
    try refuse(
      fold != nil && folds == nil,
      "`fold` is \(fold ?? 0), but the number of `folds` is not given")
    if let fold, let folds, fold > folds {
      throw HyperparameterError("fold", is: fold, expected: "1 to \(folds), the number of `folds`")
    }
    try refuse(
      folds != nil && validation != nil,
      "`validation` is \(validation.map { "\($0)" } ?? ""), but with `folds` each fold is the validation set in turn"
    )
    try refuse(
      split == .last && splitSeed != nil,
      "`split-seed` is \(splitSeed ?? 0), but `split` last uses no seed")
    try refuse(
      whitenEpsilon != nil && whiten != true,
      "`whiten-epsilon` is \(whitenEpsilon.map(plain) ?? ""), but `whiten` is not given")
    if precision != .double {
      try checkFloat("regularization", regularization)
      try checkFloat("pixel-scale", pixelScale)
    }
    guard random == .numpy else { return }
    try refuse(
      ensemble != nil,
      "`ensemble` requires `random` fast: NumPy's single stream draws the weights of one network, "
        + "then the batches"
    )
    if let seed, seed > UInt32.max {
      throw HyperparameterError("seed", is: seed, expected: "at most 2³² − 1 with `random` numpy")
    }
  }

  /// Refuses parameters that the schedule does not have.
  private func checkSchedule() throws {
    func require(_ name: String, _ isGiven: Bool, _ parameter: Schedule.Parameter) throws {
      if !isGiven || schedule?.parameters.contains(parameter) == true { return }
      let names = Schedule.all.filter { $0.parameters.contains(parameter) }.map(\.rawValue)
      let choice = [names.dropLast().joined(separator: ", "), names.last ?? ""]
      throw HyperparameterError(
        "`\(name)` requires `schedule` "
          + choice.filter { !$0.isEmpty }.joined(separator: " or ")
          + (schedule.map { ", not \($0.rawValue)" } ?? ""))
    }
    try require("warm-up", warmUp != nil, .warmUp)
    try require("step-epochs", stepEpochs != nil, .stepEpochs)
    guard let decay, let schedule else { return }
    try require("decay", true, .decay)
    do {
      try schedule.schedule([.decay: decay]).check()
    } catch let error as InvalidSetting {
      throw HyperparameterError(
        "decay", is: plain(decay),
        expected: "\(error.expected) with `schedule` \(schedule.rawValue)")
    }
  }

  /// Rejects a value that overflows or underflows in single precision.
  private func checkFloat(_ name: String, _ value: Double?) throws {
    guard let value else { return }
    let narrow = Float(value)
    if narrow.isFinite && (narrow != 0 || value == 0) { return }
    throw HyperparameterError(
      "`\(name)` is \(value), which is out of range in single precision; use `precision` double")
  }

  /// Refuses a batch from which batch normalization learns nothing.
  package func checkBatch(_ rows: Int, named name: String = "batch") throws {
    if batchNorm != true { return }
    if let blocks, rows > 1, rows / max(blocks, 1) < 2 {
      throw HyperparameterError(
        "blocks", is: blocks,
        expected:
          "at most half of the batch of \(rows) with `batch-norm`, which normalizes block by block")
    }
    if rows != 1 { return }
    throw HyperparameterError(
      name, is: 1,
      expected: "at least 2 with `batch-norm`, which normalizes a batch of one row to zeros")
  }

  /// A copy with ``depth`` and ``widths`` as ``layers``; throws ``HyperparameterError`` if they differ.
  package func withLayers() throws -> Hyperparameters {
    let count = depth ?? widths.count
    if count == 0 && depth == nil { return self }
    if count < 1 { throw HyperparameterError("depth is \(count), expected at least 1") }
    if layers != nil {
      throw HyperparameterError("`layers` gives all widths; omit `depth` and the single widths")
    }
    if let missing = (1...count).first(where: { widths[$0] == nil }) {
      let known = depth.map { "depth is \($0)" } ?? "there are \(counted(widths.count, "width"))"
      throw HyperparameterError("\(known), but width-\(missing) is not set")
    }
    if let extra = widths.keys.filter({ $0 > count }).min() {
      throw HyperparameterError(
        "depth is \(count), but width-\(extra) is set, which needs a depth of at least \(extra)")
    }
    var same = self
    same.layers = (1...count).compactMap { widths[$0] }
    (same.depth, same.widths) = (nil, [:])
    return same
  }
}
