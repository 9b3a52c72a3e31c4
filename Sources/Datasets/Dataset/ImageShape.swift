import PerceptronLinearAlgebra

/// The shape of a picture and the order of its features.
public struct ImageShape: Hashable, Codable, Sendable {
  /// The order of the channels' values.
  public enum Layout: String, Codable, Sendable {
    /// One whole channel after the other, each row by row: CIFAR-10.
    case planar
    /// The channels of a pixel side by side.
    case interleaved
  }

  /// Pixels per row.
  public var width: Int
  /// Rows of pixels.
  public var height: Int
  /// Values per pixel: 1 for gray, 3 for red, green and blue.
  public var channels: Int
  /// The order of the channels' values; ignored for one channel.
  public var layout: Layout

  /// A picture of `width` × `height` pixels.
  ///
  /// - Precondition: every extent is at least 1.
  public init(width: Int, height: Int, channels: Int = 1, layout: Layout = .planar) {
    require(
      width > 0 && height > 0 && channels > 0,
      "ImageShape: \(width) × \(height) pixels of \(channels) channels")
    self.width = width
    self.height = height
    self.channels = channels
    self.layout = layout
  }

  /// The number of features of such a picture.
  public var featureCount: Int { width * height * channels }

  /// Reads the extents and the layout; throws unless each extent is at least 1 and the number of
  /// features is one that can be counted.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    width = try container.decode(Int.self, forKey: .width)
    height = try container.decode(Int.self, forKey: .height)
    channels = try container.decode(Int.self, forKey: .channels)
    layout = try container.decode(Layout.self, forKey: .layout)
    let area = width.multipliedReportingOverflow(by: height)
    let size = area.partialValue.multipliedReportingOverflow(by: channels)
    guard width > 0, height > 0, channels > 0, !area.overflow, !size.overflow else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: container.codingPath,
          debugDescription: "\(width) × \(height) pixels of \(channels) channels"))
    }
  }
}

extension ImageShape {
  /// Which of the features is a pixel's channel.
  ///
  /// - Precondition: `row`, `column` and `channel` lie within the picture.
  public func featureIndex(row: Int, column: Int, channel: Int) -> Int {
    require(
      0..<height ~= row && 0..<width ~= column && 0..<channels ~= channel,
      "ImageShape: row \(row), column \(column), channel \(channel) of "
        + "[\(height), \(width), \(channels)]")
    return switch layout {
    case .planar: (channel * height + row) * width + column
    case .interleaved: (row * width + column) * channels + channel
    }
  }
}
