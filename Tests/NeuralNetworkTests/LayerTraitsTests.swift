import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

/// A layer of 3 inputs and 4 outputs with any traits.
private struct Claims: StatisticsLayer {
  typealias Scalar = Float

  /// The number of activations that it saves for a number of rows.
  var saved: @Sendable (Int) -> Int = { 2 * $0 }
  var isWhole = false
  var statisticNames: [String] = []
  var weights = Tensor<Float>.zeros([3, 4])

  var statistics: [Tensor<Float>] {
    get { statisticNames.map { _ in .zeros([4]) } }
    set {}
  }
  var parameterKinds: [ParameterKind] { [ParameterKind("W")] }
  func parameter(at position: Int) -> Tensor<Float> { weights }
  var traits: LayerTraits { LayerTraits(needsWholeBatch: isWhole) }
  func outputSize(forInputSize inputSize: Int) -> Int { 4 }
  func savedCount(rows: Int, columns: Int) -> Int { saved(rows) }
  static func == (lhs: Claims, rhs: Claims) -> Bool { lhs.weights == rhs.weights }

  func forward(
    _ input: RowBlock<Float>, into output: MutableRowBlock<Float>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Float>
  ) {}
  func inputGradient(
    upstream: RowBlock<Float>, record: ForwardRecord<Float>, into gradient: MutableRowBlock<Float>
  ) {}

  func makeNetwork() -> Network<Float> {
    Network(inputSize: 3, layers: [self, ReLU()])
  }
}

/// A network checks that the traits of a layer of one's own are consistent.
@Suite("Layer traits")
struct LayerTraitsTests {
  @Test("Layers whose traits are consistent make a network")
  func consistent() {
    #expect(Claims().makeNetwork().outputSize == 4)
    #expect(Claims(isWhole: true, statisticNames: ["mean"]).makeNetwork().statistics.count == 1)
    #expect(Claims(saved: { $0 * $0 }, isWhole: true).makeNetwork().parameterCount == 12)
  }

  @Test("Statistics need the whole batch")
  func statistics() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(statisticNames: ["mean"]).makeNetwork()
    }
    expectMessage(result, "layer 0, Claims, has the statistics [\"mean\"]", "needsWholeBatch")
  }

  @Test(
    "A layer whose batch may be split saves as many activations of each row", arguments: [0, 1])
  func savedRows(constant: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [constant] in
      _ = Claims(saved: { $0 * $0 + constant }).makeNetwork()
    }
    expectMessage(
      result, "layer 0, Claims, saves [\(1 + constant), \(4 + constant), \(9 + constant)]",
      "needsWholeBatch")
  }
}
