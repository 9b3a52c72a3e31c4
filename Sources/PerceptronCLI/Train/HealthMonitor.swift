import Perceptron
import PerceptronCommandSupport
import Synchronization

/// Takes snapshots of a network's health during training and warns of problems as soon as they appear.
final class HealthMonitor<Scalar: BLASScalar> {
  private let settings: TrainerSettings
  /// Iterations of the whole run.
  private let iterations: Int
  /// Begins the lines of warnings: the run's name where there are several.
  private let label: String
  /// The state for checkpoints.
  let memory: HealthMonitorMemory
  private var state: HealthMonitorState { didSet { memory.store(state) } }
  /// The parameters before the iteration of the next snapshot.
  private var before: Parameters<Scalar>?

  /// The last snapshot; nil before the first.
  var diagnosis: RunDiagnosis? { state.diagnosis }
  /// The snapshots of iterations; nil before the first.
  var series: DiagnosticSeries? { state.series.snapshots.isEmpty ? nil : state.series }

  /// Iterations between snapshots: at most 100, so that a short run has ten. A snapshot costs as much as
  /// one or two iterations.
  private var interval: Int { max(1, min(100, iterations / 10)) }

  /// - Parameter state: the state of the checkpoint in a run that is resumed.
  init(
    _ settings: TrainerSettings, iterations: Int, label: String = "",
    resuming state: HealthMonitorState? = nil
  ) {
    self.settings = settings
    self.label = label
    self.iterations = iterations
    self.state = state ?? HealthMonitorState()
    memory = HealthMonitorMemory(self.state)
  }

  /// Takes a snapshot of the untrained network on the first rows. In a run that is resumed, copies the
  /// parameters if the next iteration has a snapshot.
  func begin(_ network: Network<Scalar>, after count: Int, on training: PreparedDataset<Scalar>) {
    if count > 0 {
      before = state.awaitsSnapshot ? network.parameters : nil
      return
    }
    var found = diagnose(network, onFirstRowsOf: training)
    found.isFresh = true
    report(found, at: nil)
  }

  func record(_ moment: TrainingMoment<Scalar>) {
    let progress = moment.progress
    if state.firstLoss == nil { state.firstLoss = progress.loss }
    if let epoch = progress.epoch { state.lastEpoch = epoch }
    if let before {
      // Draws new dropout masks: the iteration's are not kept.
      var found = moment.network.diagnose(
        moment.batch.features, moment.batch.targets, penalty: settings.penalty,
        pass: .training(seed: settings.seed), update: (before, moment.network.parameters))
      complete(&found)
      // At a tenth of the initial learning rate, the schedule intends small updates.
      report(
        found, at: progress.iteration,
        judgesSmallUpdates: progress.learningRate >= 0.1 * settings.learningRate)
      self.before = nil
      state.awaitsSnapshot = false
    }
    // A snapshot of the second iteration, then regularly, and one of the last.
    if progress.iteration % interval == 0 || progress.iteration == iterations - 2 {
      before = moment.network.parameters
      state.awaitsSnapshot = true
    }
  }

  /// Takes a snapshot on the first rows after the last of `count` iterations, unless it has one.
  func end(_ network: Network<Scalar>, after count: Int, on training: PreparedDataset<Scalar>) {
    if count == 0 || diagnosis?.iteration == count - 1 { return }
    var found = diagnose(network, onFirstRowsOf: training)
    complete(&found)
    report(found, at: count - 1)
  }

  private func diagnose(
    _ network: Network<Scalar>, onFirstRowsOf training: PreparedDataset<Scalar>
  ) -> Diagnosis {
    let rows = 0..<min(settings.batchSize, training.count)
    return network.diagnose(
      training.block(rows), training.targets(rows), penalty: settings.penalty,
      pass: .training(seed: settings.seed))
  }

  private func complete(_ found: inout Diagnosis) {
    found.firstLoss = state.firstLoss
    found.trainAccuracy = state.lastEpoch?.batch[.accuracy]
    found.isBatchAccuracy = true
    found.validationAccuracy = state.lastEpoch?.validationAccuracy
  }

  private func report(_ found: Diagnosis, at iteration: Int?, judgesSmallUpdates: Bool = true) {
    var lasting = state.lasting ?? LastingWarnings()
    let warnings = lasting.update(
      with: found.warnings.filter { judgesSmallUpdates || $0.kind != .smallUpdate }, at: iteration,
      of: iterations)
    state.lasting = lasting
    let time = iteration.map { "iteration \($0)" } ?? "before training"
    var told = diagnosis?.warnings ?? []
    for warning in warnings where !told.contains(where: { $0.warning.isLike(warning) }) {
      told.append(.init(iteration: iteration, warning: warning))
      Console.error("\(label)\(time): \(warning)")
    }
    if let iteration { state.series.append(.init(found, iteration: iteration)) }
    state.diagnosis = RunDiagnosis(
      iteration: iteration, iterations: iterations, lastSnapshot: found, lastWarnings: warnings,
      warnings: told)
  }
}

/// The state of a ``HealthMonitor``, from which a resumed run continues.
struct HealthMonitorState: Codable, Sendable {
  var diagnosis: RunDiagnosis?
  var series = DiagnosticSeries()
  var firstLoss: Double?
  var lastEpoch: History.Epoch?
  /// The problems in recent snapshots, of which those that last are reported; earlier versions wrote none.
  var lasting: LastingWarnings?
  /// Whether the next iteration has a snapshot.
  var awaitsSnapshot = false

  private enum CodingKeys: String, CodingKey {
    case diagnosis, series, firstLoss, lastEpoch, lasting
    case awaitsSnapshot = "awaitsLook"
  }
}

/// The state of a ``HealthMonitor`` shared with the code that saves checkpoints.
final class HealthMonitorMemory: Sendable {
  private let state: Mutex<HealthMonitorState>

  init(_ state: HealthMonitorState) { self.state = Mutex(state) }

  func store(_ new: HealthMonitorState) { state.withLock { $0 = new } }

  var current: HealthMonitorState { state.withLock { $0 } }
}
