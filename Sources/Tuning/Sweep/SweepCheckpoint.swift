import Foundation
import LinearAlgebra
import NeuralNetwork
import Serialization
import Training

/// Where a group of networks stands, in a file of the study's folder: a search that was killed goes on
/// from there with the same bits.
struct SweepCheckpoint<Scalar: BLASScalar> {
  /// What is neither a tensor nor settings.
  private struct State: Codable {
    var iteration: Int
    var used: Int
    var random: SeededRandom
    var runs: [SweepRun<Scalar>.Progress]
  }

  private static var stateKey: String { "state" }
  private static var digestKey: String { "sha256" }
  private static var orderName: String { "order" }
  private static var format: (key: String, value: String) { ("format", "perceptron-sweep-1") }

  private let archive: TensorArchive
  private let path: String
  private let state: State

  /// The checkpoint in a study's folder; nil where there is none, or one in another scalar type.
  ///
  /// - Throws: `FileError` for a file that is no checkpoint.
  init?(of study: Study) throws {
    guard let directory = study.directory else { return nil }
    path = directory + "/" + SweepFiles.sideBySide
    if !FileManager.default.fileExists(atPath: path) { return nil }
    archive = try TensorArchive(readingFrom: path)
    try archive.expect([Self.format], "where a search stands", path: path)
    let digest = try archive.digest(withoutKey: Self.digestKey)
    guard archive.metadata[Self.digestKey] == digest,
      let text = archive.metadata[Self.stateKey], let state = try? State(json: text.utf8)
    else {
      throw FileError(path, "damaged: not as a search wrote it; without it the search begins anew")
    }
    self.state = state
    let type: TensorArchive.DataType = Scalar.self == Float.self ? .float32 : .float64
    if archive.dataType(of: Self.prefix(0) + "weights") != type { return nil }
  }

  private static func prefix(_ run: Int) -> String { "run\(run)." }

  /// Takes a fresh group to where the checkpoint stands.
  ///
  /// - Returns: whether the checkpoint is of this group; where it is not, nothing has changed.
  /// - Throws: `FileError` where a tensor is missing or of another shape.
  func restore(_ group: SweepGroup<Scalar>) throws -> Bool {
    var positions: [Int] = []
    for run in group.runs {
      let position = state.runs.firstIndex { known in
        run.trials.allSatisfy { known.trials.contains($0) } && known.settings == run.member.settings
          && known.inputSize == run.inputSize && known.rowCount == group.data.count
      }
      guard let position else { return false }
      positions.append(position)
    }
    for (run, position) in zip(group.runs, positions) {
      try run.restore(
        state.runs[position], archive, prefix: Self.prefix(position), path: path,
        weights: group.weights(of: run))
    }
    let order: Tensor<Double> = try archive.finiteTensor(Self.orderName, path: path)
    group.restore(
      iteration: state.iteration, random: state.random, order: order.elements.map { Int($0) },
      used: state.used)
    return true
  }
}

extension SweepCheckpoint {
  /// Writes checkpoints of one group as it is trained.
  struct Saver {
    private let path: String?
    private let period: Double
    private var last = ContinuousClock.now
    /// How long the last one took to write, in seconds.
    private var duration = 0.0

    /// - Parameter period: see ``NetworkSearch/checkpointEvery``.
    init(of study: Study, every period: Double) {
      path = study.directory.map { $0 + "/" + SweepFiles.sideBySide }
      self.period = period
    }

    /// Writes one where it is time for it.
    mutating func saveIfDue(_ group: SweepGroup<Scalar>) throws {
      let age = last.duration(to: .now) / .seconds(1)
      if period == 0 || age >= max(period, 50 * duration) { try save(group) }
    }

    /// Writes one.
    mutating func save(_ group: SweepGroup<Scalar>) throws {
      guard let path, !group.runs.isEmpty else { return }
      let start = ContinuousClock.now
      try SweepCheckpoint.archive(of: group).write(to: path)
      last = .now
      duration = start.duration(to: last) / .seconds(1)
    }

    /// Removes what is of no use any more.
    func remove() throws {
      if let path { try AtomicFile.remove(path) }
    }
  }

  private static func archive(of group: SweepGroup<Scalar>) throws -> TensorArchive {
    let state = State(
      iteration: group.iteration, used: group.sampler.used, random: group.random,
      runs: group.runs.map { $0.progress(rowCount: group.data.count) })
    var archive = TensorArchive(
      metadata: [format.key: format.value, stateKey: try state.jsonLine])
    archive.add(Tensor<Double>(group.sampler.order.map(Double.init)), named: orderName)
    for (index, run) in group.runs.enumerated() {
      run.add(to: &archive, prefix: prefix(index), weights: group.weights(of: run))
    }
    archive.metadata[digestKey] = try archive.digest(withoutKey: digestKey)
    return archive
  }
}

extension SweepRun {
  /// What a checkpoint knows of a run beside its tensors.
  struct Progress: Codable {
    var trials: [RunPrefix]
    /// What it is a run of: another one must not go on from it.
    var settings: RunRecord.Settings
    var inputSize: Int
    var rowCount: Int
    var iteration: Int
    var scale: Double
    var schedule: ScheduleState
    var lastScore: Double?
    var optimizerSteps: Int
    var seconds: Double
  }

  func progress(rowCount: Int) -> Progress {
    Progress(
      trials: trials, settings: member.settings, inputSize: inputSize, rowCount: rowCount,
      iteration: iteration, scale: scale, schedule: schedule, lastScore: lastScore,
      optimizerSteps: optimizer.stepCount, seconds: seconds)
  }

  /// Adds all of its numbers.
  fileprivate func add(
    to archive: inout TensorArchive, prefix: String, weights: UnsafePointer<Scalar>
  ) {
    func tensor(_ base: UnsafePointer<Scalar>) -> Tensor<Scalar> {
      Tensor(
        UnsafeBufferPointer(start: base, count: unitCount * inputSize),
        shape: [unitCount, inputSize])
    }
    archive.add(tensor(weights), named: prefix + "weights")
    for (index, kept) in kept.enumerated() {
      archive.add(tensor(kept.base), named: prefix + "kept\(index)")
    }
    archive.add(tail, prefix: prefix + "tail.")
    archive.add(optimizer.tensors, prefix: prefix + "optimizer.")
  }

  /// Takes a fresh run to where a checkpoint has it.
  fileprivate func restore(
    _ progress: Progress, _ archive: TensorArchive, prefix: String, path: String,
    weights: UnsafeMutablePointer<Scalar>
  ) throws {
    func copy(_ name: String, to base: UnsafeMutablePointer<Scalar>) throws {
      let tensor: Tensor<Scalar> = try archive.tensor(
        named: prefix + name, shape: [unitCount, inputSize])
      tensor.withUnsafeElements {
        guard let source = $0.baseAddress else { return }
        base.update(from: source, count: $0.count)
      }
    }
    try copy("weights", to: weights)
    for (index, kept) in kept.enumerated() { try copy("kept\(index)", to: kept.base) }
    // Numbers that are not finite show in the next loss, or at the end.
    func tensors(_ expected: Parameters<Scalar>) throws -> Parameters<Scalar> {
      try archive.tensors(like: expected, prefix: prefix + "tail.", path: path, areFinite: false)
    }
    var tail = tail
    tail.parameters = try tensors(tail.parameters)
    tail.statistics = try tensors(tail.statistics)
    try restore(
      progress, tail: tail,
      kept: archive.tensors(
        like: optimizer.tensors, prefix: prefix + "optimizer.", path: path, areFinite: false))
  }
}
