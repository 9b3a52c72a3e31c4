import Foundation
import PerceptronFiles
import PerceptronTraining

/// The folder of a study.
///
/// | file | contents |
/// |---|---|
/// | `journal.jsonl` | the definition, then the events with their times, a line of JSON each |
/// | `best.safetensors` | the best trial's model, if the program that ran the trials saved it |
/// | `sweep.safetensors`, `sweep-I-of-N.safetensors`, `trial-N.safetensors` | checkpoints of a ``NetworkSearch`` under way |
/// | `shard-I-of-N/` | in place of the others: the same files of a ``StudyShard``, and its `owner.json` |
extension Study {
  /// The messages about a folder in which another process runs a study, or that has one already.
  package static let taken = "a study is under way in this folder", exists = "holds a study already"

  /// Whether the folder at `path` holds a study, or shards of one.
  public static func exists(at path: String) -> Bool {
    FileManager.default.fileExists(atPath: journalPath(path)) || !shards(at: path).isEmpty
  }

  /// Creates a study in a folder, or resumes the one that is there.
  ///
  /// - Parameters:
  ///   - seeds: the seeds of repeats, see ``StudyDefinition/seeds``.
  ///   - folds: the number of folds, see ``StudyDefinition/folds``.
  ///   - context: whatever else determines the results, such as `Dataset.digest()` of the data and
  ///     settings that all trials share; a study with another context is refused.
  /// - Throws: `SearchSpaceError` for an invalid space or method; `InvalidSetting` for invalid
  ///   pruning or seeds; `StudyDifference` if the folder has another study; `FileError` if the
  ///   folder cannot be used.
  public static func open(
    at directory: String, _ space: SearchSpace, by method: SearchMethod = .grid,
    goal: Goal = .validationAccuracy, pruning: Pruning = .none, seeds: [Int] = [],
    folds: Int? = nil, context: [String: String] = [:]
  ) throws -> Study {
    let definition = StudyDefinition(
      space: space, method: method, goal: goal, pruning: pruning, seeds: seeds, folds: folds,
      context: context)
    let trials = definition.trials(of: try definition.points())
    return exists(at: directory)
      ? try resume(at: directory, expecting: definition, trials: trials)
      : try create(at: directory, definition: definition, trials: trials)
  }

  /// Creates a study in a folder, which is created if needed and locked while this object exists.
  ///
  /// - Parameter trials: the values of the hyperparameters of each trial, such as the result of
  ///   `SearchSpace.assignments(by:limit:)`.
  /// - Throws: `FileError` if the folder cannot be created or written to, or holds a study or a run
  ///   already; `InvalidSetting` for invalid pruning or seeds.
  public static func create(
    at directory: String, definition: StudyDefinition, trials: [Assignment]
  ) throws -> Study {
    try definition.check()
    try RunDirectory.makeWritable(directory)
    let lock = try lock(directory)
    if exists(at: directory) { throw FileError(directory, exists) }
    if RunDirectory(path: directory).holdsRun { throw FileError(directory, RunDirectory.exists) }
    let fresh = StudyState(definition, trials)
    let journal = try StudyJournal.create(journalPath(directory), fresh)
    return Study(fresh, journal, in: directory, lock)
  }

  /// Resumes the study, or the shard of a study, in a folder. Trials that had begun and not ended wait
  /// again; an incomplete last line of the journal is removed.
  ///
  /// - Parameters:
  ///   - expected: the expected definition; nil for any.
  ///   - trials: the expected trials; nil for any.
  /// - Throws: `StudyDifference` if it is another study; `FileError` if there is none or only shards,
  ///   another process runs it, or its journal is invalid.
  public static func resume(
    at directory: String, expecting expected: StudyDefinition? = nil, trials: [Assignment]? = nil
  ) throws -> Study {
    try refuseOther(directory)
    try refuseShards(directory)
    let shard = shard(at: directory)
    let lock: any Sendable =
      try shard.map { try ShardLock(directory, of: $0.shard) } ?? lock(directory)
    if let shard { try StudyShards(in: shard.study).demand(shard.shard) }
    var (state, length) = try StudyJournal.read(journalPath(directory))
    if let expected { try state.definition.demand(expected, at: directory) }
    if let trials { try state.demand(trials, at: directory) }
    let journal = try StudyJournal(journalPath(directory), length: length)
    AtomicFile.removeParts(in: directory)
    state.interrupt()
    return Study(state, journal, in: directory, lock)
  }

