internal import CPerceptronKernels

// Large buffers are divided among the workers, which changes no bit.
extension BLASScalar {
  /// y = function(x), element by element; `y` may be `x`.
  ///
  /// - Parameter workers: the largest number of threads, the number of BLAS's threads unless given.
  package static func apply(
    _ function: ElementwiseFunction, count: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>, workers: Int? = nil
  ) {
    let kernel =
      switch function {
      case .exp: ckernels_each_exp
      case .exp2: ckernels_each_exp2
      case .expm1: ckernels_each_expm1
      case .log: ckernels_each_log
      case .log2: ckernels_each_log2
      case .log10: ckernels_each_log10
      case .log1p: ckernels_each_log1p
      case .sqrt: ckernels_each_sqrt
      case .abs: ckernels_each_abs
      case .sign: ckernels_each_sign
      case .tanh: ckernels_tanh
      case .sigmoid: ckernels_sigmoid
      case .sin: ckernels_each_sin
      case .cos: ckernels_each_cos
      case .tan: ckernels_each_tan
      case .erf: ckernels_each_erf
      case .floor: ckernels_each_floor
      case .ceil: ckernels_each_ceil
      case .trunc: ckernels_each_trunc
      case .round: ckernels_each_round
      }
    withElementShares(of: count, workers: workers) {
      kernel(kernelType, $0.count, x + $0.lowerBound, y + $0.lowerBound)
    }
  }

  /// y = x between two bounds, where NaN stays; `y` may be `x`.
  ///
  /// - Parameter workers: the largest number of threads, the number of BLAS's threads unless given.
  package static func clip(
    count: Int, from low: Self, through high: Self, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>, workers: Int? = nil
  ) {
    withElementShares(of: count, workers: workers) {
      ckernels_clip(
        kernelType, $0.count, low.asDouble, high.asDouble, x + $0.lowerBound, y + $0.lowerBound)
    }
  }
}
