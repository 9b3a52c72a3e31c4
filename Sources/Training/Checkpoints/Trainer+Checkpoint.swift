import Foundation
import LinearAlgebra
import NeuralNetwork
import Serialization

/// The keys and fixed values of a checkpoint's metadata.
private enum Metadata {
  static let format = (key: "format", value: "perceptron-checkpoint")
  static let version = (key: "format_version", value: "1")
  static let settings = "settings"
  static let architecture = "architecture"
  static let state = "state"
  static let digest = "sha256"
  static let randomKind = "random_kind"
  static let random = "random"
}

/// The tensors of a checkpoint, before the names of their parameters.
private enum Prefix {
  static let network = "network."
  static let optimizer = "optimizer."
  static let average = "average."
  static let best = "best."
  static let losses = "history.loss"
  static let order = "sampler.order"
}

/// What of a run is neither tensor, settings nor random stream.
struct RunState: Codable {
  var rowCount: Int
  var iteration: Int
  var used: Int
  var optimizerSteps: Int
  var averageUpdates: Int?
  var schedule: ScheduleState
  var stopping: EarlyStoppingScores
  var hasBest: Bool
  var recentLoss: RunningMean
  var lastScore: Double?
  var epochs: [History.Epoch]
}

extension Trainer where Random: Codable {
  /// Everything that the run needs to go on with the same bits as if it had never stopped:
  /// parameters, statistics, optimizer, schedule, random stream, position in the pass over the rows,
  /// early stopping, and the history. Not the data, and of layers and losses of your own only the
  /// numbers.
  ///
  /// - Parameter notes: more to put into the file's metadata.
  public func checkpoint(notes: [String: String] = [:]) throws -> TensorArchive {
    let state = RunState(
      rowCount: rowCount, iteration: iteration, used: sampler.used,
      optimizerSteps: optimizer.stepCount, averageUpdates: average?.updateCount,
      schedule: schedule, stopping: stopping.scores, hasBest: stopping.best != nil,
      recentLoss: recentLoss, lastScore: lastScore, epochs: history.epochs)
    var archive = TensorArchive(
      metadata: notes.merging([
        Metadata.format.key: Metadata.format.value,
        Metadata.version.key: Metadata.version.value,
        Metadata.settings: try settings.jsonLine,
        Metadata.state: try state.jsonLine,
        Metadata.randomKind: "\(Random.self)",
        Metadata.random: try random.jsonLine,
      ]) { $1 })
    archive.metadata[Metadata.architecture] = try NetworkArchitecture(of: network)?.jsonLine
    archive.add(network, prefix: Prefix.network)
    archive.add(optimizer.tensors, prefix: Prefix.optimizer)
    if let average { archive.add(average.tensors, prefix: Prefix.average) }
    if let best = stopping.best { archive.add(best, prefix: Prefix.best) }
    archive.add(Tensor<Double>(history.loss), named: Prefix.losses)
    archive.add(Tensor<Double>(sampler.order.map(Double.init)), named: Prefix.order)
    archive.metadata[Metadata.digest] = try archive.digest(withoutKey: Metadata.digest)
    return archive
  }

