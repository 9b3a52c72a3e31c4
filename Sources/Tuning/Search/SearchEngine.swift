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

/// Where the checkpoints of networks in training are.
struct SearchCheckpoints {
  /// The folder; nil for none.
  let folder: String?
  /// The checkpoint of networks side by side.
  let sideBySide: String
  /// The iteration of the last measurement of each trial, where another process has the study.
  let measured: [Int: Int]?

  /// Those of a process that trains all trials.
  init(in folder: String?) { self.init(in: folder, sideBySide: "sweep", nil) }

  /// Those of a process that trains a part.
  init(in folder: String?, of part: SearchPart) {
    self.init(
      in: folder, sideBySide: "sweep-\(part.number)-of-\(part.count)",
      Dictionary(uniqueKeysWithValues: zip(part.trials, part.measured)))
  }

  private init(in folder: String?, sideBySide: String, _ measured: [Int: Int]?) {
    self.folder = folder
    self.measured = measured
    self.sideBySide = sideBySide + ".safetensors"
  }

  /// The checkpoint of a network on its own, by the last of its trials.
  static func alone(_ trial: Int) -> String { "trial-\(trial).safetensors" }

  static func isCheckpoint(_ name: String) -> Bool {
    name == "sweep.safetensors"
      || (name.hasPrefix("sweep-") || name.hasPrefix("trial-")) && name.hasSuffix(".safetensors")
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

/// The work of a process that is done.
struct SearchCounts: Codable, Sendable {
  /// Floating-point operations.
  var done = 0.0
  /// The part of `done` that was not needed.
  var spared = 0.0
  /// The number of networks in training.
  var networks = 0

  static func - (left: SearchCounts, right: SearchCounts) -> SearchCounts {
    SearchCounts(
      done: left.done - right.done, spared: left.spared - right.spared,
      networks: left.networks - right.networks)
  }
}

/// Counts the work that a search has done, for all of its threads.
final class SearchMeter: Sendable {
  private struct State {
    var counts = SearchCounts()
    var reported: (seconds: Double, operations: Double) = (0, 0)
    var rate = 0.0
  }

  private let total: Double
  private let start = ContinuousClock.now
  private let state = Locked(State())
  private let report: @Sendable (SearchProgress, SearchCounts) -> Void
  /// The least time between reports in seconds.
  private static let period = 0.1

  /// - Parameter report: called by one thread at a time.
  init(
    _ work: SearchWork, report: @escaping @Sendable (SearchProgress, SearchCounts) -> Void
  ) {
    total = work.operations
    self.report = report
  }

  var counts: SearchCounts { state.withLock { $0.counts } }

  func networks(_ change: Int) { state.withLock { $0.counts.networks += change } }

  func made(_ operations: Double) { add(SearchCounts(done: operations)) }

  /// Counts work, of this process or another, and reports it if that is due.
  func add(_ change: SearchCounts) {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { state in
      state.counts.done += change.done
      state.counts.spared += change.spared
      state.counts.networks += change.networks
      let elapsed = seconds - state.reported.seconds
      if elapsed < Self.period { return }
      let made = state.counts.done - state.counts.spared
      state.rate = (made - state.reported.operations) / elapsed
      state.reported = (seconds, made)
      report(progress(state, seconds), state.counts)
    }
  }

  func spared(_ operations: Double) {
    state.withLock {
      $0.counts.done += operations
      $0.counts.spared += operations
    }
  }

  /// Counts as spared whatever is neither done nor left.
  func left(_ operations: Double) { spared(max(0, total - counts.done - operations)) }

  func finish() {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { report(progress($0, seconds), $0.counts) }
  }

  private func progress(_ state: State, _ seconds: Double) -> SearchProgress {
    SearchProgress(
      share: total == 0 ? 1 : min(state.counts.done / total, 1), seconds: seconds,
      operationsPerSecond: state.rate, networks: state.counts.networks)
  }
}
