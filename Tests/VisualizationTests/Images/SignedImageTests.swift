import PerceptronDatasets
import Testing
@testable import PerceptronVisualization

@Suite("Pictures of signed numbers")
struct SignedImageTests {
  private static let (white, black): ([UInt8], [UInt8]) = ([255, 255, 255], [0, 0, 0])
  private static let (blue, orange): ([UInt8], [UInt8]) = ([0, 0x72, 0xb2], [0xd5, 0x5e, 0])

  private func pixels(_ values: [Double], limit: Double? = nil) -> [[UInt8]] {
    let image = Image(
      signed: values, shape: ImageShape(width: values.count, height: 1), limit: limit)
    #expect(image.channels == 3 && image.width == values.count && image.height == 1)
    return stride(from: 0, to: image.pixels.count, by: 3).map { Array(image.pixels[$0..<$0 + 3]) }
  }

  @Test("0 is white, the largest number blue, and the least of the same magnitude orange")
  func ends() { #expect(pixels([0, 2, -2]) == [Self.white, Self.blue, Self.orange]) }

  @Test("A quarter of the limit has half of the color")
  func half() {
    #expect(pixels([1, -1, 4])[0] == [128, 185, 217])
    #expect(pixels([1, -1, 4])[1] == [234, 175, 128])
  }

  @Test(
    "The limit is the picture's largest magnitude unless it is given; more than it is full color")
  func limit() {
    #expect(pixels([1, -5], limit: 4)[0] == [128, 185, 217])
    #expect(pixels([1, -5], limit: 4)[1] == Self.orange)
    #expect(pixels([-1, 0.5])[0] == Self.orange)
  }

  @Test("NaN is black and no limit; all zeros are white")
  func unusual() {
    #expect(pixels([.nan, 3, .infinity]) == [Self.black, Self.blue, Self.blue])
    #expect(pixels([0, 0]) == [Self.white, Self.white])
  }

  @Test(
    "A pixel shows the sum of its channels, in either layout",
    arguments: [
      (ImageShape.Layout.planar, [1, 3, 1, -3, 2, 0]), (.interleaved, [1, 1, 2, 3, -3, 0]),
    ])
  func channels(layout: ImageShape.Layout, values: [Double]) {
    let shape = ImageShape(width: 2, height: 1, channels: 3, layout: layout)
    #expect(Image.channelSums(values, shape: shape) == [4, 0])
    #expect(Image(signed: values, shape: shape).pixels == Self.blue + Self.white)
  }
}
