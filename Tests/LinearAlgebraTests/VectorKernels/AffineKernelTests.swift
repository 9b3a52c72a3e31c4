import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels on every level of instructions: small layers")
struct AffineKernelTests {
  private static let sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64]
  private static let rowCounts = [0, 1, 2, 3, 5, 8, 15, 17, 34]

  @Test("Every small size of layer, with and without NaN and infinities", arguments: scalarTypes)
  func sizes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var number = 0
      for inputs in Self.sizes {
        for outputs in Self.sizes {
          number += 1
          let rows = Self.rowCounts[number % Self.rowCounts.count]
          // Without optimization, one of the two for each size.
          for isMixed in [false, true] where isOptimizedBuild || isMixed == (number % 2 == 0) {
            expectTwin(Layer<Scalar>(rows, inputs, outputs, isMixed: isMixed))
          }
        }
      }
    }
    check(type)
  }

  @Test("Many rows, of which gradients are added up in blocks", arguments: scalarTypes)
  func manyRows(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (inputs, outputs) in [(3, 5), (24, 8), (8, 2), (17, 18)] {
        for rows in [255, 257, 517] {
          expectTwin(Layer<Scalar>(rows, inputs, outputs, isMixed: false))
        }
      }
    }
    check(type)
  }

  @Test("A row's results do not depend on the rows around it", arguments: scalarTypes)
  func shares(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (inputs, outputs) in [(3, 5), (24, 8), (8, 2), (17, 33)] {
        let layer = Layer<Scalar>(37, inputs, outputs, isMixed: false)
        onEveryLevel { level in
          let whole = layer.run(.output, at: 0)
          let gradient = layer.run(.inputGradient, at: 0)
          for start in 0..<37 {
            let rest = layer.rows(from: start)
            #expect(
              rest.run(.output, at: 1).elements[...] == whole.elements[(start * outputs)...]
                && rest.run(.inputGradient, at: 1).elements[...]
                  == gradient.elements[(start * inputs)...],
              "\(inputs) × \(outputs) from \(start), \(level)")
          }
        }
      }
    }
    check(type)
  }

  @Test("The gradient of some columns of a wider input reads no others", arguments: scalarTypes)
  func widerInput(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for inputs in Self.sizes {
        for outputs in Self.sizes {
          let rows = Self.rowCounts[(inputs + 3 * outputs) % Self.rowCounts.count]
          let layer = Layer<Scalar>(rows, inputs, outputs, isMixed: false)
          for result in [Layer<Scalar>.Result.weightGradient, .weightChange] {
            let expected = layer.twin(result)
            onEveryLevel { level in
              for (offset, gap) in [(0, 1), (5, 7), (0, 16), (3, 61)] {
                let found = layer.run(result, at: offset, gap: gap)
                #expect(
                  found.isIntact && expected.isMet(by: found.elements),
                  "\(result), \(rows) rows, \(inputs) of \(inputs + gap) × \(outputs), \(level)")
              }
            }
          }
        }
      }
    }
    check(type)
  }

  private func expectTwin<Scalar: BLASScalar>(_ layer: Layer<Scalar>) {
    let label = "\(layer.rows) rows, \(layer.inputs) × \(layer.outputs)"
    for result in Layer<Scalar>.Result.allCases {
      let expected = layer.twin(result)
      onEveryLevel { level in
        let first = layer.run(result, at: 0)
        #expect(expected.isMet(by: first.elements), "\(result), \(label), \(level)")
        for offset in [1, 7, 15] {
          let moved = layer.run(result, at: offset)
          #expect(
            moved.isIntact && areSame(moved.elements, first.elements, count: first.elements.count),
            "\(result), \(label) at \(offset), \(level)")
        }
      }
    }
  }
}

/// A layer's operands, and its products by the kernels and by their definition.
private struct Layer<Scalar: BLASScalar> {
  enum Result: CaseIterable {
    case output, inputGradient, weightGradient, weightChange
  }

  private(set) var rows: Int
  let inputs: Int
  let outputs: Int
  private var x: [Scalar]
  private var upstream: [Scalar]
  private let weights: [Scalar]
  private let bias: [Scalar]
  private let old: [Scalar]
  private let alpha: Scalar = -0.5
  private let beta: Scalar = 0.75

