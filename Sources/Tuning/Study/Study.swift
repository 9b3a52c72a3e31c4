import PerceptronLinearAlgebra
import PerceptronTraining

/// The trials of a hyperparameter search, their measurements and results.
///
/// The study runs nothing itself; whoever runs the trials records their events, from any number of
/// threads. A study in a folder writes every event to the folder's journal at once, and can be
/// resumed by another process: see ``resume(at:expecting:trials:)``.
///
/// - SeeAlso: ``run(workers:stop:_:)``, which runs a function as trials.
public final class Study: Sendable {
  /// The definition, which must be the same for the study to be resumed.
  public let definition: StudyDefinition
  /// The study's folder; nil for a study in memory.
  public let directory: String?
  /// The shard that this is, which trains its own trials only; nil for a whole study.
  public let shard: StudyShard?
  /// The shards that a study was read from, by ``current(at:)``; empty if it is one study.
  public let shards: [ShardProgress]

  struct Contents {
    var state: StudyState
    var journal: (any StudyRecorder)?
  }

  let contents: Locked<Contents>
  /// Held while a trial ends, so that one trial at a time saves the best model.
  let ending = Locked(false)
  /// A ``RunLock`` or a ``ShardLock``.
  private let lock: (any Sendable)?
  /// Who has the whole study, if this process trains a part of it for another; it gets all events.
  let leader: (any StudyLeader)?

  init(
    _ state: StudyState, _ journal: (any StudyRecorder)?, in directory: String?,
    _ lock: (any Sendable)?, shards: [ShardProgress] = [], leader: (any StudyLeader)? = nil
  ) {
    self.leader = leader
    definition = state.definition
    shard = state.part?.shard
    self.shards = shards
    contents = Locked(Contents(state: state, journal: journal))
    self.directory = directory
    self.lock = lock
  }

  /// Creates a study in memory.
  ///
  /// - Parameter trials: the values of the hyperparameters of each trial.
  /// - Throws: `InvalidSetting` for invalid pruning or seeds.
  public convenience init(definition: StudyDefinition, trials: [Assignment]) throws {
    try definition.check()
    self.init(StudyState(definition, trials), nil, in: nil, nil)
  }

  /// Creates a study of a space in memory.
  ///
  /// - Parameters:
  ///   - seeds: the seeds of repeats, see ``StudyDefinition/seeds``.
  ///   - folds: the number of folds, see ``StudyDefinition/folds``.
  /// - Throws: `SearchSpaceError` for an invalid space or method; `InvalidSetting` for invalid
  ///   pruning, seeds or folds.
  public convenience init(
    _ space: SearchSpace, by method: SearchMethod = .grid, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, seeds: [Int] = [], folds: Int? = nil
  ) throws {
    let definition = StudyDefinition(
      space: space, method: method, goal: goal, pruning: pruning, seeds: seeds, folds: folds)
    try self.init(definition: definition, trials: definition.trials(of: definition.points()))
  }
}

// MARK: - Queries

extension Study {
  private var state: StudyState { contents.withLock { $0.state } }

  /// All trials, in the order of their numbers.
  public var trials: [Trial] { state.trials }

  /// The trials that are trained here: all, or those of the shard.
  public var ownTrials: [Trial] {
    let state = state
    return state.part == nil ? state.trials : state.trials.filter { state.isOwn($0.id) }
  }

  /// The best trial of ``bestConfiguration``, the first of equals.
  public var best: Trial? { bestConfiguration?.best(by: definition.goal) }

  /// The number of ``ownTrials`` in each state; states without trials are left out.
  public var counts: [Trial.State: Int] {
    ownTrials.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
  }

  /// The notes in order.
  public var notes: [StudyNote] { state.notes }

  /// Whether the study's pruning rule stops a trial at `iteration`, by the measurements so far.
  /// Record all trials that train side by side before asking about one. Waiting trials do not
  /// count. Of a repeated point only the first trial is compared and pruned.
  ///
  /// - Parameter some: the trials to compare with, or nil for all; of trials that share one
  ///   training, one stands for the others.
  public func shouldPrune(_ trial: Int, at iteration: Int, among some: Set<Int>? = nil) -> Bool {
    if definition.pruning == .none { return false }
    let state = state
    let measured = state.trials.filter {
      $0.state != .waiting && state.isFirst($0.id) && some?.contains($0.id) ?? true
    }
    guard let own = measured.first(where: { $0.id == trial }) else { return false }
    return definition.pruning.prunes(own, at: iteration, among: measured, goal: definition.goal)
  }

  /// The trials among some that ``shouldPrune(_:at:among:)`` stops, asked of the leader if there is one.
  func pruned(_ trials: [Int], at iteration: Int, among some: Set<Int>) throws -> Set<Int> {
    if definition.pruning == .none || trials.isEmpty { return [] }
    if let leader { return try leader.pruned(trials, at: iteration) }
    return Set(trials.filter { shouldPrune($0, at: iteration, among: some) })
  }
}
