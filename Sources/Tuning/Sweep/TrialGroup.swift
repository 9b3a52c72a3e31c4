import PerceptronDatasets
import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining

/// The training of some networks side by side, for all of their trials.
final class TrialGroup<Scalar: BLASScalar, Random: RandomStream & Codable> {
  private let sweep: Sweep<Scalar>
  private let sets: PreparedSets<Scalar>
  private var trainer: Trainer<Scalar, Random>
  /// The networks, in the order of the trainer's members.
  private var runs: [Run]
  private var clock = ContinuousClock.now
  /// Whether the search was stopped.
  private var isStopped = false
  /// Where it is saved how far the group is, or nil where the study has no folder.
  private let checkpointPath: String?
  private var lastSave = ContinuousClock.now
  /// How long the last checkpoint took to write, in seconds.
  private var saveDuration = 0.0

  private var study: Study { sweep.study }

  /// What the study knows of a network beside its training.
  private struct Run: Codable {
    /// What it is a run of: another one must not go on from its checkpoint.
    let settings: Experiment
    let inputSize: Int
    /// The trials that have not ended, by their iterations.
    var left: [RunPrefix]
    /// Its part of the time of all iterations, by its share of the operations.
    var seconds = 0.0
    let operations: Double

    init(_ member: SweepPlan.Member) {
      settings = member.settings
      inputSize = member.inputSize
      left = member.trials
      operations = member.operations
    }

    /// Whether this one can go on from where the other one was saved after some iterations.
    func canContinue(_ other: Run, after iteration: Int) -> Bool {
      // One that is beyond a trial that waits is of no use to it: the journal may have lost the line
      // that ended the trial.
      other.settings == settings && other.inputSize == inputSize
        && left.allSatisfy(other.left.contains) && iteration <= left.first?.iterations ?? 0
    }
  }

  /// A group from its beginning, or from its checkpoint in the study's folder.
  ///
  /// - Parameters:
  ///   - members: the networks with their trials, in the order of the trainer's members.
  ///   - fresh: a trainer of them that has not begun.
  ///   - checkpoint: the name of the group's checkpoint.
  init(
    _ sweep: Sweep<Scalar>, _ members: [SweepPlan.Member], _ sets: PreparedSets<Scalar>,
    _ fresh: Trainer<Scalar, Random>, checkpoint: String
  ) throws {
    self.sweep = sweep
    self.sets = sets
    trainer = fresh
    runs = members.map(Run.init)
    checkpointPath = sweep.study.directory.map { $0 + "/" + checkpoint }
    try resume()
  }
}

// MARK: - Training

