// The steps of optimizers: each one pass over a parameter, its gradient and what is kept between
// steps. Settings are in double precision, because 1 − 0.999 in single precision is off in its
// fifth digit.

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func gradientStep(
    count: Int, _ step: UpdateStep, gradient: UnsafePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    let (rate, decay) = (Self(step.learningRate), Self(step.decay))
    for index in 0..<count {
      let kept = parameter[index] - decay * parameter[index]
      parameter[index] = kept - rate * gradient[index]
    }
  }

  @inlinable public static func momentumStep(
    count: Int, _ step: UpdateStep, factor: Double, looksAhead: Bool,
    gradient: UnsafePointer<Self>, velocity: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    let (rate, decay, factor) = (Self(step.learningRate), Self(step.decay), Self(factor))
    @inline(__always) func loop(_ direction: (_ gradient: Self, _ velocity: Self) -> Self) {
      for index in 0..<count {
        let slope = gradient[index]
        let next = flushed(factor * velocity[index]) + slope
        velocity[index] = next
        let kept = parameter[index] - decay * parameter[index]
        parameter[index] = kept - rate * direction(slope, next)
      }
    }
    if looksAhead { loop { $0 + factor * $1 } } else { loop { $1 } }
  }

  @inlinable public static func adagradStep(
    count: Int, _ step: UpdateStep, epsilon: Double,
    gradient: UnsafePointer<Self>, sumOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    let (rate, decay, epsilon) = (Self(step.learningRate), Self(step.decay), Self(epsilon))
    for index in 0..<count {
      let slope = gradient[index]
      let sum = sumOfSquares[index] + slope * slope
      sumOfSquares[index] = sum
      let kept = parameter[index] - decay * parameter[index]
      parameter[index] = kept - rate * slope / (root(sum) + epsilon)
    }
  }

  @inlinable public static func rmsPropStep(
    count: Int, _ step: UpdateStep, smoothing: Double, epsilon: Double,
    gradient: UnsafePointer<Self>, meanOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    let (rate, decay, epsilon) = (Self(step.learningRate), Self(step.decay), Self(epsilon))
    let (old, new) = (Self(smoothing), Self(1 - smoothing))
    for index in 0..<count {
      let slope = gradient[index]
      let mean = flushed(old * meanOfSquares[index]) + new * (slope * slope)
      meanOfSquares[index] = mean
      let kept = parameter[index] - decay * parameter[index]
      parameter[index] = kept - rate * slope / (root(mean) + epsilon)
    }
  }

  @inlinable public static func adamStep(
    count: Int, _ step: UpdateStep, moments: AdamMoments,
    gradient: UnsafePointer<Self>, first: UnsafeMutablePointer<Self>,
    second: UnsafeMutablePointer<Self>, parameter: UnsafeMutablePointer<Self>
  ) {
    let (decay, epsilon) = (Self(step.decay), Self(moments.epsilon))
    let (oldFirst, newFirst) = (Self(moments.beta1), Self(1 - moments.beta1))
    let (oldSecond, newSecond) = (Self(moments.beta2), Self(1 - moments.beta2))
    let rate = Self(step.learningRate / moments.firstCorrection)
    let rootScale = Self(1 / moments.secondCorrection.squareRoot())
    for index in 0..<count {
      let slope = gradient[index]
      let mean = flushed(oldFirst * first[index]) + newFirst * slope
      let square = flushed(oldSecond * second[index]) + newSecond * (slope * slope)
      first[index] = mean
      second[index] = square
      let kept = parameter[index] - decay * parameter[index]
      parameter[index] = kept - rate * mean / (root(square) * rootScale + epsilon)
    }
  }

  /// The root of a sum of squares. Without `magnitude` the compiler would call the C function for
  /// negative numbers, which sets errno, and could not vectorise the loop.
  @inlinable @inline(__always)
  static func root(_ x: Self) -> Self { x.magnitude.squareRoot() }

  /// 0 for a subnormal number, else the number itself. What is kept of gradients that have become 0,
  /// as those of dead units, shrinks step by step into this range and stays there for good, where
  /// many processors compute a hundred times more slowly.
  @inlinable @inline(__always)
  static func flushed(_ x: Self) -> Self { x.magnitude < leastNormalMagnitude ? 0 : x }
}
