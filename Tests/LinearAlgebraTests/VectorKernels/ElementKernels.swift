import Foundation
import PerceptronLinearAlgebra

/// A kernel that works element by element, and its plain twin.
struct ElementKernel<Scalar: BLASScalar> {
  /// How close the kernel has to be to its twin.
  enum Accuracy {
    /// In units of the last place of the result: 0 is the same bits.
    case ulps(Double)
    /// In units of the last place of the largest operand, where terms may cancel each other.
    case ulpsOfOperands(Double)
  }

  typealias Run = (
    _ count: Int, _ read: [UnsafePointer<Scalar>], _ written: [UnsafeMutablePointer<Scalar>]
  ) -> Void

  let name: String
  let accuracy: Accuracy
  /// The number of buffers that are read only.
  let inputs: Int
  /// The number of buffers written.
  let outputs: Int
  /// Whether the first of the written buffers may be any of the read ones.
  let worksInPlace: Bool
  /// Which of the written buffers holds sums of squares, which are never negative.
  var squares: Int?
  let run: Run
  /// What becomes of one element's written numbers.
  let twin: (_ read: [Scalar], _ written: [Scalar]) -> [Scalar]
}

extension ElementKernel {
  static var all: [ElementKernel] { activations + gradients + updates + functions + pairs }

  /// y = function(x).
  private static func activation(
    _ name: String, _ function: ActivationFunction, ulps: Double,
    twin: @escaping (Scalar) -> Scalar
  ) -> ElementKernel {
    ElementKernel(
      name: name, accuracy: .ulps(ulps), inputs: 1, outputs: 1, worksInPlace: true,
      run: { Scalar.activate(function, count: $0, $1[0], into: $2[0]) },
      twin: { read, _ in [twin(read[0])] })
  }

  static var activations: [ElementKernel] {
    [
      activation("ReLU", .relu, ulps: 0) { $0 < 0 ? 0 : $0 },
      activation("leaky ReLU", .leakyReLU(slope: 0.01), ulps: 0) {
        $0 * ($0 > 0 ? 1 : Scalar(0.01))
      },
      activation("tanh", .tanh, ulps: 2) { Scalar(Foundation.tanh(Double($0))) },
      activation("sigmoid", .sigmoid, ulps: 3) {
        // 0 where it would be subnormal or nearly so: the kernel's exponential is infinite there.
        let power = Scalar(Foundation.exp(-Double($0)))
        return power == .infinity ? 0 : Scalar(1 / (1 + Foundation.exp(-Double($0))))
      },
      activation("GELU", .gelu, ulps: 10) { Scalar(Double($0) * share(Double($0))) },
      activation("a custom function", .custom(value: { $0 * $0 }, slope: { 2 * $0 }), ulps: 0) {
        Scalar(Double($0) * Double($0))
      },
    ]
  }

  /// Φ(x).
  private static func share(_ x: Double) -> Double {
    Foundation.erfc(x * -0.7071067811865475244) / 2
  }

  /// The upstream gradient times the slope at what is read.
  private static func gradient(
    _ name: String, _ function: ActivationFunction, _ accuracy: Accuracy,
    twin: @escaping (_ read: Scalar, _ upstream: Scalar) -> Scalar
  ) -> ElementKernel {
    ElementKernel(
      name: "\(name)'s gradient", accuracy: accuracy, inputs: 2, outputs: 1, worksInPlace: true,
      run: {
        Scalar.activationGradient(function, count: $0, read: $1[0], upstream: $1[1], into: $2[0])
      },
      twin: { read, _ in [twin(read[0], read[1])] })
  }

