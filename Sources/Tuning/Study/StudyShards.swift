import Foundation
import PerceptronFiles
import PerceptronTraining

/// The shards in the folder of a study, and the study that they make together.
///
/// A folder has either shards or a journal of its own. It has both if ``Study/merge(at:)`` was killed
/// once it had written the journal: shards then add the trials that have not ended in it.
struct StudyShards {
  let directory: String
  /// The shards that have a journal, by number.
  let shards: [StudyShard]
  /// The shards that have a folder, by number.
  let folders: [StudyShard]
  /// Whether the folder has a journal of its own.
  let hasJournal: Bool

  /// Looks for shards in a folder.
  init(in directory: String) {
    self.directory = directory
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    folders = names.compactMap { StudyShard(folderName: $0) }
      .filter { isDirectory($0.path(in: directory)) }
      .stablySorted { ($0.count, $0.number) < ($1.count, $1.number) }
    shards = folders.filter {
      FileManager.default.fileExists(atPath: Study.journalPath($0.path(in: directory)))
    }
    hasJournal = FileManager.default.fileExists(atPath: Study.journalPath(directory))
  }

  /// Throws unless the shard may be trained: the folder has no run and no study of its own, and no
  /// shards of another number.
  func demand(_ shard: StudyShard) throws {
    if RunDirectory(path: directory).holdsRun { throw FileError(directory, RunDirectory.exists) }
    if hasJournal {
      throw FileError(
        directory,
        shards.isEmpty
          ? "holds a study that is not divided into shards, or whose shards have been merged"
          : "the study's shards are being merged")
    }
    if let other = shards.first(where: { $0.count != shard.count }) {
      throw FileError(
        directory, "holds a study of \(counted(other.count, "shard")), expected \(shard.count)")
    }
  }
}

// MARK: - Reading

extension StudyShards {
  /// A study that was put together.
  struct Merged {
    /// The study before its first event, and after its last.
    let fresh: StudyState
    var state: StudyState
    /// The lines of the events.
    var lines: [Data] = []
    /// The shard that has each trial; nil for those of the folder's own journal or of no shard.
    var homes: [StudyShard?]
    /// The shards that have a trial which has not ended.
    var unfinished: Set<StudyShard> = []
    /// Whether each trial is one of a journal that was read.
    var isComplete: Bool

    /// The shard whose folder has the best trial's model; nil for the study's folder.
    var homeOfBest: StudyShard? {
      state.best.flatMap { number in
        state.configuration(number).best(by: state.definition.goal).flatMap { homes[$0.id] }
      }
    }
  }

  /// A journal of the folder.
  private struct Source {
    let shard: StudyShard?
    let path: String
    var fresh: StudyState?
    var state: StudyState?
    var lines: [(line: StudyLine, text: Data)] = []
  }

  /// Reads all journals and puts their events together, in the order of their times.
  ///
  /// - Parameter keepsLines: whether ``Merged/lines`` is filled.
  /// - Throws: `StudyDifference` if the shards are of different studies; `FileError` if there is no
  ///   journal, or one is invalid.
  func merged(keepsLines: Bool = false) throws -> Merged {
    let paths: [(StudyShard?, String)] =
      (hasJournal ? [(nil, directory)] : []) + shards.map { ($0, $0.path(in: directory)) }
    let sources = try paths.map { try Self.source($0.0, $0.1) }
    guard let first = sources.first?.fresh else { throw FileError(directory, "holds no study") }
    let trials = first.trials.map(\.parameters)
    for source in sources.dropFirst() {
      try source.fresh?.definition.demand(first.definition, at: source.path)
      try source.fresh?.demand(trials, at: source.path)
    }
    // What was extended had been merged.
    let count = sources.first?.state?.trials.count ?? 0
    let homes = try homes(of: sources, trialCount: count)

    let fresh = StudyState(first.definition, trials)
    var merged = Merged(
      fresh: fresh, state: fresh, homes: homes.map { $0.flatMap { sources[$0].shard } },
      isComplete: homes.allSatisfy { $0 != nil })
    for (line, text) in Self.lines(of: sources, homes) {
      merged.state.apply(line)
      if keepsLines { merged.lines.append(text) }
    }
    for (home, trial) in zip(merged.homes, merged.state.trials) where !trial.state.isFinal {
      if let home { merged.unfinished.insert(home) }
    }
    return merged
  }

