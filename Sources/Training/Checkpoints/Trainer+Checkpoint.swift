import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

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

  /// The prefix of a network, empty for the first.
  static func member(_ index: Int) -> String { index == 0 ? "" : "member\(index)." }
}

/// The state of a run that is neither a tensor, a setting nor a random stream.
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
  /// The number of networks and of batches drawn, stored with the first network where there are several
  /// or its run ended before.
  var group: Group?
  /// Why the run diverged, if it did.
  var failure: Failure?

  enum Failure: String, Codable { case loss, weight, parameters }

  struct Group: Codable {
    var count: Int
    var iteration: Int
  }
}

extension Trainer where Random: Codable {
  /// Everything that the run needs to go on with the same bits as if it had never stopped: parameters,
  /// statistics, optimizer, schedule, random stream, position in the epoch, early stopping, and the
  /// history. The data is not part of it, and of layers and losses of your own that are not registered
  /// under a name only the numbers are.
  ///
  /// - Parameter notes: more metadata.
  /// - Throws: `InvalidSetting` where other ranks have some of the state, or a rank was lost: rank 0 saves checkpoints.
  public func checkpoint(notes: [String: String] = [:]) throws -> TensorArchive {
    try checkpoint(of: Array(members.indices), notes: notes)
  }

  package func checkpoint(of some: [Int], notes: [String: String] = [:]) throws -> TensorArchive {
    if !isComplete {
      throw InvalidSetting(
        name: "state of a checkpoint", value: "not complete on this rank",
        expected: "a checkpoint by rank 0, after a run that no rank has left")
    }
    var archive = TensorArchive(
      metadata: notes.merging([
        Metadata.format.key: Metadata.format.value,
        Metadata.version.key: Metadata.version.value,
        Metadata.randomKind: randomKind,
        Metadata.random: try random.jsonLine,
      ]) { $1 })
    for (position, index) in some.enumerated() {
      let group =
        position == 0 && (some.count > 1 || members[index].iteration != iteration)
        ? RunState.Group(count: some.count, iteration: iteration) : nil
      try add(members[index], group, to: &archive, prefix: Prefix.member(position))
    }
    archive.add(Tensor<Double>(sampler.order.map(Double.init)), named: Prefix.order)
    archive.metadata[Metadata.digest] = try archive.digest(withoutKey: Metadata.digest)
    return archive
  }

  private func add(
    _ member: TrainingMember<Scalar>, _ group: RunState.Group?, to archive: inout TensorArchive,
    prefix: String
  ) throws {
    let state = RunState(
      rowCount: rowCount, iteration: member.iteration, used: sampler.used,
      optimizerSteps: member.optimizer.stepCount, averageUpdates: member.average?.updateCount,
      schedule: member.schedule, stopping: member.stopping.scores,
      hasBest: member.stopping.best != nil, recentLoss: member.recentLoss,
      lastScore: member.lastScore, epochs: member.history.epochs, group: group,
      failure: member.failure.map {
        switch $0 {
        case .lossNotFinite: .loss
        case .batchWithoutWeight: .weight
        case .parametersNotFinite: .parameters
        }
      })
    archive.metadata[prefix + Metadata.settings] = try member.settings.jsonLine
    archive.metadata[prefix + Metadata.state] = try state.jsonLine
    archive.metadata[prefix + Metadata.architecture] = try NetworkArchitecture(
      of: member.network)?.jsonLine
    archive.add(member.network, prefix: prefix + Prefix.network)
    archive.add(member.optimizer.tensors, prefix: prefix + Prefix.optimizer)
    if let average = member.average {
      archive.add(average.tensors, prefix: prefix + Prefix.average)
    }
    if let best = member.stopping.best { archive.add(best, prefix: prefix + Prefix.best) }
    archive.add(Tensor<Double>(member.history.loss), named: prefix + Prefix.losses)
  }

  private var randomKind: String {
    (random as? ExperimentRandom)?.typeName ?? "\(Random.self)"
  }

  /// Writes ``checkpoint(notes:)`` to a file, beside its target first and then renamed.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func saveCheckpoint(to path: String, notes: [String: String] = [:]) throws {
    try checkpoint(notes: notes).write(to: path)
  }

  /// The run that ``saveCheckpoint(to:notes:)`` wrote to `path`.
  ///
  /// - Parameter network: a network of the same architecture, needed where a layer or the loss is one
  ///   of your own that is not registered under a name.
  /// - Throws: `FileError` where the file is no checkpoint, one in another precision or with another
  ///   kind of random stream, or any field of it is wrong.
  public init(resumingFrom path: String, into network: Network<Scalar>? = nil) throws {
    try self.init(TensorArchive(readingFrom: path), path: path, into: network)
  }

  /// The run that an archive holds; see ``init(resumingFrom:into:)``. Messages name the path.
  public init(_ archive: TensorArchive, path: String, into model: Network<Scalar>? = nil) throws {
    try archive.expectCheckpoint(path: path)
    if Random.self != ExperimentRandom.self {
      try archive.expect([(Metadata.randomKind, "\(Random.self)")], "such a run", path: path)
    }
    try archive.checkDigest(path: path)
    let state = try archive.runState(path: path)
    let count = state.group?.count ?? 1
    if count < 1 { throw FileError(path, "a checkpoint of \(count) networks, expected at least 1") }
    random = try archive.decode(Random.self, Metadata.random, path: path)
    if let stream = random as? ExperimentRandom {
      try archive.expect([(Metadata.randomKind, stream.typeName)], "such a run", path: path)
    }
    rowCount = state.rowCount
    iteration = state.group?.iteration ?? state.iteration
    members = try (0..<count).map {
      try TrainingMember(archive, prefix: Prefix.member($0), path: path, into: model)
    }
    let settings = members[0].settings
    sampler = BatchSampler(
      settings.sampling, rowCount: state.rowCount,
      order: try archive.order(of: settings.sampling, rowCount: state.rowCount, path: path),
      used: state.used)
    if !(0...rowCount).contains(state.used) {
      throw FileError(path, "\(state.used) of \(rowCount) rows are used")
    }
  }
}