  static var gradients: [ElementKernel] {
    [
      gradient("ReLU", .relu, .ulps(0)) { $0 > 0 ? $1 : 0 },
      gradient("leaky ReLU", .leakyReLU(slope: 0.01), .ulps(0)) {
        $1 * ($0 > 0 ? 1 : Scalar(0.01))
      },
      gradient("tanh", .tanh, .ulps(0)) { $1 * ((1 - $0) * (1 + $0)) },
      gradient("sigmoid", .sigmoid, .ulps(0)) { $1 * ($0 * (1 - $0)) },
      gradient("a custom function", .custom(value: { $0 * $0 }, slope: { 2 * $0 }), .ulps(0)) {
        $1 * (2 * $0)
      },
      gradient("GELU", .gelu, .ulpsOfOperands(4)) {
        let x = Double($0)
        let slope = share(x) + x * (0.3989422804014326779 * Foundation.exp(-x * x / 2))
        return $1 * Scalar(slope)
      },
    ]
  }
}

extension ElementKernel {
  static var functions: [ElementKernel] {
    ElementwiseFunction.allCases.map { function in
      ElementKernel(
        name: function.rawValue, accuracy: .ulps(function.ulps(Scalar.self)), inputs: 1, outputs: 1,
        worksInPlace: true, run: { Scalar.apply(function, count: $0, $1[0], into: $2[0]) },
        twin: { read, _ in [function.value(read[0])] })
    } + [
      ElementKernel(
        name: "clipping", accuracy: .ulps(0), inputs: 1, outputs: 1, worksInPlace: true,
        run: { Scalar.clip(count: $0, from: -0.5, through: 1, $1[0], into: $2[0]) },
        twin: { read, _ in [read[0].isNaN ? read[0] : min(max(read[0], -0.5), 1)] })
    ]
  }

  /// The operations on pairs, with each combination of steps.
  static var pairs: [ElementKernel] {
    ElementwiseOperation.allCases.flatMap { operation -> [ElementKernel] in
      let ulps = operation.ulps
      return [
        ElementKernel(
          name: "\(operation)", accuracy: .ulps(ulps), inputs: 2, outputs: 1, worksInPlace: true,
          run: { Scalar.combine(operation, count: $0, $1[0], .each, $1[1], .each, into: $2[0]) },
          twin: { read, _ in [operation.value(read[0], read[1])] }),
        ElementKernel(
          name: "\(operation) with one number", accuracy: .ulps(ulps), inputs: 1, outputs: 1,
          worksInPlace: true,
          run: { count, read, written in
            withUnsafePointer(to: 1.5) {
              Scalar.combine(operation, count: count, read[0], .each, $0, .same, into: written[0])
            }
          }, twin: { read, _ in [operation.value(read[0], 1.5)] }),
        ElementKernel(
          name: "\(operation) of one number", accuracy: .ulps(ulps), inputs: 1, outputs: 1,
          worksInPlace: true,
          run: { count, read, written in
            withUnsafePointer(to: 1.5) {
              Scalar.combine(operation, count: count, $0, .same, read[0], .each, into: written[0])
            }
          }, twin: { read, _ in [operation.value(1.5, read[0])] }),
      ]
    }
  }
}

extension ElementwiseOperation {
  /// The largest difference from ``value(_:_:)`` in units of the last place; 0 where both are exact.
  fileprivate var ulps: Double {
    switch self {
    case .add, .subtract, .multiply, .divide, .minimum, .maximum: 0
    case .pow, .hypot, .atan2: 2
    }
  }

  fileprivate func value<Scalar: BLASScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .hypot: Scalar(Foundation.hypot(Double(a), Double(b)))
    case .atan2: Scalar(Foundation.atan2(Double(a), Double(b)))
    case .pow: Scalar(Foundation.pow(Double(a), Double(b)))
    case .minimum: a.isNaN || b.isNaN ? .nan : a < b ? a : b
    case .maximum: a.isNaN || b.isNaN ? .nan : a > b ? a : b
    }
  }
}

extension ElementKernel {
  private static var step: UpdateStep { UpdateStep(learningRate: 0.1, decay: 0.02) }
  private static var moments: AdamMoments {
    AdamMoments(
      beta1: 0.9, beta2: 0.999, epsilon: 1e-3, firstCorrection: 0.19, secondCorrection: 0.002)
  }

