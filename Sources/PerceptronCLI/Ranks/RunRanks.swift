import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// Options of commands that share runs among ranks.
struct RankOptions: ParsableArguments {
  @Flag(
    help:
      "Allow ranks whose processors do not compute the same bits: the results then depend on which rank computes what."
  )
  var mixedProcessors = false

  /// The number of blocks of a batch where it is shared among ranks and none is given: 8, but no more than
  /// rows, or half of them with batch normalization, as far as these are given.
  static func defaultBlocks(of chosen: Hyperparameters) -> Int {
    let most = chosen.batch.map { chosen.batchNorm == true ? $0 / 2 : $0 } ?? 8
    return [8, 4, 2].first { $0 <= most } ?? 1
  }

  /// Calls `lead`; in a process that is one of several, on rank 0 alone, which then trains with the others.
  ///
  /// - Parameters:
  ///   - lead: trains runs; its argument is nil without other ranks.
  ///   - load: loads the data of a run on another rank.
  func run(
    isQuiet: Bool, _ lead: (RunLeader?) throws -> Void,
    loading load: @escaping (RunNotes) throws -> LoadedData
  ) throws {
    guard let ranks = try MPICommunicator.startIfLaunched(), ranks.size > 1 else {
      return try lead(nil)
    }
    let status = try RankSession.run(ranks, isQuiet: isQuiet) { ranks in
      if ranks.rank != 0 { return try RunFollower(ranks, loading: load).run() }
      return try RunLeader(ranks, allowsMixedProcessors: mixedProcessors).run(lead) {
        RankSession.report($0)
      }
    }
    if status != 0 { throw ExitCode(status) }
  }
}

/// Rank 0 of several that share each step of a run. It has the run's folder, prints, and gives the others
/// the checkpoint that all begin from.
final class RunLeader {
  let ranks: any Communicator
  private let allowsMixedProcessors: Bool
  private var isWarned = false
  /// Whether the others are in the midst of a run, and so wait for this rank.
  private(set) var isAwaited = false

  init(_ ranks: any Communicator, allowsMixedProcessors: Bool) {
    (self.ranks, self.allowsMixedProcessors) = (ranks, allowsMixedProcessors)
  }

  /// Calls `lead`, and ends the others.
  ///
  /// - Parameter report: prints an error of `lead`'s, and returns the status with which all ranks end.
  /// - Returns: that status.
  /// - Throws: what `lead` throws while the others wait for this rank.
  func run(
    _ lead: (RunLeader) throws -> Void, reporting report: (any Error) -> Int32
  ) throws -> Int32 {
    var status: Int32 = 0
    do {
      try lead(self)
    } catch  where !isAwaited {
      status = report(error)
    }
    try ranks.broadcast([UInt8]())
    return try ranks.broadcast(status)
  }

  /// Begins a run on all ranks.
  ///
  /// - Parameters:
  ///   - checkpoint: the trainer that they begin with, and the notes of its run.
  ///   - blocks: the number of blocks of its batches.
  /// - Throws: `InvalidSetting` for blocks that the ranks cannot share, `RankRefusal` if some ranks cannot take
  ///   part; then no rank has begun.
  func begin(_ checkpoint: TensorArchive, blocks: Int?) throws {
    guard let blocks else {
      throw InvalidSetting(
        name: "ranks", value: "\(ranks.size)",
        expected:
          "one, since the batches of this run are not cut into --blocks; resume it without mpirun")
    }
    try InvalidSetting.demand(
      ranks.size <= blocks, "ranks", ranks.size,
      blocks == 1
        ? "one, with a single block (--blocks)"
        : "at most the \(blocks) blocks of a batch (--blocks)")
    isAwaited = true
    try ranks.broadcast(try checkpoint.bytes())
    let parts = try ranks.allGather(RankPart())
    let refusal = Self.refusal(of: parts, allowsMixedProcessors: allowsMixedProcessors)
    try ranks.broadcast(refusal == nil)
    isAwaited = refusal == nil
    if let refusal { throw refusal }
    warn(of: parts)
  }

