import PerceptronCommandSupport
import Perceptron

/// Looks at a network's health now and then while it is trained, tells of what is wrong as soon as it
/// is seen, and keeps what the last look saw.
final class Examiner<Scalar: BLASScalar> {
  private let settings: TrainerSettings
  /// How many iterations the run is to make.
  private let iterations: Int
  /// What it saw so far, which checkpoints hold too.
  let memory: ExaminerMemory
  private var state: ExaminerState { didSet { memory.store(state) } }
  /// The parameters of the iteration before the one that is looked at.
  private var before: Parameters<Scalar>?

  /// What the last look saw; nil before the first look.
  var diagnosis: RunDiagnosis? { state.diagnosis }
  /// What the looks at iterations saw; nil before the first of them.
  var series: DiagnosticSeries? { state.series.snapshots.isEmpty ? nil : state.series }

  /// Iterations between two looks, which each cost about as much as an iteration or two: 100, or less in
  /// a short run, which is to have ten looks.
  private var interval: Int { max(1, min(100, iterations / 10)) }
  /// Below this share of the first learning rate, small steps are what a schedule wants.
  private static var leastRate: Double { 0.1 }

  /// - Parameter state: what was seen before, in a run that goes on.
  init(_ settings: TrainerSettings, iterations: Int, resuming state: ExaminerState? = nil) {
    self.settings = settings
    self.iterations = iterations
    self.state = state ?? ExaminerState()
    memory = ExaminerMemory(self.state)
  }

  /// Looks at the network before anything is trained, on the first rows; in a run that goes on,
  /// takes up its parameters where the next iteration is one to look at.
  func begin(
    _ network: Network<Scalar>, after count: Int, on training: PreparedDataset<Scalar>
  ) {
    if count > 0 {
      before = state.awaitsLook ? network.parameters : nil
      return
    }
    var found = diagnose(network, onFirstRowsOf: training)
    found.isFresh = true
    tell(found, at: nil)
  }

  /// Takes note of an iteration.
  func examine(_ moment: TrainingMoment<Scalar>) {
    let progress = moment.progress
    if state.firstLoss == nil { state.firstLoss = progress.loss }
    if let epoch = progress.epoch { state.lastEpoch = epoch }
    let isFast = progress.learningRate >= Self.leastRate * settings.learningRate
    if let before {
      look(moment, update: (before, moment.network.parameters), judgesSmallUpdates: isFast)
      self.before = nil
      state.awaitsLook = false
    }
    // A look at the second iteration, then regularly, and one at the last.
    if progress.iteration % interval == 0 || progress.iteration == iterations - 2 {
      before = moment.network.parameters
      state.awaitsLook = true
    }
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
    found.firstLoss = state.firstLoss
    found.trainAccuracy = state.lastEpoch?.trainAccuracy
    found.isBatchAccuracy = true
    found.validationAccuracy = state.lastEpoch?.validationAccuracy
  }

  private func tell(_ found: Diagnosis, at iteration: Int?, judgesSmallUpdates: Bool = true) {
    let warnings = state.lasting.update(
      with: found.warnings.filter { judgesSmallUpdates || $0.kind != .smallUpdate }, at: iteration,
      of: iterations)
    let time = iteration.map { "iteration \($0)" } ?? "before training"
    var told = diagnosis?.warnings ?? []
    for warning in warnings where !told.contains(where: { $0.warning.isLike(warning) }) {
      told.append(.init(iteration: iteration, warning: warning))
      Console.error("\(time): \(warning)")
    }
    if let iteration { state.series.append(.init(found, iteration: iteration)) }
    state.diagnosis = RunDiagnosis(
      iteration: iteration, iterations: iterations, lastSnapshot: found, lastWarnings: warnings,
      warnings: told)
  }
}
