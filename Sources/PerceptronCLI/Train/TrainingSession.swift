import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// One run of `perceptron train` or `perceptron resume`, from loaded data to the files in its folder.
struct TrainingSession {
  let data: LoadedData
  let identity: DataIdentity
  let settings: Experiment
  let seed: UInt64
  let directory: RunDirectory
  /// Keeps other runs out of the folder.
  let lock: RunLock
  let display: RunDisplayOptions
  let eventFiles: RunEventFiles
  /// The checkpoint of a run that is resumed.
  var checkpoint: (archive: TensorArchive, notes: RunNotes)?
  /// The model that the run goes on from; nil for a new network.
  var start: StartingModel?
  /// The number of threads, where it is not that of the settings: the results do not depend on it.
  var threads: Int?
  /// This process as rank 0 of several that share each step; nil for one alone.
  var leader: RunLeader?
  /// Called after each iteration.
  var watcher: ((TrainingProgress) -> Void)?

  /// The processes that share each step.
  var communicator: any Communicator { leader?.ranks ?? SoloCommunicator() }

  /// The settings with the number of threads.
  var threaded: Experiment {
    var copy = settings
    copy.training.workers = threads ?? copy.training.workers
    return copy
  }

  /// The iteration of the checkpoint, or 0.
  var startIteration: Int {
    checkpoint.flatMap {
      try? CheckpointSummary($0.archive, path: directory.checkpointPath).iteration
    } ?? 0
  }

  /// A run that is over. Its problems are files that could not be written or removed.
  struct Finished {
    let record: RunRecord
    let divergence: Divergence?
    /// The number of inputs of the network.
    let inputSize: Int
    let isSaved: Bool
    let problems: [any Error]
  }

  /// Trains the network, writes the run's files, reports the results, and ends the command.
  func run() throws {
    try report(train())
  }

  /// Trains the network and writes the run's files.
  func train() throws -> Finished {
    try settings.precision == .float ? run(Float.self) : run(Double.self)
  }

  /// Trains in a precision and writes the run's files; of a run that diverged, no model.
  private func run<Scalar: BLASScalar>(_ scalar: Scalar.Type) throws -> Finished {
    let sets = try naming(data.name) {
      try settings.sets(of: data.training, as: Scalar.self, preprocessing: preprocessing)
    }
    for unknown in sets.unknownCategories {
      Console.error("note: among the validation rows, \(unknown)")
    }
    if let checkpoint {
      let path = directory.checkpointPath
      let inputs = try CheckpointSummary(checkpoint.archive, path: path).inputSize
      if inputs != sets.training.featureCount {
        throw FileError(
          path,
          "expected data that is prepared to \(inputs) features, found \(sets.training.featureCount)"
        )
      }
    }
    // From here on Ctrl-C has to wait until the run is saved.
    return try Interruption.deferred {
      try finish(training(on: sets), on: sets)
    }
  }

  /// The preprocessing of the model that the run goes on from; nil for a new network.
  var preprocessing: Preprocessing? { checkpoint?.notes.preprocessing ?? start?.preprocessing }

  struct Outcome<Scalar: BLASScalar> {
    var network: Network<Scalar>
    /// The networks of an ensemble; empty for a single network.
    var members: [Network<Scalar>] = []
    var history: History
    var isFinished: Bool
    var divergence: Divergence.Cause?
    var iterationTimes: [Double] = []
    var seconds = 0.0
    var stoppedEarly = false
    var bestIteration: Int?
    var initialLoss: Double?
    var diagnosis: RunDiagnosis?
    var diagnostics: DiagnosticSeries?
    var regions: DecisionRegionSeries?
  }
}

// MARK: - Measuring and writing