  /// Writes ``checkpoint(notes:)`` to a file, beside its target first and then renamed.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func saveCheckpoint(to path: String, notes: [String: String] = [:]) throws {
    try checkpoint(notes: notes).write(to: path)
  }

  /// The run that ``saveCheckpoint(to:notes:)`` wrote to `path`.
  ///
  /// - Parameter network: what the run's network was made of, for the file's numbers to go into; needed
  ///   where a layer or the loss is one of your own.
  /// - Throws: `FileError` where the file is no checkpoint, one in another precision or with another
  ///   kind of random stream, or any field of it is wrong.
  public init(resumingFrom path: String, into network: Network<Scalar>? = nil) throws {
    try self.init(TensorArchive(readingFrom: path), path: path, into: network)
  }

  /// The run that an archive holds.
  ///
  /// - Parameters:
  ///   - path: where it came from, for messages.
  ///   - model: as for ``init(resumingFrom:into:)``.
  public init(
    _ archive: TensorArchive, path: String, into model: Network<Scalar>? = nil
  ) throws {
    self = try Self.resumed(from: archive, path: path, into: model)
  }

  private static func resumed(
    from archive: TensorArchive, path: String, into model: Network<Scalar>?
  ) throws -> Trainer {
    try archive.expectCheckpoint(path: path)
    try archive.expect([(Metadata.randomKind, "\(Random.self)")], "such a run", path: path)
    try archive.checkDigest(path: path)
    let model =
      try model
      ?? archive.freshNetwork(
        try archive.checkpointArchitecture(path: path), prefix: Prefix.network, path: path)
    let settings = try archive.decode(TrainerSettings.self, Metadata.settings, path: path)
    let state = try archive.runState(path: path)
    do {
      try settings.check(rowCount: state.rowCount)
      try state.schedule.schedule.check()
    } catch let error as InvalidSetting {
      throw FileError(path, "\(error)")
    }
    var trainer = try Trainer(
      archive.network(like: model, prefix: Prefix.network, path: path), rowCount: state.rowCount,
      settings: settings, random: archive.decode(Random.self, Metadata.random, path: path))
    // A square of a gradient may be infinite in Float, and the run go on.
    trainer.optimizer.tensors = try archive.tensors(
      like: trainer.optimizer.tensors, prefix: Prefix.optimizer, path: path, areFinite: false)
    trainer.optimizer.stepCount = state.optimizerSteps
    if var average = trainer.average {
      average.tensors = try archive.tensors(
        like: average.tensors, prefix: Prefix.average, path: path)
      average.updateCount = state.averageUpdates ?? 0
      trainer.average = average
    }
    if state.hasBest {
      trainer.stopping.best = try archive.network(like: model, prefix: Prefix.best, path: path)
    }
    trainer.stopping.scores = state.stopping
    trainer.schedule = state.schedule
    trainer.recentLoss = state.recentLoss
    trainer.lastScore = state.lastScore
    trainer.iteration = state.iteration
    trainer.history = try archive.history(path: path)
    trainer.sampler = BatchSampler(
      settings.sampling, rowCount: state.rowCount,
      order: try archive.order(of: settings.sampling, rowCount: state.rowCount, path: path),
      used: state.used)
    try trainer.check(state, path: path)
    return trainer
  }

  private func check(_ state: RunState, path: String) throws {
    func demand(_ holds: Bool, _ problem: @autoclosure () -> String) throws {
      if !holds { throw FileError(path, problem()) }
    }
    try demand(
      (0...iterations).contains(iteration),
      "the iteration is \(iteration) of \(iterations)")
    try demand(
      history.loss.count == iteration,
      "expected the loss of each of \(iteration) iterations, found \(history.loss.count)")
    try demand(
      history.epochs.allSatisfy { (0..<iteration).contains($0.iteration) },
      "an epoch lies beyond iteration \(iteration)")
    try demand(
      state.optimizerSteps == iteration && (state.averageUpdates ?? iteration) == iteration,
      "the optimizer made \(state.optimizerSteps) steps in \(iteration) iterations")
    try demand(
      (0...rowCount).contains(state.used), "\(state.used) of \(rowCount) rows are used")
  }
}

extension History {
  /// What the run of a checkpoint recorded so far.
  ///
  /// - Throws: `FileError` where it is none.
  public init(checkpoint archive: TensorArchive, path: String) throws {
    try archive.expectCheckpoint(path: path)
    self = try archive.history(path: path)
  }
}

extension TensorArchive {
  func expectCheckpoint(path: String) throws {
    try expect([Metadata.format, Metadata.version], "a checkpoint", path: path)
  }

  /// Throws where a tensor is not as it was written.
  fileprivate func checkDigest(path: String) throws {
    let (expected, found) = (metadata[Metadata.digest], try digest(withoutKey: Metadata.digest))
    if expected != found {
      throw FileError(
        path, "damaged: expected a content with the SHA-256 \(expected ?? "none"), found \(found)")
    }
  }

  func checkpointArchitecture(path: String) throws -> NetworkArchitecture {
    try decode(NetworkArchitecture.self, Metadata.architecture, path: path)
  }

  func runState(path: String) throws -> RunState {
    try decode(RunState.self, Metadata.state, path: path)
  }

  /// The history in a checkpoint.
  fileprivate func history(path: String) throws -> History {
    History(
      loss: try finiteTensor(Prefix.losses, path: path).elements,
      epochs: try runState(path: path).epochs)
  }

  /// The order of the current pass over the rows.
  fileprivate func order(of sampling: Sampling, rowCount: Int, path: String) throws -> [Int] {
    let numbers: Tensor<Double> = try finiteTensor(Prefix.order, path: path)
    if sampling == .replacement { return [] }
    let order = numbers.elements.compactMap { Int(exactly: $0) }
    if order.sorted() != Array(0..<rowCount) {
      throw FileError(path, "tensor \(Prefix.order): expected each of \(rowCount) rows once")
    }
    return order
  }
}
