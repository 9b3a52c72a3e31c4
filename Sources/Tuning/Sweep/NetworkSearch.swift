import PerceptronDatasets
import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining

/// A study whose trials train networks on one data set.
///
///     let study = try Study(SearchSpace([.init("learning-rate", .values([0.1, 0.3, 0.5]))]))
///     let search = try NetworkSearch(study, on: Digits.training) { parameters in … }
///     try search.run()
///     print(study.leaderboard.trials[0])
///
/// Trials that share data, batch size and seed are trained side by side, which takes a fraction of the
/// time: see ``Method``. Where the study has a folder (``Study/open(at:_:by:goal:pruning:context:)``),
/// the best network so far is saved there as `best.safetensors`, which `TrainedModel(readingFrom:)`
/// reads, and what is under way is saved from time to time, so that a search that was killed goes on
/// where it was. A study in memory keeps the results alone.
public struct NetworkSearch {
  /// How trials are trained.
  public enum Method: String, Sendable, CaseIterable {
    /// Side by side where they can share their batches; those that draw from NumPy's stream one on each
    /// core. Trials that differ only in their number of iterations are one run, measured at each of the
    /// numbers. A trial's numbers are those of the trial trained alone, to the last bit.
    case sideBySide
    /// One after the other.
    case independent
  }

  /// The study.
  public let study: Study
  /// The data, with the rows that are held out for validation.
  public let data: Dataset
  /// What each trial trains, in the order of the study's trials.
  public let settings: [Experiment]
  /// How trials are trained.
  public var method = Method.sideBySide
  /// How many threads share the work, or nil for as many as BLAS has.
  public var workers: Int?
  /// About how many bytes the networks that are trained side by side take at most: weights, what
  /// optimizers keep of them, and batches on their way through the layers, 128 MiB unless set. More are
  /// trained in several groups; one that takes more has a group of its own.
  public var memory = 128 << 20

  /// Rows that had no part in the search, which the best network is measured on once all trials are
  /// over, where the study has a folder: see `Study.test`. Nil for none.
  public var test: Dataset?

  /// How many seconds at least are between two checkpoints of what is trained side by side, in the
  /// study's folder; large ones are written less often, so that they take two hundredths of the time at
  /// most. With 0 there is one after each step. A search that was killed goes on from the last one.
  public var checkpointEvery = 1.0

  /// Where the network of each trial that is done is saved, of a study in memory with one trial.
  var modelPath: String?

  /// The search of the best of some networks.
  ///
  /// - Parameters:
  ///   - study: its trials are to be trained.
  ///   - data: the rows to train on, and among them those to hold out.
  ///   - settings: what each of the study's trials trains; every one holds rows out for validation.
  /// - Throws: `InvalidSetting` for settings that no network can be trained with.
  public init(_ study: Study, on data: Dataset, settings: [Experiment]) throws {
    require(
      study.trials.count == settings.count,
      "NetworkSearch: \(settings.count) settings for \(study.trials.count) trials")
    for own in settings {
      try InvalidSetting.demand(
        (1..<max(data.count, 1)).contains(own.validation), "validation rows", own.validation,
        "1 to \(data.count - 1), to compare the networks by")
      try own.check(for: data)
    }
    self.study = study
    self.data = data
    self.settings = settings
  }

  /// The search of the best of some networks.
  ///
  /// - Parameters:
  ///   - study: its trials are to be trained.
  ///   - data: the rows to train on, and among them those to hold out.
  ///   - settings: what a trial trains, by what its hyperparameters are set to.
  /// - Throws: `InvalidSetting` for settings that no network can be trained with; what `settings`
  ///   throws.
  public init(
    _ study: Study, on data: Dataset,
    settings: (_ parameters: Assignment) throws -> Experiment
  ) throws {
    try self.init(study, on: data, settings: study.trials.map { try settings($0.parameters) })
  }

