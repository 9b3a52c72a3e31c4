import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

/// Small layers' products are the kernels', the others BLAS's; packed layers have kernels of their own.
@Suite("Products of the affine layer")
struct AffineProductsTests {
  @Test("Kernels for small layers take those of up to 64 inputs and outputs; OpenBLAS takes all")
  func rule() {
    for (inputs, outputs, isSmall) in [
      (64, 64, true), (65, 64, false), (64, 65, false), (1, 1, true), (1, 65, false),
    ] {
      #expect(
        ProductPath.kernels.products(inputs: inputs, outputs: outputs)
          == (isSmall ? .small : .packed), "\(inputs) × \(outputs)")
      #expect(ProductPath.blas.products(inputs: inputs, outputs: outputs) == .blas)
    }
  }

  @Test("The environment chooses a path; kernels are the default")
  func requested() throws {
    func path(_ value: String) throws -> ProductPath {
      try .requested(in: ["PERCEPTRON_PRODUCTS": value])
    }
    #expect(try ProductPath.requested(in: [:]) == .kernels)
    #expect(try ["", "kernels", "blas"].map(path) == [.kernels, .kernels, .blas])
    let error = #expect(throws: InvalidSetting.self) { try path("BLAS") }
    #expect(error?.description == "PERCEPTRON_PRODUCTS is 'BLAS', expected kernels or blas")
  }

  @Test("The products on both sides of the rule", arguments: [1, 31, 33], [63, 64, 65])
  func products(rows: Int, size: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = Affine<Scalar>(weights: .sample([size, 7]), bias: .sample([7], seed: 2))
      let x = Tensor<Scalar>.sample([rows, size], seed: 3)
      let upstream = Tensor<Scalar>.sample([rows, 7], seed: 4)
      let tolerance = 20 * Scalar.testTolerance
      expectClose(
        layer.forward(x), naiveMatmul(x, layer.weights) + Tensor<Double>(layer.bias),
        tolerance: tolerance)
      let gradients = layer.backward(upstream: upstream, input: x)
      expectClose(
        gradients.input, naiveMatmul(upstream, layer.weights, transposeB: true),
        tolerance: tolerance)
      expectClose(
        gradients.parameters["W"], naiveMatmul(x, upstream, transposeA: true),
        tolerance: tolerance)
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "A packed layer's products by the kernels and by OpenBLAS", arguments: [0, 1, 3, 17],
    [(1, 1), (3, 70), (64, 1), (65, 10), (100, 66), (1024, 5), (1500, 3)])
  func packed(rows: Int, size: (inputs: Int, outputs: Int)) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (inputs, outputs) = size
      let network = Network<Scalar>(
        inputSize: inputs,
        layers: [
          Affine(weights: .sample([inputs, outputs]), bias: .sample([outputs], seed: 2))
        ])
      let x = Tensor<Scalar>.sample([rows, inputs], seed: 3)
      let upstream = Tensor<Scalar>.sample([rows, outputs], seed: 4)
      let (weights, bias) = (network.parameters["W1"], network.parameters["b1"])
      let tolerance = 20 * Scalar.testTolerance
      for path in ProductPath.allCases {
        let packed = PackedWeights(of: network, path: path)
        guard let layer = packed.table[0] else {
          #expect(path == .kernels && inputs <= 64 && outputs <= 64)
          continue
        }
        var (y, inputGradient) = (
          Tensor<Scalar>.zeros([rows, outputs]), Tensor<Scalar>.zeros(x.shape)
        )
        let gradient = PackedWeights(zerosFor: network, path: path)
        x.withRows { x in
          upstream.withRows { upstream in
            y.withMutableRows { layer.forward(x, into: $0) }
            inputGradient.withMutableRows { layer.inputGradient(upstream, into: $0) }
            // In two parts each way.
            for outputs in [0..<outputs / 2, outputs / 2..<outputs] {
              for inputs in [0..<inputs / 3, inputs / 3..<inputs] {
                guard let target = gradient.table[0] else { continue }
                layer.weightGradient(
                  input: x, upstream: upstream, rows: outputs, columns: inputs,
                  into: target.weights + outputs.lowerBound * target.stride + inputs.lowerBound)
              }
            }
          }
        }
        var weightGradient = Tensor<Scalar>.zeros([inputs, outputs])
        gradient.unpack(layer: 0, position: 0, into: &weightGradient)
        expectClose(y, naiveMatmul(x, weights) + Tensor<Double>(bias), tolerance: tolerance)
        expectClose(
          inputGradient, naiveMatmul(upstream, weights, transposeB: true), tolerance: tolerance)
        expectClose(
          weightGradient, naiveMatmul(x, upstream, transposeA: true), tolerance: tolerance)
        var copy = network
        copy.updateParameters { $1 *= 0 }
        packed.unpack(into: &copy)
        #expect(copy == network)
      }
    }
    for type in scalarTypes { check(type) }
  }
}
