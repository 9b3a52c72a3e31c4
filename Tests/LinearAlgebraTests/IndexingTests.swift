import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Indexing")
struct IndexingTests {
  private let x = Tensor<Double>.counting([4, 5])

  @Test("columns, blocks, lists and strides of a matrix")
  func matrix() {
    #expect(x[.all, 1] == [1, 6, 11, 16])
    #expect(x[2, .all] == [10, 11, 12, 13, 14])
    #expect(x[1..<3, 3...] == [[8, 9], [13, 14]])
    #expect(x[...1, ..<2] == [[0, 1], [5, 6]])
    #expect(x[2...3] == [[10, 11, 12, 13, 14], [15, 16, 17, 18, 19]])
    #expect(x[[3, 0, 3], 4] == [19, 4, 19])
    #expect(x[.all, [4, 0]] == [[4, 0], [9, 5], [14, 10], [19, 15]])
    #expect(x[[2, 0], [1, 1]] == [[11, 11], [1, 1]], "two lists choose rows and columns")
    #expect(x[rows: [2, 0, 2]][.all, 0] == [10, 0, 10])
    #expect(x[.stride(from: 0, by: 2), .stride(from: 4, by: -2)] == [[4, 2, 0], [14, 12, 10]])
    #expect(x[.stride(from: 1, to: 3, by: 5), 0] == [5])
    #expect(x[.stride(from: 3, to: 3, by: -1), 0].shape == [0])
    #expect(x[4..., 2].shape == [0])
    #expect(x[0..<0].shape == [0, 5])
    let row: Tensor<Double> = x[3, 0...]
    #expect(row == x.row(3))
  }

  @Test("a slice is filled with a number, and only the slice")
  func fill() {
    var y = x
    y[.all, 1].fill(with: 0)
    #expect(y[.all, 1] == [0, 0, 0, 0] && y[.all, 2...] == x[.all, 2...])
    y[1..<3, 3...].fill(with: 7)
    #expect(y.row(2) == [10, 0, 12, 7, 7] && y[3, 4] == 19)
    y.fill(with: .infinity)
    #expect(y == Tensor(shape: [4, 5], repeating: .infinity) && x[0, 1] == 1)
    var empty = Tensor<Float>.zeros([0, 2])
    empty.fill(with: 1)
    #expect(empty.shape == [0, 2])
  }

  @Test("every choice of every axis of a tensor of rank 4 is what elements are one by one")
  func allChoices() {
    let t = Tensor<Float>.counting([3, 2, 4, 3])
    let choices: [[any AxisIndex]] = (0..<4).map { axis in
      let extent = t.shape[axis]
      return [
        AxisSelection.all, 1, 0..<extent - 1, [extent - 1, 0, 0],
        AxisSelection.stride(from: extent - 1, by: -1), 1..<1,
      ]
    }
    func take<A: AxisIndex, B: AxisIndex, C: AxisIndex>(
      _ a: A, _ b: B, _ c: C, _ d: some AxisRange
    ) -> Tensor<Float>? {
      switch (a, b, c) {
      case (let a as any AxisRange, _, _): first(a, b, c, d)
      case (let a as Int, let b as any AxisRange, _): second(a, b, c, d)
      case (let a as Int, let b as Int, let c as any AxisRange): third(a, b, c, d)
      case (let a as Int, let b as Int, let c as Int): t[a, b, c, d]
      default: nil
      }
    }
    func first(
      _ a: some AxisRange, _ b: some AxisIndex, _ c: some AxisIndex, _ d: some AxisRange
    ) -> Tensor<Float> { t[a, b, c, d] }
    func second(
      _ a: Int, _ b: some AxisRange, _ c: some AxisIndex, _ d: some AxisRange
    ) -> Tensor<Float> { t[a, b, c, d] }
    func third(_ a: Int, _ b: Int, _ c: some AxisRange, _ d: some AxisRange) -> Tensor<Float> {
      t[a, b, c, d]
    }
    func places(_ choice: any AxisIndex, _ extent: Int) -> [Int] {
      switch choice {
      case let index as Int: [index]
      case let range as Range<Int>: Array(range)
      case let list as [Int]: list
      default: choice is AxisSelection ? Array(0..<extent) : []
      }
    }
    for (a, first) in choices[0].enumerated() {
      for (b, second) in choices[1].enumerated() {
        for (c, third) in choices[2].enumerated() {
          for fourth in [0..<3, 1..<2, 2..<2] {
            var lists = [
              places(first, 3), places(second, 2), places(third, 4), Array(fourth),
            ]
            // Strides that go down.
            if a == 4 { lists[0].reverse() }
            if b == 4 { lists[1].reverse() }
            if c == 4 { lists[2].reverse() }
            let expected = lists[0].flatMap { i in
              lists[1].flatMap { j in
                lists[2].flatMap { k in lists[3].map { t[i, j, k, $0] } }
              }
            }
            let taken = take(first, second, third, fourth)
            #expect(taken?.elements == expected, "\(a) \(b) \(c) \(fourth)")
            let kept = [first, second, third].enumerated().filter { !($1 is Int) }.map {
              lists[$0.0].count
            }
            #expect(taken?.shape.dimensions == kept + [fourth.count])
          }
        }
      }
    }
  }

