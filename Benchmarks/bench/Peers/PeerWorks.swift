/// The work on which Perceptron and its peers are compared.
enum PeerWorks {
  /// A piece of work and what it is called in the table.
  struct Entry {
    let title: String
    let work: PeerProtocol.Work
  }

  /// A step of each width that the sweep's runs have.
  static let sweepSteps = [50, 100, 150].map(cifarStep)
  /// The sweep's steps of each width: 5 learning rates × 3 penalties × (1000 + 1500 + 2000 + 2500).
  static let sweepStepsPerWidth = 5 * 3 * 7000

  /// Predictions of each width, as the sweep's runs make them of all rows when they end.
  static let sweepPredictions = [50, 100, 150].map { hidden in
    Entry(
      title: "predict 10,000 rows, 3072-\(hidden)-10",
      work: .init(kind: .predict, layers: [3072, hidden, 10], batch: 10_000, rows: 10_000))
  }
  /// How often the sweep's runs of each width predict as many rows: 60 runs of 50,000 rows.
  static let sweepPredictionsPerWidth = 60 * 5

  /// Steps of this are what the programs' memory is measured with.
  static let memory = sweepSteps[0].work

  static let all: [Entry] =
    sweepSteps + [
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
      sweepPredictions[0],
    ]

  private static func cifarStep(hidden: Int) -> Entry {
    Entry(
      title: "step, 3072-\(hidden)-10, batch 200, SGD + L2",
      work: .init(
        kind: .step, layers: [3072, hidden, 10], batch: 200, rows: 50_000, regularization: 0.25))
  }
}
