import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Masks")
struct MaskTests {
  private let x = Tensor<Float>([[-1, 0, 2], [.nan, .infinity, -0.0]])

  @Test("comparisons with tensors and numbers on either side; NaN is unequal to everything")
  func comparisons() {
    #expect((x .< 0) == Mask([true, false, false, false, false, false], shape: [2, 3]))
    #expect((x .<= 0).elements == [true, true, false, false, false, true])
    #expect((x .> 0).elements == [false, false, true, false, true, false])
    #expect((x .>= 0).elements == [false, true, true, false, true, true])
    #expect((x .== 0).elements == [false, true, false, false, false, true])
    #expect((x .!= 0).elements == [true, false, true, true, true, false])
    #expect((0 .< x) == (x .> 0))
    #expect((0 .>= x) == (x .<= 0))
    #expect((x .== x).elements == [true, true, true, false, true, true])
    #expect((x .< [0, 1, 2]).elements == [true, true, false, false, false, true])
    // Variables: integers, doubles and numbers of the scalar type.
    let (n, d, s) = (0, 0.5, Float(0.5))
    #expect((x .< n) == (x .< 0) && (n .< x) == (x .> 0) && (x .== n) == (n .== x))
    #expect((x .<= d) == (x .<= s) && (d .<= x) == (s .<= x) && (x .!= d) == (s .!= x))
    #expect((x .> d) == (x .> 0.5) && (x .>= d) == (s .<= x) && (x .> s) == (d .< x))
    #expect(
      (Tensor<Double>(x) .> d) == (x .> d) && (x .< .infinity) == ((x .!= .infinity) .& (x .== x)))
    #expect(x.isNaN().truePositions() == [3])
    #expect(x.isFinite().elements == [true, true, true, false, false, true])
  }

  @Test(
    "kernels compare and replace alike on every level and at every length", arguments: scalarTypes)
  func levels(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for count in [0, 1, 7, 16, 33, 130] {
        let (a, b) = (Tensor<Scalar>.sample([count]), Tensor<Scalar>.sample([count], seed: 4))
        onEveryLevel { level in
          #expect((a .<= b).elements == zip(a.elements, b.elements).map { $0 <= $1 }, "\(level)")
          let larger = a.replacing(with: b, where: a .< b)
          #expect(larger.elements == zip(a.elements, b.elements).map { max($0, $1) }, "\(level)")
          let rectified = a.replacing(with: 0, where: a .< 0)
          #expect(rectified.elements == a.elements.map { max($0, 0) }, "\(level)")
        }
      }
    }
    check(type)
  }

  @Test("logic, element by element, broadcast")
  func logic() {
    let (a, b): (Mask, Mask) = ([true, true, false, false], [true, false, true, false])
    #expect((a .& b) == [true, false, false, false])
    #expect((a .| b) == [true, true, true, false])
    #expect((a .^ b) == [false, true, true, false])
    #expect(.!a == [false, false, true, true])
    let column = Mask([true, false], shape: [2, 1])
    #expect((column .& b) == Mask(b.elements + [false, false, false, false], shape: [2, 4]))
  }

  @Test("any, all and counts, as a whole and along each axis")
  func reductions() {
    let mask = Mask([true, false, true, false, false, true], shape: [2, 3])
    #expect(mask.any() && !mask.all() && mask.trueCount() == 3)
    #expect(mask.any(axis: 0) == [true, false, true])
    #expect(mask.all(axis: 0) == [false, false, true])
    #expect(Mask([true, true, true, false], shape: [2, 2]).all(axis: 0) == [true, false])
    #expect(mask.trueCount(axis: 1) == [2, 1])
    let none = Mask(shape: [0, 2], repeating: true)
    #expect(!none.any() && none.all() && none.all(axis: 0) == [true, true])
  }

  @Test(
    "long masks are counted, put together and listed as short ones are", arguments: [1, 31, 9000])
  func long(columns: Int) {
    let rows = 9000 / columns + 3
    let mask = Tensor<Float>.sample([rows, columns]) .> 0
    let positions = (0..<mask.count).filter { mask[position: $0] }
    #expect(mask.truePositions() == positions && mask.trueCount() == positions.count)
    #expect(Mask(shape: [rows, columns], repeating: true).trueCount() == rows * columns)
    for axis in 0..<2 {
      let (lines, length) = axis == 0 ? (columns, rows) : (rows, columns)
      let counts = (0..<lines).map { line in
        (0..<length).count { mask[position: axis == 0 ? $0 * columns + line : line * columns + $0] }
      }
      #expect(mask.trueCount(axis: axis) == counts)
      #expect(mask.any(axis: axis).elements == counts.map { $0 > 0 })
      #expect(mask.all(axis: axis).elements == counts.map { $0 == length })
    }
    #expect((mask .^ .!mask).all() && !(mask .& .!mask).any())
  }

  @Test("what a mask replaces broadcasts")
  func replacing() {
    let y: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    let rows = Mask([true, false], shape: [2, 1])
    #expect(y.replacing(with: [10, 20, 30], where: rows) == [[10, 20, 30], [4, 5, 6]])
    #expect(Tensor<Float>(0).replacing(with: y, where: y .> 3) == [[0, 0, 0], [4, 5, 6]])
    var z = y
    z.replace(with: -1, where: y .== 2)
    #expect(z == [[1, -1, 3], [4, 5, 6]])
    #expect(Tensor<Float>(y .> 4) == [[0, 0, 0], [0, 1, 1]])
  }

  @Test("a mask shows T and F")
  func description() {
    #expect((x .> 0).description == "[[F, F, T],\n [F, T, F]]")
  }
}