  @Test("slices are written to, and what is written broadcasts")
  func writing() {
    var y = x
    y[.all, 1] = [-1, -2, -3, -4]
    y[1..<3, 3...] = Tensor(7)
    y[3, .all] *= 2
    y[[0, 2], 0] += Tensor([10, 20])
    #expect(
      y == [
        [10, -1, 2, 3, 4], [5, -2, 7, 7, 7], [30, -3, 12, 7, 7], [30, -8, 34, 36, 38],
      ])
    y[.stride(from: 3, by: -1), .all] = y
    #expect(y[0, .all] == [30, -8, 34, 36, 38])
    y[rows: [1]] = [[1, 2, 3, 4, 5]]
    #expect(y.row(1) == [1, 2, 3, 4, 5])
    #expect(x == .counting([4, 5]), "the copy was written to, not the original")
  }

  @Test("a number is written to ranges, strides, lists and masks")
  func numbers() {
    var x = Tensor<Double>.zeros([3, 4])
    x[1..., 2...] = Tensor(1)
    x[.all, .stride(from: 0, by: 3)] = [[2]]
    x[0, [1, 2]] = Tensor(3)
    x[[2], 1] = Tensor(4)
    #expect(x == [[2, 3, 3, 2], [2, 0, 1, 2], [2, 4, 1, 2]])
    x[x .> 2] = Tensor(0)
    x[rows: [1]] = [7]
    #expect(x == [[2, 0, 0, 2], [7, 7, 7, 7], [2, 0, 1, 2]])
  }

  @Test("masks choose elements or rows, for reading and writing")
  func masks() {
    var y = x
    #expect(y[(y .> 3) .& (y .< 7)] == [4, 5, 6])
    #expect(y[y[.all, 0] .>= 10] == x[2...])
    #expect(y[y .< 0].shape == [0])
    y[y .> 16] = Tensor(0)
    y[[true, false, false, false] as Mask] = -x[0..<1]
    #expect(
      y == [[0, -1, -2, -3, -4], [5, 6, 7, 8, 9], [10, 11, 12, 13, 14], [15, 16, 0, 0, 0]])
    y[y .== 0] = [1, 2, 3, 4]
    #expect(y[3, .all] == [15, 16, 2, 3, 4])
  }

  @Test("a slice does not hold its parent, and writing to the parent copies nothing")
  func independence() {
    var parent = Tensor<Float>.counting([300, 10])
    let address = parent.address
    let (row, block, column) = (parent.row(2), parent[1..<5], parent[.all, 3])
    parent[0, 0] = -1
    #expect(parent.address == address)
    #expect(row[0] == 20 && block[0, 0] == 10 && column[0] == 3)
  }
}
