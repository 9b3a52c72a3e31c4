import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetwork

/// A layer of 3 inputs and 4 outputs that says of itself what it is told to.
private struct Claims: Layer {
  typealias Scalar = Float

  var backwardReads = ForwardBlock.input
  var worksInPlace = false
  var weightMatrix: Int? = 0
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
    let free = Claims(backwardReads: .neither, worksInPlace: true, weightMatrix: nil)
    #expect(free.makeNetwork().parameterCount == 12)
  }

  @Test("Statistics need the whole batch")
  func statistics() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(statisticNames: ["mean"]).makeNetwork()
    }
    expectMessage(result, "layer 0, Claims, has the statistics [\"mean\"]", "needsWholeBatch")
  }

  @Test("The input of a layer with a weight matrix has to stay")
  func weightMatrix() async {
    let reading = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(backwardReads: .output).makeNetwork()
    }
    expectMessage(reading, "layer 0, Claims, has a weightMatrix", "backwardReads is output")
    let inPlace = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(worksInPlace: true).makeNetwork()
    }
    expectMessage(inPlace, "layer 0, Claims, has a weightMatrix", "worksInPlace true")
  }

  @Test("A weight matrix is a parameter, inputs × outputs")
  func shape() async {
    let position = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(weightMatrix: 1).makeNetwork()
    }
    expectMessage(position, "layer 0, Claims, has no parameter 1")
    let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Claims(weights: .zeros([4, 3])).makeNetwork()
    }
    expectMessage(shape, "a weightMatrix of shape [4, 3], expected [3, 4]")
  }
}
