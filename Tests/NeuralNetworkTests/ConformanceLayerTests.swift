import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// What every layer does besides its mathematics.
@Suite("Conformance of layers")
struct ConformanceLayerTests {
  /// Rows and columns, on both sides of what kernels are blocked by.
  static let extents = [
    [1, 1], [1, 7], [2, 3], [9, 1], [8, 16], [17, 33], [5, 130], [70, 257],
  ]

  /// A layer with random parameters and statistics.
  static func random<Scalar: BLASScalar>(
    _ specification: LayerSpecification, inputSize: Int, _: Scalar.Type = Scalar.self
  ) -> any Layer<Scalar> {
    Network<Double>(random: 12, inputSize: inputSize, [specification], .squaredError)
      .layers[0].converted(to: Scalar.self)
  }

  @Test("Results in place equal those in separate memory", arguments: Conformance.layers)
  func inPlace(specification: LayerSpecification) {
    func check<Scalar: BLASScalar>(_ layer: some Layer<Scalar>, _ extents: [Int]) {
      let input = Tensor<Scalar>.sample([extents[0], extents[1]])
      let upstream = Tensor<Scalar>.sample(input.shape, seed: 2)
      for pass in Conformance.passes {
        let apart = LayerRun(layer, input: input, upstream: upstream, pass: pass, inPlace: false)
        let inPlace = LayerRun(layer, input: input, upstream: upstream, pass: pass, inPlace: true)
        #expect(inPlace.output == apart.output, "\(extents) \(pass)")
        #expect(inPlace.parameterGradients == apart.parameterGradients, "\(extents) \(pass)")
        #expect(inPlace.inputGradient == apart.inputGradient, "\(extents) \(pass)")
      }
    }
    for extents in Self.extents {
      for type in scalarTypes {
        func open<Scalar: BLASScalar>(_: Scalar.Type) {
          let layer = Self.random(specification, inputSize: extents[1], Scalar.self)
          if layer.traits.worksInPlace { check(layer, extents) }
        }
        open(type)
      }
    }
  }

  @Test("Float agrees with Double, in outputs and gradients", arguments: Conformance.layers)
  func precision(specification: LayerSpecification) {
    for extents in Self.extents {
      let layer = Self.random(specification, inputSize: extents[1], Float.self)
      let input = Tensor<Float>.sample([extents[0], extents[1]])
      let width = layer.outputSize(forInputSize: extents[1])
      let upstream = Tensor<Float>.sample([extents[0], width], seed: 2)
      let wideLayer: any Layer<Double> = layer.converted(to: Double.self)
      for pass in Conformance.passes {
        let narrow = run(layer, input, upstream, pass)
        let wide = run(wideLayer, Tensor<Double>(input), Tensor<Double>(upstream), pass)
        let tolerance = 10 * Float.testTolerance
        expectClose(narrow.output, wide.output, tolerance: tolerance)
        expectClose(narrow.inputGradient, wide.inputGradient, tolerance: tolerance)
        for (single, double) in zipped(narrow.parameterGradients, wide.parameterGradients) {
          expectClose(single, double, tolerance: tolerance)
        }
      }
    }
  }

  private func run<Scalar: BLASScalar>(
    _ layer: some Layer<Scalar>, _ input: Tensor<Scalar>, _ upstream: Tensor<Scalar>, _ pass: Pass
  ) -> LayerRun<Scalar> {
    LayerRun(layer, input: input, upstream: upstream, pass: pass, inPlace: false)
  }

  @Test("A copy does not follow the original", arguments: Conformance.layers)
  func valueSemantics(specification: LayerSpecification) {
    func check<Scalar: BLASScalar>(_ layer: some Layer<Scalar>) {
      let copy = layer
      var changed = layer
      changed.updateParameters { $1 += 1 }
      #expect(copy == layer && copy.parameters == layer.parameters)
      #expect((changed == layer) == layer.parameterKinds.isEmpty)
      if let layer = layer as? any StatisticsLayer<Scalar> { checkStatistics(layer) }
    }
    func checkStatistics<Scalar: BLASScalar>(_ layer: some StatisticsLayer<Scalar>) {
      let copy = layer
      var changed = layer
      changed.statistics = changed.statistics.map { $0 + 1 }
      #expect(copy == layer && copy.statistics == layer.statistics)
      #expect((changed == layer) == layer.statisticNames.isEmpty)
    }
    for type in scalarTypes {
      func open<Scalar: BLASScalar>(_: Scalar.Type) {
        check(Self.random(specification, inputSize: 5, Scalar.self))
      }
      open(type)
    }
  }

  @Test(
    "Its specification goes through JSON and makes such a layer again",
    arguments: Conformance.layers)
  func specification(specification: LayerSpecification) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      let layer: any Layer<Scalar> = specification.layer(inputSize: 5)
      #expect(layer.specification == specification)
      let bytes = try JSONEncoder().encode(layer.specification)
      let read = try JSONDecoder().decode(LayerSpecification.self, from: bytes)
      #expect(read == specification)
      let again: any Layer<Scalar> = read.layer(inputSize: 5)
      let isEqual = areEqual(again, layer)
      #expect(isEqual)
    }
    for type in scalarTypes { try check(type) }
    try specification.check()
  }

  @Test("Conversion to Double and back changes nothing", arguments: Conformance.layers)
  func conversion(specification: LayerSpecification) {
    let layer = Self.random(specification, inputSize: 5, Float.self)
    let wide: any Layer<Double> = layer.converted(to: Double.self)
    let narrow: any Layer<Float> = wide.converted(to: Float.self)
    let isEqual = areEqual(narrow, layer)
    #expect(isEqual)
    #expect(wide.specification == specification)
    #expect(wide.parameterKinds == layer.parameterKinds)
  }

  private func areEqual<Scalar: BLASScalar, Some: Layer<Scalar>>(
    _ one: Some, _ other: any Layer<Scalar>
  ) -> Bool { one == other as? Some }

  @Test("No rows have an empty output and gradients of 0", arguments: Conformance.layers)
  func noRows(specification: LayerSpecification) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Self.random(specification, inputSize: 5, Scalar.self)
      let width = layer.outputSize(forInputSize: 5)
      for pass in Conformance.passes {
        let run = run(layer, .zeros([0, 5]), .zeros([0, width]), pass)
        #expect(run.output.shape == [0, width] && run.inputGradient.shape == [0, 5])
        #expect(run.parameterGradients == layer.parameters.map { .zeros($0.shape) })
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "Rows that are too wide trap, naming the layer and both shapes", arguments: Conformance.layers)
  func wrongWidth(specification: LayerSpecification) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [specification = specification as LayerSpecification] in
      let layer = Self.random(specification, inputSize: 5, Float.self)
      var output = Tensor<Float>.zeros([2, layer.outputSize(forInputSize: 5)])
      var saved = Tensor<Float>.zeros([layer.savedCount(rows: 2, columns: 5)])
      Tensor<Float>.zeros([2, 9]).withRows { input in
        output.withMutableRows { output in
          saved.withUnsafeMutableElements {
            layer.forward(input, into: output, pass: .inference, saved: $0)
          }
        }
      }
    }
    expectMessage(result, "input [2, 9]", "5")
  }
}
