import PerceptronLinearAlgebra
import TestSupport
import Testing

/// The results are NumPy's.
@Suite("Joining and shaping")
struct JoiningTests {
  private let a: Tensor<Double> = [[1, 2], [3, 4]]
  private let b: Tensor<Double> = [[5, 6]]

  @Test("concatenate and stack along each axis")
  func joining() {
    #expect(concatenate([a, b]) == [[1, 2], [3, 4], [5, 6]])
    #expect(concatenate([a, b.transposed()], axis: 1) == [[1, 2, 5], [3, 4, 6]])
    #expect(concatenate([a, .zeros([2, 0]), a], axis: 1) == [[1, 2, 1, 2], [3, 4, 3, 4]])
    let (u, v): (Tensor<Double>, Tensor<Double>) = ([1, 2, 3], [4, 5, 6])
    #expect(stack([u, v]) == [[1, 2, 3], [4, 5, 6]])
    #expect(stack([u, v], axis: 1) == [[1, 4], [2, 5], [3, 6]])
    #expect(stack([Tensor(1.0), Tensor(2.0)]) == [1, 2])
    #expect(stack([a, a + 10], axis: 2)[1, 0, .all] == [3, 13])
  }

  @Test("split into equal parts and at borders gives back what concatenate takes")
  func splitting() {
    let x = Tensor<Double>.counting([3, 6, 2])
    for axis in 0..<3 {
      let parts = x.split(into: x.shape[axis], axis: axis)
      #expect(parts.count == x.shape[axis] && parts[0].shape[axis] == 1)
      #expect(concatenate(parts, axis: axis) == x)
    }
    let parts = x.split(at: [1, 1, 4], axis: 1)
    #expect(parts.map { $0.shape[1] } == [1, 0, 3, 2])
    #expect(concatenate(parts, axis: 1) == x)
  }

  @Test("repeat, tile, pad, flip and roll")
  func repeating() {
    #expect(a.repeated(2) == [[1, 2], [1, 2], [3, 4], [3, 4]])
    #expect(a.repeated(2, axis: 1) == [[1, 1, 2, 2], [3, 3, 4, 4]])
    #expect(a.tiled([1, 2]) == [[1, 2, 1, 2], [3, 4, 3, 4]])
    #expect(b.tiled([2, 1]) == [[5, 6], [5, 6]])
    #expect(b.tiled([0, 1]).shape == [0, 2])
    #expect(b.padded([(1, 0), (0, 2)], with: 9) == [[9, 9, 9, 9], [5, 6, 9, 9]])
    #expect(a.flipped(axis: 0) == [[3, 4], [1, 2]])
    #expect(a.flipped(axis: 1) == [[2, 1], [4, 3]])
    #expect(Tensor<Double>.zeros([0, 2]).flipped(axis: 0).shape == [0, 2])
    #expect(Tensor<Double>.counting([5]).rolled(by: 2, axis: 0) == [3, 4, 0, 1, 2])
    #expect(Tensor<Double>.counting([5]).rolled(by: -6, axis: 0) == [1, 2, 3, 4, 0])
  }

  @Test("axes come, go and change places")
  func axes() {
    #expect(a.expanded(axis: 0).shape == [1, 2, 2])
    #expect(a.expanded(axis: 2).squeezed(axis: 2) == a)
    #expect(Tensor<Float>.zeros([1, 3, 1]).squeezed().shape == [3])
    #expect(a.flattened() == [1, 2, 3, 4])
    let x = Tensor<Float>.counting([3, 2, 17, 5])
    let orders = [
      [0, 1, 2, 3], [0, 1, 3, 2], [3, 2, 1, 0], [1, 0, 2, 3], [2, 0, 3, 1], [3, 0, 1, 2],
    ]
    for order in orders {
      let y = x.transposed(axes: order)
      #expect(y.shape.dimensions == order.map { x.shape[$0] })
      var places = [0, 0, 0, 0]
      var isRight = true
      for i in 0..<y.shape[0] {
        for j in 0..<y.shape[1] {
          for k in 0..<y.shape[2] {
            for l in 0..<y.shape[3] {
              for (axis, index) in [i, j, k, l].enumerated() { places[order[axis]] = index }
              isRight = isRight && y[i, j, k, l] == x[places[0], places[1], places[2], places[3]]
            }
          }
        }
      }
      #expect(isRight, "\(order)")
    }
    #expect(Tensor<Float>.counting([4]).transposed(axes: [0]) == .counting([4]))
  }

  @Test("diagonals and triangles, also of matrices that are not square")
  func diagonals() {
    let x = Tensor<Double>.counting([3, 4])
    #expect(x.diagonal() == [0, 5, 10])
    #expect(x.diagonal(offset: 2) == [2, 7])
    #expect(x.diagonal(offset: -1) == [4, 9])
    #expect(x.diagonal(offset: 9).shape == [0])
    #expect(x.lowerTriangle() == [[0, 0, 0, 0], [4, 5, 0, 0], [8, 9, 10, 0]])
    #expect(x.lowerTriangle(offset: -1) == [[0, 0, 0, 0], [4, 0, 0, 0], [8, 9, 0, 0]])
    #expect(x.upperTriangle() == [[0, 1, 2, 3], [0, 5, 6, 7], [0, 0, 10, 11]])
    #expect(x.upperTriangle(offset: 2) == [[0, 0, 2, 3], [0, 0, 0, 7], [0, 0, 0, 0]])
  }
}
