import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

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
  /// The optimizer's rule, and what it calls the tensors that are kept.
  package let rule: any OptimizerRule
  private let stateNames: [String]
  /// Each parameter's name in the network.
  private let names: [String]
  /// Of each parameter, the tensors that are kept, one for each of `stateNames`.
  private var kept: [[Tensor<Scalar>]]

  /// The state before the first step: zeros.
  ///
  /// - Precondition: the optimizer passes its `check`.
  public init(_ optimizer: Optimizer, for network: Network<Scalar>) {
    let parameters = network.parameters
    let rule = optimizer.method.checkedRule
    let stateNames = rule.stateNames
    self.optimizer = optimizer
    self.rule = rule
    self.stateNames = stateNames
    names = parameters.names
    kept = parameters.map { parameter in stateNames.map { _ in .zeros(parameter.tensor.shape) } }
  }

  /// The same optimizer, the same number of steps and the same tensors.
  public static func == (a: OptimizerState, b: OptimizerState) -> Bool {
    a.optimizer == b.optimizer && a.stepCount == b.stepCount && a.names == b.names
      && a.kept == b.kept
  }

  /// What is kept, under the parameters' names: `W1.velocity`, or `W1.first_moment` and
  /// `W1.second_moment`; `W1.sum_of_squares` with Adagrad and `W1.mean_of_squares` with RMSprop; with
  /// a rule of your own, what its ``OptimizerRule/stateNames`` say.
  ///
  /// - Precondition: what is set has the same names, in any order, and shapes.
  public var tensors: Parameters<Scalar> {
    get {
      Parameters(
        zip(names, kept).flatMap { name, kept in
          zip(stateNames, kept).map { ("\(name).\($0)", $1) }
        })
    }
    set {
      var tensors = tensors
      require(
        newValue.count == tensors.count,
        "OptimizerState: tensors \(newValue.names), expected \(tensors.names)")
      for name in tensors.names { tensors[name] = newValue[name] }
      let count = stateNames.count
      for (position, element) in tensors.enumerated() {
        kept[position / count][position % count] = element.tensor
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
      network.updateParameters(with: workspace, learningRate: Scalar(learningRate))
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
    withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<Scalar>.self, capacity: stateNames.count
    ) { kept in
      findKept(at: index, count: parameter.count, in: kept)
      gradient.withUnsafeElements { gradient in
        parameter.withUnsafeMutableElements { parameter in
          guard let gradient = gradient.baseAddress, let base = parameter.baseAddress
          else { return }
          rule.apply(
            ParameterUpdate(
              count: parameter.count, step, number: stepCount, gradient: gradient,
              kept: UnsafeBufferPointer(kept), offset: 0, parameter: base))
        }
      }
    }
  }

  /// A tensor that is kept for a parameter.
  func keptTensor(at index: Int, state: Int) -> Tensor<Scalar> { kept[index][state] }

  /// Calls `body` with a tensor that is kept for a parameter, in its place.
  mutating func updateKept(at index: Int, state: Int, _ body: (inout Tensor<Scalar>) -> Void) {
    body(&kept[index][state])
  }

  /// Finds the tensors that are kept for a parameter and makes them this state's own. Nothing is
  /// allocated, unless the state shares them with a copy.
  ///
  /// - Parameters:
  ///   - count: how many elements the parameter has.
  ///   - pointers: where each tensor's first element is then told; valid until the state is changed,
  ///     copied or gone.
  mutating func findKept(
    at index: Int, count: Int, in pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>
  ) {
    require(
      pointers.count == stateNames.count,
      "OptimizerState: \(stateNames.count) tensors for each parameter, expected \(pointers.count)")
    for state in stateNames.indices {
      kept[index][state].withUnsafeMutableElements {
        require(
          $0.count == count,
          "OptimizerState: parameter \(index) has \(count) elements, \($0.count) are kept")
        if let base = $0.baseAddress { pointers.initializeElement(at: state, to: base) }
      }
    }
  }
}
