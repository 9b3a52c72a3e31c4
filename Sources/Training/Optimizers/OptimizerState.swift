import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The state of an optimizer of one network, and its steps: the optimizer of a training loop of your own.
///
///     var optimizer = OptimizerState(.adam(), for: network)
///     for (x, labels) in batches {
///       let (loss, gradients) = network.lossAndGradients(of: x, .labels(labels))
///       optimizer.step(&network, gradients: gradients, learningRate: 1e-3)
///     }
///
/// A value: a copy goes on independently. A checkpoint holds ``stepCount`` and ``tensors``.
public struct OptimizerState<Scalar: BLASScalar>: Sendable, Equatable {
  /// The settings.
  public let optimizer: Optimizer
  /// The number of steps so far.
  ///
  /// - Precondition: what is set is not negative.
  public var stepCount = 0 {
    didSet { require(stepCount >= 0, "OptimizerState: a step count of \(stepCount)") }
  }
  package let rule: any OptimizerRule
  let isPlainDescent: Bool
  private let stateNames: [String]
  /// The parameters' names.
  private let names: [String]
  /// The state tensors of each parameter.
  private var states: [[Tensor<Scalar>]]
  /// Whether state tensors of weights that ranks share are not here: each rank has its rows' during a run,
  /// and rank 0 all of them after it.
  package private(set) var isElsewhere = false

  /// The state before the first step: zeros.
  ///
  /// - Precondition: the optimizer passes its `check`.
  public init(_ optimizer: Optimizer, for network: Network<Scalar>) {
    let parameters = network.parameters
    self.optimizer = optimizer
    rule = optimizer.method.checkedRule
    isPlainDescent = optimizer.method == .sgd
    let stateNames = rule.stateNames
    self.stateNames = stateNames
    names = parameters.names
    states = parameters.map { parameter in stateNames.map { _ in .zeros(parameter.tensor.shape) } }
  }

  /// Whether optimizers, numbers of steps and tensors are equal.
  public static func == (a: OptimizerState, b: OptimizerState) -> Bool {
    a.optimizer == b.optimizer && a.stepCount == b.stepCount && a.names == b.names
      && a.states == b.states
  }

  /// The state tensors, under the parameters' names: `W1.velocity`, or `W1.first_moment` and
  /// `W1.second_moment`; `W1.sum_of_squares` with Adagrad and `W1.mean_of_squares` with RMSprop; with
  /// a rule of your own, what its ``OptimizerRule/stateNames`` say.
  ///
  /// - Precondition: what is set has the same names, in any order, and shapes.
  public var tensors: Parameters<Scalar> {
    get {
      require(!isElsewhere, "OptimizerState: other ranks have some of the tensors")
      return Parameters(
        zip(names, states).flatMap { name, states in
          zip(stateNames, states).map { ("\(name).\($0)", $1) }
        })
    }
    set {
      require(!isElsewhere, "OptimizerState: other ranks have some of the tensors")
      var tensors = tensors
      require(
        newValue.count == tensors.count,
        "OptimizerState: tensors \(newValue.names), expected \(tensors.names)")
      for name in tensors.names { tensors[name] = newValue[name] }
      let count = stateNames.count
      for (position, element) in tensors.enumerated() {
        states[position / count][position % count] = element.tensor
      }
    }
  }
}

// MARK: - Steps

