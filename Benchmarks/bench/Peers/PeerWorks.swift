import Foundation
import Perceptron
import PerceptronFiles

/// The work on which Perceptron and its peers are compared.
enum PeerWorks {
  /// A piece of work and its title in the table.
  struct Entry {
    let title: String
    let work: PeerProtocol.Work
  }

  /// A step of each width in the preset cs231n of `perceptron tune`.
  static let presetSteps = [50, 100, 150].map(cifarStep)
  /// The preset's steps of each width: 5 learning rates × 3 penalties × (1000 + 1500 + 2000 + 2500).
  static let presetStepsPerWidth = 5 * 3 * 7000

  /// Predictions of each width, as made on all rows at the end of each of the preset's runs.
  static let presetPredictions = [50, 100, 150].map { hidden in
    Entry(
      title: "predict 10,000 rows, 3072-\(hidden)-10",
      work: .init(kind: .predict, layers: [3072, hidden, 10], batch: 10_000, rows: 10_000))
  }
  /// The number of such predictions by the preset's runs of each width: 60 runs of 50,000 rows.
  static let presetPredictionsPerWidth = 60 * 5

  /// The work with which the programs' memory is measured.
  static let memory = presetSteps[0].work

  static let all: [Entry] =
    presetSteps + [
      Entry(
        title: "step, 784-100-10, batch 200, SGD",
        work: .init(kind: .step, layers: [784, 100, 10], batch: 200, rows: 50_000)),
      Entry(
        title: "step, 784-512-256-10, batch 128, Adam",
        work: .init(
          kind: .step, layers: [784, 512, 256, 10], batch: 128, rows: 50_000, optimizer: .adam)),
      Entry(
        title: "loss + gradient, 24-8-2, batch 200",
        work: .init(kind: .gradient, layers: [24, 8, 2], batch: 200, rows: 200)),
      Entry(
        title: "epoch, 4-32-16-4, 10,000 rows at once, Adam",
        work: .init(
          kind: .epoch, layers: [4, 32, 16, 4], batch: 10_000, rows: 10_000, optimizer: .adam)),
      presetPredictions[0],
    ]

  private static func cifarStep(hidden: Int) -> Entry {
    Entry(
      title: "step, 3072-\(hidden)-10, batch 200, SGD + L2",
      work: .init(
        kind: .step, layers: [3072, hidden, 10], batch: 200, rows: 50_000, regularization: 0.25))
  }
}

/// Files with the same random data and weights for every peer.
struct PeerFiles {
  let folder: String

  /// `work` with the paths of its files, which are written if they do not exist.
  func filled(_ work: PeerProtocol.Work) throws -> PeerProtocol.Work {
    var work = work
    if work.kind == .table {
      work.features = "\(folder)/table-\(work.rows).csv"
      if !FileManager.default.fileExists(atPath: work.features) {
        try TableFile.write(size: work.rows, to: work.features)
      }
      return work
    }
    if work.kind == .algebra {
      work.features = try file("algebra-\(work.rows)") {
        AlgebraOperands<Double>.numbers(size: work.rows).withUnsafeBytes { Array($0) }
      }
      return work
    }
    if work.kind == .tensor {
      let count = work.rows * work.layers[0]
      work.features = try file("tensor-\(work.rows)-\(work.layers[0])") {
        TensorOperands<Double>.numbers(count: count).withUnsafeBytes { Array($0) }
      }
      return work
    }
    let (inputs, classes) = (work.layers[0], work.layers[work.layers.count - 1])
    work.features = try file("features-\(work.rows)-\(inputs)") {
      var random = SeededRandom(seed: 0, purpose: "bench data")
      return try SyntheticData.interruptibleBytes(count: work.rows * inputs, using: &random)
    }
    work.labels = try file("labels-\(work.rows)-\(classes)") {
      var random = SeededRandom(seed: 0, purpose: "bench labels")
      return (0..<work.rows).map { _ in UInt8(random.index(below: classes)) }
    }
    work.weights = try file("weights-\(work.layers.map(String.init).joined(separator: "-"))") {
      Self.weights(work.layers)
    }
    return work
  }

  private func file(_ name: String, _ contents: () throws -> [UInt8]) throws -> String {
    let path = "\(folder)/\(name)"
    if !FileManager.default.fileExists(atPath: path) {
      try AtomicFile.write(contents(), to: path)
    }
    return path
  }

  /// Weights with the standard deviation √(2 / inputs) (He et al., 2015), biases with a tenth of that.
  private static func weights(_ layers: [Int]) -> [UInt8] {
    var random = SeededRandom(seed: 0, purpose: "bench weights")
    var numbers: [Float] = []
    for (inputs, outputs) in zip(layers, layers.dropFirst()) {
      let scale = (2 / Double(inputs)).squareRoot()
      numbers += (0..<inputs * outputs).map { _ in Float(scale * random.normal()) }
      numbers += (0..<outputs).map { _ in Float(0.1 * scale * random.normal()) }
    }
    return numbers.withUnsafeBytes { Array($0) }
  }
}