extension TrainingMember {
  /// The network whose state stands behind `prefix` in a checkpoint.
  fileprivate init(
    _ archive: TensorArchive, prefix: String, path: String, into model: Network<Scalar>?
  ) throws {
    let model =
      try model
      ?? archive.freshNetwork(
        try archive.checkpointArchitecture(prefix: prefix, path: path),
        prefix: prefix + Prefix.network, path: path)
    let settings = try archive.decode(TrainerSettings.self, prefix + Metadata.settings, path: path)
    let state = try archive.runState(prefix: prefix, path: path)
    do {
      try settings.check(rowCount: state.rowCount)
    } catch let error as InvalidSetting {
      throw FileError(path, "\(error)")
    }
    self.init(
      try archive.network(
        like: model, prefix: prefix + Prefix.network, path: path,
        areFinite: state.failure != .parameters), settings: settings, rowCount: state.rowCount)
    // A square of a gradient may be infinite in Float, and the run go on.
    optimizer.tensors = try archive.tensors(
      like: optimizer.tensors, prefix: prefix + Prefix.optimizer, path: path, areFinite: false)
    optimizer.stepCount = state.optimizerSteps
    if var average {
      average.tensors = try archive.tensors(
        like: average.tensors, prefix: prefix + Prefix.average, path: path,
        areFinite: state.failure != .parameters)
      average.updateCount = state.averageUpdates ?? 0
      self.average = average
    }
    if state.hasBest {
      stopping.best = try archive.network(like: model, prefix: prefix + Prefix.best, path: path)
    }
    stopping.scores = state.stopping
    schedule = state.schedule
    recentLoss = state.recentLoss
    lastScore = state.lastScore
    iteration = state.iteration
    history = try archive.history(prefix: prefix, path: path)
    switch state.failure {
    case .loss: failure = .lossNotFinite(iteration: iteration, loss: .nan, history: history)
    case .weight: failure = .batchWithoutWeight(iteration: iteration, history: history)
    case .parameters:
      failure = .parametersNotFinite(iteration: max(iteration - 1, 0), history: history)
    case nil: break
    }
    try check(state, path: path)
  }

  private func check(_ state: RunState, path: String) throws {
    func demand(_ holds: Bool, _ problem: @autoclosure () -> String) throws {
      if !holds { throw FileError(path, problem()) }
    }
    try demand(
      (0...iterations).contains(iteration), "the iteration is \(iteration) of \(iterations)")
    try demand(
      history.loss.count == iteration,
      "expected the loss of each of \(iteration) iterations, found \(history.loss.count)")
    try demand(
      history.epochs.allSatisfy { (0..<iteration).contains($0.iteration) },
      "an epoch lies beyond iteration \(iteration)")
    try demand(
      state.optimizerSteps == iteration && (state.averageUpdates ?? iteration) == iteration,
      "the optimizer made \(state.optimizerSteps) steps in \(iteration) iterations")
  }
}

extension History {
  /// The history in a checkpoint. Throws `FileError` where it is none.
  public init(checkpoint archive: TensorArchive, path: String) throws {
    try archive.expectCheckpoint(path: path)
    self = try archive.history(path: path)
  }
}

extension TensorArchive {
  func expectCheckpoint(path: String) throws {
    try expect([Metadata.format, Metadata.version], "a checkpoint", path: path)
  }

  fileprivate func checkDigest(path: String) throws {
    let (expected, found) = (metadata[Metadata.digest], try digest(withoutKey: Metadata.digest))
    if expected != found {
      throw FileError(
        path, "damaged: expected a content with the SHA-256 \(expected ?? "none"), found \(found)")
    }
  }

  func checkpointArchitecture(prefix: String = "", path: String) throws -> NetworkArchitecture {
    try decode(NetworkArchitecture.self, prefix + Metadata.architecture, path: path)
  }

  func runState(prefix: String = "", path: String) throws -> RunState {
    try decode(RunState.self, prefix + Metadata.state, path: path)
  }

  fileprivate func history(prefix: String = "", path: String) throws -> History {
    History(
      loss: try finiteTensor(prefix + Prefix.losses, path: path).elements,
      epochs: try runState(prefix: prefix, path: path).epochs)
  }

  fileprivate func order(of sampling: Sampling, rowCount: Int, path: String) throws -> [Int] {
    let numbers: Tensor<Double> = try finiteTensor(Prefix.order, path: path)
    if sampling == .replacement { return [] }
    let order = numbers.elements.compactMap { Int(exactly: $0) }
    if order.count != rowCount || Set(order) != Set(0..<rowCount) {
      throw FileError(path, "tensor \(Prefix.order): expected each of \(rowCount) rows once")
    }
    return order
  }
}
