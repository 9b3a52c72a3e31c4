import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// A study whose trials train networks on one data set.
///
///     let study = try Study(SearchSpace([.init("learning-rate", .values([0.1, 0.3, 0.5]))]))
///     let search = try NetworkSearch(study, on: Digits.training) { parameters in … }
///     try search.run()
///     print(study.leaderboard.trials[0])
///
/// Trials that share data, batch size and seed are trained side by side, which takes a fraction of
/// the time: see ``Method``. If the study has a folder
/// (``Study/open(at:_:by:goal:pruning:seeds:context:)``), the best network so far is saved there as
/// `best.safetensors`, for `TrainedModel(readingFrom:)`, along with checkpoints from which a search
/// that was killed resumes. A study in memory keeps the results alone.
public struct NetworkSearch {
  /// The ways to train trials.
  public enum Method: String, Sendable, CaseIterable {
    /// Side by side where trials can share batches; trials that draw from NumPy's stream run one on
    /// each core. Trials that differ only in their number of iterations are one run, measured at
    /// each of these numbers. Results are bit for bit those of trials trained alone.
    case sideBySide
    /// In turn.
    case independent

    package var displayName: String { self == .sideBySide ? "side by side" : "independent" }
  }

  /// The study.
  public let study: Study
  /// The metric that the study's goal is.
  let metric: Metric
  /// The data, with the rows that are held out for validation.
  public let data: Dataset
  /// The settings of each trial, in the order of the study's trials.
  public let settings: [Experiment]
  /// The way to train trials.
  public var method = Method.sideBySide
  /// The number of threads; nil for as many as BLAS has.
  public var workers: Int?
  /// The approximate maximum memory of networks side by side, in bytes: weights, optimizer state
  /// and activations, 128 MiB by default. More networks are trained in several groups; a larger
  /// network has a group of its own.
  public var memory = 128 << 20

  /// Rows to measure the best network on when all trials have ended, if the study has a folder: see
  /// `Study.test`.
  public var test: Dataset?

  /// The least time between checkpoints in the study's folder, in seconds; with 0, one follows each
  /// step. Large checkpoints are written less often, so that they take at most 2 % of the time.
  public var checkpointEvery = 1.0

  /// Where to save the network of a study in memory with a single trial.
  var modelPath: String?

  /// Creates a search from the settings of each trial.
  ///
  /// - Parameters:
  ///   - data: the training rows, including those to hold out.
  ///   - settings: one for each trial; all hold out rows for validation, and measure the goal's metric.
  /// - Throws: `InvalidSetting` for invalid settings, and a goal that is no metric of the targets.
  public init(_ study: Study, on data: Dataset, settings: [Experiment]) throws {
    require(
      study.trials.count == settings.count,
      "NetworkSearch: \(settings.count) settings for \(study.trials.count) trials")
    let kind = data.schema.kind
    // A goal of another name stands for the metric that trials go by without one.
    let metric = study.definition.goal.metric ?? Metric.defaults(for: kind)[0]
    try InvalidSetting.demand(
      metric.kinds.contains(kind)
        && metric.isHigherBetter == (study.definition.goal.direction == .maximize),
      "goal", study.definition.goal.name,
      "a metric of \(kind) to \(metric.isHigherBetter ? "maximize" : "minimize"), such as "
        + Goal(validation: Metric.defaults(for: kind)[0]).name)
    for own in settings {
      try InvalidSetting.demand(
        metric == .loss || own.training.metrics(for: kind).contains(metric), "metric",
        own.metric.rawValue, "\(metric.rawValue), by which the study compares its trials")
      try InvalidSetting.demand(
        (1..<max(data.count, 1)).contains(own.validation), "validation rows", own.validation,
        "1 to \(data.count - 1), to compare the networks by")
      try own.check(for: data)
    }
    self.study = study
    self.metric = metric
    self.data = data
    self.settings = settings
  }

  /// Creates a search from a function that makes a trial's settings of its hyperparameters.
  ///
  /// - Throws: `InvalidSetting` for invalid settings; whatever `settings` throws.
  public init(
    _ study: Study, on data: Dataset,
    settings: (_ parameters: Assignment) throws -> Experiment
  ) throws {
    try self.init(study, on: data, settings: study.trials.map { try settings($0.parameters) })
  }

  /// Trains the networks of all waiting trials and records the results. If the file of the best
  /// network is missing or damaged afterwards, that network is trained and saved again; with
  /// repeats, this is so unless the best trial ended last of its point.
  ///
  /// - Parameters:
  ///   - progress: called with the progress, several times a second at most.
  ///   - stop: called after each step; true ends the search early, and running trials wait again.
  /// - Returns: the best trial's new result if it was trained again; else nil.
  /// - Throws: `FileError` if the study's folder cannot be written to; `DatasetError` for data that
  ///   cannot be prepared.
  @discardableResult
  public func run(
    progress: @escaping @Sendable (SearchProgress) -> Void = { _ in },
    stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Trial? {
    try check()
    let session = SearchSession(self, stop: stop) { made, _ in progress(made) }
    let checkpoints = SearchCheckpoints(in: study.directory)
    try study.forEachRound(until: stop) { round in
      session.expect(study.waiting)
      try session.train(round, checkpoints)
    }
    return try end(session)
  }

  /// Checks what was set after the search was made.
  func check() throws {
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
      try checkTargets(of: test)
      do {
        try test.features.checkFinite()
      } catch let error as DatasetError {
        throw DatasetError("the test set: \(error.message)")
      }
    }
  }