  private static func source(_ shard: StudyShard?, _ path: String) throws -> Source {
    var source = Source(shard: shard, path: path)
    source.state = try StudyJournal.read(
      Study.journalPath(path), begin: { source.fresh = $0 },
      visit: { source.lines.append(($0, $1)) }
    ).state
    if source.fresh?.part?.shard != shard {
      throw FileError(
        Study.journalPath(path),
        "expected the journal of \(shard.map { "\($0)" } ?? "a whole study"), found that of "
          + (source.fresh?.part.map { "\($0.shard)" } ?? "a whole study"))
    }
    return source
  }

  /// The number of the source of each trial's events; nil for a trial of a shard that is missing.
  private func homes(of sources: [Source], trialCount: Int) throws -> [Int?] {
    var homes = [Int?](repeating: hasJournal ? 0 : nil, count: trialCount)
    for (index, source) in sources.enumerated() {
      for trial in source.fresh?.part?.trials.sorted() ?? [] {
        if let home = homes[trial] {
          if let other = sources[home].shard {
            throw FileError(
              source.path,
              "trial \(trial) is also one of \(other): different versions of the program "
                + "have divided the study; train it again with one version")
          }
          if sources[home].state?.trials[trial].state.isFinal == true { continue }
        }
        homes[trial] = index
      }
    }
    return homes
  }

  /// The lines of all sources in the order of their times, without those of trials that have another
  /// home and of notes that the first source has already.
  private static func lines(
    of sources: [Source], _ homes: [Int?]
  ) -> [(line: StudyLine, text: Data)] {
    var timed: [(time: Double, line: StudyLine, text: Data)] = []
    let known = Set(sources[0].lines.filter { $0.line.event.trial == nil }.map(\.text))
    for (index, source) in sources.enumerated() {
      // A clock may be set back; the lines of a journal stay in order.
      var time = 0.0
      for (line, text) in source.lines {
        time = max(time, line.time ?? 0)
        let isOwn =
          line.event.trial.map { homes[$0] == index } ?? (index == 0 || !known.contains(text))
        if isOwn { timed.append((time, line, text)) }
      }
    }
    return timed.stablySorted { $0.time < $1.time }.map { ($0.line, $0.text) }
  }

  /// The folder's shards with their states; a shard without a journal is left out if no trial is left
  /// for it.
  ///
  /// - Parameter running: the shards that a process trains.
  func progress(of merged: Merged, running: Set<StudyShard>) -> [ShardProgress] {
    guard let count = shards.first?.count else { return [] }
    return (1...count).compactMap { number in
      guard let shard = try? StudyShard(number, of: count) else { return nil }
      if running.contains(shard) { return ShardProgress(shard: shard, state: .running) }
      if !shards.contains(shard) {
        return merged.isComplete ? nil : ShardProgress(shard: shard, state: .missing)
      }
      return ShardProgress(
        shard: shard, state: merged.unfinished.contains(shard) ? .interrupted : .over)
    }
  }

  /// The shards that a process trains.
  func running() throws -> Set<StudyShard> {
    Set(try folders.filter { try ShardLock.isTaken($0.path(in: directory)) })
  }
}

// MARK: - Merging

extension StudyShards {
  /// Removes the folder of a shard whose events and model are in the study's folder: the journal last,
  /// so that what is left of it is a shard as long as anything is.
  ///
  /// - Returns: whether nothing else was in it.
  func remove(_ shard: StudyShard, _ lock: ShardLock) throws -> Bool {
    let path = shard.path(in: directory)
    AtomicFile.removeParts(in: path)
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where SearchCheckpoints.isCheckpoint(name) {
      try AtomicFile.remove(path + "/" + name)
    }
    try AtomicFile.remove(path + "/" + Study.bestName)
    try AtomicFile.remove(Study.journalPath(path))
    return lock.removeFolder()
  }
}
