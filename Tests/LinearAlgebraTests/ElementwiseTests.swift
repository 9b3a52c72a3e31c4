import PerceptronLinearAlgebra
import TestSupport
import Testing

/// An operator in its allocating and its in-place form, with what it does to two numbers.
private struct Arithmetic<Scalar: BLASScalar> {
  let name: String
  let operation: (Tensor<Scalar>, Tensor<Scalar>) -> Tensor<Scalar>
  let inPlace: (inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  let onNumbers: (Scalar, Scalar) -> Scalar

  static var all: [Arithmetic] {
    [
      Arithmetic(name: "+", operation: { $0 + $1 }, inPlace: { $0 += $1 }, onNumbers: { $0 + $1 }),
      Arithmetic(name: "-", operation: { $0 - $1 }, inPlace: { $0 -= $1 }, onNumbers: { $0 - $1 }),
      Arithmetic(name: "*", operation: { $0 * $1 }, inPlace: { $0 *= $1 }, onNumbers: { $0 * $1 }),
      Arithmetic(name: "/", operation: { $0 / $1 }, inPlace: { $0 /= $1 }, onNumbers: { $0 / $1 }),
    ]
  }
}

/// Shapes that go together: equal, one a scalar, or one a row vector.
private let pairs: [(Shape, Shape)] = [
  ([], []), ([5], [5]), ([17], [17]), ([3, 130], [3, 130]), ([2, 3, 4], [2, 3, 4]),
  ([2, 3, 2, 5], [2, 3, 2, 5]), ([33], []), ([3, 7], []), ([2, 3, 2, 5], []), ([3, 7], [7]),
  ([2, 3, 17], [17]), ([2, 3, 2, 5], [5]), ([1, 4], [4]), ([3, 1], [1]),
  ([0], []), ([0], [0]), ([0, 3], [3]), ([3, 0], [0]), ([3, 0], []), ([2, 0, 4], [4]),
]

@Suite("Element-wise arithmetic")
struct ElementwiseTests {
  @Test("operators broadcast scalars and row vectors on both sides", arguments: scalarTypes)
  func broadcasting(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for operation in Arithmetic<Scalar>.all {
        for (large, small) in pairs {
          let (a, b) = (Tensor<Scalar>.sample(large), Tensor<Scalar>.sample(small, seed: 2))
          let forwards = (0..<large.count).map {
            operation.onNumbers(a[position: $0], b[position: $0 % small.count])
          }
          let backwards = (0..<large.count).map {
            operation.onNumbers(b[position: $0 % small.count], a[position: $0])
          }
          let comment: Comment = "\(large) \(operation.name) \(small)"
          #expect(operation.operation(a, b) == Tensor(forwards, shape: large), comment)
          #expect(operation.operation(b, a) == Tensor(backwards, shape: large), comment)
          var target = a
          operation.inPlace(&target, b)
          #expect(target == Tensor(forwards, shape: large), comment)
          #expect(a == .sample(large), "the operand of \(comment) is unchanged")
        }
      }
    }
    check(type)
  }

  @Test("an operand may be the target itself, or a slice of it")
  func aliasing() {
    var a = Tensor<Float>.counting([2, 2])
    a += a
    #expect(a == [[0, 2], [4, 6]])
    a -= a[rows: 1..<2].reshaped(to: [2])
    #expect(a == [[-4, -4], [0, 0]])
    a = a * a
    #expect(a == [[16, 16], [0, 0]])
    a.add(a, scaledBy: 0.5)
    #expect(a == [[24, 24], [0, 0]])
  }

  @Test("In-place operators write into the same memory")
  func inPlaceAddress() {
    var a = Tensor<Double>.counting([8])
    let before = a.withUnsafeElements { $0.baseAddress }
    a += 1
    a *= Tensor<Double>.counting([8])
    #expect(a.withUnsafeElements { $0.baseAddress } == before)
    #expect(a == [0, 2, 6, 12, 20, 30, 42, 56])
  }

  @Test("number literals and plain numbers stand on either side")
  func numbers() {
    let t: Tensor<Float> = [1, 2, 4]
    let x: Float = 2
    #expect(t + 1 == [2, 3, 5])
    #expect(1 + t == [2, 3, 5])
    #expect(t - 0.5 == [0.5, 1.5, 3.5])
    #expect(1 - t == [0, -1, -3])
    #expect(2 * t == [2, 4, 8])
    #expect(t * 0.5 == [0.5, 1, 2])
    #expect(t / 2 == [0.5, 1, 2])
    #expect(4 / t == [4, 2, 1])
    #expect(t + x == [3, 4, 6])
    #expect(x + t == [3, 4, 6])
    #expect(t - x == [-1, 0, 2])
    #expect(x - t == [1, 0, -2])
    #expect(t * x == [2, 4, 8])
    #expect(x * t == [2, 4, 8])
    #expect(t / x == [0.5, 1, 2])
    #expect(x / t == [2, 1, 0.5])
    #expect(-t == [-1, -2, -4])
    #expect(-t * x + 1 == [-1, -3, -7])
    #expect((t * t).sum() * x + 1 == 43)
    var u = t
    u += x
    u *= x
    u -= 1
    u /= x
    #expect(u == [2.5, 3.5, 5.5])
    u -= x
    u *= 2
    u += 1
    u /= 2
    #expect(u == [1, 2, 4])
  }

  @Test("add(scaledBy:) is axpy, also for no elements", arguments: scalarTypes)
  func axpy(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes {
        var y = Tensor<Scalar>.sample([size])
        let x = Tensor<Scalar>.sample([size], seed: 2)
        let expected = y + x * Tensor(Scalar(-0.25))
        y.add(x, scaledBy: -0.25)
        expectClose(y, expected)
      }
    }
    check(type)
  }

  @Test("map transforms each element and passes errors on")
  func map() throws {
    struct Refused: Error {}
    let t: Tensor<Double> = [[1, 4], [9, 16]]
    #expect(t.map { $0.squareRoot() } == [[1, 2], [3, 4]])
    #expect(Tensor<Double>.zeros([0, 2]).map { $0 + 1 }.shape == [0, 2])
    #expect(throws: Refused.self) { try t.map { if $0 > 4 { throw Refused() } else { $0 } } }
  }

  @Test("kernels work in place on either operand", arguments: scalarTypes)
  func kernelAliasing(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let a: [Scalar] = [1, 2, 3]
      for (step, expected) in [(OperandStep.each, [0, 0, 0]), (.same, [0, 1, 2])] {
        var left = a
        var right = a
        a.withUnsafeBufferPointer { a in
          left.withUnsafeMutableBufferPointer { left in
            Scalar.combine(
              .subtract, count: 3, left.baseAddress!, .each, a.baseAddress!, step,
              into: left.baseAddress!)
          }
          right.withUnsafeMutableBufferPointer { right in
            Scalar.combine(
              .subtract, count: 3, a.baseAddress!, step, right.baseAddress!, .each,
              into: right.baseAddress!)
          }
        }
        #expect(left == expected.map { Scalar($0) })
        #expect(right == expected.map { -Scalar($0) })
      }
    }
    check(type)
  }
}