  /// Why the ranks cannot share a run; nil if they can.
  static func refusal(of parts: [RankPart], allowsMixedProcessors: Bool) -> RankRefusal? {
    if let refusal = RankRefusal(parts.map(\.objection)) { return refusal }
    guard let difference = RankComputation.difference(between: parts.map(\.computation)) else {
      return nil
    }
    // Which layers are packed depends on the code of the products, and so do the messages of a step.
    if Set(parts.map(\.computation.productPath)).count > 1 {
      return RankRefusal(
        all: "\(difference); a run can be shared only if all use the same products, which "
          + "PERCEPTRON_PRODUCTS=blas chooses for each")
    }
    return allowsMixedProcessors
      ? nil
      : RankRefusal(
        all:
          "\(difference); with --mixed-processors they train all the same, and the results depend on "
          + "which rank computes what")
  }

  private func warn(of parts: [RankPart]) {
    if isWarned { return }
    isWarned = true
    if let difference = RankComputation.difference(between: parts.map(\.computation)) {
      Console.error("warning: results depend on which rank computes what: \(difference)")
    } else if ProductPath.chosen == .blas {
      Console.error(
        "warning: with PERCEPTRON_PRODUCTS=blas the last digits of results depend on the number of ranks"
      )
    }
  }

  /// Notes that all iterations of the run are made.
  func ended() { isAwaited = false }
}

/// Another rank than 0: trains the runs that rank 0 begins, and writes nothing.
struct RunFollower {
  private let ranks: any Communicator
  private let load: (RunNotes) throws -> LoadedData

  /// - Parameter load: loads the data of a run; later runs have the same.
  init(_ ranks: any Communicator, loading load: @escaping (RunNotes) throws -> LoadedData) {
    (self.ranks, self.load) = (ranks, load)
  }

  /// Trains until rank 0 has no more runs.
  ///
  /// - Returns: the status with which rank 0 ends.
  func run() throws -> Int32 {
    var known: (data: LoadedData, digest: String)?
    while true {
      let bytes = try ranks.broadcast([UInt8]())
      if bytes.isEmpty { break }
      let train = Result { try training(bytes, &known) }
      var objection: String?
      if case .failure(let error) = train { objection = PerceptronCommand.message(for: error) }
      _ = try ranks.allGather(RankPart(objection: objection))
      if try ranks.broadcast(true) { try train.get()() }
    }
    return try ranks.broadcast(Int32(0))
  }

  /// Prepares a run.
  ///
  /// - Returns: what makes its iterations.
  private func training(
    _ bytes: [UInt8], _ known: inout (data: LoadedData, digest: String)?
  ) throws -> () throws -> Void {
    let name = "the run of rank 0"
    let archive = try bytes.withUnsafeBytes { try TensorArchive($0, named: name) }
    let notes = try RunNotes(archive, path: name)
    if known == nil {
      let data = try load(notes)
      known = (data, try data.training.digest())
    }
    guard let known, known.digest == notes.dataDigest else {
      throw FileError(notes.dataFolder ?? notes.settings.data, "differs from the data of rank 0")
    }
    return try notes.settings.precision == .float
      ? training(Float.self, on: known.data, archive, notes, name)
      : training(Double.self, on: known.data, archive, notes, name)
  }

  private func training<Scalar: BLASScalar>(
    _: Scalar.Type, on data: LoadedData, _ archive: TensorArchive, _ notes: RunNotes, _ name: String
  ) throws -> () throws -> Void {
    let sets: PreparedSets<Scalar> = try notes.settings.sets(
      of: data.training, as: Scalar.self, preprocessing: notes.preprocessing)
    let trainer: Trainer<Scalar, ExperimentRandom> = try notes.settings.trainer(
      resumingFrom: archive, path: name)
    return { [ranks] in
      var trainer = trainer
      do {
        try trainer.run(on: sets.training, validation: sets.validation, communicator: ranks)
      } catch is TrainingError {
        // The network diverged, on rank 0 as well, which says so.
      }
    }
  }
}
