internal import CPerceptronKernels

/// The scale of one update of a parameter.
public struct UpdateStep: Sendable {
  /// The learning rate: the factor of the direction that the optimizer computes.
  public let learningRate: Double
  /// The share of the parameter that decoupled weight decay takes off.
  public let decay: Double

  /// An update's learning rate and decay.
  public init(learningRate: Double, decay: Double) {
    self.learningRate = learningRate
    self.decay = decay
  }
}

/// The settings of one step of Adam.
package struct AdamMoments: Sendable {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let firstCorrection: Double
  let secondCorrection: Double

  /// In step t the corrections are 1 − beta1ᵗ and 1 − beta2ᵗ.
  package init(
    beta1: Double, beta2: Double, epsilon: Double, firstCorrection: Double, secondCorrection: Double
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.firstCorrection = firstCorrection
    self.secondCorrection = secondCorrection
  }
}

// MARK: - Kernels

// The steps of optimizers, in one pass over each parameter; η is the learning rate, λ the decay.
// Settings are in double precision, because 1 − 0.999 in single precision is off in its fifth digit.

extension BLASScalar {
  /// p ← (1 − λ)·p − η·gradient.
  package static func gradientStep(
    count: Int, _ step: UpdateStep, gradient: UnsafePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    ckernels_gradient_step(
      kernelType, count, step.learningRate, step.decay, gradient, parameter)
  }

  /// v ← factor·v + gradient, p ← (1 − λ)·p − η·v; or, looking ahead,
  /// − η·(gradient + factor·v).
  package static func momentumStep(
    count: Int, _ step: UpdateStep, factor: Double, looksAhead: Bool,
    gradient: UnsafePointer<Self>, velocity: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    ckernels_momentum_step(
      kernelType, count, step.learningRate, step.decay, factor, looksAhead, gradient, velocity,
      parameter)
  }

  /// s ← s + gradient², p ← (1 − λ)·p − η·gradient / (√s + epsilon).
  package static func adagradStep(
    count: Int, _ step: UpdateStep, epsilon: Double,
    gradient: UnsafePointer<Self>, sumOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    ckernels_adagrad_step(
      kernelType, count, step.learningRate, step.decay, epsilon, gradient, sumOfSquares, parameter)
  }

  /// s ← smoothing·s + (1 − smoothing)·gradient²,
  /// p ← (1 − λ)·p − η·gradient / (√s + epsilon).
  package static func rmsPropStep(
    count: Int, _ step: UpdateStep, smoothing: Double, epsilon: Double,
    gradient: UnsafePointer<Self>, meanOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>
  ) {
    ckernels_rms_prop_step(
      kernelType, count, step.learningRate, step.decay, smoothing, 1 - smoothing, epsilon,
      gradient, meanOfSquares, parameter)
  }

  /// m ← beta1·m + (1 − beta1)·gradient, v ← beta2·v + (1 − beta2)·gradient²,
  /// p ← (1 − λ)·p − η·(m / correction) / (√(v / correction) + epsilon).
  package static func adamStep(
    count: Int, _ step: UpdateStep, moments: AdamMoments,
    gradient: UnsafePointer<Self>, first: UnsafeMutablePointer<Self>,
    second: UnsafeMutablePointer<Self>, parameter: UnsafeMutablePointer<Self>
  ) {
    ckernels_adam_step(
      kernelType, count, step.learningRate / moments.firstCorrection, step.decay,
      moments.beta1, 1 - moments.beta1, moments.beta2, 1 - moments.beta2,
      1 / moments.secondCorrection.squareRoot(), moments.epsilon, gradient, first, second,
      parameter)
  }

  /// Scales each column of a row-major matrix whose norm is finite and above `limit` to that norm.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func limitColumnNorms(
    rows: Int, columns: Int, _ x: UnsafeMutablePointer<Self>, to limit: Double
  ) {
    for start in stride(from: 0, to: columns, by: stripWidth) {
      limitStripNorms(
        rows: rows, columns: min(stripWidth, columns - start), stride: columns, x + start,
        to: limit)
    }
  }

  /// Limits the norms of a strip's columns, whose rows are `stride` elements apart.
  static func limitStripNorms(
    rows: Int, columns: Int, stride: Int, _ x: UnsafeMutablePointer<Self>, to limit: Double
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: stripWidth) { sums in
      guard let sums = sums.baseAddress else { return }
      Double.fill(count: columns, sums, with: 0)
      for row in 0..<rows {
        let line = x + row * stride
        // Squares of single-precision numbers do not overflow here.
        for column in 0..<columns { sums[column] += Double(line[column]) * Double(line[column]) }
      }
      var isAbove = false
      for column in 0..<columns {
        let norm = sums[column].squareRoot()
        let exceeds = norm > limit && norm < .infinity
        sums[column] = exceeds ? limit / norm : 1
        isAbove = isAbove || exceeds
      }
      if !isAbove { return }
      for row in 0..<rows {
        let line = x + row * stride
        for column in 0..<columns { line[column] = Self(Double(line[column]) * sums[column]) }
      }
    }
  }
}
