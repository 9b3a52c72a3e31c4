internal import CPerceptronKernels

extension BLASScalar {
  /// The softmax of each row and, unless `sums` is nil, each row's Σ e^(score − largest score);
  /// `probabilities` may be `scores`.
  package static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>,
    into probabilities: UnsafeMutablePointer<Self>, sums: UnsafeMutablePointer<Self>?
  ) {
    ckernels_softmax(kernelType, rows, columns, scores, probabilities, sums)
  }

  /// The softmax of each row and −ln of the probability at its label; `probabilities` may be
  /// `scores`.
  package static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>
  ) {
    ckernels_softmax_cross_entropy(
      kernelType, rows, columns, scores, labels, probabilities, losses)
  }

  /// (probability − 1 at the label) / normalizer; `gradient` may be `probabilities`.
  package static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    normalizer: Self, into gradient: UnsafeMutablePointer<Self>
  ) {
    ckernels_softmax_cross_entropy_gradient(
      kernelType, rows, columns, probabilities, labels, normalizer.asDouble, gradient)
  }

  /// The cross-entropy with a smoothed target, Σ −target·ln(probability): 1 − smoothing at the label and
  /// the rest spread evenly over all classes, each share times its class's weight if there are weights.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func smoothedCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>
  ) {
    let share = smoothing / Self(columns)
    let total = totalWeight(columns, weights)
    for row in 0..<rows {
      let x = scores + row * columns
      let label = labels[row]
      // ln(probability) is score − largest − ln Σ: first the part that is gone once the
      // probabilities stand in the scores' place.
      let best = x[indexOfMaximum(count: columns, x)]
      let atLabel = (1 - smoothing) * (weights?[label] ?? 1)
      var below = atLabel * (best - x[label])
      if smoothing != 0 {
        var spread: Self = 0
        for column in 0..<columns { spread += (weights?[column] ?? 1) * (best - x[column]) }
        below += share * spread
      }
      var sum: Self = 0
      softmax(rows: 1, columns: columns, x, into: probabilities + row * columns, sums: &sum)
      losses[row] = (atLabel + share * total) * logarithm(sum) + below
    }
  }

  /// (probability·Σ target − target) / normalizer; `gradient` may be `probabilities`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func smoothedCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?, normalizer: Self,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    let share = smoothing / Self(columns)
    let total = totalWeight(columns, weights)
    for row in 0..<rows {
      let label = labels[row]
      let target = gradient + row * columns
      let atLabel = (1 - smoothing) * (weights?[label] ?? 1)
      let sum = atLabel + share * total
      transform(count: columns, probabilities + row * columns, into: target) {
        ($1 * sum - share * (weights?[$0] ?? 1)) / normalizer
      }
      target[label] -= atLabel / normalizer
    }
  }

  /// The sum of the classes' weights, or of ones without weights.
  static func totalWeight(_ columns: Int, _ weights: UnsafePointer<Self>?) -> Self {
    guard let weights else { return Self(columns) }
    return sum(count: columns, weights)
  }

  /// The margins max(0, score − score at the label + 1), 0 at the label, and each row's sum of them or
  /// of their squares.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func hinge(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, margins: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      let margin = margins + row * columns
      let labeled = scores[row * columns + labels[row]]
      transform(count: columns, scores + row * columns, into: margin) {
        let distance = $1 - labeled + 1
        // Written so that NaN passes through; adding 0 as in `relu`.
        return (distance < 0 ? 0 : distance) + 0
      }
      // 0, but NaN where the label's score is not finite.
      margin[labels[row]] = labeled - labeled
      losses[row] =
        isSquared ? dot(count: columns, margin, margin) : sum(count: columns, margin)
    }
  }

  /// The gradient of `hinge` / normalizer for the scores; `gradient` may be `margins`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func hingeGradient(
    rows: Int, columns: Int, margins: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, normalizer: Self, into gradient: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      let (margin, target) = (margins + row * columns, gradient + row * columns)
      if isSquared {
        transform(count: columns, margin, into: target) { 2 * $1 / normalizer }
      } else {
        let step = 1 / normalizer
        transform(count: columns, margin, into: target) { ($1 > 0 ? step : 0) + 0 }
      }
      target[labels[row]] = -sum(count: columns, target)
    }
  }

  /// The mean of each row's −target·ln σ(x) − (1 − target)·ln(1 − σ(x)), where σ is the sigmoid, and
  /// σ(x) − target in place of the target.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func logisticCrossEntropy(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>,
    targets: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      let (x, target) = (x + row * columns, targets + row * columns)
      var loss: Self = 0
      for column in 0..<columns {
        // ln(1 + eˣ) − target·x, with the exponent never above 0 so that nothing overflows.
        let power = exponential(-x[column].magnitude)
        let positive = x[column] < 0 ? 0 : x[column]
        loss += positive - target[column] * x[column] + logarithmOfOnePlus(power)
        target[column] = (x[column] < 0 ? power : 1) / (1 + power) - target[column]
      }
      losses[row] = loss / Self(columns)
    }
  }
}
