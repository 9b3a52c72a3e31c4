import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Max-norm constraint")
struct MaxNormTests {
  /// Norms of 5 and 1 lead into two hidden units, a norm of 10 into one output.
  static func network<Scalar: BLASScalar>(_: Scalar.Type) -> Network<Scalar> {
    Network(
      inputSize: 2,
      layers: [
        Affine<Scalar>(weights: [[3, 1], [-4, 0]], bias: [70, -80]), ReLU<Scalar>(),
        Affine<Scalar>(weights: [[6], [8]], bias: [90]),
      ])
  }

  @Test("Only units whose weights are too long are scaled back; biases are free")
  func network() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var network = Self.network(Scalar.self)
      MaxNorm(2).apply(to: &network)
      expectClose(network.parameters["W1"], [[1.2, 1], [-1.6, 0]] as Tensor<Double>)
      expectClose(network.parameters["W2"], [[1.2], [1.6]] as Tensor<Double>)
      #expect(network.parameters["b1"] == [70, -80] && network.parameters["b2"] == [90])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Weights within the limit keep every bit")
  func within() {
    var network = Self.network(Float.self)
    MaxNorm(10).apply(to: &network)
    #expect(network == Self.network(Float.self))
  }

  @Test("Weights are scaled in their memory")
  func reusesMemory() {
    var network = Self.network(Float.self)
    func addresses() -> [UnsafePointer<Float>?] {
      network.parameters.map { $0.tensor.withUnsafeElements { $0.baseAddress } }
    }
    let before = addresses()
    MaxNorm(2).apply(to: &network)
    #expect(addresses() == before)
  }

  @Test("Matrices without rows or columns, and vectors, do not upset it")
  func degenerate() {
    for shape in [[0, 3], [3, 0]] as [Shape] {
      var weights = Tensor<Double>.zeros(shape)
      MaxNorm(1).apply(to: &weights)
      #expect(weights == .zeros(shape))
    }
    var vector: Tensor<Double> = [3, -0.5]
    MaxNorm(1).apply(to: &vector)
    #expect(vector == [1, -0.5])
  }
}