extension OptimizerState {
  /// Makes a step: one pass over each parameter, its gradient and its state. Nothing is allocated,
  /// unless the network or the state shares its elements with a copy. The layers' statistics stay as they
  /// are: ``Network/updateStatistics(from:)-(Network<_>.Workspace)`` updates them.
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
    if isPlainDescent && optimizer.weightDecay == 0 {
      network.updateParameters(with: workspace, learningRate: Scalar(learningRate))
      return
    }
    update(&network, learningRate) { workspace.gradients[$0.layer][$0.position] }
  }

  /// Makes a step, and updates the layers' statistics with the batches of the gradients, as a
  /// ``Trainer`` does.
  ///
  ///     let (loss, gradients) = network.lossAndGradients(of: x, .values(y))
  ///     optimizer.step(&network, gradients: gradients, learningRate: 1e-3)
  ///
  /// - Parameters:
  ///   - network: the one that this state is for, or one with the same parameters.
  ///   - gradients: those of a batch, or a sum of several.
  ///   - learningRate: η.
  public mutating func step(
    _ network: inout Network<Scalar>, gradients: Gradients<Scalar>, learningRate: Double
  ) {
    step(&network, gradients: gradients.parameters, learningRate: learningRate)
    network.updateStatistics(from: gradients)
  }

  /// Makes a step by gradients that are plain tensors.
  ///
  /// - Parameters:
  ///   - network: the one that this state is for, or one with the same parameters.
  ///   - gradients: one for each parameter, under its name and in the network's order.
  ///   - learningRate: η.
  public mutating func step(
    _ network: inout Network<Scalar>, gradients: Parameters<Scalar>, learningRate: Double
  ) {
    require(
      gradients.names == names && network.parameterPlaces.count == names.count,
      "OptimizerState: gradients of \(gradients.names), made for \(names)")
    let tensors = gradients.map(\.tensor)
    stepCount += 1
    update(&network, learningRate) { tensors[$0.index] }
  }

  private mutating func update(
    _ network: inout Network<Scalar>, _ learningRate: Double,
    by gradient: (Network<Scalar>.ParameterPlace) -> Tensor<Scalar>
  ) {
    network.updateParameters { place, parameter in
      let gradient = gradient(place)
      require(
        gradient.shape == parameter.shape,
        "OptimizerState: \(place.name) \(parameter.shape), its gradient \(gradient.shape)")
      let decay = place.isPenalized ? learningRate * optimizer.weightDecay : 0
      let step = UpdateStep(learningRate: learningRate, decay: decay)
      update(&parameter, gradient, at: place.index, step)
    }
  }

  private mutating func update(
    _ parameter: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>, at index: Int, _ step: UpdateStep
  ) {
    withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<Scalar>.self, capacity: stateNames.count
    ) { states in
      findStates(at: index, count: parameter.count, in: states)
      gradient.withUnsafeElements { gradient in
        parameter.withUnsafeMutableElements { parameter in
          guard let gradient = gradient.baseAddress, let base = parameter.baseAddress
          else { return }
          rule.apply(
            ParameterUpdate(
              count: parameter.count, step, number: stepCount, gradient: gradient,
              states: UnsafeBufferPointer(states), offset: 0, parameter: base))
        }
      }
    }
  }

  func state(_ state: Int, at index: Int) -> Tensor<Scalar> { states[index][state] }

  /// Frees the state tensors of some parameters.
  mutating func release(_ indices: [Int]) {
    if stateNames.isEmpty || indices.isEmpty { return }
    for index in indices { states[index] = stateNames.map { _ in .zeros([0]) } }
    isElsewhere = true
  }

  /// Gives the parameter at a position its state tensors back; those of all others are there, too, or follow.
  mutating func restore(_ tensors: [Tensor<Scalar>], at index: Int) {
    states[index] = tensors
    isElsewhere = false
  }

  mutating func updateState(_ state: Int, at index: Int, _ body: (inout Tensor<Scalar>) -> Void) {
    body(&states[index][state])
  }

  /// Finds a parameter's state tensors and makes them this state's own. Nothing is allocated, unless
  /// the state shares them with a copy.
  ///
  /// - Parameters:
  ///   - count: the number of elements of the parameter.
  ///   - pointers: gets the address of each tensor's first element, valid until the state is changed,
  ///     copied or gone.
  mutating func findStates(
    at index: Int, count: Int, in pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>
  ) {
    require(
      pointers.count == stateNames.count,
      "OptimizerState: \(stateNames.count) tensors for each parameter, expected \(pointers.count)")
    for state in stateNames.indices {
      states[index][state].withUnsafeMutableElements {
        require(
          $0.count == count,
          "OptimizerState: parameter \(index) has \(count) elements, its state \($0.count)")
        if let base = $0.baseAddress { pointers.initializeElement(at: state, to: base) }
      }
    }
  }
}
