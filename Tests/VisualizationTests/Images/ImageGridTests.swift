import Testing
@testable import PerceptronVisualization

@Suite("Image grids")
struct ImageGridTests {
  private let small = Image(width: 1, height: 1, channels: 1, pixels: [9])
  private let wide = Image(width: 2, height: 1, channels: 1, pixels: [1, 2])

  @Test("Each pixel becomes a square, and the rest is background")
  func eachPixelBecomesSquareNo() throws {
    let grid = ImageGrid(
      [wide, small, small], columns: 2, magnification: 2, spacing: 1, background: 7)
    let image = Image(
      width: 9, height: 5, channels: 1,
      pixels: [
        1, 1, 2, 2, 7, 9, 9, 7, 7,
        1, 1, 2, 2, 7, 9, 9, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7,
        9, 9, 7, 7, 7, 7, 7, 7, 7,
        9, 9, 7, 7, 7, 7, 7, 7, 7,
      ])
    #expect(grid.image == image)
    #expect(try Image(decoding: grid.image.png) == image)
  }

  @Test("Gray tiles beside colored ones stay gray")
  func grayTilesBesideColoredOnes() {
    let red = Image(width: 1, height: 1, channels: 3, pixels: [255, 0, 3])
    let image = ImageGrid([small, red], columns: 5, magnification: 1, spacing: 1).image
    #expect(
      image
        == Image(
          width: 3, height: 1, channels: 3, pixels: [9, 9, 9, 128, 128, 128, 255, 0, 3]))
  }

  @Test("Without tiles there is one pixel of background")
  func noTilesThereOnePixel() {
    let image = ImageGrid([], columns: 3, background: 5).image
    #expect(image == Image(width: 1, height: 1, channels: 1, pixels: [5]))
  }
}
