import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Trains networks side by side for all of their trials.
final class TrialGroup<Scalar: BLASScalar> {
  private let engine: SearchEngine<Scalar>
  private let sets: PreparedSets<Scalar>
  private var trainer: Trainer<Scalar, ExperimentRandom>
  /// The networks, in the order of the trainer's members.
  private var runs: [Run]
  private var clock = ContinuousClock.now
  private var isStopped = false
  /// The path of the group's checkpoint; nil for a study in memory.
  private let checkpointPath: String?
  private var lastSave = ContinuousClock.now
  /// The time that writing the last checkpoint took, in seconds.
  private var saveDuration = 0.0

  private var study: Study { engine.study }
  private var metric: Metric { engine.search.metric }
  private var metrics: [Metric] { [metric] }

  /// A network's trials and time, saved beside its training in checkpoints.
  private struct Run: Codable {
    /// The settings; a run with other settings must not resume from the checkpoint.
    let settings: Experiment
    let inputSize: Int
    /// The trials that have not ended, in the order of their iterations.
    var left: [RunPrefix]
    /// Its share of the group's time, by its share of the operations.
    var seconds = 0.0
    /// The iteration of its last measurement, 0 for none.
    var measured = 0
    let operations: Double

    init(_ member: SearchWork.Member) {
      settings = member.settings
      inputSize = member.inputSize
      left = member.trials
      operations = member.operations
    }

    /// Whether this run can resume from another that was saved after some iterations.
    func canContinue(_ other: Run, after iteration: Int) -> Bool {
      // Not from beyond the end of a waiting trial: the journal may have lost its line.
      other.settings == settings && other.inputSize == inputSize
        && left.allSatisfy(other.left.contains) && iteration <= left.first?.iterations ?? 0
    }
  }

  /// Creates a group of the networks of a trainer that has not begun, or resumes it from its
  /// checkpoint in the study's folder.
  init(
    _ engine: SearchEngine<Scalar>, _ members: [SearchWork.Member], _ sets: PreparedSets<Scalar>,
    _ fresh: Trainer<Scalar, ExperimentRandom>, checkpoint: String
  ) throws {
    self.engine = engine
    self.sets = sets
    trainer = fresh
    runs = members.map(Run.init)
    checkpointPath = engine.checkpoints.folder.map { $0 + "/" + checkpoint }
    try resume()
  }
}

// MARK: - Training

extension TrialGroup {
  func run() throws {
    engine.meter.networks(runs.count)
    for run in runs {
      for prefix in run.left { try study.begin(prefix.trial, from: trainer.iteration) }
    }
    try endWithoutTraining()
    do {
      try trainer.run(
        on: sets.training, validation: sets.validation,
        watching: { [self] in try watch($0) },
        saving: { [self] in isSaveDue }, { [self] in try save($0) })
    } catch is TrainingError {
      // Recorded network by network.
    }
    if isStopped && runs.contains(where: { !$0.left.isEmpty }) { try save(trainer) }
    for index in runs.indices where !runs[index].left.isEmpty {
      if trainer.members[index].failure != nil {
        try diverge(index, trainer.members[index])
      } else {
        // The search was stopped, or its task was cancelled.
        for prefix in runs[index].left { study.interrupt(prefix.trial) }
        isStopped = true
      }
    }
    if !isStopped, let checkpointPath { try AtomicFile.remove(checkpointPath) }
  }

  private func endWithoutTraining() throws {
    for (index, member) in trainer.members.enumerated() {
      let over = runs[index].left.filter { $0.iterations <= member.iteration }
      if over.isEmpty { continue }
      try end(
        over, of: index, member, member.result,
        training: member.result.evaluate(on: sets.training, metrics: metrics),
        validation: sets.validation.map { member.result.evaluate(on: $0, metrics: metrics) })
      if runs[index].left.isEmpty { engine.meter.networks(-1) }
    }
  }

  /// Records measurements and ends trials after an iteration.
  ///
  /// - Returns: the members to stop training.
  private func watch(_ moment: GroupMoment<Scalar>) throws -> Set<Int> {
    lap(moment.members)
    engine.meter.made(moment.members.reduce(0) { $0 + runs[$1].operations })
    var over = Set<Int>()
    for index in moment.members where moment[index].failure != nil {
      try diverge(index, moment[index])
      over.insert(index)
    }
    for index in moment.members where moment.isEvaluated && !over.contains(index) {
      try record(moment[index], of: index)
    }
    over.formUnion(try endTrials(at: moment))
    if moment.isEvaluated {
      // A network is judged by the longest of its trials.
      let pruned = try engine.pruned(
        moment.members.compactMap { runs[$0].left.last?.trial }, at: moment.iteration + 1)
      for index in moment.members
      where runs[index].left.last.map({ pruned.contains($0.trial) }) ?? false {
        for prefix in runs[index].left {
          try study.prune(prefix.trial, at: moment.iteration + 1, seconds: runs[index].seconds)
        }
        runs[index].left = []
        over.insert(index)
      }
    }
    for index in over {
      engine.meter.spared(
        runs[index].operations * Double(moment[index].iterations - moment.iteration - 1))
    }
    engine.meter.networks(-over.count)
    if engine.stop() {
      isStopped = true
      return Set(moment.members)
    }
    return over
  }

  /// Divides the time since the last lap among the networks, by their operations.
  private func lap(_ members: [Int]) {
    let now = ContinuousClock.now
    let seconds = clock.duration(to: now) / .seconds(1)
    clock = now
    let all = members.reduce(0) { $0 + runs[$1].operations }
    for index in members { runs[index].seconds += seconds * runs[index].operations / all }
  }

