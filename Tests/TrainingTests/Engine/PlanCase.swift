import PerceptronDatasets
import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
@testable import PerceptronTraining

/// A network, data and settings, on which steps are taken by the engine and along the readable path.
struct PlanCase<Scalar: BLASScalar> {
  var network: Network<Scalar>
  var data: PreparedDataset<Scalar>
  let settings: TrainerSettings

  /// Rows whose features are bytes.
  init(
    _ layers: [LayerSpecification], loss: LossSpecification = .softmax, inputs: Int = 5,
    settings: TrainerSettings
  ) {
    var random = SeededRandom(seed: 7, purpose: "plan case")
    network = Network(inputSize: inputs, layers, loss: loss, using: &random)
    self.settings = settings
    let rows = 2 * settings.batchSize + 1
    let bytes = (0..<rows * inputs).map { _ in UInt8(random.index(below: 256)) }
    data = Dataset(
      Features(.bytes(bytes), exampleShape: [inputs]), labels: (0..<rows).map { $0 * $0 % 3 },
      classNames: ["a", "b", "c"]
    ).prepared(with: Preprocessing(divisor: 100))
  }

  /// Where some steps lead.
  struct Outcome {
    var losses: [Scalar] = []
    var network: Network<Scalar>
    var optimizer: OptimizerState<Scalar>
    var average: WeightAverage<Scalar>?

    /// All numbers, each kind of them under its name.
    var tensors: [(name: String, tensors: [Tensor<Scalar>])] {
      [
        ("losses", [Tensor(losses)]), ("parameters", network.parameters.map(\.tensor)),
        ("statistics", network.statistics.map(\.tensor)),
        ("average", average?.tensors.map(\.tensor) ?? []),
      ]
        + ["velocity", "sum_of_squares", "mean_of_squares", "first_moment", "second_moment"].map {
          kind in
          (kind, optimizer.tensors.filter { $0.name.hasSuffix(".\(kind)") }.map(\.tensor))
        }
    }
  }

  private static var steps: Int { 3 }

  /// The rows of a step's batch: those that follow each other through the data.
  private func row(_ position: Int, of step: Int) -> Int {
    (step * settings.batchSize + position) % data.count
  }

  private var start: Outcome {
    Outcome(
      network: network, optimizer: OptimizerState(settings.optimizer, for: network),
      average: settings.averageDecay.map { WeightAverage(of: network, decay: $0) })
  }

  /// An engine with this network alone.
  func engine(
    workers: Int?, path: ProductPath = .chosen,
    communicator: any Communicator = SoloCommunicator()
  ) -> TrainingEngine<Scalar> {
    let engine = TrainingEngine(
      [
        .init(
          network, OptimizerState(settings.optimizer, for: network),
          settings.averageDecay.map { WeightAverage(of: network, decay: $0) }, settings: settings)
      ], workers: workers, path: path, communicator: communicator)
    engine.setLearningRate(settings.learningRate, at: 0)
    return engine
  }

  /// By the engine, on one of several ranks if there is a communicator. Rank 0 has all of the outcome.
  func planned(
    workers: Int?, path: ProductPath = .chosen, communicator: any Communicator
  ) throws -> Outcome {
    var outcome = start
    let engine = engine(workers: workers, path: path, communicator: communicator)
    for step in 0..<Self.steps {
      engine.choose { row($0, of: step) }
      engine.step(on: data, iteration: step)
      outcome.losses.append(engine.loss(at: 0))
    }
    if let failure = engine.failure { throw failure }
    try engine.gather(optimizer: true)
    (outcome.network, outcome.optimizer, outcome.average) = engine.state(at: 0)
    return outcome
  }

  /// By the engines of some ranks, which are threads, with as many workers each.
  func planned(ranks: Int, workers: Int) throws -> [Outcome] {
    try ThreadCommunicator.run(ranks) { try planned(workers: workers, communicator: $0) }
  }

  /// By a single engine.
  func planned(workers: Int?, path: ProductPath = .chosen) -> Outcome {
    do {
      return try planned(workers: workers, path: path, communicator: SoloCommunicator())
    } catch {
      fatalError("\(error)")
    }
  }

  /// Along the readable path.
  func readable() -> Outcome {
    var outcome = start
    var workspace = Network.Workspace(for: network, batchSize: settings.batchSize)
    for step in 0..<Self.steps {
      let rows = (0..<settings.batchSize).map { row($0, of: step) }
      var x = Tensor<Scalar>.zeros([rows.count, network.inputSize])
      var labels = [Int](repeating: 0, count: rows.count)
      data.gather(rows, into: &x, labels: &labels)
      var stream = SeededRandom(seed: settings.seed, purpose: "dropout", index: UInt64(step))
      let pass = Pass.training(seed: stream.next())
      outcome.losses.append(
        x.withRows { x in
          Targets<Scalar>.labels(labels).withBlock {
            outcome.network.lossAndGradients(
              of: x, $0, penalty: settings.penalty, pass: pass, in: &workspace)
          }
        })
      settings.clipping.apply(to: &workspace)
      outcome.optimizer.step(
        &outcome.network, gradients: workspace, learningRate: settings.learningRate)
      settings.maxNorm.map { MaxNorm($0).apply(to: &outcome.network) }
      outcome.network.updateStatistics(from: workspace)
      outcome.average?.update(with: outcome.network)
    }
    return outcome
  }
}

/// What is furthest off between two outcomes: the norm of the difference of all tensors of a kind,
/// relative to theirs. Not tensor by tensor: some gradients are 0 but for rounding, such as that of
/// a bias before batch normalization.
func largestDifference<Scalar>(
  _ found: PlanCase<Scalar>.Outcome, _ expected: PlanCase<Scalar>.Outcome
) -> (name: String, error: Double) {
  func norm(_ tensors: [Tensor<Scalar>]) -> Double {
    tensors.reduce(0.0) { $0 + Double($1.sumOfSquares()) }.squareRoot()
  }
  return zip(found.tensors, expected.tensors).map { found, expected in
    let error = norm(zip(found.tensors, expected.tensors).map { $0 - $1 })
    return (found.name, error == 0 ? 0 : error / norm(expected.tensors))
  }.max { !($0.1 >= $1.1) } ?? ("", .nan)
}