  /// What follows the training of all trials.
  ///
  /// - Returns: the best trial's new result if it was trained again.
  func end(_ session: SearchSession) throws -> Trial? {
    if study.counts[.waiting] == nil { try removeCheckpoints() }
    session.meter.finish()
    let remade = !session.stop() && lacksBest ? try remakeBest(session.stop) : nil
    try measureBest()
    return remade
  }

  private func checkTargets(of test: Dataset) throws {
    if data.schema.kind == .classes && test.schema.kind == .classes {
      return try InvalidSetting.demand(
        test.classCount <= data.classCount, "classes of the test set", test.classCount,
        "at most the \(data.classCount) of the training set")
    }
    try InvalidSetting.demand(
      test.schema.kind == data.schema.kind && test.schema.names.count == data.schema.names.count,
      "targets of the test set", test.schema, "\(data.schema), as the training set has")
  }

  /// Measures the best network on the test set when the study is over, unless that was done.
  private func measureBest() throws {
    guard let test, test.count > 0, let best = study.best, study.isOver, let path = bestPath,
      !lacksBest
    else { return }
    let digest = try test.digest()
    if study.test?.digest == digest { return }
    let result = try AnyTrainedModel(readingFrom: path).evaluate(on: test, metrics: [metric])
    // A metric that is not defined on these rows, such as the AUC of a single class, is no result.
    guard let value = result[metric] else { return }
    try study.record(
      StudyTest(
        trial: best.id, value: value, loss: result.loss, rowCount: test.count, digest: digest,
        isWeighted: test.weights != nil))
  }

  /// Whether a study in a folder has a best trial whose network is missing or cannot be read.
  public var lacksBest: Bool {
    guard let path = bestPath, study.best != nil else { return false }
    return (try? AnyTrainedModel(readingFrom: path)) == nil
  }

  private var bestPath: String? { study.directory.map { $0 + "/" + Study.bestName } }

  /// Trains the best trial again, in a study of its own, and saves its network.
  ///
  /// - Returns: the trial; nil if the search was stopped.
  private func remakeBest(_ stop: @escaping @Sendable () -> Bool) throws -> Trial? {
    guard let best = study.best, let bestPath else { return nil }
    try AtomicFile.check(bestPath)
    var definition = study.definition
    (definition.pruning, definition.seeds, definition.folds) = (.none, [], nil)
    var search = try NetworkSearch(
      Study(definition: definition, trials: [best.parameters]), on: data,
      settings: [settings[best.id]])
    (search.method, search.workers, search.memory) = (method, workers, memory)
    search.modelPath = bestPath
    try search.run(stop: stop)
    return search.study.best
  }

  /// Removes checkpoints that a process killed at its very end has left.
  private func removeCheckpoints() throws {
    guard let directory = study.directory else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: directory)
    where SearchCheckpoints.isCheckpoint(name) {
      try AtomicFile.remove(directory + "/" + name)
    }
  }
}

/// A search that is under way in this process.
struct SearchSession {
  let search: NetworkSearch
  /// The trials that pruning compares; see ``SearchWork/representatives(of:method:data:)``.
  let representatives: Set<Int>
  let meter: SearchMeter
  let stop: @Sendable () -> Bool

  init(
    _ search: NetworkSearch, stop: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (SearchProgress, SearchCounts) -> Void
  ) {
    self.search = search
    self.stop = stop
    representatives = SearchWork.representatives(
      of: search.settings, method: search.method, data: search.data)
    meter = SearchMeter(search.work(of: search.study.waiting), report: report)
  }

  /// Tells the meter which trials are left.
  func expect(_ trials: [Int]) { meter.left(search.work(of: trials).operations) }

  /// Trains waiting trials and records their results.
  func train(_ trials: [Int], _ checkpoints: SearchCheckpoints) throws {
    for (precision, units) in search.work(of: trials).byPrecision {
      func run<Scalar: BLASScalar>(as _: Scalar.Type) throws {
        try SearchEngine<Scalar>(
          search: search, representatives: representatives, meter: meter, checkpoints: checkpoints,
          stop: stop
        ).run(units)
      }
      switch precision {
      case .float: try run(as: Float.self)
      case .double: try run(as: Double.self)
      }
    }
  }
}

extension NetworkSearch {
  func work(of trials: [Int]) -> SearchWork {
    SearchWork(of: trials, settings, method: method, memory: memory, data: data)
  }
}
