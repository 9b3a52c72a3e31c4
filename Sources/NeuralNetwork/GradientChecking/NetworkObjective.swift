import PerceptronLinearAlgebra

/// A loss as a function of parameters, whose analytic gradients can be compared with differences of it,
/// all in `Double`: single precision cannot resolve the differences.
public protocol GradientCheckable {
  /// The parameters by name.
  var parameters: Parameters<Double> { get }
  /// Changes one entry.
  mutating func setElement(_ position: Int, of parameter: String, to value: Double)
  /// The loss, in parts.
  func probe() -> LossProbe
  /// The gradients under test, under the parameters' names.
  func gradients() -> Parameters<Double>
}

/// The loss of a batch, in parts: differences of the parts lose less to rounding than a difference
/// of their sum.
public struct LossProbe: Sendable {
  /// Terms whose mean, plus the penalty, is the batch's loss: one for each row.
  public var rowLosses: Tensor<Double>
  /// The penalty on the parameters.
  public var penalty: Double
  /// Numbers whose signs select a piece of a function with kinks: inputs of ReLUs, margins of hinges.
  public var kinks: [Tensor<Double>]
  /// The largest number in the computation of the row losses, for a bound on their rounding.
  public var magnitude: Double

  /// The loss of the batch.
  public var loss: Double { rowLosses.mean() + penalty }

  /// A loss in parts.
  public init(
    rowLosses: Tensor<Double>, penalty: Double, kinks: [Tensor<Double>], magnitude: Double
  ) {
    self.rowLosses = rowLosses
    self.penalty = penalty
    self.kinks = kinks
    self.magnitude = magnitude
  }
}

/// A network's loss on one batch as a function of its parameters, for checking its gradients.
public struct NetworkObjective: GradientCheckable {
  /// The network.
  public var network: Network<Double>
  /// The batch, [rows, inputs].
  public let x: Tensor<Double>
  /// The targets of the outputs.
  public let targets: Targets<Double>
  /// The penalty on the weights.
  public let penalty: Penalty
  /// Training or inference; the seed of a training pass determines the dropout.
  public let pass: Pass

  /// The objective of a network on a batch.
  public init(
    _ network: Network<Double>, on x: Tensor<Double>, _ targets: Targets<Double>,
    penalty: Penalty = .none, pass: Pass = .inference
  ) {
    self.network = network
    self.x = x
    self.targets = targets
    self.penalty = penalty
    self.pass = pass
  }

  /// The network's parameters.
  public var parameters: Parameters<Double> { network.parameters }

  /// Changes one entry of the network's parameters.
  public mutating func setElement(_ position: Int, of parameter: String, to value: Double) {
    network.updateParameters { place, tensor in
      if place.name == parameter { tensor[position: position] = value }
    }
  }

  /// The loss in parts, from the layers' forward passes.
  public func probe() -> LossProbe {
    var kinks: [Tensor<Double>] = []
    var magnitude = 0.0
    var block = x
    for (index, layer) in network.layers.enumerated() {
      if layer.traits.hasKinkAtZero { kinks.append(block) }
      block = layer.forward(block, pass: pass.inLayer(index))
      magnitude = max(magnitude, largestMagnitude(block))
    }
    if let margins = lossKinks(of: block) { kinks.append(margins) }
    if penalty.l1 != 0 {
      kinks += zip(network.parameterPlaces, network.parameters)
        .filter { $0.0.isPenalized }.map { $0.1.tensor }
    }
    let rows = targets.rowCount
    let normalizer = targets.withBlock { network.loss.normalizer(of: $0, rows: rows) }
    var losses = network.loss.rowLosses(block, targets)
    if normalizer != Double(rows) { losses *= Double(rows) / normalizer }
    return LossProbe(
      rowLosses: losses, penalty: network.value(of: penalty), kinks: kinks, magnitude: magnitude)
  }

  /// The kinks of the loss; rows of weight 0 have none.
  private func lossKinks(of outputs: Tensor<Double>) -> Tensor<Double>? {
    var kinks = network.loss.kinks(outputs: outputs, targets: targets)
    guard let weights = targets.weights else { return kinks }
    kinks?.withMutableRows { kinks in
      if kinks.rows != weights.count { return }
      for row in weights.indices where weights[row] == 0 {
        Double.fill(count: kinks.columns, kinks.base + row * kinks.columns, with: 1)
      }
    }
    return kinks
  }

  /// The gradients by backpropagation.
  public func gradients() -> Parameters<Double> {
    network.lossAndGradients(of: x, targets, penalty: penalty, pass: pass).gradients.parameters
  }
}

extension TwoLayerNet where Scalar == Double {
  /// The network's loss on a batch as a function of its parameters; the arguments are as for
  /// ``lossAndGradients(of:labels:regularization:)``.
  public func objective(
    on x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> NetworkObjective {
    NetworkObjective(network, on: x, .labels(labels), penalty: .l2(regularization))
  }
}

extension GradientCheck {
  /// Checks a two-layer network's gradients on one batch; the arguments are as for
  /// ``TwoLayerNet/lossAndGradients(of:labels:regularization:)``.
  public func run(
    _ network: TwoLayerNet<Double>, on x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> GradientCheckReport {
    run(network.objective(on: x, labels: labels, regularization: regularization))
  }
}

/// The largest absolute value of some elements, 0 of none.
func largestMagnitude(_ tensor: Tensor<Double>) -> Double {
  tensor.withUnsafeElements { $0.reduce(0) { max($0, $1.magnitude) } }
}
