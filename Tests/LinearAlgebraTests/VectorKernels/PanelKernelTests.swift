import LinearAlgebra
import TestSupport
import Testing

@Suite("Vector kernels on every level of instructions: products with a packed matrix")
struct PanelKernelTests {
  private static let rowCounts = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 23]
  private static let innerSizes = [0, 1, 2, 7, 16, 33]
  private static let columnCounts = [0, 1, 3, 8, 15, 16, 17, 31, 33, 47, 48, 49, 64, 65, 96, 113]

  @Test("Every small size, with and without NaN and infinities", arguments: scalarTypes)
  func sizes(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (number, columns) in Self.columnCounts.enumerated() {
        for (other, inner) in Self.innerSizes.enumerated() {
          let rows = Self.rowCounts[(number + 5 * other) % Self.rowCounts.count]
          for isMixed in [false, true] {
            expectTwin(PackedProduct<Scalar>(rows, inner, columns, isMixed: isMixed))
          }
        }
      }
      for rows in Self.rowCounts { expectTwin(PackedProduct<Scalar>(rows, 5, 19, isMixed: true)) }
    }
    check(type)
  }

  @Test("Sums of several blocks, and more panels than the cache holds", arguments: scalarTypes)
  func blocks(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (rows, inner, columns) in [
        (3, 255, 5), (5, 257, 20), (2, 511, 3), (2, 513, 50), (1, 1030, 17), (1, 300, 700),
      ] {
        expectTwin(PackedProduct<Scalar>(rows, inner, columns, isMixed: false))
      }
    }
    check(type)
  }

  @Test(
    "A row's bits depend on its place, its neighbours and their number nowhere",
    arguments: scalarTypes)
  func places(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for (inner, columns) in [(37, 65), (600, 13), (33, 200)] {
        let product = PackedProduct<Scalar>(29, inner, columns, isMixed: false)
        onEveryLevel { level in
          for adds in [false, true] {
            let whole = product.run(adds: adds).elements
            for start in stride(from: 0, to: 29, by: 3) {
              for end in [start + 1, start + 6, start + 15, 29] where end <= 29 {
                let part = product.rows(start..<end).run(adds: adds, at: start % 16)
                #expect(
                  part.elements[...] == whole[(start * columns)..<(end * columns)],
                  "\(start)..<\(end), \(inner) × \(columns), \(level)")
              }
            }
          }
        }
      }
    }
    check(type)
  }

  @Test("A column's bits do not depend on the columns beside it", arguments: scalarTypes)
  func columns(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let product = PackedProduct<Scalar>(11, 530, 70, isMixed: false)
      onEveryLevel { level in
        let whole = product.run(adds: true).elements
        for count in [1, 7, 16, 17, 33, 48, 63, 69] {
          let part = product.columns(count).run(adds: true).elements
          let expected = (0..<11).flatMap { whole[($0 * 70)..<($0 * 70 + count)] }
          #expect(part == expected, "\(count) of 70 columns, \(level)")
        }
      }
    }
    check(type)
  }

  @Test("A matrix and its transpose, packed in parts, are packed alike", arguments: scalarTypes)
  func packing(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for columns in Self.columnCounts {
        for inner in [0, 1, 5, 18] {
          let product = PackedProduct<Scalar>(1, inner, columns, isMixed: true)
          onEveryLevel { level in
            let whole = product.packed(parts: 1, transposed: false)
            for parts in [1, 2, 3, 7] {
              for transposed in [false, true] {
                let other = product.packed(parts: parts, transposed: transposed)
                #expect(
                  other.isIntact
                    && areSame(other.elements, whole.elements, count: whole.elements.count),
                  "\(inner) × \(columns) in \(parts), transposed: \(transposed), \(level)")
              }
            }
          }
        }
      }
    }
    check(type)
  }

  private func expectTwin<Scalar: BLASScalar>(_ product: PackedProduct<Scalar>) {
    let label = "\(product.rows) × \(product.inner) × \(product.columns)"
    for adds in [false, true] {
      let expected = product.twin(adds: adds)
      onEveryLevel { level in
        let first = product.run(adds: adds)
        #expect(first.isIntact && expected.isMet(by: first.elements), "\(label), \(level)")
        for offset in [1, 7, 15] {
          let moved = product.run(adds: adds, at: offset)
          #expect(
            moved.isIntact && areSame(moved.elements, first.elements, count: first.elements.count),
            "\(label) at \(offset), \(level)")
        }
      }
    }
  }
}

