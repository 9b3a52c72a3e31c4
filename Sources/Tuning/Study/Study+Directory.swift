import Foundation
import PerceptronFiles
import PerceptronTraining

/// The folder of a study.
///
/// | file | what it holds |
/// |---|---|
/// | `journal.jsonl` | what the study is, then what happened and when, a line of JSON for each |
/// | `best.safetensors` | the best trial's model, if whoever ran the trials saved it |
/// | `sweep.safetensors`, `trial-N.safetensors` | where networks stand that a ``NetworkSearch`` trains; gone when it is over |
extension Study {
  /// What is said of a folder in which another process runs a study.
  package static let taken = "a study is under way in this folder"
  /// What is said of a folder in which a new study cannot begin.
  package static let exists = "holds a study already"

  /// Whether the folder at `path` is that of a study.
  public static func exists(at path: String) -> Bool {
    FileManager.default.fileExists(atPath: journalPath(path))
  }

  /// The study of a space in a folder: a new one, or the one that is there already, to be gone on with.
  ///
  /// - Parameters:
  ///   - seeds: what each point is repeated with, see ``StudyDefinition/seeds``.
  ///   - context: whatever else determines the trials' numbers, such as `Dataset.digest()` of the data
  ///     and settings that all trials share: a study that began with another is refused.
  /// - Throws: `SearchSpaceError` for a space or method that makes no sense; `InvalidSetting` for such
  ///   pruning or seeds; `StudyDifference` where the folder has another study; `FileError` where the folder
  ///   cannot be used.
  public static func open(
    at directory: String, _ space: SearchSpace, by method: SearchMethod = .grid,
    goal: Goal = .validationAccuracy, pruning: Pruning = .none, seeds: [Int] = [],
    context: [String: String] = [:]
  ) throws -> Study {
    let definition = StudyDefinition(
      space: space, method: method, goal: goal, pruning: pruning, seeds: seeds, context: context)
    let trials = definition.trials(of: try definition.points())
    return exists(at: directory)
      ? try resume(at: directory, expecting: definition, trials: trials)
      : try create(at: directory, definition: definition, trials: trials)
  }

  /// Begins a study in a folder, which is made unless it is there and is the study's for as long as
  /// this object exists.
  ///
  /// - Parameters:
  ///   - definition: what has to be the same for the study to be gone on with.
  ///   - trials: what the hyperparameters of each trial are set to, such as
  ///     `SearchSpace.assignments(by:limit:)` gives them.
  /// - Throws: `FileError` where the folder cannot be made or written to, or holds a study or a run
  ///   already; `InvalidSetting` for pruning or seeds that make no sense.
  public static func create(
    at directory: String, definition: StudyDefinition, trials: [Assignment]
  ) throws -> Study {
    try definition.check()
    try RunDirectory.makeWritable(directory)
    let lock = try lock(directory)
    if exists(at: directory) { throw FileError(directory, exists) }
    if RunDirectory(path: directory).holdsRun { throw FileError(directory, RunDirectory.exists) }
    let journal = try StudyJournal.create(journalPath(directory), definition, trials)
    return Study(StudyState(definition, trials), journal, in: directory, lock)
  }

  /// Goes on with the study in a folder. Trials that had begun and not ended wait again; a last
  /// line of the journal that was not written to its end is removed.
  ///
  /// - Parameters:
  ///   - expected: what the study is to be, or nil for whatever it is.
  ///   - trials: what its trials are to be, or nil for whatever they are.
  /// - Throws: `StudyDifference` where it is another one; `FileError` where there is none, another
  ///   process runs it, or its journal cannot be understood.
  public static func resume(
    at directory: String, expecting expected: StudyDefinition? = nil, trials: [Assignment]? = nil
  ) throws -> Study {
    try refuseOther(directory)
    let lock = try lock(directory)
    var (state, length) = try StudyJournal.read(journalPath(directory))
    if let expected { try state.definition.demand(expected, at: directory) }
    if let trials { try state.demand(trials, at: directory) }
    let journal = try StudyJournal(journalPath(directory), length: length)
    AtomicFile.removeParts(in: directory)
    state.interrupt()
    return Study(state, journal, in: directory, lock)
  }

  /// The study in a folder as it is now, also while another process runs it. What happens to the
  /// returned object is written nowhere.
  ///
  /// - Throws: `FileError` where there is none, or its journal cannot be understood.
  public static func read(at directory: String) throws -> Study {
    try refuseOther(directory)
    return Study(try StudyJournal.read(journalPath(directory)).state, nil, in: nil, nil)
  }

  /// The name of the journal in a study's folder.
  public static let journalName = StudyJournal.name

  private static func journalPath(_ directory: String) -> String {
    directory + "/" + StudyJournal.name
  }

  /// Refuses what is not the folder of a study.
  private static func refuseOther(_ directory: String) throws {
    if !exists(at: directory) { throw FileError(directory, "holds no study") }
  }

  private static func lock(_ directory: String) throws -> RunLock {
    try RunLock(directory, taken: exists(at: directory) ? taken : RunLock.taken)
  }
}

extension StudyState {
  /// Throws for the first trial that is not the expected one.
  fileprivate func demand(_ expected: [Assignment], at path: String) throws {
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
