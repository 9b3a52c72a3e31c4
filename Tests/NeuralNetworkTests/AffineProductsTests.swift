import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetwork

/// Small layers' products are the kernels', the others BLAS's.
@Suite struct AffineProductsTests {
  @Test("Kernels take from 32 rows on, and up to 64 inputs and outputs")
  func rule() {
    for (rows, inputs, outputs, isSmall) in [
      (31, 64, 64, false), (32, 64, 64, true), (32, 65, 64, false), (32, 64, 65, false),
      (31, 1, 1, false), (32, 1, 1, true), (100_000, 64, 1, true), (100_000, 1, 65, false),
    ] {
      #expect(
        AffineProducts.isSmall(rows: rows, inputs: inputs, outputs: outputs) == isSmall,
        "\(rows) rows, \(inputs) × \(outputs)")
    }
  }

  @Test("The rule decides who computes", arguments: [1, 31, 32, 33])
  func whoComputes(rows: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      // A bias so large that ones added to it one by one are lost, as the kernel does; BLAS adds their
      // sum.
      let bias = 2 / Scalar.ulpOfOne
      let layer = Affine<Scalar>(
        weights: Tensor(shape: [8, 3], repeating: 1), bias: Tensor(shape: [3], repeating: bias))
      let y = layer.forward(Tensor(shape: [rows, 8], repeating: 1))
      #expect(y.elements.allSatisfy { $0 == (rows >= 32 ? bias : bias + 8) }, "\(y)")
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The products on both sides of the rule", arguments: [31, 32, 33], [63, 64, 65])
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
      let expected = naiveMatmul(x, upstream, transposeA: true)
      expectClose(gradients.parameters["W"], expected, tolerance: tolerance)
      // Some of its rows alone.
      var part = Tensor<Scalar>.zeros([size - 12, 7])
      x.withRows { x in
        upstream.withRows { upstream in
          part.withMutableRows {
            AffineProducts.weightGradient(
              input: x, upstream: upstream, rows: 5..<size - 7, into: $0)
          }
        }
      }
      expectClose(part, expected[rows: 5..<size - 7], tolerance: tolerance)
    }
    for type in scalarTypes { check(type) }
  }
}
