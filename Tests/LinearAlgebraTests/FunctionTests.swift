import Foundation
import TestSupport
import Testing
@testable import PerceptronLinearAlgebra

@Suite("Functions of each element")
struct FunctionTests {
  static let sizes = [0, 1, 15, 16, 17, 1000]

  /// What a function's free form makes of a tensor.
  private func free<Scalar>(
    _ function: ElementwiseFunction, _ x: consuming Tensor<Scalar>
  ) -> Tensor<Scalar> {
    switch function {
    case .exp: exp(x)
    case .exp2: exp2(x)
    case .expm1: expm1(x)
    case .log: log(x)
    case .log2: log2(x)
    case .log10: log10(x)
    case .log1p: log1p(x)
    case .sqrt: sqrt(x)
    case .abs: abs(x)
    case .sign: sign(x)
    case .tanh: tanh(x)
    case .sigmoid: sigmoid(x)
    case .sin: sin(x)
    case .cos: cos(x)
    case .tan: tan(x)
    case .erf: erf(x)
    case .floor: floor(x)
    case .ceil: ceil(x)
    case .trunc: trunc(x)
    case .round: round(x)
    }
  }

  @Test("Both forms of a function give its values, of slices too", arguments: scalarTypes)
  func forms(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for function in ElementwiseFunction.allCases {
        for size in Self.sizes {
          let x = Tensor<Scalar>(mixedSample(3 * size, seed: 5), shape: [3, size])
          let slice = x[rows: 1..<2]
          let expected = slice.map { function.value($0) }
          var inPlace = slice
          inPlace.apply(function)
          for result in [free(function, slice), inPlace] {
            #expect(result.shape == [1, size])
            let errors = zip(result.elements, expected.elements).map { ulps($0, $1) }
            #expect(errors.max() ?? 0 <= function.ulps(Scalar.self), "\(function)")
          }
          let unchanged: [Scalar] = mixedSample(3 * size, seed: 5)
          #expect(zip(x.elements, unchanged).allSatisfy { isSame($0, $1) })
        }
      }
    }
    check(type)
  }

  @Test("A function works in memory that nobody else needs", arguments: scalarTypes)
  func memory(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var x = Tensor<Scalar>.sample([5, 8])
      let kept = x.elements
      let before = x.withUnsafeElements { $0.baseAddress }
      x.apply(.exp)
      #expect(x.withUnsafeElements { $0.baseAddress } == before)
      let copy = x
      x.apply(.log)
      #expect(x.withUnsafeElements { $0.baseAddress } != before)
      #expect(copy.withUnsafeElements { $0.baseAddress } == before)
      expectClose(x, Tensor(kept, shape: [5, 8]))
      expectClose(log(copy), Tensor(kept, shape: [5, 8]))
      // The rest of the elements is gone: the slice is the only one that refers to them.
      var slice = Tensor<Scalar>.sample([5, 8])[rows: 2..<4]
      let start = slice.withUnsafeElements { $0.baseAddress }
      slice.apply(.sqrt)
      #expect(slice.withUnsafeElements { $0.baseAddress } == start)
      slice.clip(to: 0...1)
      #expect(slice.withUnsafeElements { $0.baseAddress } == start)
    }
    check(type)
  }

  @Test("No bit depends on the number of workers", arguments: scalarTypes)
  func workers(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let count = (5 << 16) + 7
      let sample = Tensor<Scalar>(mixedSample(1009, seed: 1))
      let x = Tensor<Scalar>(shape: [count]) { target in
        for index in 0..<count { target[index] = sample[index % 1009] }
      }
      func results(_ workers: Int) -> [Tensor<Scalar>] {
        x.withUnsafeElements { elements in
          let source = elements.baseAddress!
          let unary = ElementwiseFunction.allCases.map { function in
            Tensor<Scalar>(shape: [count]) {
              Scalar.apply(
                function, count: count, source, into: $0.baseAddress!, workers: workers)
            }
          }
          let clipped = Tensor<Scalar>(shape: [count]) {
            Scalar.clip(
              count: count, from: -1, through: 1, source, into: $0.baseAddress!, workers: workers)
          }
          return unary + [clipped]
        }
      }
      let alone = results(1)
      for workers in [2, 3, 5] {
        for (together, alone) in zip(results(workers), alone) {
          let isRight = together.withUnsafeElements { together in
            alone.withUnsafeElements {
              areSame(together.baseAddress!, $0.baseAddress!, count: count)
            }
          }
          #expect(isRight)
        }
      }
    }
    check(type)
  }

  @Test("Special values are those of C", arguments: scalarTypes)
  func special(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let inf = Scalar.infinity
      let cases: [(ElementwiseFunction, [Scalar], [Scalar])] = [
        (.exp, [-inf, -0.0, inf, -2000, 2000], [0, 1, inf, 0, inf]),
        (.exp2, [-inf, -0.0, inf, -2000, 2000, 10, -3], [0, 1, inf, 0, inf, 1024, 0.125]),
        (.expm1, [-inf, -0.0, inf, -2000, 2000], [-1, -0.0, inf, -1, inf]),
        (.log, [-1, -0.0, 0, 1, inf, -inf], [.nan, -inf, -inf, 0, inf, .nan]),
        (.log2, [-1, -0.0, 0, 1, inf, -inf, 0.125], [.nan, -inf, -inf, 0, inf, .nan, -3]),
        (.log10, [-1, -0.0, 0, 1, inf, -inf, 1000], [.nan, -inf, -inf, 0, inf, .nan, 3]),
        (.log1p, [-2, -1, -0.0, inf, -inf], [.nan, -inf, -0.0, inf, .nan]),
        (.sqrt, [-1, -0.0, inf, 4, -inf], [.nan, -0.0, inf, 2, .nan]),
        (.abs, [-0.0, -inf, -3], [0, inf, 3]),
        (.sign, [-0.0, 0, -inf, 2, -.leastNonzeroMagnitude], [0, 0, -1, 1, -1]),
        (.tanh, [-inf, -0.0, inf], [-1, -0.0, 1]),
        (.sigmoid, [-inf, 0, inf], [0, 0.5, 1]),
        (.sin, [-inf, -0.0, inf], [.nan, -0.0, .nan]),
        (.cos, [-inf, -0.0, inf], [.nan, 1, .nan]),
        (.tan, [-inf, -0.0, 0, inf], [.nan, -0.0, 0, .nan]),
        (.erf, [-inf, -0.0, inf, 7], [-1, -0.0, 1, 1]),
        (.floor, [-0.5, -0.0, 2.5, -inf], [-1, -0.0, 2, -inf]),
        (.ceil, [-0.5, 0.5, 2.5, inf], [-0.0, 1, 3, inf]),
        (.trunc, [-0.5, -2.5, 2.5, inf], [-0.0, -2, 2, inf]),
        (.round, [-0.5, 0.5, 1.5, 2.5, -2.5, inf], [-0.0, 0, 2, 2, -2, inf]),
      ]
      for (function, x, expected) in cases {
        let result = free(function, Tensor(x + [.nan])).elements
        let isRight = zip(result, expected + [.nan]).allSatisfy { isSame($0, $1) }
        #expect(isRight, "\(function) of \(x) is \(result)")
      }
      let tiny: [Scalar] = [.leastNonzeroMagnitude, -.leastNormalMagnitude / 3]
      for function in [ElementwiseFunction.expm1, .log1p, .sin, .tan, .tanh] {
        #expect(free(function, Tensor(tiny)).elements == tiny, "\(function)")
      }
    }
    check(type)
  }

  @Test("Sine, cosine and tangent are right for every finite angle", arguments: scalarTypes)
  func angles(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 3, purpose: "angles")
      let x = (0..<20_000).map { index -> Scalar in
        // Next to multiples of π/2, and among larger ones few or many that need the C library.
        if index % 3 == 0 { return Scalar(Double(random.index(below: 600_000)) * (Double.pi / 2)) }
        let size = index / 2000 % 2 == 0 ? 19 : 120.0
        return Scalar(random.normal() * Foundation.pow(2, size * random.uniform()))
      }
      let (sines, cosines) = (sin(Tensor(x)).elements, cos(Tensor(x)).elements)
      let tangents = tan(Tensor(x)).elements
      for (index, x) in x.enumerated() {
        #expect(ulps(sines[index], ElementwiseFunction.sin.value(x)) <= 1.5, "sin \(x)")
        #expect(ulps(cosines[index], ElementwiseFunction.cos.value(x)) <= 1.5, "cos \(x)")
        #expect(ulps(tangents[index], ElementwiseFunction.tan.value(x)) <= 2.5, "tan \(x)")
      }
    }
    check(type)
  }

  @Test("Logarithms and powers of 2 and 10 are right all over their range", arguments: scalarTypes)
  func logarithms(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 8, purpose: "logarithms")
      let range = Foundation.log2(Double(Scalar.greatestFiniteMagnitude)) + 60
      let exponents = (0..<20_000).map { index in
        Scalar((2 * random.uniform() - 1) * (index % 2 == 0 ? range : 2))
      }
      let x = exponents.map { Scalar(Foundation.exp2(Double($0))) }.filter { $0 > 0 && $0.isFinite }
      // The C library's log10 is off by up to 2 ulp.
      for (function, x, limit) in [(.log2, x, 1.1), (.log10, x, 2.1), (.exp2, exponents, 1.5)]
        as [(ElementwiseFunction, [Scalar], Double)]
      {
        let errors = zip(free(function, Tensor(x)).elements, x).map { ulps($0, function.value($1)) }
        #expect(errors.max() ?? .infinity <= limit, "\(function)")
      }
      let bounds = (Scalar.leastNonzeroMagnitude.exponent, Scalar.greatestFiniteMagnitude.exponent)
      let integers = (Int(bounds.0)...Int(bounds.1)).map { Scalar($0) }
      #expect(log2(exp2(Tensor(integers))).elements == integers)
      let powers: [Scalar] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
      #expect(log10(Tensor(powers)).elements == (0...10).map { Scalar($0) })
    }
    check(type)
  }

  @Test("The C library's functions of numbers keep their names beside those of tensors")
  func names() {
    let x: Tensor<Float> = [0, 1]
    let exponential = exp(1.0)
    let power = pow(2.0, 3.0)
    let root = sqrt(4.0)
    let wave = sin(0.0)
    let magnitude = abs(-1.0)
    let rounded = round(1.5)
    #expect(
      [exponential, power, root, wave, magnitude, rounded] == [2.718281828459045, 8, 2, 0, 1, 2])
    let single = exp(Float(1))
    let singlePower = pow(Float(2), 3)
    #expect([single, singlePower] == [2.7182817, 8])
    let tensor = exp(x)
    let tensorPower = pow(x, x)
    #expect([tensor[1], tensorPower[1]] == [2.7182817, 1])
  }
}

