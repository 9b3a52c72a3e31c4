import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// The check of the gradients of a run's own network.
struct RunGradientCheck {
  /// How many entries of each parameter are checked where nothing else is asked for.
  static var sampleSize: Int { 200 }
  /// How many of the training rows the batch is chosen from, unless it is to be larger.
  static var candidateCount: Int { 1000 }

  /// Keeps runs out of the folder, so that what is found is of the model that is in it.
  let lock: RunLock
  private let folder: String
  private let record: RunRecord
  private let model: TrainedModel<Double>

  /// The check of the run in a folder.
  ///
  /// - Throws: `FileError` where there is none, it has no model, or it is under way.
  init(folder: String) throws {
    self.folder = folder
    if !FileManager.default.fileExists(atPath: folder) {
      throw FileError(folder, "there is no such folder")
    }
    if !isDirectory(folder) {
      throw FileError(folder, "expected the folder of a run, found a file")
    }
    let directory = RunDirectory(path: folder)
    lock = try directory.lock()
    if Study.exists(at: folder) {
      throw FileError(folder, "expected the folder of a run, found that of a study")
    }
    switch try ModelFile.read(folder).model {
    case .float(let model):
      self.model = TrainedModel(
        network: Network(model.network), preprocessing: model.preprocessing,
        classNames: model.classNames)
    case .double(let model): self.model = model
    }
    record = try directory.record()
    if record.settings.ensemble != nil {
      throw FileError(
        folder,
        "expected the run of a single network, found an ensemble, which is not trained as one; check a run without --ensemble"
      )
    }
  }

  /// Checks the network on rows that it was trained on.
  ///
  /// - Parameter source: where the data is, where it is not where it was.
  func report(
    _ source: DataOptions, rows: Int, sample: Int?, seed: UInt64
  ) throws -> GradientCheckReport {
    let found = try RunData(of: record, given: source.givenData, format: source.format)
    let data = found.loaded
    let network = model.network
    try ModelFile.requireFit(model, to: data.training, path: folder, of: data.name)
    try found.requireSame()
    let settings = record.settings
    let trained = try naming(data.name) {
      try data.training.split(settings.validation, by: settings.split).training
    }
    if rows > trained.count {
      throw ValidationError(
        "--rows is \(rows), but the run in \(folder) has only \(trained.count) training rows")
    }
    let candidates = min(max(rows, Self.candidateCount), trained.count)
    try MemoryDemand(
      inputSize: network.inputSize, layers: record.settings.network.layers, batchSize: candidates,
      scalarSize: 8
    ).check(sizes: "the network of \(folder)", batchOption: "--rows")
    let objective = hardest(
      rows, of: trained[rows: 0..<candidates], penalty: record.settings.training.penalty,
      pass: .training(seed: seed))
    return GradientCheck(sampleSize: sample ?? Self.sampleSize, seed: seed).run(objective)
  }

  /// The loss on the rows that cost the network most, in their order. Of a row that it is sure of it
  /// has no gradient that differences could measure, so that a well trained network's check on any
  /// rows would decide nothing.
  private func hardest(
    _ count: Int, of candidates: Dataset, penalty: Penalty, pass: Pass
  ) -> NetworkObjective {
    func objective(on rows: Dataset, penalty: Penalty, pass: Pass) -> NetworkObjective {
      let x = rows.prepared(with: model.preprocessing, as: Double.self).block(0..<rows.count)
      return NetworkObjective(
        model.network, on: x, .labels(rows.labels), penalty: penalty, pass: pass)
    }
    let losses = objective(on: candidates, penalty: .none, pass: .inference).probe().rowLosses
    let order = (0..<candidates.count).sorted { a, b in
      // By their order where losses are the same, so that the choice is always the same.
      (losses[position: b], a) < (losses[position: a], b)
    }
    return objective(
      on: candidates.subset(rows: order.prefix(count).sorted()), penalty: penalty, pass: pass)
  }
}
