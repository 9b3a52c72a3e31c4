import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels")
struct KernelTests {
  @Test("ReLU keeps positive elements, passes NaN, and works in place", arguments: scalarTypes)
  func relu(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let special: [Scalar] = [.nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude, -1, 3]
      let expected: [Scalar] = [.nan, .infinity, 0, 0, 0, .leastNonzeroMagnitude, 0, 3]
      expectClose(relu(Tensor(special)), Tensor(expected), tolerance: 0)
      for size in awkwardSizes {
        let x = Tensor<Scalar>.sample([size])
        let expected = x.map { Swift.max($0, 0) }
        #expect(relu(x) == expected)
        var y = x
        y.withUnsafeMutableElements {
          Scalar.activate(.relu, count: size, UnsafePointer($0.baseAddress!), into: $0.baseAddress!)
        }
        #expect(y == expected)
      }
    }
    check(type)
  }

  @Test("The ReLU's gradient passes where its output is positive", arguments: scalarTypes)
  func reluGradient(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes {
        let output = relu(Tensor<Scalar>.sample([size]))
        let upstream = Tensor<Scalar>.sample([size], seed: 2)
        let expected = (0..<size).map { output[$0] > 0 ? upstream[$0] : 0 }
        var apart = Tensor<Scalar>(shape: [size], repeating: .nan)
        var inPlace = upstream
        var overOutput = output
        output.withUnsafeElements { output in
          upstream.withUnsafeElements { upstream in
            apart.withUnsafeMutableElements {
              Scalar.activationGradient(
                .relu, count: size, read: output.baseAddress!, upstream: upstream.baseAddress!,
                into: $0.baseAddress!)
            }
            overOutput.withUnsafeMutableElements {
              Scalar.activationGradient(
                .relu, count: size, read: $0.baseAddress!, upstream: upstream.baseAddress!,
                into: $0.baseAddress!)
            }
          }
          inPlace.withUnsafeMutableElements {
            Scalar.activationGradient(
              .relu, count: size, read: output.baseAddress!, upstream: $0.baseAddress!,
              into: $0.baseAddress!)
          }
        }
        #expect(apart.elements == expected)
        #expect(inPlace.elements == expected)
        #expect(overOutput.elements == expected)
      }
    }
    check(type)
  }

  @Test("pixels become numbers, divided and centered, from every type", arguments: scalarTypes)
  func convert(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in awkwardSizes {
        let bytes = (0..<size).map { UInt8($0 * 37 % 256) }
        let mean = Tensor<Scalar>.sample([size])
        for divisor in [1, 255] as [Scalar] {
          let plain = Tensor(bytes.map { Scalar($0) / divisor })
          let centered = plain - mean
          for (mean, expected) in [(nil, plain), (mean, centered)] as [(Tensor<Scalar>?, _)] {
            let fromBytes = converted(size, mean) {
              Scalar.convert(count: size, bytes, dividedBy: divisor, minus: $0, into: $1)
            }
            let fromFloats = converted(size, mean) {
              let source = bytes.map { Float($0) }
              Scalar.convert(count: size, source, dividedBy: divisor, minus: $0, into: $1)
            }
            #expect(fromBytes == expected)
            #expect(fromFloats == expected)
          }
        }
      }
    }
    check(type)
  }

  @Test("doubles are preprocessed in double precision and rounded once", arguments: scalarTypes)
  func convertDoubles(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      // What is left of these after the mean is far below the spacing of Floats of their size.
      let source = (0..<17).map { 3e9 + 3 * Double($0) }
      let mean = [Double](repeating: 1e9 + 8, count: 17)
      var target = [Scalar](repeating: .nan, count: 17)
      Scalar.convert(count: 17, source, dividedBy: 3, minus: mean, into: &target)
      #expect(target == (0..<17).map { Scalar($0 - 8) })
      Scalar.convert(count: 17, source, dividedBy: 1, minus: nil, into: &target)
      #expect(target == source.map { Scalar($0) })
      Scalar.convert(count: 1, [2e300], dividedBy: 1e300, minus: nil, into: &target)
      #expect(target[0] == 2)
      Scalar.convert(count: 1, [5], dividedBy: 1, minus: [3], into: &target)
      #expect(target[0] == 2)
    }
    check(type)
  }

  @Test("exponential and logarithm", arguments: scalarTypes)
  func functions(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      expectClose(
        Scalar.exponential(1), 2.718281828459045, tolerance: Scalar.testTolerance)
      expectClose(Scalar.logarithm(10), 2.302585092994046, tolerance: Scalar.testTolerance)
      #expect(Scalar.exponential(-.infinity) == 0)
      #expect(Scalar.logarithm(0) == -.infinity)
    }
    check(type)
  }

  private func relu<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    converted(x.count, nil) { _, y in
      x.withUnsafeElements { Scalar.activate(.relu, count: $0.count, $0.baseAddress!, into: y) }
    }
  }

  /// What `body` writes, given the mean's elements and a place for `size` results.
  private func converted<Scalar>(
    _ size: Int, _ mean: Tensor<Scalar>?,
    _ body: (UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>) -> Void
  ) -> Tensor<Scalar> {
    Tensor(shape: [size]) { target in
      target.initialize(repeating: .nan)
      if let mean {
        mean.withUnsafeElements { body($0.baseAddress, target.baseAddress!) }
      } else {
        body(nil, target.baseAddress!)
      }
    }
  }
}
