import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron resume`.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a training run that was interrupted or killed.",
    discussion: """
      The run goes on from the last checkpoint in its folder: the one that Ctrl-C made, or the one \
      that train makes at the beginning and every 30 seconds. It ends with the same bits as if it had \
      never been stopped, on the same machine. Its data has \
      to be what it was. When it ends, its checkpoint is removed. \
      Event files for TensorBoard and the diagnosis go on where the run has them.
      """)

  @Argument(help: "The folder of the run.") var folder: String
  @Option(
    help: .init("The data set's folder, where it is elsewhere now.", valueName: "name"))
  var data: String?
  @OptionGroup var display: RunDisplayOptions

  func run() throws {
    Interruption.install()
    let (directory, lock) = try openFolder()
    let path = directory.checkpointPath
    let archive = try TensorArchive(readingFrom: path)
    let notes = try RunNotes(archive, path: path)
    let checkpoint = try CheckpointSummary(archive, path: path)
    var settings = notes.settings
    if let data { settings.data = data }
    let source = data ?? notes.dataFolder ?? settings.data
    let loaded = try load(source, format: settings.format)
    try naming(loaded.name) { try loaded.training.features.checkFinite() }
    try checkFit(loaded, settings, checkpoint, path: path)
    let identity = DataIdentity(of: loaded, from: source)
    if try identity.digest() != notes.dataDigest {
      throw FileError(
        path,
        "\(source) is other data than the run began with: as many rows and features, other numbers")
    }
    let eventFiles = RunEventFiles(of: directory, earlier: notes.earlierEvents ?? [])
    var display = display
    display.tensorboard = display.tensorboard || eventFiles.exist
    display.diagnose = display.diagnose || notes.examiner != nil
    let session = TrainingSession(
      data: loaded, identity: identity, settings: settings, seed: notes.seed, directory: directory,
      lock: lock, display: display, eventFiles: eventFiles, checkpoint: (archive, notes))
    if !display.quiet {
      let widths = checkpoint.widths.map(String.init).joined(separator: "-")
      Console.error(
        "resuming at iteration \(checkpoint.iteration) of \(checkpoint.iterations): \(widths)")
    }
    try session.report(
      settings.precision == .float ? try session.run(Float.self) : try session.run(Double.self))
  }

  /// The run's folder, which has a checkpoint and nobody else trains in.
  private func openFolder() throws -> (RunDirectory, RunLock) {
    try requireFolder(folder, of: "a run")
    let directory = RunDirectory(path: folder)
    let lock = try directory.lock()
    if !directory.holdsCheckpoint {
      throw FileError(
        folder,
        directory.holdsRun
          ? Self.whyOver(directory) : "expected the folder of a run that was interrupted")
    }
    return (directory, lock)
  }

  /// Why the run in a folder without a checkpoint cannot go on, and what to do instead.
  private static func whyOver(_ directory: RunDirectory) -> String {
    let unknown = "there is no checkpoint in this folder: its run is over, or made none"
    guard let record = try? directory.record() else { return unknown }
    let (results, training) = (record.results, record.settings.training)
    let change: String
    switch (results.status, training.length) {
    case (.interrupted, _): return unknown
    case (.diverged, _): change = "for one that does not diverge, a smaller --learning-rate"
    case _ where results.stoppedEarly:
      change =
        "for a longer one, a larger --early-stopping than "
        + "\(training.earlyStopping?.patience ?? 0)"
    case (_, .iterations(let count)):
      change = "for a longer one, a larger --iterations than \(count)"
    case (_, .epochs(let count)): change = "for a longer one, a larger --epochs than \(count)"
    }
    return "the run in this folder is over, after \(counted(results.iterations, "iteration")); "
      + "train anew with another --output, or --overwrite, and \(change)"
  }

  /// The data from where it was when the run began, or from where it is said to be.
  private func load(_ source: String, format: DatasetLibrary.Format?) throws -> LoadedData {
    if data == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      throw FileError(source, "the run's data is not there; give its folder with --data")
    }
    try requireData(source)
    return try DatasetLibrary.load(source, format: format)
  }

  /// Refuses data of another size than the run began with.
  private func checkFit(
    _ data: LoadedData, _ settings: Experiment, _ expected: CheckpointSummary, path: String
  ) throws {
    let rows = data.training.count - settings.validation
    let (features, classes) = (data.training.featureCount, data.training.classCount)
    if rows != expected.rowCount || features != expected.inputSize
      || classes != expected.classCount
    {
      throw FileError(
        path,
        "the run trains on \(expected.rowCount) rows of \(expected.inputSize) features and "
          + "\(expected.classCount) classes, \(data.name) has \(rows) of \(features) and \(classes)"
      )
    }
  }
}
