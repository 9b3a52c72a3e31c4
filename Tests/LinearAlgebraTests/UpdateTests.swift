import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

/// The kernels of optimizers against their formulas, element by element; whole steps are compared
/// with NumPy's in TrainingTests.
@Suite("Update kernels")
struct UpdateTests {
  /// The kernels under one signature: at most two tensors are kept.
  static func kernels<Scalar: BLASScalar>(_: Scalar.Type) -> [String: Kernel<Scalar>] {
    let step = UpdateStep(learningRate: 0.1, decay: 0.02)
    let moments = AdamMoments(
      beta1: 0.9, beta2: 0.999, epsilon: 1e-3, firstCorrection: 0.19, secondCorrection: 0.002)
    return [
      "gradient": { Scalar.gradientStep(count: $0, step, gradient: $1, parameter: $4) },
      "momentum": {
        Scalar.momentumStep(
          count: $0, step, factor: 0.9, looksAhead: false, gradient: $1, velocity: $2,
          parameter: $4)
      },
      "nesterov": {
        Scalar.momentumStep(
          count: $0, step, factor: 0.9, looksAhead: true, gradient: $1, velocity: $2,
          parameter: $4)
      },
      "adagrad": {
        Scalar.adagradStep(
          count: $0, step, epsilon: 1e-3, gradient: $1, sumOfSquares: $2, parameter: $4)
      },
      "rmsProp": {
        Scalar.rmsPropStep(
          count: $0, step, smoothing: 0.99, epsilon: 1e-3, gradient: $1, meanOfSquares: $2,
          parameter: $4)
      },
      "adam": {
        Scalar.adamStep(
          count: $0, step, moments: moments, gradient: $1, first: $2, second: $3, parameter: $4)
      },
    ]
  }

  /// Count, gradient, first, second, parameter.
  typealias Kernel<Scalar: BLASScalar> = (
    Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>,
    UnsafeMutablePointer<Scalar>
  ) -> Void

  /// First, second and parameter of one element after a step.
  static func reference(
    _ name: String, _ g: Double, _ first: Double, _ second: Double, _ p: Double
  ) -> [Double] {
    let kept = 0.98 * p
    switch name {
    case "momentum":
      let v = 0.9 * first + g
      return [v, second, kept - 0.1 * v]
    case "nesterov":
      let v = 0.9 * first + g
      return [v, second, kept - 0.1 * (g + 0.9 * v)]
    case "adagrad":
      let s = first + g * g
      return [s, second, kept - 0.1 * g / (sqrt(s) + 1e-3)]
    case "rmsProp":
      let s = 0.99 * first + 0.01 * g * g
      return [s, second, kept - 0.1 * g / (sqrt(s) + 1e-3)]
    case "adam":
      let m = 0.9 * first + 0.1 * g
      let v = 0.999 * second + 0.001 * g * g
      return [m, v, kept - 0.1 * (m / 0.19) / (sqrt(v / 0.002) + 1e-3)]
    default: return [first, second, kept - 0.1 * g]
    }
  }

  @Test("Every kernel follows its formula, whatever the size", arguments: scalarTypes)
  func formulas(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (name, kernel) in Self.kernels(Scalar.self) {
        for size in awkwardSizes {
          let gradient = Tensor<Scalar>.sample([size]).elements
          let squares = Tensor<Scalar>.sample([size], seed: 2).map { $0 * $0 }.elements
          let start = Tensor<Scalar>.sample([size], seed: 3).elements
          var (first, second, parameter) = (squares, squares, start)
          kernel(size, gradient, &first, &second, &parameter)
          for index in 0..<size {
            let expected = Self.reference(
              name, Double(gradient[index]), Double(squares[index]), Double(squares[index]),
              Double(start[index]))
            let found = [first[index], second[index], parameter[index]].map { Double($0) }
            for (found, expected) in zipped(found, expected) {
              expectClose(found, expected, tolerance: Scalar.testTolerance)
            }
          }
        }
      }
    }
    check(type)
  }

  @Test("A gradient that is NaN makes its parameter NaN, and no other", arguments: scalarTypes)
  func notANumber(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (name, kernel) in Self.kernels(Scalar.self) {
        var gradient = Tensor<Scalar>.sample([17]).elements
        gradient[5] = .nan
        var first = [Scalar](repeating: 0, count: 17)
        var (second, parameter) = (first, first)
        kernel(17, gradient, &first, &second, &parameter)
        #expect(parameter.indices.filter { parameter[$0].isNaN } == [5], "\(name)")
      }
    }
    check(type)
  }

  @Test(
    "The optimizer state of vanished gradients becomes 0, not subnormal", arguments: scalarTypes)
  func subnormal(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (name, kernel) in Self.kernels(Scalar.self)
      where !["gradient", "adagrad"].contains(name) {
        let gradient = [Scalar](repeating: 0, count: 9)
        for sign in [1, -1] as [Scalar] {
          var first = [Scalar](repeating: sign * .leastNormalMagnitude, count: 9)
          var second = first.map(\.magnitude)
          var parameter = [Scalar](repeating: 1, count: 9)
          kernel(9, gradient, &first, &second, &parameter)
          #expect(first.allSatisfy { $0 == 0 }, "\(name)")
          if name == "adam" { #expect(second.allSatisfy { $0 == 0 }) }
          #expect(parameter.allSatisfy { $0 == 1 - Scalar(0.02) }, "\(name)")
        }
      }
    }
    check(type)
  }
}
