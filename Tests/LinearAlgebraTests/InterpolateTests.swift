import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Interpolation")
struct InterpolateTests {
  @Test("A share of the way between two buffers, at every size", arguments: awkwardSizes)
  func share(count: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>.sample([count], seed: 1)
      var y = Tensor<Scalar>.sample([count], seed: 2)
      let expected = Tensor<Double>(
        (0..<count).map { 0.75 * Double(y[$0]) + 0.25 * Double(x[$0]) }, shape: [count])
      interpolate(x, into: &y, share: 0.25)
      expectClose(y, expected)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Elements at the target stay, whatever the share; a share of 0 changes nothing")
  func fixedPoint() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>.sample([33])
      var y = x
      for share in [0, 1e-3, 0.3, 1] as [Scalar] { interpolate(x, into: &y, share: share) }
      #expect(y == x)
      var other = Tensor<Scalar>.sample([33], seed: 2)
      interpolate(x, into: &other, share: 0)
      #expect(other == .sample([33], seed: 2))
      var broken = Tensor<Scalar>([.nan, 1, 2])
      interpolate(Tensor([1, Scalar.infinity, .nan]), into: &broken, share: 0.5)
      #expect(broken[0].isNaN && broken[1] == .infinity && broken[2].isNaN)
    }
    for type in scalarTypes { check(type) }
  }

  private func interpolate<Scalar>(
    _ x: Tensor<Scalar>, into y: inout Tensor<Scalar>, share: Scalar
  ) {
    x.withUnsafeElements { x in
      y.withUnsafeMutableElements {
        Scalar.interpolate(count: x.count, share: share, x.baseAddress!, into: $0.baseAddress!)
      }
    }
  }
}
