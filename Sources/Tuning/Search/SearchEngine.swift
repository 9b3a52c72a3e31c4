import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Trains the networks of a search in a scalar type.
struct SearchEngine<Scalar: BLASScalar> {
  let search: NetworkSearch
  /// The trials that pruning compares; see ``SearchWork/representatives(of:method:data:)``.
  let representatives: Set<Int>
  let meter: SearchMeter
  let checkpoints: SearchCheckpoints
  let stop: @Sendable () -> Bool

  var study: Study { search.study }

  func run(_ units: [SearchWork.Unit]) throws {
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

  /// The trials among some that the study prunes.
  func pruned(_ trials: [Int], at iteration: Int) throws -> Set<Int> {
    try study.pruned(trials, at: iteration, among: representatives)
  }

  /// Ends a trial with its result, and saves its network where it is the best.
  func finish(
    _ trial: Int, _ result: TrialResult, _ sets: PreparedSets<Scalar>, _ network: Network<Scalar>
  ) throws {
    var model: TrainedModel<Scalar> {
      TrainedModel(
        network: network, preprocessing: sets.preprocessing,
        schema: search.data.schema, image: search.data.image)
    }
    if let path = search.modelPath { try model.save(to: path) }
    try study.finish(trial, result, savingBest: { try model.save(to: $0) }) {
      try model.archive(path: Study.bestName).bytes()
    }
  }
}

extension SearchEngine {
  private func trainSideBySide(
    _ members: [SearchWork.Member], on sets: PreparedSets<Scalar>
  ) throws {
    let seed = members[0].settings.training.seed
    let networks = members.map { member in
      var weights = SeededRandom(seed: seed, purpose: "weights")
      return member.settings.freshNetwork(on: sets, using: &weights)
    }
    let trainer = try Trainer(
      networks, rowCount: sets.training.count,
      settings: members.map { $0.settings.training(on: sets).withWorkers(search.workers) },
      random: ExperimentRandom.fast(SeededRandom(seed: seed, purpose: "batches")))
    try TrialGroup(self, members, sets, trainer, checkpoint: checkpoints.sideBySide).run()
  }

  /// Trains networks that share nothing: in turn, or one on each core.
  private func trainAlone(_ members: [SearchWork.Member], on sets: PreparedSets<Scalar>) throws {
    if search.method == .independent {
      for member in members where !stop() {
        try train(member, on: sets, workers: search.workers)
      }
      return
    }
    let queue = Locked(members[...])
    let failure = Locked<(any Error)?>(nil)
    let workers = min(search.workers ?? BLASLibrary.threadCount, members.count)
    WorkerPool.Lease(workers: workers).run { _ in
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

  private func train(
    _ member: SearchWork.Member, on sets: PreparedSets<Scalar>, workers: Int?
  ) throws {
    var settings = member.settings
    settings.training = settings.training.withWorkers(workers)
    let seed = settings.training.seed
    let checkpoint = SearchCheckpoints.alone(member.trials.last?.trial ?? 0)
    let trainer = try settings.trainer(seed: seed, on: sets)
    try TrialGroup(self, [member], sets, trainer, checkpoint: checkpoint).run()
  }
}

extension TrainerSettings {
  /// The settings with another number of workers, unless that is nil.
  fileprivate func withWorkers(_ workers: Int?) -> TrainerSettings {
    var copy = self
    if let workers { copy.workers = workers }
    return copy
  }
}
