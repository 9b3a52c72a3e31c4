import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Trains the networks of a search in a scalar type.
struct SearchEngine<Scalar: BLASScalar> {
  let search: NetworkSearch
  /// The trials that pruning compares; see ``SearchWork/representatives(of:method:data:)``.
  let representatives: Set<Int>
  let meter: SearchMeter
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

  /// Whether the study prunes a network, judged by the longest of its trials.
  func shouldPrune(_ longest: RunPrefix?, at iteration: Int) -> Bool {
    longest.map { study.shouldPrune($0.trial, at: iteration, among: representatives) } ?? false
  }

  /// Ends a trial with its result, and saves its network where it is the best.
  func finish(
    _ trial: Int, _ result: TrialResult, _ sets: PreparedSets<Scalar>, _ network: Network<Scalar>
  ) throws {
    func save(to path: String) throws {
      try TrainedModel(
        network: network, preprocessing: sets.preprocessing,
        schema: search.data.schema, image: search.data.image
      ).save(to: path)
    }
    if let path = search.modelPath { try save(to: path) }
    try study.finish(trial, result, savingBest: save)
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
    try TrialGroup(self, members, sets, trainer, checkpoint: SearchCheckpoint.sideBySide).run()
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
    let checkpoint = SearchCheckpoint.alone(member.trials.last?.trial ?? 0)
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

enum SearchCheckpoint {
  /// The checkpoint of networks side by side.
  static let sideBySide = "sweep.safetensors"

  /// The checkpoint of a network on its own, by the last of its trials.
  static func alone(_ trial: Int) -> String { "trial-\(trial).safetensors" }

  static func isCheckpoint(_ name: String) -> Bool {
    name == sideBySide || (name.hasPrefix("trial-") && name.hasSuffix(".safetensors"))
  }
}

/// The progress of a search.
public struct SearchProgress: Sendable {
  /// The share of the work at the start that is done, from 0 to 1; diverged and pruned networks
  /// count as done.
  public let share: Double
  /// The elapsed time in seconds.
  public let seconds: Double
  /// The recent floating-point operations per second, in the layers' products.
  public let operationsPerSecond: Double
  /// The number of networks in training.
  public let networks: Int

  /// The estimated time left in seconds; nil at the start.
  public var secondsLeft: Double? { share > 0 ? seconds * (1 - share) / share : nil }
}

/// Counts the work that a search has done, for all of its threads.
final class SearchMeter: Sendable {
  private struct State {
    var done = 0.0
    /// The part of `done` that was not needed.
    var spared = 0.0
    var networks = 0
    var reported: (seconds: Double, operations: Double) = (0, 0)
    var rate = 0.0
  }

  private let total: Double
  private let start = ContinuousClock.now
  private let state = Locked(State())
  private let report: @Sendable (SearchProgress) -> Void
  /// The least time between reports in seconds.
  private static let period = 0.1

  /// - Parameter report: called by one thread at a time.
  init(_ work: SearchWork, report: @escaping @Sendable (SearchProgress) -> Void) {
    total = work.operations
    self.report = report
  }

  func networks(_ change: Int) { state.withLock { $0.networks += change } }

  func made(_ operations: Double) {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { state in
      state.done += operations
      let elapsed = seconds - state.reported.seconds
      if elapsed < Self.period { return }
      let made = state.done - state.spared
      state.rate = (made - state.reported.operations) / elapsed
      state.reported = (seconds, made)
      report(progress(state, seconds))
    }
  }

  func spared(_ operations: Double) {
    state.withLock {
      $0.done += operations
      $0.spared += operations
    }
  }

  /// Counts as spared whatever is neither done nor left.
  func left(_ operations: Double) {
    spared(max(0, state.withLock { total - $0.done } - operations))
  }

  func finish() {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { report(progress($0, seconds)) }
  }

  private func progress(_ state: State, _ seconds: Double) -> SearchProgress {
    SearchProgress(
      share: total == 0 ? 1 : min(state.done / total, 1), seconds: seconds,
      operationsPerSecond: state.rate, networks: state.networks)
  }
}
