// Written by scripts/make-numpy-table.
import PerceptronLinearAlgebra

/// A call of NumPy's or SciPy's, its counterpart here, the counterpart's result, and NumPy's or SciPy's.
struct NumPyCall: Sendable {
  let call: String
  let swift: String
  let result: @Sendable () throws -> Answer
  let expected: Answer
}

extension NumPyCall {
  static let a: Tensor<Double> = [[2.5, -1, 0.5, 3], [0.25, 4, -2, 1.5], [-3.5, 2, 1, -0.75]]
  static let b: Tensor<Double> = [[1, 2, -0.5, 0.25], [3, -1.5, 2.5, 4], [0.75, 1.25, -2.25, 1]]
  static let s: Tensor<Double> = [
    [4, 1, -0.5, 0.25], [1.5, 3, 0.75, -1], [-0.25, 0.5, 5, 1.25], [0.5, -1.5, 1, 2],
  ]
  static let p: Tensor<Double> = [
    [5, 1, 0.5, -0.25], [1, 4, -0.75, 0.5], [0.5, -0.75, 3, 1], [-0.25, 0.5, 1, 2],
  ]
  static let v: Tensor<Double> = [0.5, -1.25, 2, 0.75]
  static let w: Tensor<Double> = [1, 2, -0.5, 4]
  static let u: Tensor<Double> = [3, 1, 2, 3, 1, 1]
  static let t: Tensor<Double> = [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]]
  static let n = [2, 0, 1, 2, 2]

  static let making: [NumPyCall] = [
    NumPyCall(
      call: "np.array([[1.0, 2.0], [3.0, 4.0]])", swift: "[[1, 2], [3, 4]] as Tensor<Double>",
      result: { Answer([[1, 2], [3, 4]] as Tensor<Double>) },
      expected: Answer([1, 2, 3, 4], shape: [2, 2])),
    NumPyCall(
      call: "np.zeros((2, 3))", swift: "Tensor<Double>.zeros([2, 3])",
      result: { Answer(Tensor<Double>.zeros([2, 3])) },
      expected: Answer([0, 0, 0, 0, 0, 0], shape: [2, 3])),
    NumPyCall(
      call: "np.ones((2, 3))", swift: "Tensor<Double>.ones([2, 3])",
      result: { Answer(Tensor<Double>.ones([2, 3])) },
      expected: Answer([1, 1, 1, 1, 1, 1], shape: [2, 3])),
    NumPyCall(
      call: "np.full((2, 3), 7.0)", swift: "Tensor<Double>(shape: [2, 3], repeating: 7)",
      result: { Answer(Tensor<Double>(shape: [2, 3], repeating: 7)) },
      expected: Answer([7, 7, 7, 7, 7, 7], shape: [2, 3])),
    NumPyCall(
      call: "np.eye(3)", swift: "Tensor<Double>.eye(3)",
      result: { Answer(Tensor<Double>.eye(3)) },
      expected: Answer([1, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3])),
    NumPyCall(
      call: "np.eye(3, 4, 1)", swift: "Tensor<Double>.eye(3, 4, offset: 1)",
      result: { Answer(Tensor<Double>.eye(3, 4, offset: 1)) },
      expected: Answer([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], shape: [3, 4])),
    NumPyCall(
      call: "np.arange(5.0)", swift: "Tensor<Double>.arange(5)",
      result: { Answer(Tensor<Double>.arange(5)) },
      expected: Answer([0, 1, 2, 3, 4], shape: [5])),
    NumPyCall(
      call: "np.arange(1.0, 2.0, 0.25)", swift: "Tensor<Double>.arange(from: 1, to: 2, by: 0.25)",
      result: { Answer(Tensor<Double>.arange(from: 1, to: 2, by: 0.25)) },
      expected: Answer([1, 1.25, 1.5, 1.75], shape: [4])),
    NumPyCall(
      call: "np.linspace(0, 1, 7)", swift: "Tensor<Double>.linspace(from: 0, to: 1, count: 7)",
      result: { Answer(Tensor<Double>.linspace(from: 0, to: 1, count: 7)) },
      expected: Answer(
        [
          0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666, 0.8333333333333333,
          1,
        ], shape: [7])),
    NumPyCall(
      call: "np.logspace(0, 2, 5)", swift: "Tensor<Double>.logspace(from: 0, to: 2, count: 5)",
      result: { Answer(Tensor<Double>.logspace(from: 0, to: 2, count: 5)) },
      expected: Answer([1, 3.1622776601683795, 10, 31.622776601683793, 100], shape: [5])),
    NumPyCall(
      call: "np.diag(v)", swift: "Tensor.diagonal(v)",
      result: { Answer(Tensor.diagonal(v)) },
      expected: Answer([0.5, 0, 0, 0, 0, -1.25, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0.75], shape: [4, 4])),
    NumPyCall(
      call: "np.outer(v, w)", swift: "outer(v, w)",
      result: { Answer(outer(v, w)) },
      expected: Answer(
        [0.5, 1, -0.25, 2, -1.25, -2.5, 0.625, -5, 2, 4, -1, 8, 0.75, 1.5, -0.375, 3],
        shape: [4, 4])),
    NumPyCall(
      call: "np.kron(a, p)", swift: "kron(a, p)",
      result: { Answer(kron(a, p)) },
      expected: Answer(
        [
          12.5, 2.5, 1.25, -0.625, -5, -1, -0.5, 0.25, 2.5, 0.5, 0.25, -0.125, 15, 3, 1.5, -0.75,
          2.5, 10, -1.875, 1.25, -1, -4, 0.75, -0.5, 0.5, 2, -0.375, 0.25, 3, 12, -2.25, 1.5, 1.25,
          -1.875, 7.5, 2.5, -0.5, 0.75, -3, -1, 0.25, -0.375, 1.5, 0.5, 1.5, -2.25, 9, 3, -0.625,
          1.25, 2.5, 5, 0.25, -0.5, -1, -2, -0.125, 0.25, 0.5, 1, -0.75, 1.5, 3, 6, 1.25, 0.25,
          0.125, -0.0625, 20, 4, 2, -1, -10, -2, -1, 0.5, 7.5, 1.5, 0.75, -0.375, 0.25, 1, -0.1875,
          0.125, 4, 16, -3, 2, -2, -8, 1.5, -1, 1.5, 6, -1.125, 0.75, 0.125, -0.1875, 0.75, 0.25, 2,
          -3, 12, 4, -1, 1.5, -6, -2, 0.75, -1.125, 4.5, 1.5, -0.0625, 0.125, 0.25, 0.5, -1, 2, 4,
          8, 0.5, -1, -2, -4, -0.375, 0.75, 1.5, 3, -17.5, -3.5, -1.75, 0.875, 10, 2, 1, -0.5, 5, 1,
          0.5, -0.25, -3.75, -0.75, -0.375, 0.1875, -3.5, -14, 2.625, -1.75, 2, 8, -1.5, 1, 1, 4,
          -0.75, 0.5, -0.75, -3, 0.5625, -0.375, -1.75, 2.625, -10.5, -3.5, 1, -1.5, 6, 2, 0.5,
          -0.75, 3, 1, -0.375, 0.5625, -2.25, -0.75, 0.875, -1.75, -3.5, -7, -0.5, 1, 2, 4, -0.25,
          0.5, 1, 2, 0.1875, -0.375, -0.75, -1.5,
        ], shape: [12, 16])),
    NumPyCall(
      call: "np.vander(v)", swift: "vander(v)",
      result: { Answer(vander(v)) },
      expected: Answer(
        [0.125, 0.25, 0.5, 1, -1.953125, 1.5625, -1.25, 1, 8, 4, 2, 1, 0.421875, 0.5625, 0.75, 1],
        shape: [4, 4])),
    NumPyCall(
      call: "np.eye(3)[n]", swift: "Tensor<Double>.oneHot(n, classes: 3)",
      result: { Answer(Tensor<Double>.oneHot(n, classes: 3)) },
      expected: Answer([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], shape: [5, 3])),
    NumPyCall(
      call: "np.meshgrid(v, w)[0]", swift: "meshgrid(v, w)[0]",
      result: { Answer(meshgrid(v, w)[0]) },
      expected: Answer(
        [0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75],
        shape: [4, 4])),
    NumPyCall(
      call: "a.astype(np.float32)", swift: "Tensor<Float>(a)",
      result: { Answer(Tensor<Float>(a)) },
      expected: Answer([2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5, -3.5, 2, 1, -0.75], shape: [3, 4])),
  ]

  static let shapeAndOrder: [NumPyCall] = [
    NumPyCall(
      call: "a.shape", swift: "a.shape",
      result: { Answer(a.shape) },
      expected: Answer([3, 4], shape: [2])),
    NumPyCall(
      call: "a.ndim", swift: "a.rank",
      result: { Answer(a.rank) },
      expected: Answer([2], shape: [])),
    NumPyCall(
      call: "a.size", swift: "a.count",
      result: { Answer(a.count) },
      expected: Answer([12], shape: [])),
    NumPyCall(
      call: "a.reshape(2, 6)", swift: "a.reshaped(to: [2, 6])",
      result: { Answer(a.reshaped(to: [2, 6])) },
      expected: Answer([2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5, -3.5, 2, 1, -0.75], shape: [2, 6])),
    NumPyCall(
      call: "a.ravel()", swift: "a.flattened()",
      result: { Answer(a.flattened()) },
      expected: Answer([2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5, -3.5, 2, 1, -0.75], shape: [12])),
    NumPyCall(
      call: "a.T", swift: "a.transposed()",
      result: { Answer(a.transposed()) },
      expected: Answer([2.5, 0.25, -3.5, -1, 4, 2, 0.5, -2, 1, 3, 1.5, -0.75], shape: [4, 3])),
    NumPyCall(
      call: "np.transpose(t, (2, 0, 1))", swift: "t.transposed(axes: [2, 0, 1])",
      result: { Answer(t.transposed(axes: [2, 0, 1])) },
      expected: Answer([1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12], shape: [2, 2, 3])),
    NumPyCall(
      call: "np.expand_dims(v, 0)", swift: "v.expanded(axis: 0)",
      result: { Answer(v.expanded(axis: 0)) },
      expected: Answer([0.5, -1.25, 2, 0.75], shape: [1, 4])),
    NumPyCall(
      call: "np.squeeze(a[:, 1:2])", swift: "a[.all, 1..<2].squeezed()",
      result: { Answer(a[.all, 1..<2].squeezed()) },
      expected: Answer([-1, 4, 2], shape: [3])),
    NumPyCall(
      call: "np.broadcast_to(v, (3, 4))", swift: "v.broadcast(to: [3, 4])",
      result: { Answer(v.broadcast(to: [3, 4])) },
      expected: Answer(
        [0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75], shape: [3, 4])),
    NumPyCall(
      call: "np.flip(a, 1)", swift: "a.flipped(axis: 1)",
      result: { Answer(a.flipped(axis: 1)) },
      expected: Answer([3, 0.5, -1, 2.5, 1.5, -2, 4, 0.25, -0.75, 1, 2, -3.5], shape: [3, 4])),
    NumPyCall(
      call: "np.roll(v, 1)", swift: "v.rolled(by: 1, axis: 0)",
      result: { Answer(v.rolled(by: 1, axis: 0)) },
      expected: Answer([0.75, 0.5, -1.25, 2], shape: [4])),
    NumPyCall(
      call: "np.diag(s, 1)", swift: "s.diagonal(offset: 1)",
      result: { Answer(s.diagonal(offset: 1)) },
      expected: Answer([1, 0.75, 1.25], shape: [3])),
    NumPyCall(
      call: "np.tril(s)", swift: "s.lowerTriangle()",
      result: { Answer(s.lowerTriangle()) },
      expected: Answer(
        [4, 0, 0, 0, 1.5, 3, 0, 0, -0.25, 0.5, 5, 0, 0.5, -1.5, 1, 2], shape: [4, 4])),
    NumPyCall(
      call: "np.triu(s, 1)", swift: "s.upperTriangle(offset: 1)",
      result: { Answer(s.upperTriangle(offset: 1)) },
      expected: Answer(
        [0, 1, -0.5, 0.25, 0, 0, 0.75, -1, 0, 0, 0, 1.25, 0, 0, 0, 0], shape: [4, 4])),
  ]

  static let indexing: [NumPyCall] = [
    NumPyCall(
      call: "a[1, 2]", swift: "a[1, 2]",
      result: { Answer(a[1, 2]) },
      expected: Answer([-2], shape: [])),
    NumPyCall(
      call: "a[1]", swift: "a.row(1)",
      result: { Answer(a.row(1)) },
      expected: Answer([0.25, 4, -2, 1.5], shape: [4])),
    NumPyCall(
      call: "a[:, 1]", swift: "a[.all, 1]",
      result: { Answer(a[.all, 1]) },
      expected: Answer([-1, 4, 2], shape: [3])),
    NumPyCall(
      call: "a[1:3, 2:]", swift: "a[1..<3, 2...]",
      result: { Answer(a[1..<3, 2...]) },
      expected: Answer([-2, 1.5, 1, -0.75], shape: [2, 2])),
    NumPyCall(
      call: "a[:, ::2]", swift: "a[.all, .stride(from: 0, by: 2)]",
      result: { Answer(a[.all, .stride(from: 0, by: 2)]) },
      expected: Answer([2.5, 0.5, 0.25, -2, -3.5, 1], shape: [3, 2])),
    NumPyCall(
      call: "a[[2, 0, 2]]", swift: "a[rows: [2, 0, 2]]",
      result: { Answer(a[rows: [2, 0, 2]]) },
      expected: Answer([-3.5, 2, 1, -0.75, 2.5, -1, 0.5, 3, -3.5, 2, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[:, [3, 1]]", swift: "a[.all, [3, 1]]",
      result: { Answer(a[.all, [3, 1]]) },
      expected: Answer([3, -1, 1.5, 4, -0.75, 2], shape: [3, 2])),
    NumPyCall(
      call: "a[np.ix_([0, 2], [1, 3])]", swift: "a[[0, 2], [1, 3]]",
      result: { Answer(a[[0, 2], [1, 3]]) },
      expected: Answer([-1, 3, 2, -0.75], shape: [2, 2])),
    NumPyCall(
      call: "a[a > 1]", swift: "a[a .> 1]",
      result: { Answer(a[a .> 1]) },
      expected: Answer([2.5, 3, 4, 1.5, 2], shape: [5])),
    NumPyCall(
      call: "a[a[:, 0] > 0]", swift: "a[a[.all, 0] .> 0]",
      result: { Answer(a[a[.all, 0] .> 0]) },
      expected: Answer([2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5], shape: [2, 4])),
    NumPyCall(
      call: "np.take_along_axis(a, np.argsort(a, 1), 1)",
      swift: "a.takingAlong(a.argsort(axis: 1), axis: 1)",
      result: { Answer(a.takingAlong(a.argsort(axis: 1), axis: 1)) },
      expected: Answer([-1, 0.5, 2.5, 3, -2, 0.25, 1.5, 4, -3.5, -0.75, 1, 2], shape: [3, 4])),
    NumPyCall(
      call: "np.where(a > 0, a, b)", swift: "b.replacing(with: a, where: a .> 0)",
      result: { Answer(b.replacing(with: a, where: a .> 0)) },
      expected: Answer([2.5, 2, 0.5, 3, 0.25, 4, 2.5, 1.5, 0.75, 2, 1, 1], shape: [3, 4])),
    NumPyCall(
      call: "np.flatnonzero(v > 0)", swift: "(v .> 0).truePositions()",
      result: { Answer((v .> 0).truePositions()) },
      expected: Answer([0, 2, 3], shape: [3])),
  ]

  static let writing: [NumPyCall] = [
    NumPyCall(
      call: "a[:, 1] = 0", swift: "a[.all, 1].fill(with: 0)",
      result: {
        Answer(
          {
            var a = a; a[.all, 1].fill(with: 0); return a
          }())
      },
      expected: Answer([2.5, 0, 0.5, 3, 0.25, 0, -2, 1.5, -3.5, 0, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[1] = v", swift: "a[1, .all] = v",
      result: {
        Answer(
          {
            var a = a; a[1, .all] = v; return a
          }())
      },
      expected: Answer([2.5, -1, 0.5, 3, 0.5, -1.25, 2, 0.75, -3.5, 2, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[:, 1] = b[:, 0]", swift: "a[.all, 1] = b[.all, 0]",
      result: {
        Answer(
          {
            var a = a; a[.all, 1] = b[.all, 0]; return a
          }())
      },
      expected: Answer([2.5, 1, 0.5, 3, 0.25, 3, -2, 1.5, -3.5, 0.75, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[:, 1] += v[:3]", swift: "a[.all, 1] += v[..<3]",
      result: {
        Answer(
          {
            var a = a; a[.all, 1] += v[..<3]; return a
          }())
      },
      expected: Answer([2.5, -0.5, 0.5, 3, 0.25, 2.75, -2, 1.5, -3.5, 4, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[a > 1] = 0", swift: "a.replace(with: 0, where: a .> 1)",
      result: {
        Answer(
          {
            var a = a; a.replace(with: 0, where: a .> 1); return a
          }())
      },
      expected: Answer([0, -1, 0.5, 0, 0.25, 0, -2, 0, -3.5, 0, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[a > 1] *= 2", swift: "a[a .> 1] *= 2",
      result: {
        Answer(
          {
            var a = a; a[a .> 1] *= 2; return a
          }())
      },
      expected: Answer([5, -1, 0.5, 6, 0.25, 8, -2, 3, -3.5, 4, 1, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "a[[0, 2]] = b[[1, 1]]", swift: "a[rows: [0, 2]] = b[rows: [1, 1]]",
      result: {
        Answer(
          {
            var a = a; a[rows: [0, 2]] = b[rows: [1, 1]]; return a
          }())
      },
      expected: Answer([3, -1.5, 2.5, 4, 0.25, 4, -2, 1.5, 3, -1.5, 2.5, 4], shape: [3, 4])),
    NumPyCall(
      call: "a[...] = 7", swift: "a.fill(with: 7)",
      result: {
        Answer(
          {
            var a = a; a.fill(with: 7); return a
          }())
      },
      expected: Answer([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], shape: [3, 4])),
    NumPyCall(
      call: "a[...] = v", swift: "a[...] = v",
      result: {
        Answer(
          {
            var a = a; a[...] = v; return a
          }())
      },
      expected: Answer(
        [0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75, 0.5, -1.25, 2, 0.75], shape: [3, 4])),
  ]

  static let joining: [NumPyCall] = [
    NumPyCall(
      call: "np.concatenate([a, b])", swift: "concatenate([a, b])",
      result: { Answer(concatenate([a, b])) },
      expected: Answer(
        [
          2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5, -3.5, 2, 1, -0.75, 1, 2, -0.5, 0.25, 3, -1.5, 2.5, 4,
          0.75, 1.25, -2.25, 1,
        ], shape: [6, 4])),
    NumPyCall(
      call: "np.concatenate([a, b], axis=1)", swift: "concatenate([a, b], axis: 1)",
      result: { Answer(concatenate([a, b], axis: 1)) },
      expected: Answer(
        [
          2.5, -1, 0.5, 3, 1, 2, -0.5, 0.25, 0.25, 4, -2, 1.5, 3, -1.5, 2.5, 4, -3.5, 2, 1, -0.75,
          0.75, 1.25, -2.25, 1,
        ], shape: [3, 8])),
    NumPyCall(
      call: "np.stack([v, w], axis=1)", swift: "stack([v, w], axis: 1)",
      result: { Answer(stack([v, w], axis: 1)) },
      expected: Answer([0.5, 1, -1.25, 2, 2, -0.5, 0.75, 4], shape: [4, 2])),
    NumPyCall(
      call: "np.split(a, 2, axis=1)[1]", swift: "a.split(into: 2, axis: 1)[1]",
      result: { Answer(a.split(into: 2, axis: 1)[1]) },
      expected: Answer([0.5, 3, -2, 1.5, 1, -0.75], shape: [3, 2])),
    NumPyCall(
      call: "np.split(a, [1, 3], axis=1)[1]", swift: "a.split(at: [1, 3], axis: 1)[1]",
      result: { Answer(a.split(at: [1, 3], axis: 1)[1]) },
      expected: Answer([-1, 0.5, 4, -2, 2, 1], shape: [3, 2])),
    NumPyCall(
      call: "np.repeat(v, 3)", swift: "v.repeated(3)",
      result: { Answer(v.repeated(3)) },
      expected: Answer(
        [0.5, 0.5, 0.5, -1.25, -1.25, -1.25, 2, 2, 2, 0.75, 0.75, 0.75], shape: [12])),
    NumPyCall(
      call: "np.tile(a, (2, 1))", swift: "a.tiled([2, 1])",
      result: { Answer(a.tiled([2, 1])) },
      expected: Answer(
        [
          2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5, -3.5, 2, 1, -0.75, 2.5, -1, 0.5, 3, 0.25, 4, -2, 1.5,
          -3.5, 2, 1, -0.75,
        ], shape: [6, 4])),
    NumPyCall(
      call: "np.pad(a, ((1, 0), (0, 2)))", swift: "a.padded([(1, 0), (0, 2)])",
      result: { Answer(a.padded([(1, 0), (0, 2)])) },
      expected: Answer(
        [0, 0, 0, 0, 0, 0, 2.5, -1, 0.5, 3, 0, 0, 0.25, 4, -2, 1.5, 0, 0, -3.5, 2, 1, -0.75, 0, 0],
        shape: [4, 6])),
  ]

  static let arithmetic: [NumPyCall] = [
    NumPyCall(
      call: "a + b", swift: "a + b",
      result: { Answer(a + b) },
      expected: Answer(
        [3.5, 1, 0, 3.25, 3.25, 2.5, 0.5, 5.5, -2.75, 3.25, -1.25, 0.25], shape: [3, 4])),
    NumPyCall(
      call: "2 * a - 1", swift: "2 * a - 1",
      result: { Answer(2 * a - 1) },
      expected: Answer([4, -3, 0, 5, -0.5, 7, -5, 2, -8, 3, 1, -2.5], shape: [3, 4])),
    NumPyCall(
      call: "a * v", swift: "a * v",
      result: { Answer(a * v) },
      expected: Answer(
        [1.25, 1.25, 1, 2.25, 0.125, -5, -4, 1.125, -1.75, -2.5, 2, -0.5625], shape: [3, 4])),
    NumPyCall(
      call: "a / a[:, :1]", swift: "a / a[.all, ..<1]",
      result: { Answer(a / a[.all, ..<1]) },
      expected: Answer(
        [
          1, -0.4, 0.2, 1.2, 1, 16, -8, 6, 1, -0.5714285714285714, -0.2857142857142857,
          0.21428571428571427,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.negative(a)", swift: "-a",
      result: { Answer(-a) },
      expected: Answer([-2.5, 1, -0.5, -3, -0.25, -4, 2, -1.5, 3.5, -2, -1, 0.75], shape: [3, 4])),
    NumPyCall(
      call: "a > b", swift: "a .> b",
      result: { Answer(a .> b) },
      expected: Answer([1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0], shape: [3, 4])),
    NumPyCall(
      call: "a == 4", swift: "a .== 4",
      result: { Answer(a .== 4) },
      expected: Answer([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], shape: [3, 4])),
    NumPyCall(
      call: "(a > 0) & (b < 1)", swift: "(a .> 0) .& (b .< 1)",
      result: { Answer((a .> 0) .& (b .< 1)) },
      expected: Answer([0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0], shape: [3, 4])),
    NumPyCall(
      call: "~(a > 0) | (b > 0)", swift: ".!(a .> 0) .| (b .> 0)",
      result: { Answer(.!(a .> 0) .| (b .> 0)) },
      expected: Answer([1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1], shape: [3, 4])),
    NumPyCall(
      call: "np.array_equal(a, b)", swift: "a == b",
      result: { Answer(a == b) },
      expected: Answer([0], shape: [])),
    NumPyCall(
      call: "np.allclose(a, b)", swift: "a.isClose(to: b).all()",
      result: { Answer(a.isClose(to: b).all()) },
      expected: Answer([0], shape: [])),
    NumPyCall(
      call: "np.isnan(a)", swift: "a.isNaN()",
      result: { Answer(a.isNaN()) },
      expected: Answer([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], shape: [3, 4])),
    NumPyCall(
      call: "np.isfinite(a)", swift: "a.isFinite()",
      result: { Answer(a.isFinite()) },
      expected: Answer([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], shape: [3, 4])),
  ]

  static let functions: [NumPyCall] = [
    NumPyCall(
      call: "np.exp(a)", swift: "exp(a)",
      result: { Answer(exp(a)) },
      expected: Answer(
        [
          12.182493960703473, 0.36787944117144233, 1.6487212707001282, 20.085536923187668,
          1.2840254166877414, 54.598150033144236, 0.1353352832366127, 4.4816890703380645,
          0.0301973834223185, 7.38905609893065, 2.718281828459045, 0.4723665527410147,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.exp2(a)", swift: "exp2(a)",
      result: { Answer(exp2(a)) },
      expected: Answer(
        [
          5.656854249492381, 0.5, 1.4142135623730951, 8, 1.189207115002721, 16, 0.25,
          2.8284271247461903, 0.08838834764831845, 4, 2, 0.5946035575013605,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.expm1(a)", swift: "expm1(a)",
      result: { Answer(expm1(a)) },
      expected: Answer(
        [
          11.182493960703473, -0.6321205588285577, 0.6487212707001282, 19.085536923187668,
          0.2840254166877415, 53.598150033144236, -0.8646647167633873, 3.481689070338065,
          -0.9698026165776815, 6.38905609893065, 1.7182818284590453, -0.5276334472589853,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.log(p + 1)", swift: "log(p + 1)",
      result: { Answer(log(p + 1)) },
      expected: Answer(
        [
          1.791759469228055, 0.6931471805599453, 0.4054651081081644, -0.2876820724517809,
          0.6931471805599453, 1.6094379124341003, -1.3862943611198906, 0.4054651081081644,
          0.4054651081081644, -1.3862943611198906, 1.3862943611198906, 0.6931471805599453,
          -0.2876820724517809, 0.4054651081081644, 0.6931471805599453, 1.0986122886681098,
        ], shape: [4, 4])),
    NumPyCall(
      call: "np.log2(p + 1)", swift: "log2(p + 1)",
      result: { Answer(log2(p + 1)) },
      expected: Answer(
        [
          2.584962500721156, 1, 0.5849625007211562, -0.4150374992788438, 1, 2.321928094887362, -2,
          0.5849625007211562, 0.5849625007211562, -2, 2, 1, -0.4150374992788438, 0.5849625007211562,
          1, 1.584962500721156,
        ], shape: [4, 4])),
    NumPyCall(
      call: "np.log10(p + 1)", swift: "log10(p + 1)",
      result: { Answer(log10(p + 1)) },
      expected: Answer(
        [
          0.7781512503836436, 0.3010299956639812, 0.17609125905568124, -0.12493873660829995,
          0.3010299956639812, 0.6989700043360189, -0.6020599913279624, 0.17609125905568124,
          0.17609125905568124, -0.6020599913279624, 0.6020599913279624, 0.3010299956639812,
          -0.12493873660829995, 0.17609125905568124, 0.3010299956639812, 0.47712125471966244,
        ], shape: [4, 4])),
    NumPyCall(
      call: "np.log1p(b * b)", swift: "log1p(b * b)",
      result: { Answer(log1p(b * b)) },
      expected: Answer(
        [
          0.6931471805599453, 1.6094379124341003, 0.22314355131420976, 0.06062462181643484,
          2.302585092994046, 1.1786549963416462, 1.9810014688665833, 2.833213344056216,
          0.44628710262841953, 0.9409833444645266, 1.8021222562636017, 0.6931471805599453,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.sqrt(a * a)", swift: "sqrt(a * a)",
      result: { Answer(sqrt(a * a)) },
      expected: Answer([2.5, 1, 0.5, 3, 0.25, 4, 2, 1.5, 3.5, 2, 1, 0.75], shape: [3, 4])),
    NumPyCall(
      call: "np.sin(a)", swift: "sin(a)",
      result: { Answer(sin(a)) },
      expected: Answer(
        [
          0.5984721441039565, -0.8414709848078965, 0.479425538604203, 0.1411200080598672,
          0.24740395925452294, -0.7568024953079282, -0.9092974268256817, 0.9974949866040544,
          0.35078322768961984, 0.9092974268256817, 0.8414709848078965, -0.6816387600233341,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.cos(a)", swift: "cos(a)",
      result: { Answer(cos(a)) },
      expected: Answer(
        [
          -0.8011436155469337, 0.5403023058681398, 0.8775825618903728, -0.9899924966004454,
          0.9689124217106447, -0.6536436208636119, -0.4161468365471424, 0.0707372016677029,
          -0.9364566872907963, -0.4161468365471424, 0.5403023058681398, 0.7316888688738209,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.tan(a)", swift: "tan(a)",
      result: { Answer(tan(a)) },
      expected: Answer(
        [
          -0.7470222972386603, -1.5574077246549023, 0.5463024898437905, -0.1425465430742778,
          0.25534192122103627, 1.1578212823495775, 2.185039863261519, 14.101419947171719,
          -0.3745856401585947, -2.185039863261519, 1.5574077246549023, -0.9315964599440725,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.hypot(a, b)", swift: "hypot(a, b)",
      result: { Answer(hypot(a, b)) },
      expected: Answer(
        [
          2.692582403567252, 2.23606797749979, 0.7071067811865476, 3.010398644698074,
          3.010398644698074, 4.272001872658765, 3.2015621187164243, 4.272001872658765,
          3.5794552658190883, 2.358495283014151, 2.462214450449026, 1.25,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.arctan2(a, b)", swift: "atan2(a, b)",
      result: { Answer(atan2(a, b)) },
      expected: Answer(
        [
          1.1902899496825317, -0.4636476090008061, 2.356194490192345, 1.4876550949064553,
          0.08314123188844123, 1.9295669970654687, -0.6747409422235526, 0.35877067027057225,
          -1.35970299357215, 1.0121970114513341, 2.723368324010564, -0.6435011087932844,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.tanh(a)", swift: "tanh(a)",
      result: { Answer(tanh(a)) },
      expected: Answer(
        [
          0.9866142981514303, -0.7615941559557649, 0.46211715726000974, 0.9950547536867305,
          0.24491866240370913, 0.999329299739067, -0.9640275800758169, 0.9051482536448665,
          -0.9981778976111987, 0.9640275800758169, 0.7615941559557649, -0.6351489523872873,
        ], shape: [3, 4])),
    NumPyCall(
      call: "scipy.special.expit(a)", swift: "sigmoid(a)",
      result: { Answer(sigmoid(a)) },
      expected: Answer(
        [
          0.9241418199787566, 0.2689414213699951, 0.6224593312018546, 0.9525741268224334,
          0.5621765008857981, 0.9820137900379085, 0.11920292202211755, 0.8175744761936437,
          0.02931223075135632, 0.8807970779778823, 0.7310585786300049, 0.320821300824607,
        ], shape: [3, 4])),
    NumPyCall(
      call: "scipy.special.erf(a)", swift: "erf(a)",
      result: { Answer(erf(a)) },
      expected: Answer(
        [
          0.999593047982555, -0.8427007929497148, 0.5204998778130465, 0.9999779095030014,
          0.2763263901682369, 0.9999999845827421, -0.9953222650189527, 0.9661051464753108,
          -0.9999992569016276, 0.9953222650189527, 0.8427007929497148, -0.7111556336535151,
        ], shape: [3, 4])),
    NumPyCall(
      call: "np.abs(a) ** b", swift: "pow(abs(a), b)",
      result: { Answer(pow(abs(a), b)) },
      expected: Answer(
        [
          2.5, 1, 1.4142135623730951, 1.3160740129524924, 0.015625, 0.125, 5.656854249492381,
          5.0625, 2.5588865599815867, 2.378414230005442, 1, 0.75,
        ], shape: [3, 4])),
    NumPyCall(
      call: "a ** 3", swift: "pow(a, 3)",
      result: { Answer(pow(a, 3)) },
      expected: Answer(
        [15.625, -1, 0.125, 27, 0.015625, 64, -8, 3.375, -42.875, 8, 1, -0.421875], shape: [3, 4])),
    NumPyCall(
      call: "np.abs(a)", swift: "abs(a)",
      result: { Answer(abs(a)) },
      expected: Answer([2.5, 1, 0.5, 3, 0.25, 4, 2, 1.5, 3.5, 2, 1, 0.75], shape: [3, 4])),
    NumPyCall(
      call: "np.sign(a)", swift: "sign(a)",
      result: { Answer(sign(a)) },
      expected: Answer([1, -1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1], shape: [3, 4])),
    NumPyCall(
      call: "np.floor(a)", swift: "floor(a)",
      result: { Answer(floor(a)) },
      expected: Answer([2, -1, 0, 3, 0, 4, -2, 1, -4, 2, 1, -1], shape: [3, 4])),
    NumPyCall(
      call: "np.ceil(a)", swift: "ceil(a)",
      result: { Answer(ceil(a)) },
      expected: Answer([3, -1, 1, 3, 1, 4, -2, 2, -3, 2, 1, 0], shape: [3, 4])),
    NumPyCall(
      call: "np.trunc(a)", swift: "trunc(a)",
      result: { Answer(trunc(a)) },
      expected: Answer([2, -1, 0, 3, 0, 4, -2, 1, -3, 2, 1, 0], shape: [3, 4])),
    NumPyCall(
      call: "np.round(a)", swift: "round(a)",
      result: { Answer(round(a)) },
      expected: Answer([2, -1, 0, 3, 0, 4, -2, 2, -4, 2, 1, -1], shape: [3, 4])),
    NumPyCall(
      call: "np.minimum(a, b)", swift: "minimum(a, b)",
      result: { Answer(minimum(a, b)) },
      expected: Answer(
        [1, -1, -0.5, 0.25, 0.25, -1.5, -2, 1.5, -3.5, 1.25, -2.25, -0.75], shape: [3, 4])),
    NumPyCall(
      call: "np.maximum(a, 0)", swift: "maximum(a, 0)",
      result: { Answer(maximum(a, 0)) },
      expected: Answer([2.5, 0, 0.5, 3, 0.25, 4, 0, 1.5, 0, 2, 1, 0], shape: [3, 4])),
    NumPyCall(
      call: "np.clip(a, -1, 2)", swift: "a.clipped(to: -1...2)",
      result: { Answer(a.clipped(to: -1...2)) },
      expected: Answer([2, -1, 0.5, 2, 0.25, 2, -1, 1.5, -1, 2, 1, -0.75], shape: [3, 4])),
  ]

  static let reductions: [NumPyCall] = [
    NumPyCall(
      call: "a.sum()", swift: "a.sum()",
      result: { Answer(a.sum()) },
      expected: Answer([7.5], shape: [])),
    NumPyCall(
      call: "a.sum(axis=0)", swift: "a.sum(axis: 0)",
      result: { Answer(a.sum(axis: 0)) },
      expected: Answer([-0.75, 5, -0.5, 3.75], shape: [4])),
    NumPyCall(
      call: "a.sum(axis=1, keepdims=True)", swift: "a.sum(axis: 1, keepingDimensions: true)",
      result: { Answer(a.sum(axis: 1, keepingDimensions: true)) },
      expected: Answer([5, 3.75, -1.25], shape: [3, 1])),
    NumPyCall(
      call: "t.sum(axis=(0, 2))", swift: "t.sum(axes: [0, 2])",
      result: { Answer(t.sum(axes: [0, 2])) },
      expected: Answer([18, 26, 34], shape: [3])),
    NumPyCall(
      call: "a.prod(axis=0)", swift: "a.product(axis: 0)",
      result: { Answer(a.product(axis: 0)) },
      expected: Answer([-2.1875, -8, -1, -3.375], shape: [4])),
    NumPyCall(
      call: "a.mean(axis=1)", swift: "a.mean(axis: 1)",
      result: { Answer(a.mean(axis: 1)) },
      expected: Answer([1.25, 0.9375, -0.3125], shape: [3])),
    NumPyCall(
      call: "a.var(axis=0)", swift: "a.variance(axis: 0)",
      result: { Answer(a.variance(axis: 0)) },
      expected: Answer([6.125, 4.222222222222222, 1.7222222222222223, 2.375], shape: [4])),
    NumPyCall(
      call: "a.std(axis=0, ddof=1)", swift: "a.standardDeviation(axis: 0, correction: 1)",
      result: { Answer(a.standardDeviation(axis: 0, correction: 1)) },
      expected: Answer(
        [3.031088913245535, 2.516611478423583, 1.6072751268321592, 1.8874586088176875], shape: [4])),
    NumPyCall(
      call: "a.min(axis=1)", swift: "a.min(axis: 1)",
      result: { Answer(a.min(axis: 1)) },
      expected: Answer([-1, -2, -3.5], shape: [3])),
    NumPyCall(
      call: "a.max(axis=0)", swift: "a.max(axis: 0)",
      result: { Answer(a.max(axis: 0)) },
      expected: Answer([2.5, 4, 1, 3], shape: [4])),
    NumPyCall(
      call: "a.argmin(axis=0)", swift: "a.argmin(axis: 0)",
      result: { Answer(a.argmin(axis: 0)) },
      expected: Answer([2, 0, 1, 2], shape: [4])),
    NumPyCall(
      call: "a.argmax(axis=1)", swift: "a.argmax(axis: 1)",
      result: { Answer(a.argmax(axis: 1)) },
      expected: Answer([3, 1, 1], shape: [3])),
    NumPyCall(
      call: "(a > 0).any(axis=0)", swift: "(a .> 0).any(axis: 0)",
      result: { Answer((a .> 0).any(axis: 0)) },
      expected: Answer([1, 1, 1, 1], shape: [4])),
    NumPyCall(
      call: "(a > 0).all(axis=1)", swift: "(a .> 0).all(axis: 1)",
      result: { Answer((a .> 0).all(axis: 1)) },
      expected: Answer([0, 0, 0], shape: [3])),
    NumPyCall(
      call: "np.count_nonzero(a > 0)", swift: "(a .> 0).trueCount()",
      result: { Answer((a .> 0).trueCount()) },
      expected: Answer([8], shape: [])),
    NumPyCall(
      call: "np.linalg.norm(a, axis=1)", swift: "a.norm(axis: 1)",
      result: { Answer(a.norm(axis: 1)) },
      expected: Answer([4.06201920231798, 4.723610906922796, 4.220485754033533], shape: [3])),
    NumPyCall(
      call: "scipy.special.logsumexp(a, axis=1)", swift: "a.logSumExp(axis: 1)",
      result: { Answer(a.logSumExp(axis: 1)) },
      expected: Answer([3.5346971953311472, 4.102630138559354, 2.3617877031536176], shape: [3])),
    NumPyCall(
      call: "np.median(a, axis=1)", swift: "a.median(axis: 1)",
      result: { Answer(a.median(axis: 1)) },
      expected: Answer([1.5, 0.875, 0.125], shape: [3])),
    NumPyCall(
      call: "np.quantile(a, 0.3, axis=0)", swift: "a.quantile(0.3, axis: 0)",
      result: { Answer(a.quantile(0.3, axis: 0)) },
      expected: Answer([-1.25, 0.7999999999999998, -0.5, 0.6], shape: [4])),
    NumPyCall(
      call: "np.quantile(a, [0.25, 0.75], axis=0)", swift: "a.quantiles([0.25, 0.75], axis: 0)",
      result: { Answer(a.quantiles([0.25, 0.75], axis: 0)) },
      expected: Answer([-1.625, 0.5, -0.75, 0.375, 1.375, 3, 0.75, 2.25], shape: [2, 4])),
  ]

  static let order: [NumPyCall] = [
    NumPyCall(
      call: "np.cumsum(a, axis=1)", swift: "a.cumulativeSum(axis: 1)",
      result: { Answer(a.cumulativeSum(axis: 1)) },
      expected: Answer(
        [2.5, 1.5, 2, 5, 0.25, 4.25, 2.25, 3.75, -3.5, -1.5, -0.5, -1.25], shape: [3, 4])),
    NumPyCall(
      call: "np.cumprod(a, axis=0)", swift: "a.cumulativeProduct(axis: 0)",
      result: { Answer(a.cumulativeProduct(axis: 0)) },
      expected: Answer(
        [2.5, -1, 0.5, 3, 0.625, -4, -1, 4.5, -2.1875, -8, -1, -3.375], shape: [3, 4])),
    NumPyCall(
      call: "np.diff(a, axis=1)", swift: "a.difference(axis: 1)",
      result: { Answer(a.difference(axis: 1)) },
      expected: Answer([-3.5, 1.5, 2.5, 3.75, -6, 3.5, 5.5, -1, -1.75], shape: [3, 3])),
    NumPyCall(
      call: "np.sort(a, axis=1)", swift: "a.sorted(axis: 1)",
      result: { Answer(a.sorted(axis: 1)) },
      expected: Answer([-1, 0.5, 2.5, 3, -2, 0.25, 1.5, 4, -3.5, -0.75, 1, 2], shape: [3, 4])),
    NumPyCall(
      call: "np.argsort(u, kind='stable')", swift: "u.argsort(axis: 0)",
      result: { Answer(u.argsort(axis: 0)) },
      expected: Answer([1, 4, 5, 2, 0, 3], shape: [6])),
    NumPyCall(
      call: "np.sort(a, axis=1)[:, :-3:-1]", swift: "a.topK(2, axis: 1).values",
      result: { Answer(a.topK(2, axis: 1).values) },
      expected: Answer([3, 2.5, 4, 1.5, 2, 1], shape: [3, 2])),
    NumPyCall(
      call: "np.unique(u)", swift: "u.unique()",
      result: { Answer(u.unique()) },
      expected: Answer([1, 2, 3], shape: [3])),
    NumPyCall(
      call: "np.histogram(a, 4)[0]", swift: "a.histogram(bins: 4).counts",
      result: { Answer(a.histogram(bins: 4).counts) },
      expected: Answer([2, 2, 5, 3], shape: [4])),
    NumPyCall(
      call: "np.bincount(n)", swift: "bincount(n)",
      result: { Answer(bincount(n)) },
      expected: Answer([1, 1, 3], shape: [3])),
    NumPyCall(
      call: "np.cov(a, rowvar=False)", swift: "a.covariance()",
      result: { Answer(a.covariance()) },
      expected: Answer(
        [
          9.1875, -3.6250000000000004, -1.4375000000000002, 5.71875, -3.6250000000000004,
          6.333333333333333, -2.8333333333333335, -2.375, -1.4375000000000002, -2.8333333333333335,
          2.5833333333333335, -0.8125000000000001, 5.71875, -2.375, -0.8125000000000001, 3.5625,
        ], shape: [4, 4])),
    NumPyCall(
      call: "np.corrcoef(a, rowvar=False)", swift: "a.correlation()",
      result: { Answer(a.correlation()) },
      expected: Answer(
        [
          1, -0.47521830587473524, -0.2950658533297017, 0.9995971261503048, -0.4752183058747352, 1,
          -0.7004727969157798, -0.5, -0.29506585332970164, -0.7004727969157798, 1,
          -0.267827834114857, 0.9995971261503048, -0.5, -0.267827834114857, 1,
        ], shape: [4, 4])),
  ]

  static let productsAndLinearAlgebra: [NumPyCall] = [
    NumPyCall(
      call: "a @ s", swift: "matmul(a, s)",
      result: { Answer(matmul(a, s)) },
      expected: Answer(
        [9.875, -4.75, 3.5, 8.25, 8.25, 9, -5.625, -3.4375, -11.625, 4.125, 7.5, -3.125],
        shape: [3, 4])),
    NumPyCall(
      call: "a.T @ b", swift: "matmul(a, b, transposeA: true)",
      result: { Answer(matmul(a, b, transposeA: true)) },
      expected: Answer(
        [
          0.625, 0.25, 7.25, -1.875, 12.5, -5.5, 6, 17.75, -4.75, 5.25, -7.5, -6.875, 6.9375,
          2.8125, 3.9375, 6,
        ], shape: [4, 4])),
    NumPyCall(
      call: "a @ v", swift: "matmul(a, v)",
      result: { Answer(matmul(a, v)) },
      expected: Answer([5.75, -7.75, -2.8125], shape: [3])),
    NumPyCall(
      call: "v @ w", swift: "matmul(v, w)",
      result: { Answer(matmul(v, w)) },
      expected: Answer([0], shape: [])),
    NumPyCall(
      call: "np.linalg.solve(s, v)", swift: "try solve(s, v)",
      result: { try Answer(solve(s, v)) },
      expected: Answer(
        [0.6717019133937563, -1.4113796576032225, 0.9001007049345418, -1.301510574018127],
        shape: [4])),
    NumPyCall(
      call: "scipy.linalg.solve(p, v, assume_a='pos')", swift: "try solve(p, v, .positiveDefinite)",
      result: { try Answer(solve(p, v, .positiveDefinite)) },
      expected: Answer(
        [0.11233789906775687, -0.2690484870579658, 0.5142961304098745, 0.19915629394302378],
        shape: [4])),
    NumPyCall(
      call: "scipy.linalg.solve_triangular(s, v, lower=True)",
      swift: "try solve(s, v, .lowerTriangular)",
      result: { try Answer(solve(s, v, .lowerTriangular)) },
      expected: Answer(
        [0.125, -0.4791666666666667, 0.4541666666666667, -0.2427083333333333], shape: [4])),
    NumPyCall(
      call: "np.linalg.inv(s)", swift: "try inverse(s)",
      result: { try Answer(inverse(s)) },
      expected: Answer(
        [
          0.4149043303121853, -0.31419939577039274, 0.14904330312185293, -0.3021148036253777,
          -0.43101711983887214, 0.8700906344410876, -0.310171198388721, 0.6827794561933535,
          0.19496475327291038, -0.32628398791540786, 0.3496475327291037, -0.4060422960725075,
          -0.5244712990936556, 0.8942598187311179, -0.44471299093655586, 1.2906344410876134,
        ], shape: [4, 4])),
    NumPyCall(
      call: "np.linalg.det(s)", swift: "try determinant(s)",
      result: { try Answer(determinant(s)) },
      expected: Answer([38.78906249999999], shape: [])),
    NumPyCall(
      call: "np.linalg.slogdet(s)", swift: "try logDeterminant(s)",
      result: { try Answer(logDeterminant(s).logarithm) },
      expected: Answer([3.6581383125596556], shape: [])),
    NumPyCall(
      call: "np.linalg.cholesky(p)", swift: "try Cholesky(p).lower",
      result: { try Answer(Cholesky(p).lower) },
      expected: Answer(
        [
          2.23606797749979, 0, 0, 0, 0.4472135954999579, 1.9493588689617927, 0, 0,
          0.22360679774997896, -0.4360407996361905, 1.6612851715020607, 0, -0.11180339887498948,
          0.2821440468234174, 0.691047109480595, 1.195971834668618,
        ], shape: [4, 4])),
    NumPyCall(
      call: "scipy.linalg.lu_solve(scipy.linalg.lu_factor(s), v)", swift: "try LU(s).solve(v)",
      result: { try Answer(LU(s).solve(v)) },
      expected: Answer(
        [0.6717019133937563, -1.4113796576032225, 0.9001007049345418, -1.301510574018127],
        shape: [4])),
    NumPyCall(
      call: "np.linalg.qr(a.T)", swift: "try QR(a.transposed())",
      result: { try Answer(abs(QR(a.transposed()).r)) },
      expected: Answer(
        [
          4.06201920231798, 0.03077287274483309, 3.077287274483318, 0, 4.723510667956941,
          0.8668757747228817, 0, 0, 2.755236726944099,
        ], shape: [3, 3])),
    NumPyCall(
      call: "np.linalg.lstsq(a.T, v)", swift: "try leastSquares(a.transposed(), v)",
      result: { try Answer(leastSquares(a.transposed(), v).solution) },
      expected: Answer([0.6484520480307672, -0.4212004616757096, 0.3917446987838563], shape: [3])),
    NumPyCall(
      call: "np.linalg.svd(a)", swift: "try SVD(a, .full)",
      result: { try Answer(SVD(a, .full).singularValues) },
      expected: Answer([5.537137834569241, 4.666908945437863, 2.0457432624779512], shape: [3])),
    NumPyCall(
      call: "np.linalg.svd(a, full_matrices=False)", swift: "try SVD(a)",
      result: { try Answer(SVD(a).singularValues) },
      expected: Answer([5.537137834569241, 4.666908945437863, 2.0457432624779512], shape: [3])),
    NumPyCall(
      call: "np.linalg.svd(a, compute_uv=False)", swift: "try singularValues(a)",
      result: { try Answer(singularValues(a)) },
      expected: Answer([5.537137834569243, 4.666908945437861, 2.045743262477951], shape: [3])),
    NumPyCall(
      call: "np.linalg.eigh(p)", swift: "try SymmetricEigen(p)",
      result: { try Answer(SymmetricEigen(p).values) },
      expected: Answer(
        [0.9924548317687506, 3.2499999999999996, 4.137931996721024, 5.6196131715102275], shape: [4])
    ),
    NumPyCall(
      call: "np.linalg.eigvalsh(p)", swift: "try symmetricEigenvalues(p)",
      result: { try Answer(symmetricEigenvalues(p)) },
      expected: Answer(
        [0.9924548317687503, 3.2499999999999996, 4.137931996721024, 5.619613171510227], shape: [4])),
    NumPyCall(
      call: "np.linalg.eig(s)", swift: "try Eigen(s)",
      result: { try Answer(Eigen(s).real.sorted(axis: 0)) },
      expected: Answer(
        [0.4481297453698061, 3.3089046097561954, 4.855816289152788, 5.3871493557212045], shape: [4])
    ),
    NumPyCall(
      call: "np.linalg.pinv(a)", swift: "try pseudoInverse(a)",
      result: { try Answer(pseudoInverse(a)) },
      expected: Answer(
        [
          -0.013373639686778958, 0.05020845643695506, -0.21715111982217877, -0.011284008485719739,
          0.1673633851186809, 0.06677874265003676, 0.20559804511157348, -0.1320325437346182,
          0.2300690941099309, 0.30645035605848037, 0.035952838631200724, 0.16487399838350614,
        ], shape: [4, 3])),
    NumPyCall(
      call: "np.linalg.matrix_rank(a)", swift: "try matrixRank(a)",
      result: { try Answer(matrixRank(a)) },
      expected: Answer([3], shape: [])),
    NumPyCall(
      call: "np.linalg.cond(s)", swift: "try conditionNumber(s)",
      result: { try Answer(conditionNumber(s)) },
      expected: Answer([12.239689352920289], shape: [])),
    NumPyCall(
      call: "np.linalg.norm(a)", swift: "a.norm()",
      result: { Answer(a.norm()) },
      expected: Answer([7.5249584716462055], shape: [])),
    NumPyCall(
      call: "np.linalg.norm(a, 1)", swift: "try norm(a, .one)",
      result: { try Answer(norm(a, .one)) },
      expected: Answer([7], shape: [])),
    NumPyCall(
      call: "np.linalg.norm(a, 2)", swift: "try norm(a, .two)",
      result: { try Answer(norm(a, .two)) },
      expected: Answer([5.537137834569243], shape: [])),
    NumPyCall(
      call: "np.linalg.matrix_power(s, 3)", swift: "try matrixPower(s, 3)",
      result: { try Answer(matrixPower(s, 3)) },
      expected: Answer(
        [
          81.375, 35.3125, -21.71875, -6.5625, 54.90625, 54.59375, 21.9375, -11.984375, -3.28125,
          5.84375, 143.78125, 47.71875, -5.71875, -26.5, 29.875, 27.40625,
        ], shape: [4, 4])),
  ]

  static let randomNumbers: [NumPyCall] = [
    NumPyCall(
      call: "r.random()", swift: "r.uniform()",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.uniform()
          }())
      },
      expected: Answer([0.07630828937395717], shape: [])),
    NumPyCall(
      call: "r.random((2, 3))", swift: "Tensor<Double>.uniform([2, 3], using: &r)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return Tensor<Double>.uniform([2, 3], using: &r)
          }())
      },
      expected: Answer(
        [
          0.07630828937395717, 0.7799187922401146, 0.4384092314408935, 0.7234651778309412,
          0.9779895119966027, 0.5384958704104337,
        ], shape: [2, 3])),
    NumPyCall(
      call: "r.uniform(-1, 1, 3)", swift: "Tensor<Double>.uniform([3], in: -1..<1, using: &r)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return Tensor<Double>.uniform([3], in: -1..<1, using: &r)
          }())
      },
      expected: Answer([-0.8473834212520857, 0.5598375844802292, -0.123181537118213], shape: [3])),
    NumPyCall(
      call: "r.randn()", swift: "r.normal()",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.normal()
          }())
      },
      expected: Answer([1.690525703800356], shape: [])),
    NumPyCall(
      call: "r.normal(5, 2, (2, 3))",
      swift: "Tensor<Double>.normal([2, 3], mean: 5, standardDeviation: 2, using: &r)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7);
            return Tensor<Double>.normal([2, 3], mean: 5, standardDeviation: 2, using: &r)
          }())
      },
      expected: Answer(
        [
          8.381051407600712, 4.068125258918334, 5.065640327357169, 5.8150325659930155,
          3.4221539427485226, 5.004131145811896,
        ], shape: [2, 3])),
    NumPyCall(
      call: "r.randint(-5, 5)", swift: "r.integer(in: -5..<5)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.integer(in: -5..<5)
          }())
      },
      expected: Answer([-1], shape: [])),
    NumPyCall(
      call: "r.randint(0, 10, (2, 3))",
      swift: "Tensor<Double>.integers([2, 3], in: 0..<10, using: &r)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7);
            return Tensor<Double>.integers([2, 3], in: 0..<10, using: &r)
          }())
      },
      expected: Answer([4, 9, 6, 3, 3, 7], shape: [2, 3])),
    NumPyCall(
      call: "r.permutation(6)", swift: "r.permutation(6)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.permutation(6)
          }())
      },
      expected: Answer([3, 5, 0, 2, 1, 4], shape: [6])),
    NumPyCall(
      call: "r.choice(9, 5, replace=False)", swift: "r.choose(5, of: 9)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.choose(5, of: 9)
          }())
      },
      expected: Answer([2, 7, 0, 8, 5], shape: [5])),
    NumPyCall(
      call: "r.choice(6, 4)", swift: "r.choose(4, of: 6, replacing: true)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7); return r.choose(4, of: 6, replacing: true)
          }())
      },
      expected: Answer([4, 1, 3, 3], shape: [4])),
    NumPyCall(
      call: "r.choice(3, 5, p=[0.2, 0.3, 0.5])",
      swift: "r.choose(5, of: 3, weights: [2, 3, 5], replacing: true)",
      result: {
        Answer(
          {
            var r = NumPyRandom(seed: 7);
            return r.choose(5, of: 3, weights: [2, 3, 5], replacing: true)
          }())
      },
      expected: Answer([0, 2, 1, 2, 2], shape: [5])),
  ]

  static let all =
    making + shapeAndOrder + indexing + writing + joining + arithmetic + functions + reductions
    + order + productsAndLinearAlgebra + randomNumbers
}
