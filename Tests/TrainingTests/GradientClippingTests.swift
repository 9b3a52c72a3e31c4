import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

/// Clipping that NumPy computed is compared in OptimizerTests.
@Suite("Gradient clipping")
struct GradientClippingTests {
  /// A workspace whose only gradients are `weights`, of any number, and a bias's 0.
  static func workspace<Scalar: BLASScalar>(_ weights: [Scalar]) -> Network<Scalar>.Workspace {
    let network = Network<Scalar>(
      inputSize: weights.count,
      layers: [Affine<Scalar>(weights: .zeros([weights.count, 1]), bias: [0])])
    var workspace = Network.Workspace(for: network, batchSize: 1)
    workspace.gradients[0][0] = Tensor(weights, shape: [weights.count, 1])
    return workspace
  }

  @Test("Gradients longer than the maximum are scaled to it, shorter ones keep every bit")
  func norm() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var workspace = Self.workspace([3, -4] as [Scalar])
      #expect(GradientClipping.norm(maximum: 5.1).apply(to: &workspace) == 5)
      #expect(workspace.gradients[0][0].elements == [3, -4])
      #expect(GradientClipping.norm(maximum: 1).apply(to: &workspace) == 5)
      expectClose(workspace.gradients[0][0], [[0.6], [-0.8]] as Tensor<Double>, tolerance: 1e-6)
      expectClose(workspace.gradientNorm, 1, tolerance: 1e-6)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Elements outside the limit are brought to it")
  func value() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var workspace = Self.workspace([3, -4, 0.25, .infinity, -.infinity] as [Scalar])
      #expect(GradientClipping.value(limit: 0.5).apply(to: &workspace) == .infinity)
      #expect(workspace.gradients[0][0].elements == [0.5, -0.5, 0.25, 0.5, -0.5])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Without clipping gradients are neither read nor changed")
  func none() {
    var workspace = Self.workspace([3, -4] as [Float])
    #expect(GradientClipping.none.apply(to: &workspace) == nil)
    #expect(workspace.gradients[0][0].elements == [3, -4])
  }

  @Test(
    "NaN stays NaN, and a norm that is not finite changes nothing",
    arguments: [Double.nan, .infinity])
  func notFinite(value: Double) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var workspace = Self.workspace([3, Scalar(value)] as [Scalar])
      let norm = GradientClipping.norm(maximum: 1).apply(to: &workspace)
      #expect(norm?.isFinite == false && norm?.isNaN == value.isNaN)
      #expect(workspace.gradients[0][0][0, 0] == 3)
      #expect(!workspace.gradients[0][0][1, 0].isFinite)
      _ = GradientClipping.value(limit: 1).apply(to: &workspace)
      #expect(workspace.gradients[0][0][0, 0] == 1)
      #expect(workspace.gradients[0][0][1, 0].isNaN == value.isNaN)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Gradients whose squares overflow or vanish are clipped like any other")
  func extremes() {
    for scale in [1e37, 1e-30] {
      var workspace = Self.workspace([3 * Float(scale), -4 * Float(scale)])
      let norm = GradientClipping.norm(maximum: 1).apply(to: &workspace)
      expectClose((norm ?? 0) / scale, 5, tolerance: 1e-6)
      expectClose(workspace.gradientNorm, min(5 * scale, 1), tolerance: 1e-6)
    }
    var workspace = Self.workspace([3e300, -4e300])
    workspace.gradients[0][1] = [12e300]
    expectClose(workspace.gradientNorm / 1e300, 13, tolerance: 1e-12)
    GradientClipping.norm(maximum: 13).apply(to: &workspace)
    expectClose(workspace.gradients[0][1], [12] as Tensor<Double>, tolerance: 1e-6)
  }

  @Test("Gradients of 0 have norm 0 and stay 0; no gradients have norm 0")
  func zeros() {
    var workspace = Self.workspace([0, 0] as [Float])
    #expect(GradientClipping.norm(maximum: 1).apply(to: &workspace) == 0)
    #expect(workspace.gradients[0][0].elements == [0, 0])
    let network = Network<Float>(inputSize: 2, layers: [ReLU<Float>()])
    var empty = Network.Workspace(for: network, batchSize: 1)
    #expect(GradientClipping.norm(maximum: 1).apply(to: &empty) == 0)
  }

  @Test("Invalid limits are refused with their value")
  func badSettings() throws {
    for value in [0, -2, Double.nan, .infinity] {
      let norm = #expect(throws: InvalidSetting.self) {
        try GradientClipping.norm(maximum: value).check()
      }
      #expect(norm?.description == "maximum gradient norm is \(value), expected a number above 0")
      let limit = #expect(throws: InvalidSetting.self) {
        try GradientClipping.value(limit: value).check()
      }
      #expect(limit?.description == "gradient limit is \(value), expected a number above 0")
    }
    for clipping in [.none, .norm(maximum: 1), .value(limit: 0.1)] as [GradientClipping] {
      try clipping.check()
    }
  }
}