extension TrialGroup {
  /// Trains until all trials have ended or the search is stopped.
  func run() throws {
    sweep.meter.networks(runs.count)
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
      // Told of network by network, as it came.
    }
    if isStopped && runs.contains(where: { !$0.left.isEmpty }) { try save(trainer) }
    for index in runs.indices where !runs[index].left.isEmpty {
      if trainer.members[index].failure != nil {
        try diverge(index, trainer.members[index])
      } else {
        // The search was stopped, or its task cancelled.
        for prefix in runs[index].left { study.interrupt(prefix.trial) }
        isStopped = true
      }
    }
    if !isStopped, let checkpointPath { try AtomicFile.remove(checkpointPath) }
  }

  /// Ends the trials that have no iterations left.
  private func endWithoutTraining() throws {
    for (index, member) in trainer.members.enumerated() {
      let over = runs[index].left.filter { $0.iterations <= member.iteration }
      if over.isEmpty { continue }
      try end(
        over, of: index, member, member.result,
        training: member.result.evaluate(on: sets.training),
        validation: sets.validation.map { member.result.evaluate(on: $0) })
      if runs[index].left.isEmpty { sweep.meter.networks(-1) }
    }
  }

  /// Measures and ends what is due after an iteration.
  ///
  /// - Returns: the members to train no more.
  private func watch(_ moment: GroupMoment<Scalar>) throws -> Set<Int> {
    lap(moment.members)
    sweep.meter.made(moment.members.reduce(0) { $0 + runs[$1].operations })
    var over = Set<Int>()
    for index in moment.members where moment[index].failure != nil {
      try diverge(index, moment[index])
      over.insert(index)
    }
    if moment.isEvaluated {
      for index in moment.members where !over.contains(index) {
        try record(moment[index], of: index)
      }
    }
    over.formUnion(try endTrials(at: moment))
    if moment.isEvaluated {
      for index in moment.members
      where sweep.shouldPrune(runs[index].left.last, at: moment.iteration + 1) {
        for prefix in runs[index].left {
          try study.prune(prefix.trial, at: moment.iteration + 1, seconds: runs[index].seconds)
        }
        runs[index].left = []
        over.insert(index)
      }
    }
    for index in over {
      sweep.meter.spared(
        runs[index].operations * Double(moment[index].iterations - moment.iteration - 1))
    }
    sweep.meter.networks(-over.count)
    if sweep.stop() {
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
    for prefix in runs[index].left {
      try study.record(
        Measurement(
          iteration: member.iteration, loss: member.history.loss.last ?? .nan,
          trainAccuracy: epoch.trainAccuracy, validationAccuracy: epoch.validationAccuracy,
          seconds: runs[index].seconds), of: prefix.trial)
    }
  }

  /// Ends the trials whose iterations are made.
  ///
  /// - Returns: the members that no trial is left of.
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
    let training = moment.evaluateResults(of: indices, on: sets.training)
    let validation = sets.validation.map { moment.evaluateResults(of: indices, on: $0) }
    lap(indices)
    for (order, ending) in ending.enumerated() {
      try end(
        ending.prefixes, of: ending.index, moment[ending.index],
        moment.result(of: ending.index), training: training[order],
        validation: validation?[order])
    }
    return Set(indices.filter { runs[$0].left.isEmpty })
  }

  /// Ends trials with what their network is worth.
  private func end(
    _ prefixes: [RunPrefix], of index: Int, _ member: TrainingMember<Scalar>,
    _ network: Network<Scalar>, training: Evaluation, validation: Evaluation?
  ) throws {
    if !network.isFinite { return try diverge(index, member) }
    let result = TrialResult(
      value: training.loss.isFinite ? validation?.accuracy ?? .nan : .nan,
      trainAccuracy: training.accuracy, finalLoss: member.history.loss.last,
      iterations: member.iteration, seconds: runs[index].seconds,
      rowCount: sets.validation?.count)
    for prefix in prefixes { try sweep.finish(prefix.trial, result, sets, network) }
    runs[index].left.removeAll { prefixes.contains($0) }
  }
}

// MARK: - Checkpoints

extension TrialGroup {
  /// The key of a checkpoint's notes under which the runs stand.
  private static var runsKey: String { "runs" }

  /// Goes on from the checkpoint, if there is one of these networks.
  private func resume() throws {
    guard let checkpointPath, FileManager.default.fileExists(atPath: checkpointPath) else { return }
    let archive = try TensorArchive(readingFrom: checkpointPath)
    // Of another scalar type, another search, or of a version that saved it otherwise.
    guard let text = archive.metadata[Self.runsKey], let known = try? [Run](json: text.utf8),
      known.first?.settings.precision == runs.first?.settings.precision,
      known.first?.settings.random == runs.first?.settings.random
    else { return }
    var saved = try Trainer<Scalar, Random>(archive, path: checkpointPath)
    if saved.rowCount != trainer.rowCount || saved.members.count != known.count { return }
    var positions: [Int] = []
    for run in runs {
      let position = known.indices.first {
        saved.members[$0].iteration == saved.iteration
          && run.canContinue(known[$0], after: saved.iteration)
      }
      guard let position else { return }
      positions.append(position)
    }
    saved.keepMembers(at: positions, workersOf: trainer)
    trainer = saved
    for (index, position) in positions.enumerated() {
      runs[index].seconds = known[position].seconds
      sweep.meter.spared(runs[index].operations * Double(trainer.iteration))
    }
  }

  /// Whether it is time for a checkpoint: large ones are written less often.
  private var isSaveDue: Bool {
    let period = sweep.search.checkpointEvery
    return checkpointPath != nil
      && (period == 0
        || lastSave.duration(to: .now) / .seconds(1) >= max(period, 50 * saveDuration))
  }

  private func save(_ trainer: Trainer<Scalar, Random>) throws {
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
