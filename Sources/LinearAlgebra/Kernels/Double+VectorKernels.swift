internal import CPerceptronKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double {
  // MARK: Conversion

  public static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Double>
  ) {
    ckernels_convert_bytes_double(count, source, divisor, mean, target)
  }

  public static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Double>
  ) {
    ckernels_convert_floats_double(count, source, divisor, mean, target)
  }

  public static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Double>
  ) {
    ckernels_convert_doubles_double(count, source, divisor, mean, target)
  }

  // MARK: Elements and sums

  public static func interpolate(
    count: Int, share: Double, _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    ckernels_interpolate_double(count, share, x, y)
  }

  public static func dropoutFactors(
    count: Int, from first: Int, rate: Double, seed: UInt64,
    into factors: UnsafeMutablePointer<Double>
  ) {
    // Below 2⁶⁴, because a rate below 1 is at most 1 − 2⁻⁵³. The seed is mixed once before the
    // positions are added: seeds that are a step apart, as those of neighbouring layers are, would
    // otherwise give the same factors one place further.
    ckernels_dropout_factors_double(
      count, 1 / (1 - rate), UInt64(rate * 0x1p64),
      SplitMix64.mix(seed) &+ SplitMix64.step &* UInt64(truncatingIfNeeded: first), factors)
  }

  public static func fillRows(
    rows: Int, columns: Int, _ y: UnsafeMutablePointer<Double>, with row: UnsafePointer<Double>
  ) {
    ckernels_fill_rows_double(rows, columns, row, y)
  }

  public static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>
  ) {
    ckernels_add_rows_double(rows, columns, x, sums)
  }

  // MARK: Activations

  public static func relu(
    count: Int, _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    ckernels_relu_double(count, x, y)
  }

  public static func reluGradient(
    count: Int, output: UnsafePointer<Double>, upstream: UnsafePointer<Double>,
    into gradient: UnsafeMutablePointer<Double>
  ) {
    ckernels_relu_gradient_double(count, output, upstream, gradient)
  }

  public static func activate(
    _ function: ActivationFunction, count: Int, _ x: UnsafePointer<Double>,
    into y: UnsafeMutablePointer<Double>
  ) {
    switch function {
    case .leakyReLU(let slope): ckernels_leaky_relu_double(count, slope, x, y)
    case .tanh: ckernels_tanh_double(count, x, y)
    case .sigmoid: ckernels_sigmoid_double(count, x, y)
    case .gelu: ckernels_gelu_double(count, x, y)
    }
  }

  public static func activationGradient(
    _ function: ActivationFunction, count: Int, read: UnsafePointer<Double>,
    upstream: UnsafePointer<Double>, into gradient: UnsafeMutablePointer<Double>
  ) {
    switch function {
    case .leakyReLU(let slope):
      ckernels_leaky_relu_gradient_double(count, slope, read, upstream, gradient)
    case .tanh: ckernels_tanh_gradient_double(count, read, upstream, gradient)
    case .sigmoid: ckernels_sigmoid_gradient_double(count, read, upstream, gradient)
    case .gelu: ckernels_gelu_gradient_double(count, read, upstream, gradient)
    }
  }

  // MARK: Small layers

  public static func affine(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Double>,
    weights: UnsafePointer<Double>,
    bias: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    ckernels_affine_double(rows, inputs, outputs, x, weights, bias, y)
  }

  public static func affineInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Double>,
    weights: UnsafePointer<Double>, into gradient: UnsafeMutablePointer<Double>
  ) {
    ckernels_affine_input_gradient_double(rows, inputs, outputs, upstream, weights, gradient)
  }

  public static func affineWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Double>, stride: Int,
    upstream: UnsafePointer<Double>, alpha: Double, beta: Double,
    into gradient: UnsafeMutablePointer<Double>
  ) {
    ckernels_affine_weight_gradient_double(
      rows, inputs, outputs, x, stride, upstream, alpha, beta, gradient)
  }

  // MARK: Losses

  public static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Double>,
    into probabilities: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>?
  ) {
    ckernels_softmax_double(rows, columns, scores, probabilities, sums)
  }

  public static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Double>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Double>, losses: UnsafeMutablePointer<Double>
  ) {
    ckernels_softmax_cross_entropy_double(rows, columns, scores, labels, probabilities, losses)
  }

  public static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Double>, labels: UnsafePointer<Int>,
    normalizer: Double, into gradient: UnsafeMutablePointer<Double>
  ) {
    ckernels_softmax_cross_entropy_gradient_double(
      rows, columns, probabilities, labels, normalizer, gradient)
  }

  // MARK: Updates: settings are in double precision, because 1 − 0.999 in single precision is off in
  // its fifth digit

  public static func gradientStep(
    count: Int, _ step: UpdateStep, gradient: UnsafePointer<Double>,
    parameter: UnsafeMutablePointer<Double>
  ) {
    ckernels_gradient_step_double(
      count, step.learningRate, step.decay, gradient, parameter)
  }

  public static func momentumStep(
    count: Int, _ step: UpdateStep, factor: Double, looksAhead: Bool,
    gradient: UnsafePointer<Double>, velocity: UnsafeMutablePointer<Double>,
    parameter: UnsafeMutablePointer<Double>
  ) {
    ckernels_momentum_step_double(
      count, step.learningRate, step.decay, factor, looksAhead,
      gradient, velocity, parameter)
  }

  public static func adagradStep(
    count: Int, _ step: UpdateStep, epsilon: Double,
    gradient: UnsafePointer<Double>, sumOfSquares: UnsafeMutablePointer<Double>,
    parameter: UnsafeMutablePointer<Double>
  ) {
    ckernels_adagrad_step_double(
      count, step.learningRate, step.decay, epsilon,
      gradient, sumOfSquares, parameter)
  }

  public static func rmsPropStep(
    count: Int, _ step: UpdateStep, smoothing: Double, epsilon: Double,
    gradient: UnsafePointer<Double>, meanOfSquares: UnsafeMutablePointer<Double>,
    parameter: UnsafeMutablePointer<Double>
  ) {
    ckernels_rms_prop_step_double(
      count, step.learningRate, step.decay, smoothing, 1 - smoothing,
      epsilon, gradient, meanOfSquares, parameter)
  }

  public static func adamStep(
    count: Int, _ step: UpdateStep, moments: AdamMoments,
    gradient: UnsafePointer<Double>, first: UnsafeMutablePointer<Double>,
    second: UnsafeMutablePointer<Double>, parameter: UnsafeMutablePointer<Double>
  ) {
    ckernels_adam_step_double(
      count, step.learningRate / moments.firstCorrection, step.decay,
      moments.beta1, 1 - moments.beta1,
      moments.beta2, 1 - moments.beta2,
      1 / moments.secondCorrection.squareRoot(), moments.epsilon,
      gradient, first, second, parameter)
  }
}
