import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import Testing
@testable import PerceptronVisualization

@Suite("Image values")
struct ImageValuesTests {
  @Test("Gray values from least to largest become bytes")
  func grayValuesFromLeastLargest() {
    let shape = ImageShape(width: 3, height: 2)
    let image = Image([-1, 0, 1, 0.5, -0.5, 1] as [Float], shape: shape)
    #expect(image.channels == 1)
    #expect(image.width == 3 && image.height == 2)
    #expect(image.pixels == [0, 128, 255, 191, 64, 255])
  }

  /// Two pixels beside each other: (0, 51, 102) and (153, 204, 255).
  @Test(
    "A unit's weights render to exact pixels in either layout",
    arguments: [
      (ImageShape.Layout.planar, [0, 3, 1, 4, 2, 5]), (.interleaved, [0, 1, 2, 3, 4, 5]),
    ])
  func unitsWeightsRenderExactPixels(
    layout: ImageShape.Layout, values: [Double]
  ) throws {
    let shape = ImageShape(width: 2, height: 1, channels: 3, layout: layout)
    let tile = Image(values, shape: shape)
    #expect(tile.pixels == [0, 51, 102, 153, 204, 255])
    let image = ImageGrid([tile, tile], columns: 1, magnification: 3, spacing: 2).image
    let line =
      [[UInt8]](repeating: [0, 51, 102], count: 3)
      + [[UInt8]](repeating: [153, 204, 255], count: 3)
    let tileLines = [[UInt8]](repeating: line.flatMap { $0 }, count: 3).flatMap { $0 }
    let gap = [UInt8](repeating: 128, count: 2 * 6 * 3)
    #expect(image.width == 6 && image.height == 8)
    #expect(image.pixels == tileLines + gap + tileLines)
    #expect(try Image(decoding: image.png) == image)
  }

  @Test("Channels other than one and three stand side by side")
  func channelsOtherThanOneThree() {
    let shape = ImageShape(width: 1, height: 2, channels: 2)
    let image = Image([0, 85, 170, 255] as [Double], shape: shape)
    #expect(image == Image(width: 2, height: 2, channels: 1, pixels: [0, 170, 85, 255]))
  }

  @Test("Equal values are gray, and NaN is black")
  func equalValuesGrayNaNBlack() {
    let shape = ImageShape(width: 3, height: 1)
    #expect(Image([2, 2, 2] as [Float], shape: shape).pixels == [128, 128, 128])
    #expect(Image([.nan, 2, 2] as [Float], shape: shape).pixels == [0, 128, 128])
    #expect(Image([.nan, .nan, .nan] as [Double], shape: shape).pixels == [0, 0, 0])
  }

  @Test("Extreme values keep within bytes")
  func extremeValuesKeepWithinBytes() {
    let shape = ImageShape(width: 4, height: 1)
    let large = Double.greatestFiniteMagnitude
    #expect(Image([-large, 0, large, 0], shape: shape).pixels == [0, 128, 255, 128])
    #expect(
      Image([-.infinity, 0, 1, .infinity] as [Double], shape: shape).pixels == [0, 0, 255, 255])
    #expect(Image([-3, 0, 5, 10], shape: shape, range: 0...10).pixels == [0, 0, 128, 255])
  }

  @Test("The first layer's tiles are the columns of its weights")
  func firstLayersTilesColumnsWeights() throws {
    let weights: Tensor<Float> = Tensor([0, 5, 1, 5, 2, 5, 4, 5], shape: [4, 2])
    let net = Network<Float>(
      inputSize: 4,
      layers: [ReLU<Float>(), Affine(weights: weights, bias: .zeros([2]))])
    let tiles = try #require(net.firstLayerImages(ImageShape(width: 2, height: 2)))
    #expect(tiles.map(\.pixels) == [[0, 64, 128, 255], [128, 128, 128, 128]])
    let none = Network<Float>(inputSize: 4, layers: [ReLU<Float>()])
    #expect(none.firstLayerImages(ImageShape(width: 2, height: 2)) == nil)
  }

  @Test("The first layer's tiles over principal components are those over the pixels behind them")
  func firstLayersTilesOfComponents() throws {
    // Two directions of four pixels; with ε 0, the second is divided by its deviation of 2.
    let components = PrincipalComponents(
      mean: .zeros([4]), directions: Tensor([1, 0, 0, 1, 0, 0, 0, 0], shape: [4, 2]),
      variances: [1, 4], explainedVarianceRatio: [0.2, 0.8], whitening: 0)
    let net = Network<Float>(
      inputSize: 2,
      layers: [Affine(weights: Tensor([4, 0, 1, 3], shape: [2, 2]), bias: .zeros([2]))])
    let tiles = try #require(
      net.firstLayerImages(ImageShape(width: 2, height: 2), of: components))
    let expected = [[4, 0.5, 0, 0], [0, 1.5, 0, 0]].map {
      Image($0, shape: ImageShape(width: 2, height: 2))
    }
    #expect(tiles == expected)
  }

  @Test("Examples are pictures on one scale")
  func examplesPicturesOnOneScale() {
    let bytes = Features(
      .bytes([0, 4, 8, 16]), exampleShape: [1, 2], image: ImageShape(width: 2, height: 1))
    let data = Dataset(bytes, labels: [0, 1])
    #expect(data.images(rows: [1, 0])?.map(\.pixels) == [[128, 255], [0, 64]])
    #expect(data.images(rows: []) == [])
    let numbers = Features(
      .doubles([-1, 0, .nan, 1]), exampleShape: [2], image: ImageShape(width: 2, height: 1))
    #expect(
      Dataset(numbers, labels: [0, 0]).images(rows: [0, 1])?.map(\.pixels) == [
        [0, 128], [0, 255],
      ])
    let plain = Dataset(Features(.doubles([1, 2]), exampleShape: [2]), labels: [0])
    #expect(plain.images(rows: [0]) == nil)
  }

  @Test("A reduced picture has the means of squares, smaller ones at the edges")
  func reduced() {
    let gray = Image(width: 3, height: 3, channels: 1, pixels: [0, 2, 9, 4, 7, 20, 100, 101, 50])
    // (0 + 2 + 4 + 7)/4, (9 + 20)/2, (100 + 101)/2 and 50, rounded.
    #expect(
      gray.reduced(toSide: 2) == Image(width: 2, height: 2, channels: 1, pixels: [3, 15, 101, 50]))
    #expect(gray.reduced(toSide: 3) == gray)
    #expect(gray.reduced(toSide: 1).pixels == [33])
    let colored = Image(width: 2, height: 1, channels: 3, pixels: [0, 10, 255, 4, 20, 255])
    #expect(
      colored.reduced(toSide: 1) == Image(width: 1, height: 1, channels: 3, pixels: [2, 15, 255]))
    let wide = Image(width: 64, height: 2, channels: 1, pixels: [UInt8](repeating: 9, count: 128))
    #expect(wide.reduced(toSide: 16).width == 16 && wide.reduced(toSide: 16).height == 1)
  }
}
