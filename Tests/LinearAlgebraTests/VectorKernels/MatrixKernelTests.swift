import Foundation
import TestSupport
import Testing

@testable import PerceptronLinearAlgebra

@Suite("Vector kernels on every level of instructions: rows and columns")
struct MatrixKernelTests {
  @Test("Sums of columns are added in their twin's order, at every size", arguments: scalarTypes)
  func addRows(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for columns in 0...130 {
        let rows = columns * 7 % 101
        let x = Tensor<Scalar>.sample([rows * columns]).elements
        let expected = (0..<columns).map { column in
          columnSum(0..<rows) { x[$0 * columns + column] }
        }
        everywhere(x, "\(rows) × \(columns)", expected: expected) {
          Scalar.addRows(rows: rows, columns: columns, $0, into: $1)
        }
      }
    }
    check(type)
  }

  /// Halves until 32 rows or fewer are left, which are added one after another.
  private func columnSum<Scalar: BLASScalar>(
    _ rows: Range<Int>, _ element: (Int) -> Scalar
  ) -> Scalar {
    if rows.count <= 32 { return rows.reduce(0) { $0 + element($1) } }
    let middle = rows.lowerBound + rows.count / 2
    return columnSum(rows.lowerBound..<middle, element)
      + columnSum(middle..<rows.upperBound, element)
  }

  @Test("A row fills every row, bit by bit", arguments: scalarTypes)
  func fillRows(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for columns in 0...130 {
        let rows = columns * 7 % 4
        let row: [Scalar] = mixedSample(columns, seed: 2)
        let expected = (0..<rows).flatMap { _ in row }
        everywhere(row, "\(rows) × \(columns)", expected: expected) {
          Scalar.fillRows(rows: rows, columns: columns, $1, with: $0)
        }
      }
    }
    check(type)
  }

  @Test("Elements that are apart are gathered bit by bit", arguments: scalarTypes)
  func gather(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for stride in [2, -1, 1, 3, -2, 0] {
        for count in 0...70 {
          let first = stride < 0 ? -stride * max(count - 1, 0) : 0
          let x: [Scalar] = mixedSample(max(count - 1, 0) * abs(stride) + 1, seed: 3)
          let expected = (0..<count).map { x[first + $0 * stride] }
          everywhere(x, "\(count) by \(stride)", expected: expected) {
            Scalar.gather(count: count, $0 + first, stride: stride, into: $1)
          }
        }
      }
    }
    check(type)
  }

  @Test("The 1-norm is the largest sum of magnitudes in a column", arguments: scalarTypes)
  func oneNorm(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for size in 0...70 {
        let rows = size * 5 % 41
        let x = Tensor<Scalar>.sample([max(rows, size) * size]).elements
        let sums = (0..<size).map { column in
          (0..<rows).reduce(Scalar(0)) { $0 + x[$1 * size + column].magnitude }
        }
        let symmetricSums = (0..<size).map { column in
          (0..<size).reduce(Scalar(0)) {
            $0 + x[max($1, column) * size + min($1, column)].magnitude
          }
        }
        onEveryLevel { name in
          for (isSymmetric, expected) in [(false, sums), (true, symmetricSums)] {
            let norm = Scalar.oneNorm(
              rows: isSymmetric ? size : rows, columns: size, isSymmetric: isSymmetric, x)
            #expect(
              ulps(norm, expected.max() ?? 0) <= Double(size + rows),
              "\(rows) × \(size), \(isSymmetric), \(name)")
          }
        }
      }
    }
    check(type)
  }

  @Test("Dropout's factors have their twin's bits", arguments: scalarTypes)
  func dropout(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rate, seed) in [(0, 1), (0.3, 2), (0.5, .max), (1 - 0x1p-53, 4)] as [(Double, UInt64)] {
        let start = mixed(seed)
        let expected = (0..<130).map { index in
          mixed(start &+ 0x9e37_79b9_7f4a_7c15 &* UInt64(index)) < UInt64(rate * 0x1p64)
            ? 0 : Scalar(1 / (1 - rate))
        }
        for count in 0...130 {
          everywhere([], "\(count)", expected: Array(expected[..<count])) {
            Scalar.dropoutFactors(count: count, from: 0, rate: rate, seed: seed, into: $1)
          }
        }
      }
    }
    check(type)
  }

  /// SplitMix64's permutation.
  private func mixed(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  @Test("Numbers of every type are divided and centered as by their twin", arguments: scalarTypes)
  func convert(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (divisor, isCentered) in [(1, false), (255, false), (1, true), (255, true)] {
        let bytes = (0..<130).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let floats: [Float] = mixedSample(130, seed: 1)
        let doubles: [Double] = mixedSample(130, seed: 2)
        let mean: [Scalar] = mixedSample(130, seed: 3)
        let wideMean: [Double] = mixedSample(130, seed: 3)
        func twin<Number: BLASScalar>(_ source: [Number], _ mean: [Number]) -> [Scalar] {
          source.indices.map {
            let quotient = source[$0] / Number(divisor)
            return Scalar(isCentered ? quotient - mean[$0] : quotient)
          }
        }
        let fromBytes = twin(bytes.map { Scalar($0) }, mean)
        let fromFloats = twin(floats.map { Scalar($0) }, mean)
        let fromDoubles = twin(doubles, wideMean)
        let (narrow, wide) = (Scalar(divisor), Double(divisor))
        for count in 0...130 {
          // Ends of the sources, so that their alignment changes with the count.
          let rest = 130 - count
          everywhere([], "\(count) bytes", expected: Array(fromBytes[rest...])) { _, target in
            Scalar.convert(
              count: count, Array(bytes[rest...]), dividedBy: narrow,
              minus: isCentered ? Array(mean[rest...]) : nil, into: target)
          }
          everywhere([], "\(count) floats", expected: Array(fromFloats[rest...])) { _, target in
            Scalar.convert(
              count: count, Array(floats[rest...]), dividedBy: narrow,
              minus: isCentered ? Array(mean[rest...]) : nil, into: target)
          }
          everywhere([], "\(count) doubles", expected: Array(fromDoubles[rest...])) { _, target in
            Scalar.convert(
              count: count, Array(doubles[rest...]), dividedBy: wide,
              minus: isCentered ? Array(wideMean[rest...]) : nil, into: target)
          }
        }
      }
    }
    check(type)
  }

  /// Expects the same bits on every level and from every misalignment of source and target.
  private func everywhere<Scalar: BLASScalar>(
    _ source: [Scalar], _ label: String, expected: [Scalar],
    _ run: (UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let from = GuardedBuffer<Scalar>(capacity: source.count)
    let to = GuardedBuffer<Scalar>(capacity: expected.count)
    defer {
      from.deallocate()
      to.deallocate()
    }
    onEveryLevel { level in
      for offset in 0..<16 {
        let place = offset * 5 % 16
        let x = from.fill(source, count: source.count, at: place)
        let y = to.fill(expected.map { _ in .nan }, count: expected.count, at: offset)
        run(x, y)
        #expect(
          areSame(y, expected, count: expected.count)
            && to.isIntact(count: expected.count, at: offset),
          "\(label) from \(place) to \(offset), \(level)")
      }
    }
  }
}