  /// Trains the networks of all trials that wait, and records what comes of them. Where the file of the
  /// best network is not there or damaged afterwards, that one is trained and saved again; with repeats,
  /// this is so unless the best one ended last of its point.
  ///
  /// - Parameters:
  ///   - progress: told how far the search is, several times a second at most.
  ///   - stop: asked after each step whether to end early; what is trained then waits again.
  /// - Returns: the best trial, as it came out when it was trained again; nil where it was not.
  /// - Throws: `FileError` where the study's folder cannot be written to; `DatasetError` for data
  ///   that cannot be prepared.
  @discardableResult
  public func run(
    progress: @escaping @Sendable (SweepProgress) -> Void = { _ in },
    stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Trial? {
    if let workers {
      try InvalidSetting.demand(
        workerCounts.contains(workers), "workers", workers,
        "\(workerCounts.lowerBound) to \(workerCounts.upperBound)")
    }
    try InvalidSetting.demandNotNegative("seconds between checkpoints", checkpointEvery)
    if let test {
      try InvalidSetting.demand(
        test.featureCount == data.featureCount, "features of the test set", test.featureCount,
        "\(data.featureCount), as the training set has")
      try InvalidSetting.demand(
        test.classCount <= data.classCount, "classes of the test set", test.classCount,
        "at most the \(data.classCount) of the training set")
      do {
        try test.features.checkFinite()
      } catch let error as DatasetError {
        throw DatasetError("the test set: \(error.message)")
      }
    }
    let representatives = SweepPlan.representatives(of: settings, method: method, data: data)
    func plan(of trials: [Int]) -> SweepPlan {
      SweepPlan(of: trials, settings, method: method, memory: memory, data: data)
    }
    let meter = SweepMeter(plan(of: study.waiting), report: progress)
    try study.forEachRound(until: stop) { round in
      meter.left(plan(of: study.waiting).operations)
      let plan = plan(of: round)
      for (precision, units) in plan.byPrecision {
        switch precision {
        case .float: try Sweep<Float>(self, representatives, meter, stop).run(units)
        case .double: try Sweep<Double>(self, representatives, meter, stop).run(units)
        }
      }
    }
    if study.counts[.waiting] == nil { try removeCheckpoints() }
    meter.finish()
    let remade = !stop() && lacksBest ? try remakeBest(stop) : nil
    try measureBest()
    return remade
  }

  /// Measures the best network on the test set once the study is over, unless that was done.
  private func measureBest() throws {
    guard let test, test.count > 0, let best = study.best, study.isOver, let path = bestPath,
      !lacksBest
    else { return }
    let digest = try test.digest()
    if study.test?.digest == digest { return }
    let result = try AnyTrainedModel(readingFrom: path).evaluate(on: test)
    try study.record(
      StudyTest(
        trial: best.id, accuracy: result.accuracy, loss: result.loss, rowCount: test.count,
        digest: digest))
  }

  /// Whether a trial of the study in a folder is done, and the file of the best network is not there
  /// or cannot be read.
  public var lacksBest: Bool {
    guard let path = bestPath, study.best != nil else { return false }
    return (try? AnyTrainedModel(readingFrom: path)) == nil
  }

  private var bestPath: String? { study.directory.map { $0 + "/" + Study.bestName } }

  /// Trains the best trial again, in a study of its own, and saves its network.
  ///
  /// - Returns: what came of it, or nil where it was stopped.
  private func remakeBest(_ stop: @escaping @Sendable () -> Bool) throws -> Trial? {
    guard let best = study.best, let bestPath else { return nil }
    try AtomicFile.check(bestPath)
    var definition = study.definition
    (definition.pruning, definition.seeds) = (.none, [])
    var search = try NetworkSearch(
      Study(definition: definition, trials: [best.parameters]), on: data,
      settings: [settings[best.id]])
    (search.method, search.workers, search.memory) = (method, workers, memory)
    search.modelPath = bestPath
    try search.run(stop: stop)
    return search.study.best
  }

  /// Removes what a process that was killed at its very end has left.
  private func removeCheckpoints() throws {
    guard let directory = study.directory else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: directory)
    where SweepFiles.isCheckpoint(name) {
      try AtomicFile.remove(directory + "/" + name)
    }
  }

  /// How many threads there are to be.
  var workerCount: Int { workers ?? BLASLibrary.threadCount }
}
