import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Pictures")
struct PictureTests {
  @Test(
    "Pictures are resized as by Pillow, up to its roundings", arguments: PictureVectors.all.resized)
  func resizing(_ vector: PictureVectors.Resized) throws {
    let size = PictureSize(width: vector.newWidth, height: vector.newHeight)
    let resized = vector.picture.resized(to: size)
    #expect(resized.size == size && resized.channels == vector.channels)
    for (found, expected) in zipped(resized.pixels, Array(vector.newPixels)) {
      #expect(abs(Int(found) - Int(expected)) <= 1)
    }
  }

  @Test("A pixel is the mean of the area that it covers")
  func area() {
    let picture = Picture(
      PictureSize(width: 5, height: 1), channels: 1, pixels: [0, 10, 40, 90, 200])
    // 2.5 pixels each: 0, 10 and half of 40; half of 40, 90 and 200.
    #expect(picture.resized(to: PictureSize(width: 2, height: 1)).pixels == [12, 124])
    #expect(picture.resized(to: PictureSize(width: 1, height: 1)).pixels == [68])
    #expect(
      picture.resized(to: PictureSize(width: 1, height: 2)).pixels == [68, 68],
      "one extent may shrink and the other grow")
  }

  @Test("An even picture stays what it is at any size", arguments: [1, 3, 7, 28, 64])
  func even(extent: Int) {
    for channels in [1, 3] {
      let picture = Picture(
        PictureSize(width: 13, height: 9), channels: channels,
        pixels: [UInt8](repeating: 201, count: 117 * channels))
      let size = PictureSize(width: extent, height: 2 * extent)
      #expect(picture.resized(to: size).pixels.allSatisfy { $0 == 201 })
    }
    let picture = Picture.sample(13, 9)
    #expect(picture.resized(to: picture.size) == picture)
  }

  @Test("RGB becomes gray as by Pillow, and gray RGB of equal channels")
  func channels() {
    let luma = PictureVectors.all.luma
    let size = PictureSize(width: 16, height: 4)
    let picture = Picture(size, channels: 3, pixels: Array(luma.pixels))
    let gray = picture.converted(toChannels: 1)
    #expect(gray == Picture(size, channels: 1, pixels: Array(luma.gray)))
    let colored = gray.converted(toChannels: 3)
    #expect(colored.pixels == luma.gray.flatMap { [$0, $0, $0] })
    #expect(colored.converted(toChannels: 1) == gray)
    #expect(picture.converted(toChannels: 3) == picture)
  }
}
