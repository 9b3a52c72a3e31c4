import Datasets
import LinearAlgebra
import NeuralNetwork
import Training

extension Sweep {
  /// Trains networks side by side until the last of their trials has ended.
  func trainSideBySide(
    _ members: [SweepPlan.Member], on sets: PreparedSets<Scalar>,
    from checkpoint: inout SweepCheckpoint<Scalar>?
  ) throws {
    var driver = try SideBySide(self, members, sets)
    if let known = checkpoint, try driver.resume(from: known) { checkpoint = nil }
    defer { meter.networks(-driver.group.runs.count) }
    try driver.run()
  }
}

/// The training of one group: its steps, and between them what the study wants to know.
private struct SideBySide<Scalar: BLASScalar> {
  let sweep: Sweep<Scalar>
  let sets: PreparedSets<Scalar>
  let group: SweepGroup<Scalar>
  let evaluation: EvaluationRule
  var clock = ContinuousClock.now
  var saver: SweepCheckpoint<Scalar>.Saver

  private var study: Study { sweep.study }

  init(
    _ sweep: Sweep<Scalar>, _ members: [SweepPlan.Member], _ sets: PreparedSets<Scalar>
  ) throws {
    self.sweep = sweep
    self.sets = sets
    let settings = members[0].settings.training
    evaluation = settings.evaluation
    let networks = members.map { member in
      var random = SeededRandom(seed: settings.seed, purpose: "weights")
      let network = member.settings.freshNetwork(on: sets, using: &random)
      return (SweepRun(member, network), network)
    }
    group = SweepGroup(
      networks, on: sets.training, random: SeededRandom(seed: settings.seed, purpose: "batches"),
      workers: sweep.search.workerCount)
    saver = .init(of: sweep.study, every: sweep.search.checkpointEvery)
    sweep.meter.networks(group.runs.count)
  }

  /// Goes on from a checkpoint, if it is of this group.
  mutating func resume(from checkpoint: SweepCheckpoint<Scalar>) throws -> Bool {
    guard try checkpoint.restore(group) else { return false }
    for run in group.runs { sweep.meter.spared(run.operations * Double(run.iteration)) }
    return true
  }

  mutating func run() throws {
    for run in group.runs {
      for prefix in run.trials { try study.begin(prefix.trial, from: run.iteration) }
    }
    // Trials of no iterations have ended.
    try endTrials(validation: nil)
    while !group.runs.isEmpty {
      if sweep.stop() {
        try saver.save(group)
        for run in group.runs { run.trials.forEach { study.interrupt($0.trial) } }
        return
      }
      try step()
      try saver.saveIfDue(group)
    }
    try saver.remove()
  }

  /// Makes a step, and measures and ends what is due.
  private mutating func step() throws {
    let current = group.iteration
    let events = evaluation.events(
      after: current, batchSize: group.batchSize, rowCount: sets.training.count)
    let ends = group.runs.contains { $0.nextEnd == current + 1 }
    let diverged = group.step(wantsPenalty: events.evaluation || ends)
    lap()
    sweep.meter.made(group.runs.reduce(0) { $0 + $1.operations })
    for run in diverged { try diverge(run) }
    var validation: [Double]?
    if events.evaluation { validation = try measure() }
    for (index, run) in group.runs.enumerated() {
      run.epochsEnded(events.epochs, score: validation?[index])
    }
    if ends { try endTrials(validation: validation) }
    if events.evaluation { try prune() }
  }

  /// Divides the time since the last lap among the networks, by their units.
  private mutating func lap() {
    let now = ContinuousClock.now
    let seconds = clock.duration(to: now) / .seconds(1)
    clock = now
    let units = group.runs.reduce(0) { $0 + $1.unitCount }
    for run in group.runs { run.seconds += seconds * Double(run.unitCount) / Double(units) }
  }

  private func diverge(_ run: SweepRun<Scalar>) throws {
    for prefix in run.trials {
      try study.diverge(
        prefix.trial, iteration: run.iteration, loss: run.loss, seconds: run.seconds)
    }
    leave([run])
  }

  /// Takes runs out before their end.
  private func leave(_ runs: [SweepRun<Scalar>]) {
    for run in runs {
      let left = (run.trials.last?.iterations ?? run.iteration) - run.iteration
      sweep.meter.spared(run.operations * Double(left))
    }
    sweep.meter.networks(-runs.count)
    group.remove(runs)
  }

  /// Records the accuracies of all networks.
  ///
  /// - Returns: those on the validation set.
  private mutating func measure() throws -> [Double] {
    let batch = group.batchAccuracies(of: group.runs)
    let validation = try accuracies(of: group.runs)
    lap()
    for (index, run) in group.runs.enumerated() {
      for prefix in run.trials {
        try study.record(
          Measurement(
            iteration: run.iteration, loss: run.loss, trainAccuracy: batch[index],
            validationAccuracy: validation[index], seconds: run.seconds), of: prefix.trial)
      }
    }
    return validation
  }

  private func accuracies(of runs: [SweepRun<Scalar>]) throws -> [Double] {
    guard let validation = sets.validation else { return [] }
    return group.accuracies(of: runs, on: validation)
  }

  /// Ends the trials whose iterations are made, and lets networks go that no trial is left of.
  ///
  /// - Parameter validation: the accuracies of all networks, where they have just been measured.
  private mutating func endTrials(validation known: [Double]?) throws {
    let ending = group.runs.filter { ($0.nextEnd ?? .max) <= $0.iteration }
    if ending.isEmpty { return }
    var validation: [Double] = []
    if let known {
      validation = zip(group.runs, known).filter { pair in ending.contains { $0 === pair.0 } }
        .map(\.1)
    } else {
      validation = try accuracies(of: ending)
    }
    let training = group.accuracies(of: ending, on: sets.training)
    lap()
    var over: [SweepRun<Scalar>] = []
    for (index, run) in ending.enumerated() {
      if !run.isFinite(group.weights(of: run)) {
        try diverge(run)
        continue
      }
      let result = TrialResult(
        value: validation[index], trainAccuracy: training[index],
        finalLoss: run.iteration == 0 ? nil : run.loss, iterations: run.iteration,
        seconds: run.seconds, rowCount: sets.validation?.count)
      for prefix in run.takeEnded() {
        try sweep.finish(prefix.trial, result, sets) { run.network(group.weights(of: run)) }
      }
      if run.trials.isEmpty { over.append(run) }
    }
    leave(over)
  }

  /// Gives up the networks that the study's rule says so of.
  private func prune() throws {
    let pruned = group.runs.filter { sweep.shouldPrune($0.trials.last, at: $0.iteration) }
    for run in pruned {
      for prefix in run.trials {
        try study.prune(prefix.trial, at: run.iteration, seconds: run.seconds)
      }
    }
    leave(pruned)
  }
}