  /// With `isMixed` a few numbers are NaN, infinite or 0.
  init(_ rows: Int, _ inputs: Int, _ outputs: Int, isMixed: Bool) {
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
    func numbers(_ count: Int, _ seed: UInt64) -> [Scalar] {
      Tensor<Scalar>.sampleElements(count, seed: seed, isMixed: isMixed)
    }
    x = numbers(rows * inputs, 1)
    upstream = numbers(rows * outputs, 2)
    weights = numbers(inputs * outputs, 3)
    bias = numbers(outputs, 4)
    old = numbers(inputs * outputs, 5)
  }

  /// The same layer with the rows from one on.
  func rows(from start: Int) -> Layer {
    var rest = self
    rest.rows = rows - start
    rest.x = Array(x[(start * inputs)...])
    rest.upstream = Array(upstream[(start * outputs)...])
    return rest
  }

  func twin(_ result: Result) -> ExpectedSums<Scalar> {
    var expected = ExpectedSums<Scalar>()
    let (x, upstream) = (x.map { Double($0) }, upstream.map { Double($0) })
    let (weights, bias) = (weights.map { Double($0) }, bias.map { Double($0) })
    switch result {
    case .output:
      for row in 0..<rows {
        for j in 0..<outputs {
          expected.append(
            [bias[j]] + (0..<inputs).map { x[row * inputs + $0] * weights[$0 * outputs + j] })
        }
      }
    case .inputGradient:
      for row in 0..<rows {
        for i in 0..<inputs {
          expected.append(
            (0..<outputs).map { upstream[row * outputs + $0] * weights[i * outputs + $0] })
        }
      }
    case .weightGradient, .weightChange:
      let isChange = result == .weightChange
      for i in 0..<inputs {
        for j in 0..<outputs {
          let products = (0..<rows).map { x[$0 * inputs + i] * upstream[$0 * outputs + j] }
          expected.append(
            isChange
              ? products.map { Double(alpha) * $0 } + [Double(beta) * Double(old[i * outputs + j])]
              : products)
        }
      }
    }
    return expected
  }

  /// The rows of x with `gap` NaNs between them.
  private func spread(_ gap: Int) -> [Scalar] {
    let nothing = [Scalar](repeating: .nan, count: gap)
    return Array(
      (0..<rows).map { Array(x[($0 * inputs)..<(($0 + 1) * inputs)]) }.joined(separator: nothing))
  }

  /// What a kernel writes `offset` places behind an aligned one, from operands as far from one, and
  /// whether it wrote nothing else. Weight gradients may be of an x with a gap after each row.
  func run(
    _ result: Result, at offset: Int, gap: Int = 0
  ) -> (elements: [Scalar], isIntact: Bool) {
    let isChange = result == .weightChange
    let count =
      switch result {
      case .output: rows * outputs
      case .inputGradient: rows * inputs
      case .weightGradient, .weightChange: inputs * outputs
      }
    let operands = [spread(gap), upstream, weights, bias].map { operand in
      let buffer = GuardedBuffer<Scalar>(capacity: operand.count)
      return (buffer, buffer.fill(operand, count: operand.count, at: (offset + 3) % 16))
    }
    let target = GuardedBuffer<Scalar>(capacity: count)
    defer { for buffer in operands.map(\.0) + [target] { buffer.deallocate() } }
    let start = isChange ? old : [Scalar](repeating: .nan, count: count)
    let y = target.fill(start, count: count, at: offset)
    switch result {
    case .output:
      Scalar.affine(
        rows: rows, inputs: inputs, outputs: outputs, operands[0].1, weights: operands[2].1,
        bias: operands[3].1, into: y)
    case .inputGradient:
      Scalar.affineInputGradient(
        rows: rows, inputs: inputs, outputs: outputs, upstream: operands[1].1,
        weights: operands[2].1, into: y)
    case .weightGradient, .weightChange:
      Scalar.affineWeightGradient(
        rows: rows, inputs: inputs, outputs: outputs, operands[0].1, stride: inputs + gap,
        upstream: operands[1].1, alpha: isChange ? alpha : 1, beta: isChange ? beta : 0, into: y)
    }
    return (
      Array(UnsafeBufferPointer(start: y, count: count)),
      target.isIntact(count: count, at: offset)
    )
  }
}
