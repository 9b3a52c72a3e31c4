import Perceptron
import PerceptronTraining

/// A network and a data set of its size that training steps can be taken on, one after
/// another or phase by phase.
final class TrainingWork<Scalar: BLASScalar> {
  private let data: PreparedDataset<Scalar>
  private let fresh: Network<Scalar>
  private let settings: TrainerSettings
  private let path: ProductPath
  private var engine: TrainingEngine<Scalar>
  private var sampler: BatchSampler
  private var random = SeededRandom(seed: 0, purpose: "batches")

  /// Steps of `network` on `data`.
  init(
    _ network: Network<Scalar>, on data: PreparedDataset<Scalar>, settings: TrainerSettings,
    path: ProductPath = .chosen
  ) {
    self.data = data
    self.settings = settings
    self.path = path
    fresh = network
    engine = Self.engine(network, settings, path)
    sampler = BatchSampler(settings.sampling, rowCount: data.count)
  }

  private static func engine(
    _ network: Network<Scalar>, _ settings: TrainerSettings, _ path: ProductPath
  ) -> TrainingEngine<Scalar> {
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: settings.workers, path: path)
    engine.setLearningRate(settings.learningRate, at: 0)
    return engine
  }

  /// Makes the network and the optimizer what they were at first.
  func reset() { engine = Self.engine(fresh, settings, path) }

  /// One step, as training makes it. Returns the loss.
  @discardableResult
  func take() -> Scalar {
    engine.draw(from: &sampler, using: &random)
    return step(on: data)
  }

  /// One step on the batch of the given number.
  func take(batch number: Int) -> Scalar {
    choose(batch: number)
    return step(on: data)
  }

  /// Fetches the batch of the given number for ``computeGradients()``.
  func gather(batch number: Int) {
    choose(batch: number)
    engine.gather(from: data)
  }

  /// Batches that are chosen by number follow each other through the data.
  private func choose(batch number: Int) {
    engine.choose { (number * settings.batchSize + $0) % data.count }
  }

  /// One step on the batch that was gathered last. Returns the loss.
  @discardableResult
  func takeAgain() -> Scalar { step(on: nil) }

  private func step(on data: PreparedDataset<Scalar>?) -> Scalar {
    engine.step(on: data, iteration: 0)
    return engine.loss(at: 0)
  }

  /// One step, its phases marked in `laps`; those that workers share are timed in one of them.
  func take(marking laps: Laps) {
    laps.start()
    engine.draw(from: &sampler, using: &random)
    laps.mark()
    _ = marking(laps) { step(on: data) }
  }

  /// Loss and gradients of the batch that was gathered last.
  @discardableResult
  func computeGradients() -> Scalar {
    engine.computeLossesAndGradients(iteration: 0)
    return engine.loss(at: 0)
  }

  /// What the steps so far made of the network's parameters.
  var parameters: Parameters<Scalar> { engine.network(at: 0).parameters }

  /// The square roots of the sums of the squares of all weights and of all biases.
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

  /// The same of all gradients.
  var gradientNorm: Scalar {
    engine.gradients(at: 0).reduce(0) { $0 + $1.tensor.sumOfSquares() }.squareRoot()
  }

  /// The same as ``computeGradients()``, its phases marked in `laps`.
  @discardableResult
  func computeGradients(marking laps: Laps) -> Scalar { marking(laps) { computeGradients() } }

  private func marking(_ laps: Laps, _ work: () -> Scalar) -> Scalar {
    engine.phaseEnded = laps.mark
    defer { engine.phaseEnded = nil }
    return work()
  }
}
