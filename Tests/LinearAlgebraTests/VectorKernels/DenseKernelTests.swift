import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels on every level of instructions: layers of outputs × inputs")
struct DenseKernelTests {
  private static let rowCounts = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 23]
  private static let inputCounts = [0, 1, 3, 4, 8, 15, 16, 17, 31, 33, 48, 49, 64, 65, 96, 113]
  private static let outputCounts = [0, 1, 2, 3, 4, 5, 6, 7, 10, 13]

  @Test("Every small size, with and without NaN and infinities", arguments: scalarTypes)
  func sizes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (number, inputs) in Self.inputCounts.enumerated() {
        for (other, outputs) in Self.outputCounts.enumerated() {
          let rows = Self.rowCounts[(number + 5 * other) % Self.rowCounts.count]
          for isMixed in [false, true] {
            expectTwins(DenseCase<Scalar>(rows, inputs, outputs, isMixed: isMixed))
          }
        }
      }
      for rows in Self.rowCounts { expectTwins(DenseCase<Scalar>(rows, 19, 5, isMixed: true)) }
    }
    check(type)
  }

  @Test("Sums of several blocks", arguments: scalarTypes)
  func blocks(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, inputs, outputs) in [(3, 1030, 7), (2, 513, 3), (300, 5, 3), (513, 1, 2)] {
        expectTwins(DenseCase<Scalar>(rows, inputs, outputs, isMixed: false))
      }
    }
    check(type)
  }

  @Test(
    "A number's bits depend neither on its position nor on its neighbors",
    arguments: scalarTypes)
  func places(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, inputs, outputs) in [(29, 65, 37), (13, 1040, 11), (270, 33, 9)] {
        let whole = DenseCase<Scalar>(rows, inputs, outputs, isMixed: false)
        onEveryLevel { level in
          let results = whole.run()
          for start in stride(from: 0, to: rows, by: max(rows / 5, 1)) {
            for end in [start + 1, start + 6, rows] where end <= rows {
              let part = whole.rows(start..<end).run(at: start % 16)
              let label = "rows \(start)..<\(end), \(level)"
              #expect(
                part.y[...] == results.y[(start * outputs)..<(end * outputs)], "\(label)")
              #expect(
                part.inputGradient[...]
                  == results.inputGradient[(start * inputs)..<(end * inputs)], "\(label)")
            }
          }
          for inputRange in [0..<inputs, 3..<inputs, 0..<1, 16..<33, 7..<30] {
            for outputRange in [0..<outputs, 1..<outputs, 2..<3, 0..<8] {
              let part = whole.weightGradient(inputRange, outputRange, at: inputRange.lowerBound)
              let expected = outputRange.flatMap { output in
                inputRange.map { results.weightGradient[output * inputs + $0] }
              }
              #expect(
                part.isIntact && part.elements == expected,
                "\(inputRange) of \(outputRange), \(level)")
            }
          }
        }
      }
    }
    check(type)
  }

  private func expectTwins<Scalar: BLASScalar>(_ layer: DenseCase<Scalar>) {
    let label = "\(layer.rows) × \(layer.inputs) × \(layer.outputs)"
    let expected = (layer.outputTwin, layer.inputGradientTwin, layer.weightGradientTwin)
    onEveryLevel { level in
      let first = layer.run()
      #expect(first.isIntact, "\(label), \(level)")
      #expect(expected.0.isMet(by: first.y), "outputs, \(label), \(level)")
      let rows = layer.byRows()
      #expect(
        rows.isIntact && areSame(rows.y, first.y, count: first.y.count),
        "row by row, \(label), \(level)")
      #expect(expected.1.isMet(by: first.inputGradient), "input gradient, \(label), \(level)")
      #expect(expected.2.isMet(by: first.weightGradient), "weight gradient, \(label), \(level)")
      for offset in [1, 7, 15] {
        let moved = layer.run(at: offset)
        #expect(
          moved.isIntact && areSame(moved.y, first.y, count: first.y.count)
            && areSame(moved.inputGradient, first.inputGradient, count: first.inputGradient.count)
            && areSame(
              moved.weightGradient, first.weightGradient, count: first.weightGradient.count),
          "\(label) at \(offset), \(level)")
      }
    }
  }
}

