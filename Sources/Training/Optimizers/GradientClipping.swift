import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The clipping of large gradients between the backward pass and the update, the penalty's gradient
/// included.
public enum GradientClipping: Codable, Hashable, Sendable {
  /// No clipping.
  case none
  /// All gradients are multiplied by min(1, maximum / (norm + 10⁻⁶)), where the norm is that of all of
  /// them together (Pascanu, Mikolov and Bengio 2013, algorithm 1; the addend is that of PyTorch's
  /// `clip_grad_norm_`).
  ///
  /// Gradients whose norm is infinite or NaN stay as they are, so that the next loss shows it; PyTorch
  /// sets the finite ones to 0.
  case norm(maximum: Double)
  /// Every element is brought into −limit...limit; NaN stays NaN.
  case value(limit: Double)

  /// Throws `InvalidSetting` unless the maximum is a number above 0.
  public func check() throws {
    switch self {
    case .none: break
    case .norm(let maximum): try InvalidSetting.demandPositive("maximum gradient norm", maximum)
    case .value(let limit): try InvalidSetting.demandPositive("gradient limit", limit)
    }
  }

  /// Clips the gradients in `workspace`, in place, without allocating.
  ///
  /// - Returns: the norm of all gradients before; nil for `none`, which does not compute it.
  @discardableResult
  public func apply<Scalar>(to workspace: inout Network<Scalar>.Workspace) -> Double? {
    if self == .none { return nil }
    let norm = workspace.gradientNorm
    if case .norm(let maximum) = self {
      let factor = Self.factor(norm: norm, maximum: maximum)
      if factor < 1 { workspace.scaleGradients(by: Scalar(factor)) }
    } else if case .value(let limit) = self {
      workspace.clampGradients(to: Scalar(limit))
    }
    return norm
  }

  /// Clips gradients that are values, in place.
  ///
  /// - Returns: as for a workspace.
  @discardableResult
  public func apply<Scalar>(to gradients: inout Gradients<Scalar>) -> Double? {
    if self == .none { return nil }
    let norm = gradients.norm
    if case .norm(let maximum) = self {
      let factor = Self.factor(norm: norm, maximum: maximum)
      if factor < 1 { gradients *= Scalar(factor) }
    } else if case .value(let limit) = self {
      gradients.parameters.clamp(to: Scalar(limit))
    }
    return norm
  }

  /// The factor of gradients of a norm; 1 where it is not finite.
  static func factor(norm: Double, maximum: Double) -> Double {
    norm.isFinite ? min(maximum / (norm + 1e-6), 1) : 1
  }
}
