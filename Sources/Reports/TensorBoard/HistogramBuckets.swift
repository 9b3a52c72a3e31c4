import PerceptronLinearAlgebra

/// How the finite elements of a tensor are spread over 30 buckets of the same width, as
/// TensorBoard's own writer has them (`tensorboard/plugins/histogram/summary_v2.py`).
///
/// Elements that are NaN or infinite are left out and counted nowhere. Equal elements, also a
/// single one, are one bucket; without finite elements there is one empty bucket at 0.
struct HistogramBuckets: Equatable {
  static let bucketCount = 30

  private(set) var minimum = 0.0
  private(set) var maximum = 0.0
  private(set) var count = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  /// The buckets' upper ends.
  private(set) var limits = [0.0]
  /// How many elements are in each.
  private(set) var counts = [0]

  init<Scalar: BLASScalar>(of tensor: Tensor<Scalar>) {
    // Of a known type, numbers are read many times faster.
    if let tensor = tensor as? Tensor<Float> {
      self.init(of: Tensor<Double>(tensor).elements.filter(\.isFinite))
    } else {
      self.init(of: Tensor<Double>(tensor).elements.filter(\.isFinite))
    }
  }

  /// - Parameter values: finite numbers.
  private init(of values: [Double]) {
    guard let first = values.first else { return }
    (minimum, maximum) = (first, first)
    for value in values {
      minimum = Swift.min(minimum, value)
      maximum = Swift.max(maximum, value)
      count += 1
      sum += value
      sumOfSquares += value * value
    }
    // Halved, so that the difference of extreme ends stays finite.
    let halfWidth = (maximum / 2 - minimum / 2) / Double(Self.bucketCount)
    guard halfWidth > 0 else {
      (limits, counts) = ([maximum], [count])
      return
    }
    limits = (1..<Self.bucketCount).map { minimum + Double($0) * halfWidth * 2 } + [maximum]
    counts = [Int](repeating: 0, count: Self.bucketCount)
    for value in values {
      let position = (value / 2 - minimum / 2) / halfWidth
      counts[Swift.min(Int(position), Self.bucketCount - 1)] += 1
    }
  }
}