/// The operands of a layer's products, and these by the kernels and by their definition. Rows are
/// further apart than they are long, with NaN between.
private struct DenseCase<Scalar: BLASScalar> {
  private(set) var rows: Int
  let inputs: Int
  let outputs: Int
  private var x: [Scalar]
  private var upstream: [Scalar]
  private let weights: [Scalar]
  private let bias: [Scalar]
  private let old: [Scalar]

  private static var gap: Int { 3 }
  private static var alpha: Scalar { -0.5 }
  private static var beta: Scalar { 0.75 }
  private var stride: Int { inputs + Self.gap }

  /// With `isMixed` a few numbers are NaN, infinite or 0.
  init(_ rows: Int, _ inputs: Int, _ outputs: Int, isMixed: Bool) {
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
    func numbers(_ count: Int, _ seed: UInt64) -> [Scalar] {
      Tensor<Scalar>.sampleElements(count, seed: seed, isMixed: isMixed)
    }
    func spread(_ numbers: [Scalar], rows: Int) -> [Scalar] {
      (0..<rows).flatMap {
        numbers[($0 * inputs)..<(($0 + 1) * inputs)] + [Scalar](repeating: .nan, count: Self.gap)
      }
    }
    x = spread(numbers(rows * inputs, 1), rows: rows)
    upstream = numbers(rows * outputs, 2)
    weights = spread(numbers(outputs * inputs, 3), rows: outputs)
    bias = numbers(outputs, 4)
    old = spread(numbers(outputs * inputs, 5), rows: outputs)
  }

  /// The same layer with some of the rows.
  func rows(_ range: Range<Int>) -> DenseCase {
    var part = self
    part.rows = range.count
    part.x = Array(x[(range.lowerBound * stride)..<(range.upperBound * stride)])
    part.upstream = Array(upstream[(range.lowerBound * outputs)..<(range.upperBound * outputs)])
    return part
  }

  // MARK: By definition

  var outputTwin: ExpectedSums<Scalar> {
    sums(rows, outputs) { row, output in
      (0..<inputs).map { Double(x[row * stride + $0]) * Double(weights[output * stride + $0]) }
        + [Double(bias[output])]
    }
  }

  var inputGradientTwin: ExpectedSums<Scalar> {
    sums(rows, inputs) { row, input in
      (0..<outputs).map {
        Double(upstream[row * outputs + $0]) * Double(weights[$0 * stride + input])
      }
    }
  }

  var weightGradientTwin: ExpectedSums<Scalar> {
    sums(outputs, inputs) { output, input in
      (0..<rows).map {
        Double(Self.alpha) * Double(upstream[$0 * outputs + output])
          * Double(x[$0 * stride + input])
      } + [Double(Self.beta) * Double(old[output * stride + input])]
    }
  }

  private func sums(
    _ rows: Int, _ columns: Int, _ products: (Int, Int) -> [Double]
  ) -> ExpectedSums<Scalar> {
    var expected = ExpectedSums<Scalar>()
    for row in 0..<rows {
      for column in 0..<columns { expected.append(products(row, column)) }
    }
    return expected
  }

  // MARK: By the kernels