  private func diverge(_ index: Int, _ member: TrainingMember<Scalar>) throws {
    let (iteration, loss) =
      switch member.failure {
      case .lossNotFinite(let iteration, let loss, _): (iteration, loss)
      case .batchWithoutWeight(let iteration, _): (iteration, .nan)
      default: (member.iteration, member.history.loss.last ?? .nan)
      }
    for prefix in runs[index].left {
      try study.diverge(
        prefix.trial, iteration: iteration, loss: loss, seconds: runs[index].seconds)
    }
    runs[index].left = []
  }

  private func record(_ member: TrainingMember<Scalar>, of index: Int) throws {
    guard let epoch = member.history.epochs.last else { return }
    runs[index].measured = member.iteration
    for prefix in runs[index].left {
      try study.record(
        Measurement(
          iteration: member.iteration, loss: member.history.loss.last ?? .nan,
          trainingValue: epoch.batch[metric], validationLoss: epoch.validationLoss,
          value: epoch.validationValue(of: metric), seconds: runs[index].seconds), of: prefix.trial)
    }
  }

  /// Ends the trials that have all of their iterations.
  ///
  /// - Returns: the members without trials left.
  private func endTrials(at moment: GroupMoment<Scalar>) throws -> Set<Int> {
    var ending: [(index: Int, prefixes: [RunPrefix])] = []
    for index in moment.members {
      let member = moment[index]
      let prefixes = runs[index].left.filter {
        $0.iterations <= member.iteration || member.hasStoppedEarly
      }
      if !prefixes.isEmpty { ending.append((index, prefixes)) }
    }
    if ending.isEmpty { return [] }
    let indices = ending.map(\.index)
    let training = moment.evaluateResults(of: indices, on: sets.training, metrics: metrics)
    let validation = sets.validation.map {
      moment.evaluateResults(of: indices, on: $0, metrics: metrics)
    }
    lap(indices)
    for (order, ending) in ending.enumerated() {
      try end(
        ending.prefixes, of: ending.index, moment[ending.index],
        moment.result(of: ending.index), training: training[order],
        validation: validation?[order])
    }
    return Set(indices.filter { runs[$0].left.isEmpty })
  }

  private func end(
    _ prefixes: [RunPrefix], of index: Int, _ member: TrainingMember<Scalar>,
    _ network: Network<Scalar>, training: Evaluation, validation: Evaluation?
  ) throws {
    if !network.isFinite { return try diverge(index, member) }
    let result = TrialResult(
      value: training.loss.isFinite ? validation?[metric] ?? .nan : .nan,
      trainingValue: training[metric], finalLoss: member.history.loss.last,
      iterations: member.iteration, seconds: runs[index].seconds,
      rowCount: sets.validation?.count,
      isWeighted: sets.validation?.dataset.weights == nil ? nil : true)
    for prefix in prefixes { try engine.finish(prefix.trial, result, sets, network) }
    runs[index].left.removeAll { prefixes.contains($0) }
  }
}

// MARK: - Checkpoints

extension TrialGroup {
  private static var runsKey: String { "runs" }

  /// Resumes from the checkpoint, if there is one of these networks.
  private func resume() throws {
    guard let checkpointPath, FileManager.default.fileExists(atPath: checkpointPath) else { return }
    let archive = try TensorArchive(readingFrom: checkpointPath)
    // Otherwise the checkpoint is from another precision, search or version.
    guard let text = archive.metadata[Self.runsKey], let known = try? [Run](json: text.utf8),
      known.first?.settings.precision == runs.first?.settings.precision,
      known.first?.settings.random == runs.first?.settings.random
    else { return }
    var saved: Trainer<Scalar, ExperimentRandom> = try known[0].settings.trainer(
      resumingFrom: archive, path: checkpointPath)
    if saved.rowCount != trainer.rowCount || saved.members.count != known.count { return }
    var positions: [Int] = []
    for run in runs {
      let position = known.indices.first {
        saved.members[$0].iteration == saved.iteration
          && run.canContinue(known[$0], after: saved.iteration) && isRecorded(run, to: known[$0])
      }
      guard let position else { return }
      positions.append(position)
    }
    saved.keepMembers(at: positions, workersOf: trainer)
    trainer = saved
    for (index, position) in positions.enumerated() {
      (runs[index].seconds, runs[index].measured) = (
        known[position].seconds, known[position].measured
      )
      engine.meter.spared(runs[index].operations * Double(trainer.iteration))
    }
  }

  /// Whether the study has the measurements of a saved run: those of its trials may have begun anew since,
  /// in processes with other groups.
  private func isRecorded(_ run: Run, to saved: Run) -> Bool {
    run.left.allSatisfy { prefix in
      let measured =
        engine.checkpoints.measured?[prefix.trial]
        ?? study.trials[prefix.trial].measurements.last?.iteration ?? 0
      return measured >= saved.measured
    }
  }

  /// Whether a checkpoint is due; large ones are written less often.
  private var isSaveDue: Bool {
    let period = engine.search.checkpointEvery
    return checkpointPath != nil
      && (period == 0
        || lastSave.duration(to: .now) / .seconds(1) >= max(period, 50 * saveDuration))
  }

  private func save(_ trainer: Trainer<Scalar, ExperimentRandom>) throws {
    guard let checkpointPath else { return }
    let start = ContinuousClock.now
    let left = runs.indices.filter { !runs[$0].left.isEmpty && trainer.members[$0].failure == nil }
    if left.isEmpty { return }
    try trainer.checkpoint(of: left, notes: [Self.runsKey: left.map { runs[$0] }.jsonLine])
      .write(to: checkpointPath)
    lastSave = .now
    saveDuration = start.duration(to: lastSave) / .seconds(1)
  }
}