extension TrainingSession {
  private func finish<Scalar>(
    _ trained: Outcome<Scalar>, on sets: PreparedSets<Scalar>
  ) throws -> Finished {
    var outcome = trained
    let measured = measure(&outcome, on: sets)
    let (training, validation) = (measured?.training, measured?.validation)
    if let validation, !validation.loss.isFinite {
      Console.error(
        "warning: the validation loss is \(plain(validation.loss)): some rows' scores are not finite, or "
          + "no row has a weight above 0; metrics of these rows mean nothing")
    }
    if let training {
      outcome.diagnosis?.measured(
        training: training[.accuracy], validation: validation?[.accuracy])
    }
    let status: RunRecord.Status =
      outcome.divergence != nil ? .diverged : outcome.isFinished ? .finished : .interrupted
    let record = RunRecord(
      settings: settings,
      dataSource: .init(folder: identity.folder, digest: identity.digest), seed: seed,
      results: .init(
        status: status, iterations: outcome.history.loss.count,
        finalLoss: outcome.history.loss.last, trainLoss: training?.loss,
        validationLoss: validation?.loss, training: training?.metrics,
        validation: validation?.metrics, stoppedEarly: outcome.stoppedEarly,
        bestIteration: outcome.bestIteration,
        warnings: status == .finished ? measured?.assessment.warnings : nil,
        memberValues: memberValues(outcome, on: sets)),
      secondsPerIteration: median(outcome.iterationTimes), seconds: outcome.seconds,
      machine: .current, ranks: leader?.ranks.size, diagnosis: outcome.diagnosis)
    let model = TrainedModel(
      network: outcome.network, preprocessing: sets.preprocessing,
      schema: data.training.schema, image: data.training.image)
    var problems: [any Error] = []
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { problems.append(error) }
    }
    attempt {
      try directory.write(
        record, history: outcome.history, diagnostics: outcome.diagnostics,
        regions: outcome.regions,
        model: outcome.divergence == nil ? model : nil, under: lock)
    }
    let isSaved = problems.isEmpty
    let divergence = outcome.divergence.map {
      Divergence(cause: $0, directory: isSaved ? directory : nil)
    }
    if isSaved {
      if status != .interrupted { attempt { try directory.removeCheckpoint() } }
      attempt { try eventFiles.removeEarlier() }
      attempt { try FolderViews(folder: directory.path).removePages(isQuiet: display.quiet) }
    }
    return Finished(
      record: record, divergence: divergence, inputSize: sets.training.featureCount,
      isSaved: isSaved, problems: problems)
  }

  /// The value of the run's metric on the validation rows of each network of an ensemble.
  private func memberValues<Scalar>(
    _ outcome: Outcome<Scalar>, on sets: PreparedSets<Scalar>
  ) -> [Double]? {
    guard let validation = sets.validation, !outcome.members.isEmpty, outcome.divergence == nil
    else { return nil }
    return outcome.members.compactMap {
      $0.evaluate(
        on: validation, metrics: [settings.metric], workers: threaded.training.workers)[
          settings.metric]
    }
  }

  /// Evaluates the network, or records that it diverged: no loss of the run shows the effect of the last
  /// update, or initial weights that were never trained.
  private func measure<Scalar>(
    _ outcome: inout Outcome<Scalar>, on sets: PreparedSets<Scalar>
  ) -> (assessment: RunAssessment, training: Evaluation, validation: Evaluation?)? {
    if outcome.divergence != nil { return nil }
    let last = outcome.history.loss.indices.last
    if outcome.network.parameters.contains(where: { $0.tensor.firstNonFinite() != nil }) {
      outcome.divergence = .parameters(after: last)
      return nil
    }
    // The history is the first network's; an ensemble's penalty is the sum of its members'.
    let assessment = RunAssessment(
      of: outcome.members.first ?? outcome.network, history: outcome.history,
      initialLoss: outcome.initialLoss, settings: threaded.training(on: sets), on: sets.training)
    func evaluate(_ set: PreparedDataset<Scalar>) -> Evaluation {
      outcome.network.evaluate(
        on: set, metrics: settings.training.metrics(for: settings.task),
        workers: threaded.training.workers)
    }
    let training = outcome.members.isEmpty ? assessment.training : evaluate(sets.training)
    if !training.loss.isFinite {
      outcome.divergence = .trainingLoss(training.loss, after: last)
      return nil
    }
    return (assessment, training, sets.validation.map(evaluate))
  }
}
