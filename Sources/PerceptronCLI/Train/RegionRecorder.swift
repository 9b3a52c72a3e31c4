import Perceptron
import Synchronization

/// Records a network's decision regions at some moments of a run on two features.
final class RegionRecorder<Scalar: BLASScalar> {
  private let rows: PreparedDataset<Scalar>
  private let due: Set<Int>
  private let workers: Int?
  /// The moments so far, for checkpoints.
  let memory: RegionMemory

  /// - Parameter series: that of the checkpoint in a run that is resumed.
  /// - Returns: nil unless there are classes to tell apart by two features that are numbers.
  init?(
    _ training: PreparedDataset<Scalar>, iterations: Int, workers: Int?,
    resuming series: DecisionRegionSeries? = nil
  ) {
    let data = training.dataset
    guard data.schema.kind == .classes, data.schema.names.count <= 256,
      let plane = series?.plane
        ?? DecisionPlane(around: data.features, preprocessing: training.preprocessing)
    else { return nil }
    let most = DecisionRegionSeries.mostRows
    rows =
      data.count <= most
      ? training
      : data.subset(rows: (0..<data.count).evenlySpaced(atMost: most))
        .prepared(with: training.preprocessing)
    due = Set(DecisionRegionSeries.moments(of: iterations))
    self.workers = workers
    memory = RegionMemory(series ?? DecisionRegionSeries(on: plane))
  }

  /// Records the untrained network.
  func begin(_ network: Network<Scalar>, after count: Int) {
    if count == 0 { record(network, after: 0) }
  }

  /// Records the network after an iteration, if it is due.
  func record(_ moment: TrainingMoment<Scalar>) {
    let count = moment.progress.iteration + 1
    if due.contains(count) { record(moment.network, after: count) }
  }

  /// Records the network of the run, which has made `count` iterations.
  ///
  /// - Returns: all moments.
  func end(_ network: Network<Scalar>, after count: Int) -> DecisionRegionSeries {
    record(network, after: count)
    return memory.current
  }

  private func record(_ network: Network<Scalar>, after count: Int) {
    let found = network.evaluate(on: rows, metrics: [.accuracy], workers: workers)
    guard let accuracy = found[.accuracy], found.loss.isFinite else { return }
    let regions = network.decisionRegions(
      on: memory.current.plane, as: rows.schema, preprocessing: rows.preprocessing,
      workers: workers)
    memory.append(
      .init(iterations: count, loss: found.loss, accuracy: accuracy, regions: regions))
  }
}

/// The moments of a ``RegionRecorder`` shared with the code that saves checkpoints.
final class RegionMemory: Sendable {
  private let series: Mutex<DecisionRegionSeries>

  init(_ series: DecisionRegionSeries) { self.series = Mutex(series) }

  func append(_ moment: DecisionRegionSeries.Moment) { series.withLock { $0.append(moment) } }

  var current: DecisionRegionSeries { series.withLock { $0 } }
}
