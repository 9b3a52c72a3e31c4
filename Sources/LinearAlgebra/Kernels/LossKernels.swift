/// What losses compute of each row's scores, forward and backward.
///
/// They are a scalar's, with those of vectors, layers and updates, as ``BLASScalar`` says.
public protocol LossKernels: BinaryFloatingPoint {
  /// The softmax of each row and, where there is room for them, each row's
  /// Σ e^(score − largest score); `probabilities` may be `scores`.
  static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>,
    into probabilities: UnsafeMutablePointer<Self>, sums: UnsafeMutablePointer<Self>?)

  /// The softmax of each row and −ln of the probability at its label; `probabilities` may be
  /// `scores`.
  static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// (probability − 1 at the label) / normalizer; `gradient` may be `probabilities`.
  static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    normalizer: Self, into gradient: UnsafeMutablePointer<Self>)

  /// The same with a target that is spread, Σ −target·ln(probability): (1 − smoothing) of it at the
  /// label and the rest evenly over all classes, each share times its class's weight, where there
  /// are weights.
  static func smoothedCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// (probability·Σ target − target) / normalizer; `gradient` may be `probabilities`.
  static func smoothedCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?, normalizer: Self,
    into gradient: UnsafeMutablePointer<Self>)

  /// The margins max(0, score − score at the label + 1), 0 at the label, and their sum in each row,
  /// or the sum of their squares.
  static func hinge(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, margins: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// The gradient of `hinge` / normalizer for the scores; `gradient` may be `margins`.
  static func hingeGradient(
    rows: Int, columns: Int, margins: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, normalizer: Self, into gradient: UnsafeMutablePointer<Self>)

  /// The mean of each row's −target·ln σ(x) − (1 − target)·ln(1 − σ(x)), where σ is the sigmoid, and
  /// σ(x) − target in place of the target.
  static func logisticCrossEntropy(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>,
    targets: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)
}
