import PerceptronLinearAlgebra

/// An optimizer's update rule. ``Optimizer/register(_:settings:_:)`` registers one of your own under a
/// name.
///
/// It works element by element: a call may get any part of a parameter, and other threads update other
/// parts at the same time.
///
///     /// m ← beta·m + (1 − beta)·g, p ← (1 − λ)·p − η·sign(m).
///     struct SignDescent: OptimizerRule {
///       let beta: Double
///       var stateNames: [String] { ["mean"] }
///       func check() throws { … }
///
///       func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
///         let (rate, keep) = (Scalar(update.step.learningRate), Scalar(1 - update.step.decay))
///         let (mean, beta) = (update.state(0), Scalar(beta))
///         for i in 0..<update.count {
///           mean[i] = beta * mean[i] + (1 - beta) * update.gradient[i]
///           let sign: Scalar = mean[i] > 0 ? 1 : mean[i] < 0 ? -1 : 0
///           update.parameter[i] = keep * update.parameter[i] - rate * sign
///         }
///       }
///     }
public protocol OptimizerRule: Sendable {
  /// The names of each parameter's state tensors, which have its shape and begin at 0. Files hold them
  /// as `W1.mean`.
  var stateNames: [String] { get }

  /// Throws `InvalidSetting` for a setting that makes no sense.
  func check() throws

  // Both are implemented by one generic function, `update<Scalar: BLASScalar>(_:)`, which the compiler
  // then specializes for each; as a single generic requirement it would not be.

  /// Updates some elements of a parameter and their state in place. It must not allocate.
  func update(_ update: ParameterUpdate<Float>)
  /// The same in double precision.
  func update(_ update: ParameterUpdate<Double>)
}

extension OptimizerRule {
  /// Accepts all settings.
  public func check() throws {}

  /// Updates elements of either type.
  package func apply<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    switch update {
    case let update as ParameterUpdate<Float>: self.update(update)
    case let update as ParameterUpdate<Double>: self.update(update)
    default: fatalError("OptimizerRule: \(Scalar.self) is neither Float nor Double")
    }
  }
}

/// The update of some consecutive elements of a parameter, as an ``OptimizerRule`` gets it.
public struct ParameterUpdate<Scalar: BLASScalar> {
  /// The number of elements. Those of a large weight matrix include padding, whose gradients are
  /// 0 and whose values do not matter.
  public let count: Int
  /// The learning rate, and the share that weight decay takes off each element before the update.
  public let step: UpdateStep
  /// The number of the step, counted from 1.
  public let number: Int
  /// The gradient of each element, penalty included, clipped.
  public let gradient: UnsafePointer<Scalar>
  /// The elements, updated in place.
  public let parameter: UnsafeMutablePointer<Scalar>
  /// The parameter's state tensors, one for each name of the rule, and where the elements are in them.
  private let states: UnsafeBufferPointer<UnsafeMutablePointer<Scalar>>
  private let offset: Int

  /// The elements' part of a state tensor.
  ///
  /// - Parameter index: of its name among the rule's ``OptimizerRule/stateNames``.
  public func state(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    require(
      states.indices.contains(index),
      "ParameterUpdate: state \(index) of a rule that names \(states.count)")
    return states[index] + offset
  }

  /// The update of `count` elements, the first of which is at `offset` in the state tensors.
  package init(
    count: Int, _ step: UpdateStep, number: Int, gradient: UnsafePointer<Scalar>,
    states: UnsafeBufferPointer<UnsafeMutablePointer<Scalar>>, offset: Int,
    parameter: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    self.step = step
    self.number = number
    self.gradient = gradient
    self.states = states
    self.offset = offset
    self.parameter = parameter
  }
}
