import Datasets
import LinearAlgebra
import NeuralNetwork
import Training

extension Sweep {
  /// Trains networks that share nothing: one after the other, or one on each core.
  func trainAlone(_ members: [SweepPlan.Member], on sets: PreparedSets<Scalar>) throws {
    if search.method == .independent {
      for member in members where !stop() {
        try train(member, on: sets, workers: search.workers ?? member.settings.training.workers)
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
    meter.networks(1)
    defer { meter.networks(-1) }
    var settings = member.settings
    settings.training.workers = workers
    let seed = settings.training.seed
    switch settings.random {
    case .fast:
      try AloneRun(self, member, sets, settings.seededTrainer(seed: seed, on: sets)).run()
    case .numpy:
      try AloneRun(self, member, sets, settings.numPyTrainer(seed: seed, on: sets)).run()
    }
  }
}
