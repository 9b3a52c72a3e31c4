import PerceptronDatasets
import PerceptronLinearAlgebra

extension Image {
  /// Creates a picture of signed numbers over a picture's pixels, such as the products of inputs and
  /// weights: white is 0, blue positive, orange negative, the stronger the larger. Of several channels,
  /// a pixel shows the sum.
  ///
  /// - Parameters:
  ///   - values: `shape.featureCount` numbers in the layout of `shape`.
  ///   - limit: the magnitude of full color, above 0; nil for the largest of the picture.
  public init<Scalar: BLASScalar>(
    signed values: [Scalar], shape: ImageShape, limit: Double? = nil
  ) {
    let sums = Image.channelSums(values, shape: shape)
    let limit = limit ?? sums.reduce(0) { max($0, $1.isFinite ? $1.magnitude : 0) }
    self.init(
      width: shape.width, height: shape.height, channels: 3,
      pixels: sums.flatMap { Image.signedColor(limit > 0 ? $0 / limit : 0) })
  }

  /// The sum of each pixel's channels, row by row.
  package static func channelSums<Scalar: BLASScalar>(
    _ values: [Scalar], shape: ImageShape
  ) -> [Double] {
    require(
      values.count == shape.featureCount,
      "Image: \(values.count) numbers for pictures of \(shape.featureCount) features")
    return (0..<shape.height).flatMap { row in
      (0..<shape.width).map { column in
        (0..<shape.channels).reduce(0.0) { sum, channel in
          sum
            + Double(
              values[shape.featureIndex(row: row, column: column, channel: channel)])
        }
      }
    }
  }

  /// The color of a number between −1 and 1; NaN is black.
  static func signedColor(_ share: Double) -> [UInt8] {
    if share.isNaN { return [0, 0, 0] }
    let end = share < 0 ? ChartColor.series[1] : ChartColor.series[0]
    let strength = min(share.magnitude, 1).squareRoot()
    return [end.red, end.green, end.blue].map {
      UInt8((255 + (Double($0) - 255) * strength).rounded())
    }
  }
}
