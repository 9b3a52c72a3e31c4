import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What can go wrong in backpropagation by hand.
enum Mistake: String, CaseIterable {
  case wrongSign, missingMean, droppedBias, unmaskedReLU, halfPenalty, slightlyLarge
  case otherShape
}

/// A network whose gradients have a mistake in them; without a named one, NaN.
struct Sabotaged: GradientCheckable {
  var right: NetworkObjective
  let mistake: Mistake?

  var parameters: Parameters<Double> { right.parameters }

  mutating func setElement(_ position: Int, of parameter: String, to value: Double) {
    right.setElement(position, of: parameter, to: value)
  }

  func probe() -> LossProbe { right.probe() }

  func gradients() -> Parameters<Double> {
    var gradients = right.gradients()
    switch mistake {
    case .wrongSign: gradients["W2"] *= -1
    case .missingMean:
      let data = NetworkObjective(right.network, on: right.x, right.targets).gradients()
      for name in gradients.names {
        gradients[name] += data[name] * Tensor(Double(right.x.shape.rowCount - 1))
      }
    case .droppedBias: gradients["b1"] *= 0
    case .unmaskedReLU:
      let layers = right.network.layers
      let activations = layers[1].forward(layers[0].forward(right.x))
      let upstream = right.network.loss.gradient(layers[2].forward(activations), right.targets)
      let hidden = layers[2].backward(upstream: upstream, input: activations).input
      gradients["b1"] = layers[0].backward(upstream: hidden, input: right.x).parameters["b"]
    case .halfPenalty:
      for name in ["W1", "W2"] {
        gradients[name].add(right.parameters[name], scaledBy: -right.penalty.l2)
      }
    case .otherShape:
      return Parameters(gradients.map { ($0.name, $0.name == "W1" ? [1] : $0.tensor) })
    case .slightlyLarge: gradients["W1"] *= 1 + 1e-6
    case nil: gradients["b2"] *= Tensor(Double.nan)
    }
    return gradients
  }
}
