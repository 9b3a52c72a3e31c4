import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Broadcasting")
struct BroadcastTests {
  /// Every shape of rank 0 to 4 with extents of 1 and one other number for each axis.
  private static let shapes: [Shape] = (0...4).flatMap { rank -> [Shape] in
    let extents = Array([2, 5, 3, 17].suffix(rank))
    return (0..<1 << rank).map { (bits: Int) -> Shape in
      Shape(extents.enumerated().map { axis, extent in bits & (1 << axis) == 0 ? extent : 1 })
    }
  }

  /// The element of `tensor` that stands for the one at `index` of a larger shape.
  private static func element<Scalar>(_ tensor: Tensor<Scalar>, for index: [Int]) -> Scalar {
    var position = 0
    for axis in 0..<tensor.rank {
      let place = index[index.count - tensor.rank + axis]
      position = position * tensor.shape[axis] + (tensor.shape[axis] == 1 ? 0 : place)
    }
    return tensor[position: position]
  }

  /// The indices of a shape in row-major order.
  private static func indices(of shape: Shape) -> [[Int]] {
    shape.dimensions.reduce([[]]) { all, extent in
      all.flatMap { index in (0..<extent).map { index + [$0] } }
    }
  }

  @Test("every pair of shapes of rank 0 to 4 goes together as in NumPy", arguments: scalarTypes)
  func allPairs(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (one, other) in Self.shapes.flatMap({ one in Self.shapes.map { (one, $0) } }) {
        let rank = max(one.rank, other.rank)
        let expected = Shape(
          (0..<rank).map { axis in
            [one, other].map { shape in
              let own = axis - (rank - shape.rank)
              return own < 0 ? 1 : shape[own]
            }.max() ?? 1
          })
        #expect(Shape.broadcast(one, other) == expected, "\(one) and \(other)")
        let (a, b) = (Tensor<Scalar>.sample(one), Tensor<Scalar>.sample(other, seed: 2))
        let places = Self.indices(of: expected)
        let pairs = places.map { (Self.element(a, for: $0), Self.element(b, for: $0)) }
        #expect((a - b) == Tensor(pairs.map { $0 - $1 }, shape: expected), "\(one) - \(other)")
        #expect((a .< b) == Mask(pairs.map { $0 < $1 }, shape: expected), "\(one) .< \(other)")
        if expected == one {
          var target = a
          target /= b
          #expect(target == Tensor(pairs.map { $0 / $1 }, shape: expected), "\(one) /= \(other)")
        }
      }
    }
    check(type)
  }

  @Test("short rows go together with what is repeated along them, block by block")
  func shortRows() {
    for (rows, columns) in [(341, 3), (342, 3), (3000, 3), (33, 31), (1025, 1), (2050, 2)] {
      for shape: Shape in [[rows, columns], [2, rows, columns], [rows, 2, columns]] {
        let a = Tensor<Float>.sample(shape)
        var one = shape.dimensions.map { _ in 1 }
        one[shape.rank - 1] = columns
        var many = shape.dimensions
        many[shape.rank - 1] = 1
        let lasts = [Tensor<Float>.sample(Shape(one), seed: 2), .sample(Shape(many), seed: 3)]
        for b in lasts {
          let whole = b.broadcast(to: shape)
          #expect(a - b == a - whole && b - a == whole - a, "\(shape) and \(b.shape)")
          #expect((a .< b) == (a .< whole) && maximum(b, a) == maximum(whole, a))
          var target = a
          target *= b
          #expect(target == a * whole)
        }
      }
    }
  }

  @Test("an extent of 0 goes together with 1 and 0")
  func empty() {
    #expect(Shape.broadcast([3, 0], [3, 1]) == [3, 0])
    #expect(Shape.broadcast([0], [4, 1]) == [4, 0])
    #expect(Shape.broadcast([0], [2]) == nil)
    #expect((Tensor<Float>.zeros([3, 0]) + Tensor<Float>.zeros([3, 1])).shape == [3, 0])
    #expect((Tensor<Float>.zeros([0, 4]) .> Tensor<Float>.zeros([4])).shape == [0, 4])
  }

  @Test("results do not depend on how many threads share them")
  func large() {
    let rows = 700
    let a = Tensor<Float>.sample([rows, 301])
    let (column, row) = (Tensor<Float>.sample([rows, 1]), Tensor<Float>.sample([301], seed: 3))
    let sum = a * column + row
    var expected = a
    for i in 0..<rows {
      for j in 0..<301 { expected[i, j] = a[i, j] * column[i, 0] + row[j] }
    }
    #expect(sum == expected)
  }

  @Test("an operand that lives on is unchanged; one that does not may become the result")
  func reuse() {
    let a = Tensor<Float>.counting([2, 3])
    let b = a
    let c = (a + 1) * (b + 1) - a
    #expect(a == .counting([2, 3]) && b == a)
    #expect(c == [[1, 3, 7], [13, 21, 31]])
    var d = Tensor<Float>.counting([64])
    let before = d.address
    d = 2 * consume d
    #expect(d.address == before)
    d = consume d - b[0, .all].sum()
    #expect(d.address == before && d[63] == 123)
  }
}
