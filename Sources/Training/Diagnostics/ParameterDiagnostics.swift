import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How one parameter of a network stands: Euclidean norms of it, its gradient and its last update.
public struct ParameterDiagnostics: Codable, Sendable, Equatable {
  /// Such as `W1`.
  public let name: String
  /// Whether it is one of the weights that penalties are about: not a bias, a scale or a shift.
  public let isWeight: Bool
  /// Its norm; before the update, where that is known.
  public let norm: Double
  /// The norm of the loss's gradient with respect to it, penalty included.
  public let gradientNorm: Double
  /// The norm of the difference that the last update made; nil where that is not known.
  public let updateNorm: Double?

  /// The update's norm by its own, about 1e-3 in a healthy run; nil where the update is not known or
  /// the norm is 0, as that of a fresh bias.
  public var updateRatio: Double? {
    norm == 0 ? nil : updateNorm.map { $0 / norm }
  }

  init<Scalar>(
    name: String, isWeight: Bool, value: Tensor<Scalar>, gradient: Tensor<Scalar>,
    update: (before: Tensor<Scalar>, after: Tensor<Scalar>)?
  ) {
    self.name = name
    self.isWeight = isWeight
    norm = Self.norm(of: update?.before ?? value)
    gradientNorm = Self.norm(of: gradient)
    updateNorm = update.map { Self.norm(of: $0.after - $0.before) }
  }

  private static func norm<Scalar>(of tensor: Tensor<Scalar>) -> Double {
    Double(tensor.sumOfSquares()).squareRoot()
  }
}
