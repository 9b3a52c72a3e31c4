import PerceptronLinearAlgebra
import TestSupport
import Testing

/// Programming errors trap with a message that names the operation and the shapes. Each test
/// starts a process of its own, so there is one for each kind of mistake and not for each spot.
@Suite("Traps")
struct TrapTests {
  @Test("matmul names both shapes and the extents that differ")
  func matmulExtents() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = matmul(Tensor<Float>.zeros([200, 3072]), Tensor<Float>.zeros([3000, 50]))
    }
    expectMessage(
      result, "matmul: [200, 3072] × [3000, 50]: inner dimensions 3072 and 3000 differ")
  }

  @Test("multiply names the product's shape and the result's")
  func multiplyResult() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var c = Tensor<Float>.zeros([3, 3])
      multiply(
        Tensor<Float>.zeros([2, 3]), transposeA: true, Tensor<Float>.zeros([2, 4]), into: &c)
    }
    expectMessage(result, "[2, 3]ᵀ × [2, 4] is [3, 4], the result [3, 3]")
  }

  @Test("element-wise operators name both shapes")
  func elementwise() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>.zeros([3, 2]) + Tensor<Float>.zeros([3])
    }
    expectMessage(result, "add: shapes [3, 2] and [3] do not go together")
  }

  @Test("an in-place operator refuses a result that has another shape")
  func inPlace() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var row = Tensor<Float>.zeros([2])
      row *= Tensor<Float>.zeros([3, 2])
    }
    expectMessage(result, "multiply", "[3, 2]", "[2]")
  }

  @Test("a shape whose element count overflows")
  func shapeOverflow() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Shape([1 << 32, 1 << 32])
    }
    expectMessage(result, "Shape", "[4294967296, 4294967296]", "overflows")
  }

  @Test("a shape of five dimensions, or with a negative extent")
  func shapeRank() async {
    await #expect(processExitsWith: .failure) { _ = Shape([1, 1, 1, 1, 1]) }
    await #expect(processExitsWith: .failure) { _ = Shape([2, -1]) }
  }

  @Test("a subscript outside the shape")
  func subscriptRange() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>.zeros([2, 3])[0, 3]
    }
    expectMessage(result, "subscript: [0, 3] of a tensor of shape [2, 3], expected [0..<2, 0..<3]")
  }

  @Test("a subscript with too few indices, and rows outside the tensor")
  func subscriptRank() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>.zeros([2, 3])[1] as Float
    }
    expectMessage(result, "[1] of a tensor of shape [2, 3]", "a slice is written [1, .all]")
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3])[rows: 1..<3] }
  }

  @Test("slices, masks and what is assigned to them that do not fit")
  func slices() async {
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3])[.all, 1...3] }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3])[.all, .all, 0...] }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3])[rows: [0, -1]] }
    await #expect(processExitsWith: .failure) {
      _ = Tensor<Float>.zeros([2, 3])[[true, true, true] as Mask]
    }
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var x = Tensor<Float>.zeros([2, 3])
      x[.all, 1] = [1, 2, 3]
    }
    expectMessage(result, "elements of shape [3] do not fit into a slice of shape [2]")
  }

  @Test("parts that do not join")
  func joining() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = concatenate([Tensor<Float>.zeros([2, 3]), .zeros([2, 4])])
    }
    expectMessage(result, "concatenate: shapes [2, 3] and [2, 4] differ in more than axis 0")
  }

  @Test("more elements than there are addresses")
  func tooLarge() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>.zeros([Int.max / 2])
    }
    expectMessage(result, "out of memory: 4611686018427387903 numbers of 4 bytes")
  }

  @Test("reshaping to another number of elements")
  func reshape() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor<Float>.zeros([2, 3]).reshaped(to: [4])
    }
    expectMessage(result, "[2, 3] has 6 elements, [4] has 4")
  }

  @Test("the maximum of nothing, and a reduction along an axis that is not there")
  func reductions() async {
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([0, 3]).max(axis: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3]).sum(axis: 2) }
  }

  @Test("a literal whose rows differ in length")
  func raggedLiteral() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = [[1, 2], [3]] as Tensor<Float>
    }
    expectMessage(result, "[2] and [1]")
  }

  @Test("a vector times a matrix that do not fit, in the order they are written")
  func vectorTimesMatrix() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = matmul(Tensor<Float>.zeros([3]), Tensor<Float>.zeros([4, 5]))
    }
    expectMessage(result, "matmul: [3] × [4, 5]: inner dimensions 3 and 4 differ")
  }

  @Test("adding a tensor of another shape, scaled")
  func scaledAdd() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var a = Tensor<Float>.zeros([2, 2])
      a.add(.zeros([3, 3]), scaledBy: 2)
    }
    expectMessage(result, "[2, 2]", "[3, 3]")
  }
}