  /// One step with a gradient, of which the parameter is the last written buffer.
  private static func update(
    _ name: String, kept: Int, squares: Int? = nil, run: @escaping Run,
    twin: @escaping (_ gradient: Scalar, _ kept: [Scalar]) -> (kept: [Scalar], direction: Scalar)
  ) -> ElementKernel {
    ElementKernel(
      name: name, accuracy: .ulpsOfOperands(4), inputs: 1, outputs: kept + 1, worksInPlace: false,
      squares: squares, run: run,
      twin: { read, written in
        let (next, direction) = twin(read[0], Array(written.dropLast()))
        let parameter = written[kept]
        return next + [(parameter - Scalar(0.02) * parameter) - direction]
      })
  }

  /// 0 for a subnormal number.
  private static func flushed(_ x: Scalar) -> Scalar { x.isSubnormal ? 0 : x }

  static var updates: [ElementKernel] {
    let (rate, epsilon) = (Scalar(0.1), Scalar(1e-3))
    return [
      ElementKernel(
        name: "interpolation", accuracy: .ulpsOfOperands(2), inputs: 1, outputs: 1,
        worksInPlace: false,
        run: { Scalar.interpolate(count: $0, share: 0.25, $1[0], into: $2[0]) },
        twin: { [$1[0] + 0.25 * ($0[0] - $1[0])] }),
      update("gradient step", kept: 0) {
        Scalar.gradientStep(count: $0, step, gradient: $1[0], parameter: $2[0])
      } twin: { slope, _ in
        ([], rate * slope)
      },
      update("momentum", kept: 1) {
        Scalar.momentumStep(
          count: $0, step, factor: 0.9, looksAhead: false, gradient: $1[0], velocity: $2[0],
          parameter: $2[1])
      } twin: { slope, kept in
        let velocity = flushed(Scalar(0.9) * kept[0]) + slope
        return ([velocity], rate * velocity)
      },
      update("Nesterov's momentum", kept: 1) {
        Scalar.momentumStep(
          count: $0, step, factor: 0.9, looksAhead: true, gradient: $1[0], velocity: $2[0],
          parameter: $2[1])
      } twin: { slope, kept in
        let velocity = flushed(Scalar(0.9) * kept[0]) + slope
        return ([velocity], rate * (slope + Scalar(0.9) * velocity))
      },
      update("AdaGrad", kept: 1, squares: 0) {
        Scalar.adagradStep(
          count: $0, step, epsilon: 1e-3, gradient: $1[0], sumOfSquares: $2[0], parameter: $2[1])
      } twin: { slope, kept in
        let sum = kept[0] + slope * slope
        return ([sum], rate * slope / (sum.squareRoot() + epsilon))
      },
      update("RMSProp", kept: 1, squares: 0) {
        Scalar.rmsPropStep(
          count: $0, step, smoothing: 0.99, epsilon: 1e-3, gradient: $1[0], meanOfSquares: $2[0],
          parameter: $2[1])
      } twin: { slope, kept in
        let mean = flushed(Scalar(0.99) * kept[0]) + Scalar(1 - 0.99) * (slope * slope)
        return ([mean], rate * slope / (mean.squareRoot() + epsilon))
      },
      update("Adam", kept: 2, squares: 1) {
        Scalar.adamStep(
          count: $0, step, moments: moments, gradient: $1[0], first: $2[0], second: $2[1],
          parameter: $2[2])
      } twin: { slope, kept in
        let mean = flushed(Scalar(0.9) * kept[0]) + Scalar(1 - 0.9) * slope
        let square = flushed(Scalar(0.999) * kept[1]) + Scalar(1 - 0.999) * (slope * slope)
        let root = square.squareRoot() * Scalar(1 / (0.002).squareRoot())
        return ([mean, square], Scalar(0.1 / 0.19) * mean / (root + epsilon))
      },
    ]
  }
}
