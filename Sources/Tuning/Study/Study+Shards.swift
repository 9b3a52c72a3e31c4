import Foundation
import PerceptronFiles
import PerceptronTraining

/// Studies that several processes train, each a shard of it, without writing a file that another one
/// writes: ``StudyShard``. ``read(at:)``, ``current(at:)`` and ``bestPath(at:)`` take the folder of the
/// shards for one study.
extension Study {
  /// Begins a shard of a study, or resumes it if it has begun.
  ///
  /// - Parameters:
  ///   - directory: the study's folder, which all shards share; the shard has a subfolder.
  ///   - trials: the values of the hyperparameters of each trial of the whole study.
  ///   - own: the numbers of the shard's trials, such as those of ``NetworkSearch/dealt(to:)``; for a
  ///     shard that has begun, those that it began with stay.
  /// - Throws: `StudyDifference` if this or another shard is one of another study; `FileError` if the
  ///   folder holds a run, a whole study or shards of another number, another process trains the shard,
  ///   or a journal is invalid; `InvalidSetting` for invalid pruning or seeds.
  public static func open(
    _ shard: StudyShard, at directory: String, definition: StudyDefinition, trials: [Assignment],
    own: [Int]
  ) throws -> Study {
    try definition.check()
    let known = StudyShards(in: directory)
    try known.demand(shard)
    for other in known.shards {
      let path = other.path(in: directory)
      let state = try StudyJournal.read(journalPath(path)).state
      try state.definition.demand(definition, at: path)
      try state.demand(trials, at: path)
    }
    let path = shard.path(in: directory)
    if known.shards.contains(shard) {
      return try resume(at: path, expecting: definition, trials: trials)
    }
    try RunDirectory.makeWritable(path)
    let lock = try ShardLock(path, of: shard)
    // They may have been merged, or this one begun, in the meantime.
    let now = StudyShards(in: directory)
    try now.demand(shard)
    if now.shards.contains(shard) { throw FileError(path, exists) }
    AtomicFile.removeParts(in: path)
    let fresh = StudyState(
      definition, trials, part: ShardPart(shard: shard, trials: Set(own)))
    let journal = try StudyJournal.create(journalPath(path), fresh)
    return Study(fresh, journal, in: path, lock)
  }

  /// The shards of the study in a folder that have begun; empty for a whole study.
  public static func shards(at directory: String) -> [StudyShard] {
    StudyShards(in: directory).shards
  }

  /// Makes one study of the shards in a folder: a journal with the events of all, in the order of their
  /// times, and the best model. The folders of the shards are removed; what else they contain is kept.
  /// Trials that have not ended wait, and begin anew when the study is resumed.
  ///
  /// A process that is killed loses nothing, and another call completes its work. Without shards, the
  /// study stays as it is.
  ///
  /// - Returns: the study, and the folders of shards that contain other files.
  /// - Throws: `FileError` if a process trains a shard, a file is invalid or cannot be written;
  ///   `StudyDifference` if the shards are of different studies.
  @discardableResult
  public static func merge(at directory: String) throws -> (study: Study, kept: [String]) {
    try refuseOther(directory)
    let lock = try RunLock(directory, taken: taken)
    AtomicFile.removeParts(in: directory)
    let parts = StudyShards(in: directory)
    let locks = try parts.folders.map { ($0, try ShardLock($0.path(in: directory), of: $0)) }
    var merged = try parts.merged(keepsLines: true)
    if !parts.shards.isEmpty {
      try saveBest(of: merged, in: directory)
      try StudyJournal.write(merged.fresh, merged.lines, to: journalPath(directory))
    }
    var kept: [String] = []
    for (shard, lock) in locks where try !parts.remove(shard, lock) {
      kept.append(shard.path(in: directory))
    }
    merged.state.interrupt()
    return (withExtendedLifetime(lock) { Study(merged.state, nil, in: nil, nil) }, kept)
  }

  /// Copies the best model from its shard.
  private static func saveBest(of merged: StudyShards.Merged, in directory: String) throws {
    let path = directory + "/" + bestName
    guard merged.state.best != nil else { return try AtomicFile.remove(path) }
    // Without a home, it is there already.
    guard let home = merged.homeOfBest else { return }
    let source = home.path(in: directory) + "/" + bestName
    guard let bytes = FileManager.default.contents(atPath: source) else {
      if FileManager.default.fileExists(atPath: source) {
        throw FileError.system(source, "cannot be read")
      }
      // A search makes it again when the study is resumed.
      return try AtomicFile.remove(path)
    }
    try AtomicFile.write(Array(bytes), to: path)
  }

  /// The path of the best trial's model of the study in a folder, which need not exist.
  ///
  /// - Throws: `FileError` or `StudyDifference` if the folder has shards that cannot be read.
  public static func bestPath(at directory: String) throws -> String {
    let parts = StudyShards(in: directory)
    let home = parts.shards.isEmpty ? nil : try parts.merged().homeOfBest
    return (home?.path(in: directory) ?? directory) + "/" + bestName
  }

  /// Throws unless the study in a folder is whole.
  static func refuseShards(_ directory: String) throws {
    if let shard = StudyShards(in: directory).shards.first {
      throw FileError(
        directory,
        "holds a study of \(counted(shard.count, "shard")); resume each of them, or merge them first"
      )
    }
  }
}