  /// What the kernels write `offset` places behind an aligned one.
  func run(
    at offset: Int = 0
  ) -> (y: [Scalar], inputGradient: [Scalar], weightGradient: [Scalar], isIntact: Bool) {
    let other = (offset + 3) % 16
    let (left, right) = (
      GuardedBuffer<Scalar>(capacity: x.count), GuardedBuffer<Scalar>(capacity: weights.count)
    )
    let (y, gradient) = (
      GuardedBuffer<Scalar>(capacity: rows * outputs),
      GuardedBuffer<Scalar>(capacity: rows * inputs)
    )
    defer { for buffer in [left, right, y, gradient] { buffer.deallocate() } }
    let x = left.fill(x, count: x.count, at: other)
    let weights = right.fill(weights, count: weights.count, at: offset)
    let none = [Scalar](repeating: .nan, count: rows * max(inputs, outputs))
    let target = y.fill(none, count: rows * outputs, at: offset)
    Scalar.dense(
      rows: rows, inputs: inputs, outputs: outputs, x, xStride: stride, weights: weights,
      stride: stride, bias: bias, into: target)
    let inputTarget = gradient.fill(none, count: rows * inputs, at: other)
    Scalar.denseInputGradient(
      rows: rows, inputs: inputs, outputs: outputs, upstream: upstream, weights: weights,
      stride: stride, into: inputTarget)
    let weightGradient = weightGradient(0..<inputs, 0..<outputs, at: offset)
    return (
      Array(UnsafeBufferPointer(start: target, count: rows * outputs)),
      Array(UnsafeBufferPointer(start: inputTarget, count: rows * inputs)),
      weightGradient.elements,
      y.isIntact(count: rows * outputs, at: offset)
        && gradient.isIntact(count: rows * inputs, at: other) && weightGradient.isIntact
    )
  }

  /// The outputs from weights as inputs × outputs.
  func byRows() -> (y: [Scalar], isIntact: Bool) {
    let y = GuardedBuffer<Scalar>(capacity: rows * outputs)
    defer { y.deallocate() }
    let none = [Scalar](repeating: .nan, count: rows * outputs)
    let target = y.fill(none, count: rows * outputs, at: 1)
    Scalar.denseRows(
      rows: rows, inputs: inputs, outputs: outputs,
      (0..<rows).flatMap { x[($0 * stride)..<($0 * stride + inputs)] },
      weights: (0..<inputs).flatMap { input in
        (0..<outputs).map { weights[$0 * stride + input] }
      }, bias: bias, into: target)
    return (
      Array(UnsafeBufferPointer(start: target, count: rows * outputs)),
      y.isIntact(count: rows * outputs, at: 1)
    )
  }

  /// A part of the weights' gradient, without the gaps: whether these were left alone is told.
  func weightGradient(
    _ inputRange: Range<Int>, _ outputRange: Range<Int>, at offset: Int
  ) -> (elements: [Scalar], isIntact: Bool) {
    let (source, target) = (
      GuardedBuffer<Scalar>(capacity: x.count), GuardedBuffer<Scalar>(capacity: old.count)
    )
    defer { for buffer in [source, target] { buffer.deallocate() } }
    let x = source.fill(x, count: x.count, at: (offset + 5) % 16)
    let place = offset % 16
    let gradient = target.fill(old, count: old.count, at: place)
    let start = outputRange.lowerBound * stride + inputRange.lowerBound
    upstream.withUnsafeBufferPointer { upstream in
      guard let base = upstream.baseAddress, !inputRange.isEmpty, !outputRange.isEmpty else {
        return
      }
      Scalar.denseWeightGradient(
        rows: rows, inputs: inputRange.count, outputs: outputRange.count,
        x + inputRange.lowerBound, xStride: stride, upstream: base + outputRange.lowerBound,
        upstreamStride: outputs, alpha: Self.alpha, beta: Self.beta, into: gradient + start,
        stride: stride)
    }
    let all = Array(UnsafeBufferPointer(start: gradient, count: old.count))
    let isPart = (0..<old.count).map {
      outputRange.contains($0 / stride) && inputRange.contains($0 % stride)
    }
    let isLeftAlone = zip(zip(all, old), isPart).allSatisfy { pair, isPart in
      isPart || pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN)
    }
    return (
      zip(all, isPart).filter(\.1).map(\.0),
      isLeftAlone && target.isIntact(count: old.count, at: place)
    )
  }
}
