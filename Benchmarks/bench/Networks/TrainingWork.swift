import Perceptron
import Training

/// A network and a data set of its size that training steps can be taken on, one after
/// another or phase by phase.
final class TrainingWork<Scalar: BLASScalar> {
  private let data: PreparedDataset<Scalar>
  private let fresh: Network<Scalar>
  private let settings: TrainerSettings
  private var network: Network<Scalar>
  private let plan: TrainingPlan<Scalar>
  private var sampler: BatchSampler
  private var optimizer: OptimizerState<Scalar>
  private var random = SeededRandom(seed: 0, purpose: "batches")

  /// Steps of `network` on `data`.
  init(
    _ network: Network<Scalar>, on data: PreparedDataset<Scalar>, settings: TrainerSettings
  ) {
    self.data = data
    self.settings = settings
    fresh = network
    self.network = network
    plan = TrainingPlan(for: network, settings: settings)
    sampler = BatchSampler(settings.sampling, rowCount: data.count)
    optimizer = OptimizerState(settings.optimizer, for: network)
  }

  /// Makes the network and the optimizer what they were at first.
  func reset() {
    network = fresh
    optimizer = OptimizerState(settings.optimizer, for: fresh)
  }

  /// One step, as training makes it. Returns the loss.
  @discardableResult
  func take() -> Scalar {
    plan.draw(from: &sampler, using: &random)
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
    plan.gather(from: data)
  }

  /// Batches that are chosen by number follow each other through the data.
  private func choose(batch number: Int) {
    plan.choose { (number * settings.batchSize + $0) % data.count }
  }

  /// One step on the batch that was gathered last. Returns the loss.
  @discardableResult
  func takeAgain() -> Scalar { step(on: nil) }

  private func step(on data: PreparedDataset<Scalar>?) -> Scalar {
    plan.step(
      &network, by: &optimizer, learningRate: settings.learningRate, on: data, iteration: 0)
  }

  /// One step, its phases marked in `laps`; those that workers share are timed in one of them.
  func take(marking laps: Laps) {
    laps.start()
    plan.draw(from: &sampler, using: &random)
    laps.mark()
    _ = marking(laps) { step(on: data) }
  }

  /// Loss and gradients of the batch that was gathered last.
  @discardableResult
  func computeGradients() -> Scalar { plan.lossAndGradients(of: network, iteration: 0) }

  /// What the steps so far made of the network's parameters.
  var parameters: Parameters<Scalar> { network.parameters }

  /// The square roots of the sums of the squares of all weights and of all biases.
  var norms: (weights: Scalar, biases: Scalar) {
    func norm(_ tensors: [Tensor<Scalar>]) -> Scalar {
      tensors.reduce(0) { $0 + $1.sumOfSquares() }.squareRoot()
    }
    let places = network.parameterPlaces
    return (
      norm(places.filter(\.isPenalized).map { parameters[$0.name] }),
      norm(places.filter { !$0.isPenalized }.map { parameters[$0.name] })
    )
  }

  /// The same of all gradients.
  var gradientNorm: Scalar {
    plan.gradients.reduce(0) { $0 + $1.tensor.sumOfSquares() }.squareRoot()
  }

  /// The same as ``computeGradients()``, its phases marked in `laps`.
  @discardableResult
  func computeGradients(marking laps: Laps) -> Scalar { marking(laps) { computeGradients() } }

  private func marking(_ laps: Laps, _ work: () -> Scalar) -> Scalar {
    plan.phaseEnded = laps.mark
    defer { plan.phaseEnded = nil }
    return work()
  }
}
