import LinearAlgebra
import NeuralNetwork

/// What can go wrong in backpropagation by hand.
enum Mistake: String, CaseIterable {
  case wrongSign, missingMean, droppedBias, unmaskedReLU, halfPenalty, slightlyLarge
  case otherShape
}

/// A network whose gradients have a mistake in them; without a named one, NaN.
struct Sabotaged: GradientCheckable {
  var net: TwoLayerNet<Double>
  let mistake: Mistake?

  var parameters: Parameters<Double> {
    get { net.parameters }
    set { net.parameters = newValue }
  }

  func probe(
    _ x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> LossProbe {
    net.probe(x, labels: labels, regularization: regularization)
  }

  func gradients(
    of x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> Parameters<Double> {
    var right = net.gradients(of: x, labels: labels, regularization: regularization)
    switch mistake {
    case .wrongSign: right["W2"] *= -1
    case .missingMean:
      let data = net.gradients(of: x, labels: labels, regularization: 0)
      for name in right.names {
        right[name] += data[name] * Tensor(Double(labels.count - 1))
      }
    case .droppedBias: right["b1"] *= 0
    case .unmaskedReLU:
      let activations = ReLU().forward(net.hidden.forward(x))
      let probabilities = SoftmaxLoss().forward(
        scores: net.output.forward(activations), labels: labels
      ).probabilities
      let upstream = SoftmaxLoss().backward(probabilities: probabilities, labels: labels)
      let hidden = net.output.backward(upstream: upstream, input: activations).input
      right["b1"] = net.hidden.backward(upstream: hidden, input: x).gradients.bias
    case .halfPenalty:
      for name in ["W1", "W2"] {
        right[name].add(net.parameters[name], scaledBy: -regularization)
      }
    case .otherShape:
      return Parameters(right.map { ($0.name, $0.name == "W1" ? [1] : $0.tensor) })
    case .slightlyLarge: right["W1"] *= 1 + 1e-6
    case nil: right["b2"] *= Tensor(Double.nan)
    }
    return right
  }
}
