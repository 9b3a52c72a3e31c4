import PerceptronLinearAlgebra
import PerceptronTraining

/// A hyperparameter search: trials, what they showed, and which of them is the best.
///
/// The study runs nothing itself. Whoever runs the trials tells it what happens; any number of
/// threads may do so at the same time. With a folder, all of it is in the folder's journal at once,
/// and a study whose process is gone can be gone on with: see ``resume(at:expecting:)``.
///
/// - SeeAlso: ``run(workers:stop:_:)``, which runs trials of a function.
public final class Study: Sendable {
  /// What has to be the same for the study to be gone on with.
  public let definition: StudyDefinition
  /// The study's folder, or nil where it is in memory only.
  public let directory: String?

  /// What the lock is about.
  struct Contents {
    var state: StudyState
    var journal: StudyJournal?
  }

  let contents: Locked<Contents>
  /// Held while a trial ends, so that the best model is saved by one trial at a time.
  let ending = Locked(false)
  private let lock: RunLock?

  init(_ state: StudyState, _ journal: StudyJournal?, in directory: String?, _ lock: RunLock?) {
    definition = state.definition
    contents = Locked(Contents(state: state, journal: journal))
    self.directory = directory
    self.lock = lock
  }

  /// A study in memory.
  ///
  /// - Parameter trials: what the hyperparameters of each trial are set to.
  /// - Throws: `InvalidSetting` for pruning or seeds that make no sense.
  public convenience init(definition: StudyDefinition, trials: [Assignment]) throws {
    try definition.check()
    self.init(StudyState(definition, trials), nil, in: nil, nil)
  }

  /// A study of a space in memory.
  ///
  /// - Parameter seeds: what each point is repeated with, see ``StudyDefinition/seeds``.
  /// - Throws: `SearchSpaceError` for a space or method that makes no sense; `InvalidSetting` for
  ///   such pruning or seeds.
  public convenience init(
    _ space: SearchSpace, by method: SearchMethod = .grid, goal: Goal = .validationAccuracy,
    pruning: Pruning = .none, seeds: [Int] = []
  ) throws {
    let definition = StudyDefinition(
      space: space, method: method, goal: goal, pruning: pruning, seeds: seeds)
    try self.init(
      definition: definition, trials: definition.trials(of: definition.points()))
  }
}

// MARK: - What is known

extension Study {
  private var state: StudyState { contents.withLock { $0.state } }

  /// All trials, by their numbers.
  public var trials: [Trial] { state.trials }

  /// The trial with the best result; of equally good ones the first, whenever each was done. Where
  /// points are repeated, it is the best trial of ``bestConfiguration``.
  public var best: Trial? { bestConfiguration?.best(by: definition.goal) }

  /// How many trials are in each state; the states that none is in are left out.
  public var counts: [Trial.State: Int] {
    trials.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
  }

  /// What was noted, in its order.
  public var notes: [StudyNote] { state.notes }

  /// Whether a trial is to be given up at `iteration`, by the study's rule and by what has been
  /// recorded until now. Of trials that train side by side, all are recorded before one is judged;
  /// trials that wait do not count, since they begin again. Where points are repeated, the first
  /// trials of them decide: those are compared with each other, and the others are never given up on
  /// their way.
  ///
  /// - Parameter some: the trials that it is compared with, or nil for all: where several trials are
  ///   one training, one of them stands for it.
  public func shouldPrune(
    _ trial: Int, at iteration: Int, among some: Set<Int>? = nil
  ) -> Bool {
    if definition.pruning == .none { return false }
    let state = state
    let measured = state.trials.filter {
      $0.state != .waiting && state.isFirst($0.id) && some?.contains($0.id) ?? true
    }
    guard let own = measured.first(where: { $0.id == trial }) else { return false }
    return definition.pruning.prunes(own, at: iteration, among: measured, goal: definition.goal)
  }
}
