import CommandSupport
import Perceptron

/// Looks at a network's health now and then while it is trained, tells of what is wrong as soon as it
/// is seen, and keeps what the last look saw.
final class Examiner<Scalar: BLASScalar> {
  private let settings: TrainerSettings
  /// How many iterations the run is to make.
  private let iterations: Int
  /// Nil before the first look.
  private(set) var diagnosis: RunDiagnosis?
  /// The parameters of the iteration before the one that is looked at.
  private var before: Parameters<Scalar>?
  private var firstLoss: Double?
  private var lastEpoch: History.Epoch?

  /// Iterations between two looks, which each cost about as much as an iteration or two.
  private static var interval: Int { 100 }
  /// Below this share of the first learning rate, small steps are what a schedule wants.
  private static var leastRate: Double { 0.1 }

  init(_ settings: TrainerSettings, iterations: Int) {
    self.settings = settings
    self.iterations = iterations
  }

  /// Looks at the network before anything is trained, on the first rows.
  func begin(_ network: Network<Scalar>, on training: PreparedDataset<Scalar>) {
    var found = diagnose(network, onFirstRowsOf: training)
    found.isFresh = true
    tell(found, at: nil)
  }

  /// Takes note of an iteration.
  func examine(_ moment: TrainingMoment<Scalar>) {
    let progress = moment.progress
    firstLoss = firstLoss ?? progress.loss
    if let epoch = progress.epoch { lastEpoch = epoch }
    let isFast = progress.learningRate >= Self.leastRate * settings.learningRate
    if let before {
      look(moment, update: (before, moment.network.parameters), judgesSmallUpdates: isFast)
      self.before = nil
    }
    // A look at the second iteration, then regularly, and one at the last.
    let isDue = progress.iteration % Self.interval == 0 && isFast
    if isDue || progress.iteration == iterations - 2 { before = moment.network.parameters }
  }

  /// Looks at the network as the run ends, unless that was done, on the first rows.
  ///
  /// - Parameter count: how many iterations were made.
  func end(_ network: Network<Scalar>, after count: Int, on training: PreparedDataset<Scalar>) {
    if count == 0 || diagnosis?.iteration == count - 1 { return }
    var found = diagnose(network, onFirstRowsOf: training)
    complete(&found)
    tell(found, at: count - 1)
  }

  private func diagnose(
    _ network: Network<Scalar>, onFirstRowsOf training: PreparedDataset<Scalar>
  ) -> Diagnosis {
    let rows = 0..<min(settings.batchSize, training.count)
    return network.diagnose(
      training.block(rows), .labels(Array(training.labels[rows])), penalty: settings.penalty,
      pass: .training(seed: settings.seed))
  }

  private func look(
    _ moment: TrainingMoment<Scalar>,
    update: (before: Parameters<Scalar>, after: Parameters<Scalar>), judgesSmallUpdates: Bool
  ) {
    // Masks of its own: that of the iteration is gone.
    var found = moment.network.diagnose(
      moment.batch.features, .labels(moment.batch.labels), penalty: settings.penalty,
      pass: .training(seed: settings.seed), update: update)
    complete(&found)
    tell(found, at: moment.progress.iteration, judgesSmallUpdates: judgesSmallUpdates)
  }

  private func complete(_ found: inout Diagnosis) {
    found.firstLoss = firstLoss
    found.trainAccuracy = lastEpoch?.trainAccuracy
    found.isBatchAccuracy = true
    found.validationAccuracy = lastEpoch?.validationAccuracy
  }

  private func tell(_ found: Diagnosis, at iteration: Int?, judgesSmallUpdates: Bool = true) {
    let warnings = found.warnings.filter { judgesSmallUpdates || $0.kind != .smallUpdate }
    let time = iteration.map { "iteration \($0)" } ?? "before training"
    var told = diagnosis?.warnings ?? []
    for warning in warnings where !told.contains(where: { $0.warning.isLike(warning) }) {
      told.append(.init(iteration: iteration, warning: warning))
      Console.error("\(time): \(warning)")
    }
    diagnosis = RunDiagnosis(
      iteration: iteration, iterations: iterations, lastLook: found, lastWarnings: warnings,
      warnings: told)
  }
}
