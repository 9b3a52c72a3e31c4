import Foundation
import LinearAlgebra

extension Optimizer.Method {
  /// What is kept between steps for each parameter, in its shape.
  package var stateNames: [String] {
    switch self {
    case .sgd: []
    case .momentum, .nesterov: ["velocity"]
    case .adagrad: ["sum_of_squares"]
    case .rmsProp: ["mean_of_squares"]
    case .adam: ["first_moment", "second_moment"]
    }
  }

  /// Moves one parameter; the choice of the method is outside all loops.
  ///
  /// - Parameters:
  ///   - number: of the step, counted from 1.
  ///   - kept: what ``stateNames`` names.
  package func move<Scalar: BLASScalar>(
    count: Int, _ step: UpdateStep, number: Int, gradient: UnsafePointer<Scalar>,
    kept: (first: UnsafeMutablePointer<Scalar>?, second: UnsafeMutablePointer<Scalar>?),
    parameter: UnsafeMutablePointer<Scalar>
  ) {
    switch (self, kept.first, kept.second) {
    case (.sgd, _, _):
      Scalar.gradientStep(count: count, step, gradient: gradient, parameter: parameter)
    case (.momentum(let factor), let velocity?, _):
      Scalar.momentumStep(
        count: count, step, factor: factor, looksAhead: false, gradient: gradient,
        velocity: velocity, parameter: parameter)
    case (.nesterov(let factor), let velocity?, _):
      Scalar.momentumStep(
        count: count, step, factor: factor, looksAhead: true, gradient: gradient,
        velocity: velocity, parameter: parameter)
    case (.adagrad(let epsilon), let sum?, _):
      Scalar.adagradStep(
        count: count, step, epsilon: epsilon, gradient: gradient, sumOfSquares: sum,
        parameter: parameter)
    case (.rmsProp(let decay, let epsilon), let mean?, _):
      Scalar.rmsPropStep(
        count: count, step, smoothing: decay, epsilon: epsilon, gradient: gradient,
        meanOfSquares: mean, parameter: parameter)
    case (.adam(let beta1, let beta2, let epsilon), let first?, let second?):
      let moments = AdamMoments(
        beta1: beta1, beta2: beta2, epsilon: epsilon,
        firstCorrection: 1 - pow(beta1, Double(number)),
        secondCorrection: 1 - pow(beta2, Double(number)))
      Scalar.adamStep(
        count: count, step, moments: moments, gradient: gradient, first: first, second: second,
        parameter: parameter)
    case (.momentum, _, _), (.nesterov, _, _), (.adagrad, _, _), (.rmsProp, _, _), (.adam, _, _):
      fatalError("Optimizer: \(self) without \(stateNames)")
    }
  }
}