/// The operands of a product, and the product by the kernels and by its definition.
private struct PackedProduct<Scalar: BLASScalar> {
  private(set) var rows: Int
  let inner: Int
  private(set) var columns: Int
  private var left: [Scalar]
  private var matrix: [Scalar]
  private var old: [Scalar]

  /// With `isMixed` a few numbers are NaN, infinite or 0.
  init(_ rows: Int, _ inner: Int, _ columns: Int, isMixed: Bool) {
    (self.rows, self.inner, self.columns) = (rows, inner, columns)
    func numbers(_ count: Int, _ seed: UInt64) -> [Scalar] {
      Tensor<Scalar>.sampleElements(count, seed: seed, isMixed: isMixed)
    }
    left = numbers(rows * inner, 1)
    matrix = numbers(inner * columns, 2)
    old = numbers(rows * columns, 3)
  }

  /// The same product of some rows.
  func rows(_ range: Range<Int>) -> PackedProduct {
    var part = self
    part.rows = range.count
    part.left = Array(left[(range.lowerBound * inner)..<(range.upperBound * inner)])
    part.old = Array(old[(range.lowerBound * columns)..<(range.upperBound * columns)])
    return part
  }

  /// The same product with the first columns.
  func columns(_ count: Int) -> PackedProduct {
    var part = self
    part.columns = count
    part.matrix = (0..<inner).flatMap { matrix[($0 * columns)..<($0 * columns + count)] }
    part.old = (0..<rows).flatMap { old[($0 * columns)..<($0 * columns + count)] }
    return part
  }

  func twin(adds: Bool) -> ExpectedSums<Scalar> {
    var expected = ExpectedSums<Scalar>()
    for row in 0..<rows {
      for column in 0..<columns {
        let products = (0..<inner).map {
          Double(left[row * inner + $0]) * Double(matrix[$0 * columns + column])
        }
        expected.append(products + (adds ? [Double(old[row * columns + column])] : []))
      }
    }
    return expected
  }

  /// The matrix packed in so many parts: only what a level's vectors fill, elsewhere the guard.
  func packed(parts: Int, transposed: Bool) -> (elements: [Scalar], isIntact: Bool) {
    let count = Scalar.panelRoom(rows: inner, columns: columns)
    let target = GuardedBuffer<Scalar>(capacity: count)
    defer { target.deallocate() }
    let start = [Scalar](repeating: GuardedBuffer<Scalar>.guardValue, count: count)
    let panels = target.fill(start, count: count, at: 0)
    let other = (0..<columns).flatMap { column in
      (0..<inner).map { matrix[$0 * columns + column] }
    }
    let size = transposed ? columns : inner
    for part in 0..<parts {
      let range = (size * part / parts)..<(size * (part + 1) / parts)
      if transposed {
        Scalar.packTransposedPanels(
          rows: inner, columns: columns, range: range, other, into: panels)
      } else {
        Scalar.packPanels(rows: inner, columns: columns, range: range, matrix, into: panels)
      }
    }
    return (
      Array(UnsafeBufferPointer(start: panels, count: count)), target.isIntact(count: count, at: 0)
    )
  }

  /// What the kernel writes `offset` places behind an aligned one.
  func run(adds: Bool, at offset: Int = 0) -> (elements: [Scalar], isIntact: Bool) {
    let count = rows * columns
    let source = GuardedBuffer<Scalar>(capacity: left.count)
    let target = GuardedBuffer<Scalar>(capacity: count)
    defer { for buffer in [source, target] { buffer.deallocate() } }
    let start = adds ? old : [Scalar](repeating: .nan, count: count)
    let y = target.fill(start, count: count, at: offset)
    Scalar.multiplyPanels(
      rows: rows, inner: inner, columns: columns,
      source.fill(left, count: left.count, at: (offset + 3) % 16),
      by: packed(parts: 2, transposed: offset % 2 == 1).elements, adds: adds, into: y)
    return (
      Array(UnsafeBufferPointer(start: y, count: count)), target.isIntact(count: count, at: offset)
    )
  }
}
