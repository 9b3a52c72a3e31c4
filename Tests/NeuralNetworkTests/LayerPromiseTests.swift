import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

/// A layer of 3 inputs and 4 outputs that says of itself what it is told to.
private struct Claims: Layer {
  typealias Scalar = Float

  var backwardReads: ForwardBlock { .input }
  var worksInPlace: Bool { false }
  /// What it keeps of so many rows.
  var kept: @Sendable (Int) -> Int = { 2 * $0 }
  var isWhole = false
  var statisticNames: [String] = []
  var weights = Tensor<Float>.zeros([3, 4])

  var statistics: [Tensor<Float>] {
    get { statisticNames.map { _ in .zeros([4]) } }
    set {}
  }
  var parameterKinds: [ParameterKind] { [ParameterKind("W")] }
  func parameter(at position: Int) -> Tensor<Float> { weights }
  func needsWholeBatch(in pass: Pass) -> Bool { isWhole && pass != .inference }
  func outputSize(forInputSize inputSize: Int) -> Int { 4 }
  func keptCount(rows: Int, columns: Int) -> Int { kept(rows) }
  static func == (lhs: Claims, rhs: Claims) -> Bool { lhs.weights == rhs.weights }

  func forward(
    _ input: RowBlock<Float>, into output: MutableRowBlock<Float>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Float>
  ) {}
  func inputGradient(
    upstream: RowBlock<Float>, record: ForwardRecord<Float>, into gradient: MutableRowBlock<Float>
  ) {}

  func makeNetwork() -> Network<Float> {
    Network(inputSize: 3, layers: [self, ReLU()])
  }
}

/// What a layer of one's own says of itself has to go together where a network is made of it.
@Suite struct LayerPromiseTests {
  @Test("Layers that keep what they promise make a network")
  func kept() {
    #expect(Claims().makeNetwork().outputSize == 4)
    #expect(Claims(isWhole: true, statisticNames: ["mean"]).makeNetwork().statistics.count == 1)
    #expect(Claims(kept: { $0 * $0 }, isWhole: true).makeNetwork().parameterCount == 12)
  }

  @Test("Statistics need the whole batch")
  func statistics() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(statisticNames: ["mean"]).makeNetwork()
    }
    expectMessage(result, "layer 0, Claims, has the statistics [\"mean\"]", "needsWholeBatch")
  }

  @Test("A layer whose batch may be split keeps as much of each row", arguments: [0, 1])
  func keptRows(constant: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [constant] in
      _ = Claims(kept: { $0 * $0 + constant }).makeNetwork()
    }
    expectMessage(
      result, "layer 0, Claims, keeps [\(1 + constant), \(4 + constant), \(9 + constant)]",
      "needsWholeBatch")
  }
}
