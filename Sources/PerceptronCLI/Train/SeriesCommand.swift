import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// The options of several runs at once.
struct SeriesOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init(
      "Train this many times, with consecutive seeds from --seed, each in a folder of its own; with --folds, on every fold each time. (default: 1)",
      valueName: "count"))
  var repeats: Int?

  func validate() throws { try require("--repeats", repeats, in: 1...TrialSpace.mostRepeats) }
}

extension Hyperparameters {
  /// The hyperparameters of each run of a series with the run's name: those of every fold, unless a
  /// single one is chosen, with each seed. Nil for a single run.
  func members(repeats: Int?) throws -> [(name: String, own: Hyperparameters)]? {
    let isOfFolds = folds != nil && fold == nil
    if !isOfFolds && repeats ?? 1 == 1 { return nil }
    let first = seed ?? Self.defaultSeed
    let count = repeats ?? 1
    if first > .max - UInt64(count) {
      throw ValidationError("--seed is \(first), too large for \(count) consecutive seeds")
    }
    return (0..<count).flatMap { number -> [(name: String, own: Hyperparameters)] in
      var own = self
      if repeats != nil { own.seed = first + UInt64(number) }
      let name = count > 1 ? ["repeat-\(number + 1)"] : []
      if !isOfFolds { return [(name.joined(), own)] }
      return (1...(folds ?? 1)).map { fold in
        var own = own
        own.fold = fold
        return ((name + ["fold-\(fold)"]).joined(separator: "-"), own)
      }
    }
  }
}

/// A new series of `perceptron train`.
extension SeriesTraining {
  /// Makes the folders of the runs, after all settings have been checked.
  ///
  /// - Parameters:
  ///   - folder: the value of --output, or nil.
  ///   - source: the data set's name or folder.
  init(
    beginning members: [RunSeries.Member], on data: LoadedData, from source: String,
    in folder: String?, overwrite: Bool, display: RunDisplayOptions
  ) throws {
    let identity = try DataIdentity(of: data, from: source)
    let series = RunSeries(members, of: identity)
    let path = try folder ?? RunDirectory.makeNext(named: data.name).path
    try RunDirectory.makeWritable(path)
    let lock = try RunLock(path)
    try Self.checkFolder(path, for: series, overwrite: overwrite)
    let locks = try members.map { member in
      do {
        return try series.directory(of: member, in: path).create(overwrite: overwrite)
      } catch let error as FileError where error.message == RunDirectory.exists {
        throw FileError(
          error.path, error.message + "; choose another --output, or --overwrite it")
      }
    }
    try series.write(to: path)
    self.init(
      series: series, folder: path, display: display,
      sessions: zip(members, locks).map { member, lock in
        let directory = series.directory(of: member, in: path)
        return TrainingSession(
          data: data, identity: identity, settings: member.settings, seed: member.seed,
          directory: directory, lock: lock, display: display.quietly,
          eventFiles: RunEventFiles(of: directory, earlier: overwrite ? nil : []))
      }, lock: lock)
  }

  /// Refuses a folder that holds something else.
  private static func checkFolder(
    _ path: String, for series: RunSeries, overwrite: Bool
  ) throws {
    if Study.exists(at: path) {
      throw FileError(path, "holds a study; choose another --output")
    }
    if RunDirectory(path: path).holdsRun {
      throw FileError(path, "holds a run; choose another --output for several runs")
    }
    guard RunSeries.exists(at: path) else { return }
    if !overwrite {
      throw FileError(
        path,
        "holds runs already; see `\(ShellCommand.line(["perceptron", "show", path]))`; choose another "
          + "--output, or --overwrite them")
    }
    let names = Set(series.members.map(\.name))
    if let other = RunFolders.runs(in: path).map({ ($0 as NSString).lastPathComponent })
      .first(where: { !names.contains($0) })
    {
      throw FileError(path, "holds another run, \(other); choose another --output")
    }
  }

  /// Goes on with the runs of a series in a folder: from their checkpoints, or from the beginning.
  ///
  /// - Parameter given: the value of --data, or nil.
  init(resuming folder: String, data given: String?, display: RunDisplayOptions) throws {
    let lock = try RunLock(folder)
    let series = try RunSeries(readingFrom: folder)
    let left = series.members.filter { member in
      let directory = series.directory(of: member, in: folder)
      return directory.holdsCheckpoint || !directory.holdsRecord
    }
    guard let first = left.first else {
      throw FileError(
        folder,
        "all runs in this folder have ended; "
          + "see `\(ShellCommand.line(["perceptron", "show", folder]))`")
    }
    var known = DataSettings(of: first.settings)
    known.source = series.dataFolder ?? known.source
    let run = try RunData(known, given: given, digest: series.dataDigest, of: "runs'")
    try run.requireSame()
    let identity = try DataIdentity(of: run.loaded, from: run.source)
    let sessions = try left.map { member in
      let directory = series.directory(of: member, in: folder)
      try RunDirectory.makeWritable(directory.path)
      let lock = try directory.lock()
      var settings = member.settings
      if let given { settings.data = given }
      var display = display
      var session = TrainingSession(
        data: run.loaded, identity: identity, settings: settings, seed: member.seed,
        directory: directory, lock: lock, display: display.quietly,
        eventFiles: RunEventFiles(of: directory, earlier: []))
      guard directory.holdsCheckpoint else { return session }
      let archive = try TensorArchive(readingFrom: directory.checkpointPath)
      let notes = try RunNotes(archive, path: directory.checkpointPath)
      if notes.dataDigest != identity.digest {
        throw FileError(
          directory.checkpointPath, "\(run.source) differs from the data that the run began with")
      }
      let eventFiles = RunEventFiles(of: directory, earlier: notes.earlierEvents ?? [])
      display.tensorboard = display.tensorboard || eventFiles.exist
      display.diagnose = display.diagnose || notes.monitor != nil
      session = TrainingSession(
        data: run.loaded, identity: identity, settings: settings, seed: notes.seed,
        directory: directory, lock: lock, display: display.quietly, eventFiles: eventFiles,
        checkpoint: (archive, notes))
      return session
    }
    if !display.quiet {
      Console.error("resuming \(counted(sessions.count, "run")) of \(series.members.count)")
    }
    self.init(series: series, folder: folder, display: display, sessions: sessions, lock: lock)
  }
}

extension RunDisplayOptions {
  /// The same without output of its own.
  fileprivate var quietly: RunDisplayOptions {
    var copy = self
    (copy.quiet, copy.json) = (true, false)
    return copy
  }
}
