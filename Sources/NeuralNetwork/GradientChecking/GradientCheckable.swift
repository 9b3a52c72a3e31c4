import PerceptronLinearAlgebra

/// A loss as a function of parameters, whose analytic gradients can be compared with its
/// differences. ``NetworkObjective`` is that of a network on a batch.
///
/// Everything is in `Double`: single precision cannot resolve the differences.
public protocol GradientCheckable {
  /// The parameters by name.
  var parameters: Parameters<Double> { get }
  /// Disturbs one entry.
  mutating func setElement(_ position: Int, of parameter: String, to value: Double)
  /// The loss, in parts.
  func probe() -> LossProbe
  /// The gradients under test, under the parameters' names.
  func gradients() -> Parameters<Double>
}

/// The loss of a batch, in parts: differences of the parts lose less to rounding than a difference
/// of their sum.
public struct LossProbe: Sendable {
  /// What each row adds to the loss, times the number of rows: the batch's loss is their mean plus
  /// the penalty.
  public var rowLosses: Tensor<Double>
  /// What the parameters add to the loss.
  public var penalty: Double
  /// Every number whose sign decides a piece of a piecewise-smooth function: the inputs of ReLUs,
  /// the margins of hinges.
  public var kinks: [Tensor<Double>]
  /// The largest number met in computing the row losses, which their rounding is relative to.
  public var magnitude: Double

  /// The given parts.
  public init(
    rowLosses: Tensor<Double>, penalty: Double, kinks: [Tensor<Double>], magnitude: Double
  ) {
    self.rowLosses = rowLosses
    self.penalty = penalty
    self.kinks = kinks
    self.magnitude = magnitude
  }
}
