import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining

/// Trains the networks of a search in one scalar type.
struct Sweep<Scalar: BLASScalar> {
  let search: NetworkSearch
  /// The trials that the study compares on the way.
  let representatives: Set<Int>
  let meter: SweepMeter
  let stop: @Sendable () -> Bool

  init(
    _ search: NetworkSearch, _ representatives: Set<Int>, _ meter: SweepMeter,
    _ stop: @escaping @Sendable () -> Bool
  ) {
    self.search = search
    self.representatives = representatives
    self.meter = meter
    self.stop = stop
  }

  var study: Study { search.study }

  /// Trains one unit after the other.
  func run(_ units: [SweepPlan.Unit]) throws {
    for unit in units {
      if stop() { return }
      guard let first = unit.members.first else { continue }
      let sets = try first.settings.sets(of: search.data, as: Scalar.self)
      switch unit {
      case .alone(let members): try trainAlone(members, on: sets)
      case .group(let members): try trainSideBySide(members, on: sets)
      }
    }
  }

  /// Whether the study has enough of a network, by the longest of its trials.
  func shouldPrune(_ longest: RunPrefix?, at iteration: Int) -> Bool {
    longest.map {
      study.shouldPrune($0.trial, at: iteration, among: representatives)
    } ?? false
  }

  /// Ends a trial with what its network is worth.
  func finish(
    _ trial: Int, _ result: TrialResult, _ sets: PreparedSets<Scalar>, _ network: Network<Scalar>
  ) throws {
    func save(to path: String) throws {
      let model = TrainedModel(
        network: network, preprocessing: sets.preprocessing,
        classNames: search.data.classNames, image: search.data.image)
      try model.save(to: path)
    }
    if let path = search.modelPath { try save(to: path) }
    try study.finish(trial, result, savingBest: save)
  }
}

extension Sweep {
  /// Trains networks that share their batches.
  private func trainSideBySide(
    _ members: [SweepPlan.Member], on sets: PreparedSets<Scalar>
  ) throws {
    let seed = members[0].settings.training.seed
    let networks = members.map { member in
      var weights = SeededRandom(seed: seed, purpose: "weights")
      return member.settings.freshNetwork(on: sets, using: &weights)
    }
    let trainer = try Trainer(
      networks, rowCount: sets.training.count,
      settings: members.map { $0.settings.training.withWorkers(search.workers) },
      random: SeededRandom(seed: seed, purpose: "batches"))
    try TrialGroup(self, members, sets, trainer, checkpoint: SweepFiles.sideBySide).run()
  }

  /// Trains networks that share nothing: one after the other, or one on each core.
  private func trainAlone(_ members: [SweepPlan.Member], on sets: PreparedSets<Scalar>) throws {
    if search.method == .independent {
      for member in members where !stop() {
        try train(member, on: sets, workers: search.workers)
      }
      return
    }
    let queue = Locked(members[...])
    let failure = Locked<(any Error)?>(nil)
    let lease = WorkerPool.lease(workers: min(search.workerCount, members.count))
    lease.run { _ in
      while !stop(), failure.withLock({ $0 == nil }), let member = queue.withLock({ $0.popFirst() })
      {
        do {
          try train(member, on: sets, workers: 1)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Trains one network for all of its trials.
  private func train(
    _ member: SweepPlan.Member, on sets: PreparedSets<Scalar>, workers: Int?
  ) throws {
    var settings = member.settings
    settings.training = settings.training.withWorkers(workers)
    let seed = settings.training.seed
    let checkpoint = SweepFiles.alone(member.trials.last?.trial ?? 0)
    switch settings.random {
    case .fast:
      let trainer = try settings.seededTrainer(seed: seed, on: sets)
      try TrialGroup(self, [member], sets, trainer, checkpoint: checkpoint).run()
    case .numpy:
      let trainer = try settings.numPyTrainer(seed: seed, on: sets)
      try TrialGroup(self, [member], sets, trainer, checkpoint: checkpoint).run()
    }
  }
}

extension TrainerSettings {
  /// The same with another number of workers, where one is given.
  fileprivate func withWorkers(_ workers: Int?) -> TrainerSettings {
    var copy = self
    if let workers { copy.workers = workers }
    return copy
  }
}
