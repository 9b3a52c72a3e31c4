import Perceptron
import Training

/// A two-layer network and a data set of its size that training steps can be taken on, one after
/// another or phase by phase.
final class TrainingWork<Scalar: BLASScalar> {
  private let data: PreparedDataset<Scalar>
  private let fresh: TwoLayerNet<Scalar>
  private let settings: SGDSettings
  private var network: TwoLayerNet<Scalar>
  private var step: TrainingStep<Scalar>
  private var random = SeededRandom(seed: 0, purpose: "batches")

  /// Steps of `network` on `data`.
  init(_ network: TwoLayerNet<Scalar>, on data: PreparedDataset<Scalar>, settings: SGDSettings) {
    self.data = data
    self.settings = settings
    fresh = network
    self.network = network
    step = TrainingStep(for: network, rowCount: data.count, settings: settings)
  }

  /// Makes the network what it was at first.
  func reset() { network = fresh }

  /// One step, as training makes it. Returns the loss.
  @discardableResult
  func take() -> Scalar {
    step.draw(using: &random)
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
    let loss = step.lossAndGradients(of: network)
    step.update(&network, learningRate: settings.learningRate)
    return loss
  }

  /// One step, its phases marked in `laps`.
  func take(marking laps: Laps) {
    laps.start()
    step.draw(using: &random)
    laps.mark()
    step.gather(from: data)
    laps.mark()
    computeGradients(marking: laps)
    step.update(&network, learningRate: settings.learningRate)
    laps.mark()
  }

  /// Loss and gradients of the batch that was gathered last.
  @discardableResult
  func computeGradients() -> Scalar { step.lossAndGradients(of: network) }

  /// What the steps so far made of the network's parameters.
  var parameters: Parameters<Scalar> { network.parameters }

  /// The square roots of the sums of the squares of all weights and of all biases.
  var norms: (weights: Scalar, biases: Scalar) {
    func norm(_ tensors: [Tensor<Scalar>]) -> Scalar {
      tensors.reduce(0) { $0 + $1.sumOfSquares() }.squareRoot()
    }
    return (
      norm([network.hidden.weights, network.output.weights]),
      norm([network.hidden.bias, network.output.bias])
    )
  }

  /// The same of all gradients.
  var gradientNorm: Scalar {
    step.gradients.reduce(0) { $0 + $1.tensor.sumOfSquares() }.squareRoot()
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
