import Foundation
import TestSupport
import Testing
@testable import PerceptronLinearAlgebra

@Suite("Powers, extremes, points and limits")
struct PowerTests {
  @Test("A power has the C library's special values", arguments: scalarTypes)
  func special(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let numbers: [Scalar] = [
        0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, .infinity, -.infinity, .nan, 1e30,
        -1e30,
        .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude,
        1 / .ulpOfOne, 1 / .ulpOfOne + 1, -1 / .ulpOfOne - 1, 2 / .ulpOfOne, 1e-10,
        1 + .ulpOfOne, 1 - .ulpOfOne,
      ]
      for x in numbers {
        // A tensor's exponents, one exponent for all, one base for all.
        let forms = [
          pow(Tensor(shape: [numbers.count], repeating: x), Tensor(numbers)).elements,
          numbers.map { pow(Tensor([x]), $0)[0] },
          pow(x, Tensor(numbers)).elements,
        ]
        for (index, y) in numbers.enumerated() {
          let expected = Scalar(Foundation.pow(Double(x), Double(y)))
          for form in forms {
            let isRight = ulps(form[index], expected) <= 1.5 && form[index].sign == expected.sign
            #expect(isRight || expected.isNaN && form[index].isNaN, "\(x) to the power \(y)")
          }
        }
      }
    }
    check(type)
  }

  @Test("A power is right all over its range", arguments: scalarTypes)
  func accuracy(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 4, purpose: "powers")
      let range = Foundation.log(Double(Scalar.greatestFiniteMagnitude))
      let pairs = (0..<20_000).map { index -> (x: Scalar, y: Scalar) in
        let x =
          index % 2 == 0
          ? Scalar(Foundation.exp((2 * random.uniform() - 1) * range))
          : 1 + Scalar(random.normal() * Foundation.pow(2, -22 * random.uniform())).magnitude
        let y = (2 * random.uniform() - 1) * 1.05 * range / Foundation.log(Double(x))
        return (x, y.isFinite ? Scalar(y) : 1)
      }
      let powers = pow(Tensor(pairs.map(\.x)), Tensor(pairs.map(\.y))).elements
      for (power, pair) in zip(powers, pairs) {
        let expected = Scalar(Foundation.pow(Double(pair.x), Double(pair.y)))
        #expect(ulps(power, expected) <= 2, "\(pair.x) to the power \(pair.y)")
      }
      #expect(pow(Tensor<Scalar>([3, -0.5, 1.1]), 2).elements == [9, 0.25, 1.1 * 1.1])
    }
    check(type)
  }

  @Test("The distance and the angle of a point are right in every quadrant", arguments: scalarTypes)
  func points(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 5, purpose: "points")
      let range = 2 * Double(Scalar.greatestFiniteMagnitude.exponent)
      func coordinate(_ index: Int) -> Scalar {
        // Near each other, or all over the range.
        Scalar(
          random.normal() * Foundation.exp2(index % 2 == 0 ? 0 : range * (random.uniform() - 0.5)))
      }
      let points = (0..<20_000).map { (x: coordinate($0), y: coordinate($0)) }
      let (x, y) = (Tensor(points.map(\.x)), Tensor(points.map(\.y)))
      let distances = zip(hypot(x, y).elements, points).map { distance, point in
        ulps(distance, Scalar(Foundation.hypot(Double(point.x), Double(point.y))))
      }
      #expect(distances.max() ?? .infinity <= 2)
      let angles = zip(atan2(y, x).elements, points).map { angle, point in
        ulps(angle, Scalar(Foundation.atan2(Double(point.y), Double(point.x))))
      }
      #expect(angles.max() ?? .infinity <= 1.5)
    }
    check(type)
  }

  @Test("Distances and angles have the C library's special values", arguments: scalarTypes)
  func specialPoints(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let numbers: [Scalar] = [
        0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
        -.leastNonzeroMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 5,
      ]
      let column = Tensor(numbers, shape: [numbers.count, 1])
      let (distances, angles) = (hypot(column, Tensor(numbers)), atan2(column, Tensor(numbers)))
      for (i, y) in numbers.enumerated() {
        for (j, x) in numbers.enumerated() {
          let distance = Scalar(Foundation.hypot(Double(y), Double(x)))
          let angle = Scalar(Foundation.atan2(Double(y), Double(x)))
          #expect(ulps(distances[i, j], distance) <= 1, "hypot \(y) \(x)")
          #expect(ulps(angles[i, j], angle) <= 1, "atan2 \(y) \(x)")
          #expect(angle.isNaN || angles[i, j].sign == angle.sign, "atan2 \(y) \(x)")
        }
      }
    }
    check(type)
  }

  @Test("Integers, doubles and numbers of the scalar type stand beside a tensor")
  func numbers() {
    let x: Tensor<Float> = [-1, 0.5, 3]
    let (n, d, s) = (2, 0.5, Float(0.5))
    #expect(maximum(x, 0) == [0, 0.5, 3])
    #expect(maximum(x, n) == [2, 2, 3])
    #expect(maximum(x, d) == [0.5, 0.5, 3] && maximum(x, s) == maximum(x, 0.5))
    #expect(minimum(x, n) == [-1, 0.5, 2])
    #expect(minimum(x, d) == [-1, 0.5, 0.5] && minimum(x, s) == minimum(x, 0.5))
    #expect(pow(x, 2) == [1, 0.25, 9] && pow(x, n) == pow(x, 2.0) && pow(x, Float(2)) == x * x)
    #expect(pow(2, x)[2] == 8 && pow(n, x)[0] == 0.5 && pow(d, x)[0] == 2 && pow(s, x)[0] == 2)
    let y = Tensor<Double>(x)
    #expect(maximum(y, n) == [2, 2, 3] && pow(y, d)[1] == d.squareRoot() && pow(d, y)[0] == 2)
    #expect(x.clipped(to: 0...n) == [0, 0.5, 2] && x.clipped(to: 0...d) == [0, 0.5, 0.5])
    #expect(x.clipped(to: n...) == [2, 2, 3] && x.clipped(to: ...d) == [-1, 0.5, 0.5])
    #expect(x.clipped(to: d...) == [0.5, 0.5, 3] && x.clipped(to: ...n) == [-1, 0.5, 2])
    #expect(y.clipped(to: 0...d) == [0, 0.5, 0.5])
    var z = x
    z.clip(to: -n...n)
    z.clip(to: ...d)
    #expect(z == [-1, 0.5, 0.5])
  }

  @Test("NaN wins among extremes, and the operands' order means nothing", arguments: scalarTypes)
  func extremes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let a = Tensor<Scalar>([1, .nan, 2, -.infinity, .nan])
      let b = Tensor<Scalar>([2, 0, .nan, .infinity, .nan])
      for (left, right) in [(a, b), (b, a)] {
        let (small, large) = (minimum(left, right).elements, maximum(left, right).elements)
        #expect(zip(small, [1, .nan, .nan, -.infinity, .nan]).allSatisfy { isSame($0, $1) })
        #expect(zip(large, [2, .nan, .nan, .infinity, .nan]).allSatisfy { isSame($0, $1) })
      }
      #expect(minimum(Tensor<Scalar>([1, 3]), 2).elements == [1, 2])
      #expect(maximum(Tensor<Scalar>([1, 3]), 2).elements == [2, 3])
      #expect(minimum(a, .nan).elements.allSatisfy { $0.isNaN })
      #expect(maximum(a, -.infinity)[1].isNaN)
    }
    check(type)
  }

  @Test("Clipping moves what is outside to the bounds and leaves NaN", arguments: scalarTypes)
  func clip(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let x = Tensor<Scalar>([-.infinity, -2, 0.5, 3, .infinity, .nan])
      let cases: [(Tensor<Scalar>, [Scalar])] = [
        (x.clipped(to: -1...2), [-1, -1, 0.5, 2, 2, .nan]),
        (x.clipped(to: (-1)...), [-1, -1, 0.5, 3, .infinity, .nan]),
        (x.clipped(to: ...2), [-.infinity, -2, 0.5, 2, 2, .nan]),
        (x.clipped(to: 0...0), [0, 0, 0, 0, 0, .nan]),
        (x.clipped(to: -.infinity ... .infinity), x.elements),
      ]
      for (result, expected) in cases {
        #expect(zip(result.elements, expected).allSatisfy { isSame($0, $1) })
      }
      var y = Tensor<Scalar>([-3, 3])
      y.clip(to: (-1)...)
      y.clip(to: ...2)
      #expect(y.elements == [-1, 2])
      y.clip(to: 0...1)
      #expect(y.elements == [0, 1])
      #expect(Tensor<Scalar>.zeros([0, 3]).clipped(to: 0...1).shape == [0, 3])
    }
    check(type)
  }

  @Test("Two tensors go together by broadcasting", arguments: scalarTypes)
  func broadcasting(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let column = Tensor<Scalar>([1, 2, 3], shape: [3, 1])
      let row = Tensor<Scalar>([2, 0])
      #expect(pow(column, row) == Tensor([1, 1, 4, 1, 9, 1], shape: [3, 2]))
      #expect(minimum(column, row) == Tensor([1, 0, 2, 0, 2, 0], shape: [3, 2]))
      #expect(maximum(row, pow(column, row)) == Tensor([2, 1, 4, 1, 9, 1], shape: [3, 2]))
      #expect(maximum(pow(column, row), row) == Tensor([2, 1, 4, 1, 9, 1], shape: [3, 2]))
      #expect(pow(row, Tensor(2)) == Tensor([4, 0]))
      #expect(pow(Tensor<Scalar>.zeros([0, 3]), Tensor([1, 2, 3])).shape == [0, 3])
    }
    check(type)
  }

  @Test("Results take the memory of an operand that nobody else needs")
  func memory() {
    let kept = abs(Tensor<Double>.sample([4]))
    let elements = kept.elements
    let doubled = { kept * Tensor(2) }
    #expect(pow(kept, doubled()).elements == pow(kept, kept + kept).elements)
    #expect(maximum(doubled(), kept).elements == elements.map { Swift.max($0, 2 * $0) })
    #expect(maximum(kept, doubled()).elements == elements.map { Swift.max($0, 2 * $0) })
    #expect(minimum(kept, kept) == kept)
    #expect(pow(kept, Double(3)).count == 4 && pow(Double(3), kept).count == 4)
    #expect(kept.elements == elements)
  }
}