  /// Resumes the study in a folder with more points, of which the first are those that it has: the trials
  /// of the others are the same as in a study that had begun with all of them.
  ///
  /// - Parameters:
  ///   - count: the number of points, at least as many as it has.
  ///   - context: the context with the new trials; nil where it stays the same.
  /// - Throws: `InvalidSetting` for a grid or fewer points; `SearchSpaceError` for too many;
  ///   `FileError` as ``resume(at:expecting:trials:)``, and for a shard.
  public static func extend(
    at directory: String, toPoints count: Int, context: [String: String]? = nil
  ) throws -> Study {
    try refuseOther(directory)
    try refuseShards(directory)
    let lock = try lock(directory)
    var (state, length) = try StudyJournal.read(journalPath(directory))
    if let part = state.part {
      throw FileError(
        directory, "holds \(part.shard) of a study, which is extended once they are merged")
    }
    let more = try state.definition.moreTrials(toPoints: count, than: state.trials.count)
    let journal = try StudyJournal(journalPath(directory), length: length)
    AtomicFile.removeParts(in: directory)
    state.interrupt()
    if more.definition.method != state.definition.method {
      let line = StudyLine(
        .extended(
          method: more.definition.method, context: context ?? state.definition.context,
          trials: more.trials))
      try journal.append(line)
      state.apply(line)
    }
    return Study(state, journal, in: directory, lock)
  }

  /// Reads the study in a folder, which another process may be running, into memory. Changes to the
  /// returned object are not written.
  ///
  /// - Throws: `FileError` if there is none, or its journal is invalid; `StudyDifference` if it has shards
  ///   of different studies.
  public static func read(at directory: String) throws -> Study {
    try refuseOther(directory)
    let parts = StudyShards(in: directory)
    if !parts.shards.isEmpty { return Study(try parts.merged().state, nil, in: nil, nil) }
    return Study(try StudyJournal.read(journalPath(directory)).state, nil, in: nil, nil)
  }

  /// The name of the journal in a study's folder.
  public static let journalName = "journal.jsonl"

  static func journalPath(_ directory: String) -> String { directory + "/" + journalName }

  static func refuseOther(_ directory: String) throws {
    if !exists(at: directory) { throw FileError(directory, "holds no study") }
  }

  /// The shard whose folder this is by its name, and the folder of its study.
  private static func shard(at directory: String) -> (shard: StudyShard, study: String)? {
    let url = URL(fileURLWithPath: directory).standardizedFileURL
    return StudyShard(folderName: url.lastPathComponent).map {
      ($0, url.deletingLastPathComponent().path)
    }
  }

  private static func lock(_ directory: String) throws -> RunLock {
    try RunLock(directory, taken: exists(at: directory) ? taken : RunLock.taken)
  }
}

extension StudyDefinition {
  /// The definition with more points, and the trials beyond the first `known`.
  package func moreTrials(
    toPoints count: Int, than known: Int
  ) throws -> (definition: StudyDefinition, trials: [Assignment]) {
    let definition = try extended(toPoints: count)
    let all = definition.trials(of: try definition.points())
    return (definition, Array(all.dropFirst(known)))
  }
}

extension StudyState {
  /// Throws for the first trial that differs from the expected one.
  func demand(_ expected: [Assignment], at path: String) throws {
    for (trial, other) in zip(trials, expected) where trial.parameters != other {
      throw StudyDifference(
        path: path, name: "trial \(trial.id)", recorded: "\(trial.parameters)",
        expected: "\(other)")
    }
    if trials.count != expected.count {
      throw StudyDifference(
        path: path, name: "number of trials", recorded: "\(trials.count)",
        expected: "\(expected.count)")
    }
  }
}

extension Study {
  /// The disjoint periods in which any trial ran, in order, as far as they are known.
  public var activity: [ClosedRange<Date>] {
    let all = trials.flatMap(\.stretches).stablySorted { $0.lowerBound < $1.lowerBound }
    return all.reduce(into: []) { merged, next in
      guard let last = merged.last, next.lowerBound <= last.upperBound else {
        return merged.append(next)
      }
      merged[merged.count - 1] = last.lowerBound...max(last.upperBound, next.upperBound)
    }
  }

  /// Whether a process of this host runs the study in the folder at `path`.
  public static func isUnderWay(at path: String) -> Bool {
    do {
      _ = try RunLock(path)
      return false
    } catch {
      return (error as? FileError)?.message == RunLock.taken
    }
  }

  /// Reads the study in the folder at `path`, and whether a process runs it or one of its shards. If
  /// none does, trials that had begun and not ended wait, unlike in ``read(at:)``.
  ///
  /// - Throws: `FileError` if there is none, or its journal is invalid; `StudyDifference` if it has shards
  ///   of different studies.
  public static func current(at path: String) throws -> (study: Study, isUnderWay: Bool) {
    let parts = StudyShards(in: path)
    if !parts.shards.isEmpty { return try current(parts) }
    // Asked before the journal is read: that of a process that has ended is then complete.
    let isUnderWay = isUnderWay(at: path)
    let study = try read(at: path)
    if !isUnderWay {
      for trial in study.trials where trial.state == .running { study.interrupt(trial.id) }
    }
    return (study, isUnderWay)
  }

  private static func current(_ parts: StudyShards) throws -> (study: Study, isUnderWay: Bool) {
    let running = try parts.running()
    var merged = try parts.merged()
    for (home, trial) in zip(merged.homes, merged.state.trials)
    where trial.state == .running && !(home.map(running.contains) ?? false) {
      merged.state.interrupt(trial.id)
    }
    let shards = parts.progress(of: merged, running: running)
    return (Study(merged.state, nil, in: nil, nil, shards: shards), !running.isEmpty)
  }
}