extension ElementwiseFunction {
  /// The value by the C library, in double precision.
  func value<Scalar: BLASScalar>(_ number: Scalar) -> Scalar {
    let x = Double(number)
    let y =
      switch self {
      case .exp: Foundation.exp(x)
      case .exp2: Foundation.exp2(x)
      case .expm1: Foundation.expm1(x)
      case .log: Foundation.log(x)
      case .log2: Foundation.log2(x)
      case .log10: Foundation.log10(x)
      case .log1p: Foundation.log1p(x)
      case .sqrt: Foundation.sqrt(x)
      case .abs: Swift.abs(x)
      case .sign: x.isNaN ? x : x > 0 ? 1 : x < 0 ? -1 : 0.0
      case .tanh: Foundation.tanh(x)
      case .sigmoid: 1 / (1 + Foundation.exp(-x))
      case .sin: Foundation.sin(x)
      case .cos: Foundation.cos(x)
      case .tan: Foundation.tan(x)
      case .erf: Foundation.erf(x)
      case .floor: x.rounded(.down)
      case .ceil: x.rounded(.up)
      case .trunc: x.rounded(.towardZero)
      case .round: x.rounded(.toNearestOrEven)
      }
    // 0 where the kernel's exponential is infinite.
    if self == .sigmoid && Scalar(Foundation.exp(-x)) == .infinity { return 0 }
    return Scalar(y)
  }

  /// The largest difference from ``value(_:)``, which may be off by some as well, in units of the last
  /// place; 0 where both are exact.
  func ulps<Scalar: BLASScalar>(_: Scalar.Type) -> Double {
    switch self {
    case .sqrt, .abs, .sign, .floor, .ceil, .trunc, .round: 0
    case .sigmoid, .tan: 3
    case .exp, .exp2, .expm1, .log, .log2, .log10, .log1p, .tanh, .sin, .cos, .erf: 2
    }
  }
}
