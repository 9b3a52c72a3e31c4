import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// Fits and measures baselines on the data of an experiment, with progress on standard error.
struct BaselineSession {
  let data: LoadedData
  /// That of a network without hidden layers.
  let experiment: Experiment
  /// What is measured; the first one decides.
  let metrics: [Metric]
  /// The network that stands beside them; nil for none.
  var run: BaselineReport.Run?
  /// The preprocessing of the run's model, where it was not fitted to these rows.
  var preprocessing: Preprocessing?

  /// The baselines' results.
  func report() throws -> BaselineReport {
    try experiment.checkMemory(on: data, sizes: "--layers none")
    let sets = try naming(data.name) {
      try data.training.features.checkFinite()
      return try experiment.sets(
        of: data.training, as: Float.self, preprocessing: preprocessing)
    }
    for unknown in sets.unknownCategories {
      Console.error("note: among the validation rows, \(unknown)")
    }
    let fitted: PreparedDataset<Float>? =
      experiment.classWeights == nil
      ? nil
      : experiment.weighted(sets.training.dataset).prepared(with: sets.preprocessing)
    let comparison = try naming(data.name) {
      try BaselineComparison(
        of: sets.training, fitted: fitted, validation: sets.validation, metrics: metrics)
    }
    let kind = experiment.task
    var leftOut: [BaselineReport.LeftOut] = Baseline.allCases.compactMap { baseline in
      baseline.reasonLeftOut(of: kind).map { .init(baseline, since: $0) }
    }
    var results: [BaselineResult] = []
    let progress = BaselineProgress()
    for baseline in Baseline.suiting(kind) {
      progress.title = baseline.title(for: kind)
      do {
        if baseline == .ridge { try checkRidgeMemory(on: sets.training) }
        results.append(try result(of: baseline, comparison, on: sets, progress))
      } catch let error as LeavingOut {
        leftOut.append(.init(baseline, since: error.reason))
      }
    }
    progress.finish()
    return BaselineReport(
      data: data.name, targets: data.training.schema, trainingRows: sets.training.count,
      validationRows: sets.validation?.count ?? 0, features: sets.training.featureCount,
      metrics: metrics, baselines: results, leftOut: leftOut, run: run)
  }

  /// Why a baseline cannot be fitted here.
  private struct LeavingOut: Error {
    let reason: String
  }

  private func result(
    of baseline: Baseline, _ comparison: BaselineComparison<Float>, on sets: PreparedSets<Float>,
    _ progress: BaselineProgress
  ) throws -> BaselineResult {
    guard let loss = baseline.loss else {
      return try naming(data.name) {
        try comparison.result(of: baseline) { progress.update($0) }
      }
    }
    let start = ContinuousClock.now
    var own = experiment
    own.network.loss = loss
    if sets.training.schema.kind == .classes && sets.training.classCount < 2 {
      throw LeavingOut(reason: "the data has a single class")
    }
    var trainer: Trainer<Float, ExperimentRandom> = try namingOptions {
      try own.trainer(seed: own.training.seed, on: sets)
    }
    do {
      try trainer.run(
        on: sets.training, validation: sets.validation,
        callbacks: [
          .progress { progress.update(Double($0.iteration + 1) / Double($0.iterations)) }
        ])
    } catch let error as TrainingError {
      throw LeavingOut(reason: "its training failed: \(error)")
    }
    return comparison.result(of: baseline, trainer.result, since: start)
  }

  /// Throws where the products of columns, or those of fewer rows, do not fit in memory.
  private func checkRidgeMemory(on training: PreparedDataset<Float>) throws {
    let (rows, columns) = (Double(training.count), Double(training.featureCount))
    let lesser = min(rows, columns)
    let bytes = 8 * (5 * lesser * lesser + (rows <= columns ? 4 * rows * columns : 0))
    let memory = MemoryLimit.current
    if bytes > memory.left {
      throw LeavingOut(reason: "it needs \(gigabytes(bytes)), but \(memory)")
    }
  }
}

/// A line on standard error about the baseline that is fitted, once all have taken two seconds.
final class BaselineProgress {
  /// The baseline's name.
  var title = ""
  private var status = StatusLine()

  /// Shows the share that is done, if a line is due.
  func update(_ share: Double) {
    if status.isDue { status.show("\(title)  \(percent(share))") }
  }

  func finish() { status.finish() }
}
