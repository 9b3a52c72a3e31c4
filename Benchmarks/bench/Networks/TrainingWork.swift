import Perceptron
import Training

/// A network and a data set of its size that training steps can be taken on, one after
/// another or phase by phase.
final class TrainingWork<Scalar: BLASScalar> {
  private let data: PreparedDataset<Scalar>
  private let fresh: Network<Scalar>
  private let settings: TrainerSettings
  private var network: Network<Scalar>
  private var step: TrainingStep<Scalar>
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
    step = TrainingStep(for: network, settings: settings)
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
    step.draw(from: &sampler, using: &random)
    return finish()
  }

  /// One step on the batch of the given number.
  func take(batch number: Int) -> Scalar {
    choose(batch: number)
    return finish()
  }

  /// Fetches the batch of the given number for ``computeGradients()``.
  func gather(batch number: Int) {
    choose(batch: number)
    step.gather(from: data)
  }

  /// Batches that are chosen by number follow each other through the data.
  private func choose(batch number: Int) {
    step.choose { (number * settings.batchSize + $0) % data.count }
  }

  private func finish() -> Scalar {
    step.gather(from: data)
    return takeAgain()
  }

  /// One step on the batch that was gathered last. Returns the loss.
  @discardableResult
  func takeAgain() -> Scalar {
    let loss = step.lossAndGradients(of: network, iteration: 0)
    step.update(&network, by: &optimizer, learningRate: settings.learningRate)
    return loss
  }

  /// One step, its phases marked in `laps`.
  func take(marking laps: Laps) {
    laps.start()
    step.draw(from: &sampler, using: &random)
    laps.mark()
    step.gather(from: data)
    laps.mark()
    computeGradients(marking: laps)
    step.update(&network, by: &optimizer, learningRate: settings.learningRate)
    laps.mark()
  }

  /// Loss and gradients of the batch that was gathered last.
  @discardableResult
  func computeGradients() -> Scalar { step.lossAndGradients(of: network, iteration: 0) }

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
    step.gradients(of: network).reduce(0) { $0 + $1.tensor.sumOfSquares() }.squareRoot()
  }

  /// The same as ``computeGradients()``, its phases marked in `laps`.
  @discardableResult
  func computeGradients(marking laps: Laps) -> Scalar {
    step.forward(network)
    laps.mark()
    let loss = step.loss(network)
    laps.mark()
    step.backward(network)
    laps.mark()
    return loss
  }
}
