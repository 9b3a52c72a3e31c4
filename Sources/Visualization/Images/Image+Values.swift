import PerceptronDatasets
import PerceptronLinearAlgebra

extension Image {
  /// The picture of some numbers, such as an example's features or the weights of a unit: the
  /// number w becomes the byte (w − least)/(largest − least)·255, rounded to the nearest.
  ///
  /// One channel is grey, three are red, green and blue; of any other number of channels each is
  /// a grey picture, side by side from left to right. Numbers outside the range become the nearest
  /// of its ends. Where the range's ends are equal, numbers equal to them become 128. NaN is black.
  ///
  /// - Parameters:
  ///   - values: as many as `shape` has features, in its layout.
  ///   - shape: how they lie in the picture.
  ///   - range: what becomes black and what white, or nil for the least and the largest of the
  ///     finite numbers among `values`, over all channels.
  public init<Scalar: BLASScalar>(
    _ values: [Scalar], shape: ImageShape, range: ClosedRange<Scalar>? = nil
  ) {
    require(
      values.count == shape.featureCount,
      "Image: \(values.count) numbers for pictures of \(shape.featureCount) features")
    let range = range ?? Image.finiteRange(of: values) ?? 0...0
    let scale = ByteScale(Double(range.lowerBound)...Double(range.upperBound))
    let isColored = shape.channels == 3
    let parts = isColored ? 1 : shape.channels
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count)
    for row in 0..<shape.height {
      for part in 0..<parts {
        for column in 0..<shape.width {
          for channel in isColored ? 0..<3 : part..<part + 1 {
            let index = shape.featureIndex(row: row, column: column, channel: channel)
            pixels.append(scale.byte(of: Double(values[index])))
          }
        }
      }
    }
    self.init(
      width: shape.width * parts, height: shape.height, channels: isColored ? 3 : 1,
      pixels: pixels)
  }

  /// The least and the largest of the finite numbers, or nil where there are none.
  static func finiteRange<Scalar: BLASScalar>(of values: [Scalar]) -> ClosedRange<Scalar>? {
    var (least, largest) = (Scalar.infinity, -Scalar.infinity)
    for value in values where value.isFinite {
      least = min(least, value)
      largest = max(largest, value)
    }
    return least <= largest ? least...largest : nil
  }
}

/// Numbers as bytes.
private struct ByteScale {
  private let range: ClosedRange<Double>
  /// Halves the numbers where the range is wider than the largest number.
  private let factor: Double

  init(_ range: ClosedRange<Double>) {
    self.range = range
    factor = (range.upperBound - range.lowerBound).isFinite ? 1 : 0.5
  }

  func byte(of value: Double) -> UInt8 {
    if value.isNaN { return 0 }
    if value < range.lowerBound { return 0 }
    if value > range.upperBound { return 255 }
    if range.lowerBound == range.upperBound { return 128 }
    let least = range.lowerBound * factor
    let share = (value * factor - least) / (range.upperBound * factor - least)
    return UInt8((share * 255).rounded())
  }
}
