import PerceptronLinearAlgebra

/// The rule by which an optimizer moves parameters. ``Optimizer/register(_:settings:_:)`` makes one of
/// your own known by a name.
///
/// It works element by element, without looking at the others: a call may get any part of a
/// parameter, and calls for other parts come from other threads at the same time.
///
///     /// m ← beta·m + (1 − beta)·g, p ← (1 − λ)·p − η·sign(m).
///     struct SignDescent: OptimizerRule {
///       let beta: Double
///       var stateNames: [String] { ["mean"] }
///       func check() throws { … }
///
///       func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
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
  /// The names of the tensors that are kept between steps for each parameter, each in its shape. All
  /// begin at 0. Files have them as `W1.mean`.
  var stateNames: [String] { get }

  /// Throws `InvalidSetting` for a setting that makes no sense.
  func check() throws

  // Both are implemented by one generic function, `move<Scalar: BLASScalar>(_:)`, which the compiler
  // then specializes for each; as a single generic requirement it would not be.

  /// Moves some elements of a parameter, and what is kept for them, in place. Nothing is to be
  /// allocated.
  func move(_ update: ParameterUpdate<Float>)
  /// The same in double precision.
  func move(_ update: ParameterUpdate<Double>)
}

extension OptimizerRule {
  /// Accepts all settings.
  public func check() throws {}

  /// Moves elements of either type.
  package func apply<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    switch update {
    case let update as ParameterUpdate<Float>: move(update)
    case let update as ParameterUpdate<Double>: move(update)
    default: fatalError("OptimizerRule: \(Scalar.self) is neither Float nor Double")
    }
  }
}

/// A step of some consecutive elements of a parameter: what an ``OptimizerRule`` is given.
public struct ParameterUpdate<Scalar: BLASScalar> {
  /// How many elements there are. Among those of a large weight matrix are some that fill up rows: all
  /// their gradients are 0, and what becomes of them does not matter.
  public let count: Int
  /// The learning rate, and the share that weight decay takes off each element before.
  public let step: UpdateStep
  /// The number of the step, counted from 1.
  public let number: Int
  /// The gradient of each element, clipped, the penalty's included.
  public let gradient: UnsafePointer<Scalar>
  /// The elements, to be moved in place.
  public let parameter: UnsafeMutablePointer<Scalar>
  /// Of each name of the rule, the tensor kept for the parameter, and where the elements are in it.
  private let kept: UnsafeBufferPointer<UnsafeMutablePointer<Scalar>>
  private let offset: Int

  /// What is kept for the elements under one of the rule's ``OptimizerRule/stateNames``.
  ///
  /// - Parameter index: of the name.
  public func state(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    require(
      kept.indices.contains(index),
      "ParameterUpdate: state \(index) of a rule that names \(kept.count)")
    return kept[index] + offset
  }

  /// The update of `count` elements.
  ///
  /// - Parameters:
  ///   - gradient: of the first of them.
  ///   - kept: of each name, the tensor kept for the whole parameter.
  ///   - offset: where the first of them is in these.
  ///   - parameter: the first of them.
  package init(
    count: Int, _ step: UpdateStep, number: Int, gradient: UnsafePointer<Scalar>,
    kept: UnsafeBufferPointer<UnsafeMutablePointer<Scalar>>, offset: Int,
    parameter: UnsafeMutablePointer<Scalar>
  ) {
    self.count = count
    self.step = step
    self.number = number
    self.gradient = gradient
    self.kept = kept
    self.offset = offset
    self.parameter = parameter
  }
}
