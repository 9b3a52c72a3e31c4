import ArgumentParser
import CommandSupport
import Perceptron
import Serialization

/// `perceptron resume`.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a training run that was interrupted or killed.",
    discussion: """
      The run goes on from the last checkpoint in its folder: the one that Ctrl-C made, or the one \
      that train makes every 30 seconds. It ends with the same bits as if it had never been stopped, \
      on the same machine with the same number of BLAS's threads. When it ends, its checkpoint is \
      removed.
      """)

  @Argument(help: "The folder of the run.") var folder: String
  @Option(
    help: .init("The data set's folder, where it is elsewhere now.", valueName: "name"))
  var data: String?
  @OptionGroup var display: RunDisplayOptions

  func run() throws {
    Interruption.install()
    let directory = RunDirectory(path: folder)
    let path = directory.checkpointPath
    if !directory.holdsCheckpoint {
      throw FileError(
        folder,
        directory.holdsRun
          ? "there is no checkpoint in this folder: its run is over, or was killed before the first"
          : "expected the folder of a run that was interrupted")
    }
    let archive = try TensorArchive(readingFrom: path)
    let notes = try RunNotes(archive, path: path)
    var settings = notes.settings
    if let data { settings.data = data }
    let loaded = try DatasetLibrary.load(settings.data, format: settings.format)
    try naming(loaded.name) { try loaded.training.features.checkFinite() }
    try checkFit(loaded, settings, archive, path: path)
    let session = TrainingSession(
      data: loaded, settings: settings, seed: notes.seed, directory: directory, display: display,
      checkpoint: (archive, notes.seconds))
    try session.report(
      settings.precision == .float ? try session.run(Float.self) : try session.run(Double.self))
  }

  /// Refuses data of another size than the run began with.
  private func checkFit(
    _ data: LoadedData, _ settings: RunRecord.Settings, _ archive: TensorArchive, path: String
  ) throws {
    let expected = try CheckpointSummary(archive, path: path)
    let rows = data.training.count - settings.validation
    if rows != expected.rowCount || data.training.featureCount != expected.inputSize {
      throw FileError(
        path,
        "the run trains on \(expected.rowCount) rows of \(expected.inputSize) features, "
          + "\(data.name) has \(rows) of \(data.training.featureCount)")
    }
  }
}
