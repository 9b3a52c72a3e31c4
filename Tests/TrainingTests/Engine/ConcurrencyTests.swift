import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Concurrency", .mayHang)
struct ConcurrencyTests {
  static let data: PreparedDataset<Float> = {
    let rows = Tensor<Float>.sample([90, 70])
    return Dataset(rows, labels: (0..<90).map { $0 * $0 % 3 }).prepared(with: .none)
  }()

  /// Trains with a number of workers and evaluates.
  static func run(
    seed: UInt64, workers: Int
  ) throws -> (history: History, network: Network<Float>, evaluation: Evaluation) {
    var random = SeededRandom(seed: seed)
    let net = Network<Float>(
      inputSize: 70, [.affine(outputs: 65), .relu, .dropout(rate: 0.1), .affine(outputs: 3)],
      using: &random)
    var trainer = try Trainer(
      net, rowCount: data.count,
      settings: TrainerSettings(
        optimizer: .adam(), length: .iterations(60), batchSize: 30, workers: workers),
      random: random)
    let history = try trainer.run(on: data, validation: data)
    return (history, trainer.network, trainer.network.evaluate(on: data, workers: workers))
  }

  @Test("Concurrent trainings give the results of sequential ones", arguments: 1...3)
  func together(workers: Int) async throws {
    let seeds: [UInt64] = [1, 2, 3, 4, 1, 2]
    let alone = try seeds.map { try Self.run(seed: $0, workers: workers) }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for index in seeds.indices {
        group.addTask {
          let found = try Self.run(seed: seeds[index], workers: workers)
          #expect(found.history == alone[index].history)
          #expect(found.network == alone[index].network)
          #expect(found.evaluation == alone[index].evaluation)
          return index
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("An invalid number of workers is refused", arguments: [-1, 0, 257])
  func refused(workers: Int) {
    let error = #expect(throws: InvalidSetting.self) {
      try TrainerSettings(workers: workers).check(rowCount: 1000)
    }
    #expect(error?.description.contains("workers is \(workers)") == true, "\(error)")
  }
}
