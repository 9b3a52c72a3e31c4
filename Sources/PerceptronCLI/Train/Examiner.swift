import CommandSupport
import Perceptron

/// Looks at a network's health now and then while it is trained, tells of what is wrong as soon as it
/// is seen, and sums up in the end.
final class Examiner<Scalar: BLASScalar> {
  private let settings: TrainerSettings
  /// Told once each.
  private var told: Set<String> = []
  private var diagnosis: Diagnosis?
  /// The parameters of the iteration before the one that is looked at.
  private var before: Parameters<Scalar>?
  private var firstLoss: Double?
  private var lastEpoch: History.Epoch?

  /// Iterations between two looks, which each cost about as much as an iteration or two.
  private static var interval: Int { 100 }
  /// Below this share of the first learning rate, small steps are what a schedule wants.
  private static var leastRate: Double { 0.1 }

  init(_ settings: TrainerSettings) { self.settings = settings }

  /// Looks at the network before anything is trained, on the first rows.
  func begin(_ network: Network<Scalar>, on training: PreparedDataset<Scalar>) {
    let rows = 0..<min(settings.batchSize, training.count)
    var found = network.diagnose(
      training.block(rows), .labels(Array(training.labels[rows])), penalty: settings.penalty,
      pass: .training(seed: settings.seed))
    found.isFresh = true
    tell(found, at: "before training")
  }

  /// Takes note of an iteration.
  func examine(_ moment: TrainingMoment<Scalar>) {
    let progress = moment.progress
    firstLoss = firstLoss ?? progress.loss
    if let epoch = progress.epoch { lastEpoch = epoch }
    if let before {
      look(moment, update: (before, moment.network.parameters))
      self.before = nil
    }
    // A look at the second iteration, and then regularly.
    if progress.iteration % Self.interval == 0
      && progress.learningRate >= Self.leastRate * settings.learningRate
    {
      before = moment.network.parameters
    }
  }

  private func look(
    _ moment: TrainingMoment<Scalar>,
    update: (before: Parameters<Scalar>, after: Parameters<Scalar>)
  ) {
    // Masks of its own: that of the iteration is gone.
    var found = moment.network.diagnose(
      moment.batch.features, .labels(moment.batch.labels), penalty: settings.penalty,
      pass: .training(seed: settings.seed), update: update)
    found.firstLoss = firstLoss
    found.trainAccuracy = lastEpoch?.trainAccuracy
    found.validationAccuracy = lastEpoch?.validationAccuracy
    tell(found, at: "iteration \(moment.progress.iteration)")
  }

  private func tell(_ found: Diagnosis, at time: String) {
    diagnosis = found
    for warning in found.warnings {
      let key = "\(warning.kind) \(warning.subject ?? "")"
      if told.insert(key).inserted {
        Console.error("\(time): \(warning)")
      }
    }
  }

  /// The last look as a table, with the last accuracies and what is wrong.
  func report() -> String? {
    guard var diagnosis else { return nil }
    diagnosis.trainAccuracy = lastEpoch?.trainAccuracy
    diagnosis.validationAccuracy = lastEpoch?.validationAccuracy
    let warnings = diagnosis.warnings
    let verdict =
      warnings.isEmpty
      ? "nothing wrong was seen in the last look"
      : warnings.map { "warning: \($0)" }.joined(separator: "\n")
    return "\(diagnosis)\n\(verdict)"
  }
}
