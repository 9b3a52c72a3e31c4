import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `perceptron resume`.
struct ResumeCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Resume a training run, or several, that were interrupted or killed.",
    discussion: """
      The run continues from the last checkpoint in its folder; train saves one at the start, every 30 \
      seconds, and on Ctrl-C. On the same machine, the results are bit-identical to those of a run that \
      was never stopped. The data must be unchanged. The checkpoint is removed when the run has \
      finished. TensorBoard event files and the diagnosis are continued if the run has them.

      A run that several ranks shared, as in mpirun -np 4 perceptron train …, is resumed by any number of \
      them, or by one process: mpirun -np 2 perceptron resume FOLDER. Rank 0 alone needs the folder.

      The folder of `train --folds` or `--repeats` stands for all of its runs: those that have not ended \
      are trained to their end, and the table of all is printed. A folder in it, such as fold-3, stands \
      for that run alone.
      """)

  static let examples = [
    CommandExample("Resume a run.", "perceptron resume runs/digits-1"),
    CommandExample(
      "Resume a run whose data has moved.", "perceptron resume runs/mnist-1 --data /data/mnist"),
  ]

  @Argument(help: "Folder of the run, or of several runs.") var folder: String
  @Option(
    help: .init("Folder of the data set, if it has moved.", valueName: "name"))
  var data: String?
  @OptionGroup var display: RunDisplayOptions
  @OptionGroup var ranks: RankOptions

  func run() throws {
    Interruption.install()
    try ranks.run(isQuiet: display.quiet, resume) { notes in try runData(notes).loaded }
  }

  /// - Parameter leader: this process where it is rank 0 of several.
  private func resume(as leader: RunLeader?) throws {
    if RunSeries.exists(at: folder) {
      return try SeriesTraining(resuming: folder, data: data, display: display).run(as: leader)
    }
    let (directory, lock) = try openFolder()
    let path = directory.checkpointPath
    let archive = try TensorArchive(readingFrom: path)
    let notes = try RunNotes(archive, path: path)
    let checkpoint = try CheckpointSummary(archive, path: path)
    var settings = notes.settings
    if let data { settings.data = data }
    let run = try runData(notes)
    let (source, loaded) = (run.source, run.loaded)
    try naming(loaded.name) { try loaded.training.features.checkFinite() }
    try checkFit(loaded, settings, checkpoint, path: path)
    let identity = try DataIdentity(of: loaded, from: source)
    if identity.digest != notes.dataDigest {
      throw FileError(
        path,
        "\(source) differs from the data that the run began with: same shape, different values")
    }
    let eventFiles = RunEventFiles(of: directory, earlier: notes.earlierEvents ?? [])
    var display = display
    display.tensorboard = display.tensorboard || eventFiles.exist
    display.diagnose = display.diagnose || notes.monitor != nil
    let session = TrainingSession(
      data: loaded, identity: identity, settings: settings, seed: notes.seed, directory: directory,
      lock: lock, display: display, eventFiles: eventFiles, checkpoint: (archive, notes),
      leader: leader)
    if !display.quiet {
      let widths = checkpoint.widths.map(String.init).joined(separator: "-")
      Console.error(
        "resuming at iteration \(checkpoint.iteration) of \(checkpoint.iterations): \(widths)")
    }
    try session.run()
  }

  /// Loads the data of a run.
  private func runData(_ notes: RunNotes) throws -> RunData {
    var known = DataSettings(of: notes.settings)
    known.source = notes.dataFolder ?? known.source
    return try RunData(known, given: data)
  }

  /// Opens the run's folder; throws `FileError` if it has no checkpoint.
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

  /// Why the run in a folder without a checkpoint cannot be resumed, and what to do instead.
  private static func whyOver(_ directory: RunDirectory) -> String {
    let unknown = "there is no checkpoint in this folder: the run has ended, or saved none"
    guard let record = try? directory.record() else { return unknown }
    let (results, training) = (record.results, record.settings.training)
    let change: String
    switch (results.status, training.length) {
    case (.interrupted, _): return unknown
    case (.diverged, _): change = "to avoid divergence, lower --learning-rate"
    case _ where results.stoppedEarly:
      change =
        "to train longer, raise --early-stopping above \(training.earlyStopping?.patience ?? 0)"
    case (_, .iterations(let count)):
      change = "to train longer, raise --iterations above \(count)"
    case (_, .epochs(let count)): change = "to train longer, raise --epochs above \(count)"
    }
    return "the run in this folder has ended, after \(counted(results.iterations, "iteration")); "
      + "start a new one with another --output, or --overwrite; \(change)"
  }

  /// Refuses data of another size, or with other targets.
  private func checkFit(
    _ data: LoadedData, _ settings: Experiment, _ expected: CheckpointSummary, path: String
  ) throws {
    let rows = try naming(data.name) { try settings.trainingRowCount(of: data.training) }
    let (features, schema) = (data.training.featureCount, data.training.schema)
    let outputs = schema.kind == .classes ? expected.classCount : expected.widths.last ?? 0
    // What a table's columns and a picture's components become is known when they are prepared.
    let isTransformed = data.training.features.columns != nil || settings.projection != nil
    if rows != expected.rowCount || (!isTransformed && features != expected.inputSize)
      || schema.kind != settings.task || schema.names.count != outputs
    {
      let trained = TargetSchema(settings.task, names: .init(repeating: "", count: outputs))
      throw FileError(
        path,
        "the run trains on \(expected.rowCount) rows of \(expected.inputSize) "
          + "\(settings.projection == nil ? "features" : "principal components") and "
          + "\(trained), but \(data.name) has \(rows) rows of \(features) features and \(schema)"
      )
    }
  }
}
