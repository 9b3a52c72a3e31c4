import LinearAlgebra

/// A network whose analytic gradients can be compared with differences of its loss.
///
/// Everything is in `Double`: single precision cannot resolve the differences.
public protocol GradientCheckable {
  /// The parameters by name, for the check to disturb one entry at a time.
  var parameters: Parameters<Double> { get set }

  /// The loss of a batch, in parts.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  func probe(_ x: Tensor<Double>, labels: [Int], regularization: Double) -> LossProbe

  /// The gradients under test, under the parameters' names.
  func gradients(
    of x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> Parameters<Double>
}

/// The loss of a batch, in parts: differences of the parts lose less to rounding than a difference
/// of their sum.
public struct LossProbe: Sendable {
  /// The loss of each row, [rows]; the batch's loss is their mean plus the penalty.
  public var rowLosses: Tensor<Double>
  /// What the parameters add to the loss.
  public var penalty: Double
  /// Every number whose sign decides a piece of a piecewise-smooth layer: the inputs of its ReLUs.
  public var preActivations: [Tensor<Double>]
  /// The largest number met in computing the row losses, which their rounding is relative to.
  public var magnitude: Double

  /// The given parts.
  public init(
    rowLosses: Tensor<Double>, penalty: Double, preActivations: [Tensor<Double>], magnitude: Double
  ) {
    self.rowLosses = rowLosses
    self.penalty = penalty
    self.preActivations = preActivations
    self.magnitude = magnitude
  }
}
