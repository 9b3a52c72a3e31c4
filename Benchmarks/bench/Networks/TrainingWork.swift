import Perceptron
import PerceptronTraining

/// A network with a data set of its size, for training steps as a whole or phase by phase.
final class TrainingWork<Scalar: BLASScalar> {
  private let data: PreparedDataset<Scalar>
  private let fresh: Network<Scalar>
  private let settings: TrainerSettings
  private let path: ProductPath
  private let communicator: any Communicator
  private var engine: TrainingEngine<Scalar>
  private var sampler: BatchSampler
  private var random = SeededRandom(seed: 0, purpose: "batches")

  /// Work that trains `network` on `data`.
  init(
    _ network: Network<Scalar>, on data: PreparedDataset<Scalar>, settings: TrainerSettings,
    path: ProductPath = .chosen, communicator: any Communicator = SoloCommunicator()
  ) {
    self.data = data
    self.settings = settings
    self.path = path
    self.communicator = communicator
    fresh = network
    engine = Self.engine(network, settings, path, communicator)
    sampler = BatchSampler(settings.sampling, rowCount: data.count)
  }

  private static func engine(
    _ network: Network<Scalar>, _ settings: TrainerSettings, _ path: ProductPath,
    _ communicator: any Communicator
  ) -> TrainingEngine<Scalar> {
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: settings.workers, path: path, communicator: communicator)
    engine.setLearningRate(settings.learningRate, at: 0)
    return engine
  }

  /// Resets network and optimizer to their initial states.
  func reset() { engine = Self.engine(fresh, settings, path, communicator) }

  /// Makes a training step and returns the loss.
  @discardableResult
  func take() -> Scalar {
    engine.draw(from: &sampler, using: &random)
    return step(on: data)
  }

  /// Makes a step on the batch with this number and returns the loss.
  func take(batch number: Int) -> Scalar {
    choose(batch: number)
    return step(on: data)
  }

  /// Gathers the batch with this number for ``computeGradients()``.
  func gather(batch number: Int) {
    choose(batch: number)
    engine.gather(from: data)
  }

  /// Numbered batches are consecutive rows of the data.
  private func choose(batch number: Int) {
    engine.choose { (number * settings.batchSize + $0) % data.count }
  }

  /// Makes a step on the batch gathered last and returns the loss.
  @discardableResult
  func takeAgain() -> Scalar { step(on: nil) }

  private func step(on data: PreparedDataset<Scalar>?) -> Scalar {
    engine.step(on: data, iteration: 0)
    return engine.loss(at: 0)
  }

  /// Makes a step and times its phases; phases shared by workers are timed in one of them.
  func take(marking timer: PhaseTimer) {
    timer.start()
    engine.draw(from: &sampler, using: &random)
    timer.mark()
    _ = marking(timer) { step(on: data) }
  }

  /// Computes loss and gradients of the batch gathered last and returns the loss.
  @discardableResult
  func computeGradients() -> Scalar {
    engine.computeLossesAndGradients(iteration: 0)
    return engine.loss(at: 0)
  }

  /// The parameters after the last step.
  var parameters: Parameters<Scalar> { engine.network(at: 0).parameters }

  /// The Euclidean norms of all weights and of all biases.
  var norms: (weights: Scalar, biases: Scalar) {
    func norm(_ tensors: [Tensor<Scalar>]) -> Scalar {
      tensors.reduce(0) { $0 + $1.sumOfSquares() }.squareRoot()
    }
    let places = fresh.parameterPlaces
    return (
      norm(places.filter(\.isPenalized).map { parameters[$0.name] }),
      norm(places.filter { !$0.isPenalized }.map { parameters[$0.name] })
    )
  }

  /// The Euclidean norm of all gradients.
  var gradientNorm: Scalar {
    engine.gradients(at: 0).reduce(0) { $0 + $1.tensor.sumOfSquares() }.squareRoot()
  }

  /// Does the same as ``computeGradients()`` and times its phases.
  @discardableResult
  func computeGradients(marking timer: PhaseTimer) -> Scalar {
    marking(timer) { computeGradients() }
  }

  private func marking(_ timer: PhaseTimer, _ work: () -> Scalar) -> Scalar {
    engine.phaseEnded = { _ in timer.mark() }
    defer { engine.phaseEnded = nil }
    return work()
  }
}
