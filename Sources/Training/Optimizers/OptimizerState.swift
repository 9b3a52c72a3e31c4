import Foundation
import LinearAlgebra
import NeuralNetwork

/// An optimizer's steps on one network, and what it keeps between them.
///
/// A value: a copy goes on independently. A checkpoint holds ``stepCount`` and ``tensors``.
public struct OptimizerState<Scalar: BLASScalar>: Sendable, Equatable {
  /// The settings.
  public let optimizer: Optimizer
  /// How many steps were made.
  ///
  /// - Precondition: what is set is not negative.
  public var stepCount = 0 {
    didSet { require(stepCount >= 0, "OptimizerState: a step count of \(stepCount)") }
  }
  /// Each parameter's name in the network.
  private let names: [String]
  /// The first tensor kept for each parameter, and the second; none where the method has no such.
  private var first: [Tensor<Scalar>]
  private var second: [Tensor<Scalar>]

  /// The state before the first step: zeros.
  public init(_ optimizer: Optimizer, for network: Network<Scalar>) {
    let parameters = network.parameters
    let kept = optimizer.method.stateNames.count
    self.optimizer = optimizer
    names = parameters.names
    first = kept > 0 ? parameters.map { .zeros($0.tensor.shape) } : []
    second = kept > 1 ? parameters.map { .zeros($0.tensor.shape) } : []
  }

  /// What is kept, under the parameters' names: `W1.velocity`, or `W1.first_moment` and
  /// `W1.second_moment`; `W1.sum_of_squares` with Adagrad and `W1.mean_of_squares` with RMSprop.
  ///
  /// - Precondition: what is set has the same names, in any order, and shapes.
  public var tensors: Parameters<Scalar> {
    get {
      let kinds = optimizer.method.stateNames
      return Parameters(
        names.indices.flatMap { index in
          zip(kinds, [first, second]).map { ("\(names[index]).\($0)", $1[index]) }
        })
    }
    set {
      var tensors = tensors
      require(
        newValue.count == tensors.count,
        "OptimizerState: tensors \(newValue.names), expected \(tensors.names)")
      for name in tensors.names { tensors[name] = newValue[name] }
      let kept = optimizer.method.stateNames.count
      for (position, element) in tensors.enumerated() {
        if position % kept == 0 {
          first[position / kept] = element.tensor
        } else {
          second[position / kept] = element.tensor
        }
      }
    }
  }
}

// MARK: - Steps

extension OptimizerState {
  /// Makes a step: one pass over each parameter, its gradient and what is kept for it. Nothing is
  /// allocated, unless the network or the state shares its elements with a copy.
  ///
  /// - Parameters:
  ///   - network: the one that this state is for, or one with the same parameters.
  ///   - workspace: its gradients, as a backward pass left them.
  ///   - learningRate: η.
  public mutating func step(
    _ network: inout Network<Scalar>, gradients workspace: Network<Scalar>.Workspace,
    learningRate: Double
  ) {
    require(
      network.parameterPlaces.count == names.count
        && workspace.gradients.count == network.layers.count,
      "OptimizerState: \(network.parameterPlaces.count) parameters and gradients of \(workspace.gradients.count) layers, made for \(names.count) parameters"
    )
    stepCount += 1
    if optimizer.method == .sgd && optimizer.weightDecay == 0 {
      network.descend(workspace, learningRate: Scalar(learningRate))
      return
    }
    network.updateParameters { place, parameter in
      let gradient = workspace.gradients[place.layer][place.position]
      require(
        gradient.shape == parameter.shape,
        "OptimizerState: \(place.name) \(parameter.shape), its gradient \(gradient.shape)")
      let decay = place.isPenalized ? learningRate * optimizer.weightDecay : 0
      move(
        &parameter, gradient, at: place.index,
        UpdateStep(learningRate: learningRate, decay: decay))
    }
  }

  /// Moves one parameter.
  private mutating func move(
    _ parameter: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>, at index: Int,
    _ step: UpdateStep
  ) {
    let rule = (optimizer.method, stepCount)
    gradient.withUnsafeElements { gradient in
      parameter.withUnsafeMutableElements { parameter in
        withElements(of: &first, at: index, count: parameter.count) { first in
          withElements(of: &second, at: index, count: parameter.count) { second in
            guard let gradient = gradient.baseAddress, let base = parameter.baseAddress
            else { return }
            rule.0.move(
              count: parameter.count, step, number: rule.1, gradient: gradient,
              kept: (first, second), parameter: base)
          }
        }
      }
    }
  }
}

extension OptimizerState {
  /// Where the elements are that are kept for a parameter, made this state's own: valid until it is
  /// changed, copied or gone.
  mutating func keptElements(
    at index: Int
  ) -> (first: UnsafeMutablePointer<Scalar>?, second: UnsafeMutablePointer<Scalar>?) {
    (
      first.isEmpty ? nil : first[index].withUnsafeMutableElements { $0.baseAddress },
      second.isEmpty ? nil : second[index].withUnsafeMutableElements { $0.baseAddress }
    )
  }
}

/// Calls `body` with the elements of one of `tensors`, or nil where there are none.
private func withElements<Scalar>(
  of tensors: inout [Tensor<Scalar>], at index: Int, count: Int,
  _ body: (UnsafeMutablePointer<Scalar>?) -> Void
) {
  if tensors.isEmpty { return body(nil) }
  require(
    tensors[index].count == count,
    "OptimizerState: parameter \(index) has \(count) elements, \(tensors[index].count) are kept")
  tensors[index].withUnsafeMutableElements { body($0.baseAddress) }
}
