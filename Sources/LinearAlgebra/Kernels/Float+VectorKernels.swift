internal import CPerceptronKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float {
  // MARK: Conversion

  public static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Float,
    minus mean: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>
  ) {
    ckernels_convert_bytes_float(count, source, divisor, mean, target)
  }

  public static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Float,
    minus mean: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>
  ) {
    ckernels_convert_floats_float(count, source, divisor, mean, target)
  }

  public static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Float>
  ) {
    ckernels_convert_doubles_float(count, source, divisor, mean, target)
  }

  // MARK: Elements and sums

  public static func interpolate(
    count: Int, share: Float, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    ckernels_interpolate_float(count, share, x, y)
  }

  public static func dropoutFactors(
    count: Int, from first: Int, rate: Double, seed: UInt64,
    into factors: UnsafeMutablePointer<Float>
  ) {
    // Below 2⁶⁴, because a rate below 1 is at most 1 − 2⁻⁵³. The seed is mixed once before the
    // positions are added: seeds that are a step apart, as those of neighbouring layers are, would
    // otherwise give the same factors one place further.
    ckernels_dropout_factors_float(
      count, Float(1 / (1 - rate)), UInt64(rate * 0x1p64),
      SplitMix64.mix(seed) &+ SplitMix64.step &* UInt64(truncatingIfNeeded: first), factors)
  }

  public static func fillRows(
    rows: Int, columns: Int, _ y: UnsafeMutablePointer<Float>, with row: UnsafePointer<Float>
  ) {
    ckernels_fill_rows_float(rows, columns, row, y)
  }

  public static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>
  ) {
    ckernels_add_rows_float(rows, columns, x, sums)
  }

  // MARK: Activations

  public static func relu(
    count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    ckernels_relu_float(count, x, y)
  }

  public static func reluGradient(
    count: Int, output: UnsafePointer<Float>, upstream: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    ckernels_relu_gradient_float(count, output, upstream, gradient)
  }

  public static func activate(
    _ function: ActivationFunction, count: Int, _ x: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    switch function {
    case .leakyReLU(let slope): ckernels_leaky_relu_float(count, Float(slope), x, y)
    case .tanh: ckernels_tanh_float(count, x, y)
    case .sigmoid: ckernels_sigmoid_float(count, x, y)
    case .gelu: ckernels_gelu_float(count, x, y)
    }
  }

  public static func activationGradient(
    _ function: ActivationFunction, count: Int, read: UnsafePointer<Float>,
    upstream: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    switch function {
    case .leakyReLU(let slope):
      ckernels_leaky_relu_gradient_float(count, Float(slope), read, upstream, gradient)
    case .tanh: ckernels_tanh_gradient_float(count, read, upstream, gradient)
    case .sigmoid: ckernels_sigmoid_gradient_float(count, read, upstream, gradient)
    case .gelu: ckernels_gelu_gradient_float(count, read, upstream, gradient)
    }
  }

  // MARK: Small layers

  public static func affine(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    ckernels_affine_float(rows, inputs, outputs, x, weights, bias, y)
  }

  public static func affineInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    ckernels_affine_input_gradient_float(rows, inputs, outputs, upstream, weights, gradient)
  }

  public static func affineWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, stride: Int,
    upstream: UnsafePointer<Float>, alpha: Float, beta: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    ckernels_affine_weight_gradient_float(
      rows, inputs, outputs, x, stride, upstream, alpha, beta, gradient)
  }

  // MARK: Losses

  public static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Float>,
    into probabilities: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?
  ) {
    ckernels_softmax_float(rows, columns, scores, probabilities, sums)
  }

  public static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Float>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Float>, losses: UnsafeMutablePointer<Float>
  ) {
    ckernels_softmax_cross_entropy_float(rows, columns, scores, labels, probabilities, losses)
  }

  public static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Float>, labels: UnsafePointer<Int>,
    normalizer: Float, into gradient: UnsafeMutablePointer<Float>
  ) {
    ckernels_softmax_cross_entropy_gradient_float(
      rows, columns, probabilities, labels, normalizer, gradient)
  }

  // MARK: Updates: settings are in double precision, because 1 − 0.999 in single precision is off in
  // its fifth digit

  public static func gradientStep(
    count: Int, _ step: UpdateStep, gradient: UnsafePointer<Float>,
    parameter: UnsafeMutablePointer<Float>
  ) {
    ckernels_gradient_step_float(
      count, Float(step.learningRate), Float(step.decay), gradient, parameter)
  }

  public static func momentumStep(
    count: Int, _ step: UpdateStep, factor: Double, looksAhead: Bool,
    gradient: UnsafePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    parameter: UnsafeMutablePointer<Float>
  ) {
    ckernels_momentum_step_float(
      count, Float(step.learningRate), Float(step.decay), Float(factor), looksAhead,
      gradient, velocity, parameter)
  }

  public static func adagradStep(
    count: Int, _ step: UpdateStep, epsilon: Double,
    gradient: UnsafePointer<Float>, sumOfSquares: UnsafeMutablePointer<Float>,
    parameter: UnsafeMutablePointer<Float>
  ) {
    ckernels_adagrad_step_float(
      count, Float(step.learningRate), Float(step.decay), Float(epsilon),
      gradient, sumOfSquares, parameter)
  }

  public static func rmsPropStep(
    count: Int, _ step: UpdateStep, smoothing: Double, epsilon: Double,
    gradient: UnsafePointer<Float>, meanOfSquares: UnsafeMutablePointer<Float>,
    parameter: UnsafeMutablePointer<Float>
  ) {
    ckernels_rms_prop_step_float(
      count, Float(step.learningRate), Float(step.decay), Float(smoothing), Float(1 - smoothing),
      Float(epsilon), gradient, meanOfSquares, parameter)
  }

  public static func adamStep(
    count: Int, _ step: UpdateStep, moments: AdamMoments,
    gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, parameter: UnsafeMutablePointer<Float>
  ) {
    ckernels_adam_step_float(
      count, Float(step.learningRate / moments.firstCorrection), Float(step.decay),
      Float(moments.beta1), Float(1 - moments.beta1),
      Float(moments.beta2), Float(1 - moments.beta2),
      Float(1 / moments.secondCorrection.squareRoot()), Float(moments.epsilon),
      gradient, first, second, parameter)
  }
}
