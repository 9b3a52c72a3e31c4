import ArgumentParser
import Perceptron
import PerceptronCommandSupport
import Testing

@testable import PerceptronCLI

/// Runs with threads in the place of ranks.
struct RunRankTests {
  private static func data(moving value: Float = 0) -> LoadedData {
    var values = (0..<240).map { Float(($0 * 37) % 101) / 101 }
    values[17] += value
    return LoadedData(
      name: "table", kind: .own,
      training: Dataset(
        Features(.floats(values), exampleShape: [3]),
        targets: .classes((0..<80).map { ($0 * 7) % 3 }, names: ["a", "b", "c"])),
      test: nil)
  }

  private static func experiment(on data: LoadedData) throws -> Experiment {
    var chosen = Hyperparameters()
    (chosen.blocks, chosen.iterations, chosen.batch, chosen.layers) = (8, 20, 16, [9])
    return try chosen.experiment(for: data)
  }

  /// Trains as rank 0, or alone.
  ///
  /// - Returns: the parameters.
  private static func train(as leader: RunLeader?) throws -> Parameters<Float> {
    let data = data()
    let settings = try experiment(on: data)
    let sets = try settings.sets(of: data.training, as: Float.self)
    var trainer = try settings.trainer(seed: 3, on: sets)
    let notes = RunNotes(
      settings: settings, seed: 3, seconds: 0, dataFolder: nil,
      dataDigest: try data.training.digest(), initialLoss: nil, monitor: nil, earlierEvents: nil)
    try leader?.begin(trainer.checkpoint(notes: notes.metadata), blocks: settings.training.blocks)
    try trainer.run(
      on: sets.training, validation: sets.validation, callbacks: [.progress { _ in }],
      communicator: leader?.ranks ?? SoloCommunicator())
    leader?.ended()
    return trainer.network.parameters
  }

  /// What rank 0 ends with, and the statuses of all.
  private static func outcomes(
    _ size: Int, _ lead: @escaping @Sendable (RunLeader) throws -> Void,
    loading load: @escaping @Sendable (Int) throws -> LoadedData = { _ in data() }
  ) throws -> (first: String?, statuses: [Int32]) {
    let all = try ThreadCommunicator.run(size) { ranks -> (String?, Int32) in
      if ranks.rank != 0 {
        return (nil, try RunFollower(ranks) { _ in try load(ranks.rank) }.run())
      }
      var text: String?
      let status = try RunLeader(ranks, allowsMixedProcessors: false).run(lead) { error in
        text = "\(error)"
        return (error as? ExitCode)?.rawValue ?? 1
      }
      return (text, status)
    }
    return (all[0].0, all.map(\.1))
  }

  @Test("Ranks train one run after the other to the bits of one process", arguments: [2, 3])
  func runs(size: Int) throws {
    let alone = try Self.train(as: nil)
    let found = try Self.outcomes(size) { leader in
      for _ in 0..<2 {
        let found = try Self.train(as: leader)
        #expect(found == alone)
      }
    }
    #expect(found.first == nil && found.statuses == Array(repeating: 0, count: size))
  }

  @Test("The others end with rank 0's status")
  func status() throws {
    let found = try Self.outcomes(3) { _ in throw ExitCode(130) }
    #expect(found.statuses == [130, 130, 130])
  }

  @Test("Ranks with other data, or without it, are named, and nothing is trained")
  func refusal() throws {
    let found = try Self.outcomes(4) { leader in
      let parameters = try Self.train(as: leader)
      Issue.record("trained \(parameters.count) parameters")
    } loading: { rank in
      if rank == 3 { throw FileError("table.csv", "cannot be read") }
      return Self.data(moving: rank == 2 ? 1 : 0)
    }
    #expect(
      found.first
        == "rank 2: table: differs from the data of rank 0\nrank 3: table.csv: cannot be read")
    #expect(found.statuses == [1, 1, 1, 1])
  }

  @Test("More ranks than blocks, and runs without blocks, are refused")
  func blocks() throws {
    let found = try Self.outcomes(9) { _ = try Self.train(as: $0) }
    #expect(found.first?.contains("at most the 8 blocks") == true)
    let none = try Self.outcomes(2) { try $0.begin(TensorArchive(), blocks: nil) }
    #expect(none.first?.contains("--blocks") == true && none.statuses == [1, 1])
  }
}
