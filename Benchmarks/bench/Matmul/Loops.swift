/// Matrix products as loops in Swift, in increasing order of speed. `bench` measures them; the library
/// itself uses kernels and OpenBLAS.
///
/// Each writes op(A)·op(B) to `c`, rows × columns, row-major. Operands are accessed by row and column
/// strides, so that transposing needs no copy.
enum Loops {
  /// The definition: for each element, the sum over k. The innermost loop reads B down a column, with a
  /// stride of a whole row. Strides of 1 have loops of their own, without the multiplication.
  static func ijk(_ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let (aSteps, bSteps) = (product.stepsOfA, product.stepsOfB)
    for i in 0..<product.rows {
      for j in 0..<product.columns {
        let (row, column) = (i * aSteps.row, j * bSteps.column)
        var sum: Float = 0
        if aSteps.column == 1 && bSteps.row == 1 {
          for k in 0..<product.inner { sum += a[row + k] * b[column + k] }
        } else if aSteps.column == 1 {
          for k in 0..<product.inner { sum += a[row + k] * b[k * bSteps.row + column] }
        } else {
          for k in 0..<product.inner {
            sum += a[row + k * aSteps.column] * b[k * bSteps.row + column]
          }
        }
        c[i * product.columns + j] = sum
      }
    }
  }

  /// The same sums in another order: the innermost loop reads B and C along their rows.
  static func ikj(_ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let (aSteps, bSteps) = (product.stepsOfA, product.stepsOfB)
    for index in 0..<product.rows * product.columns { c[index] = 0 }
    for i in 0..<product.rows {
      for k in 0..<product.inner {
        let factor = a[i * aSteps.row + k * aSteps.column]
        let (row, other) = (i * product.columns, k * bSteps.row)
        if bSteps.column == 1 {
          for j in 0..<product.columns { c[row + j] += factor * b[other + j] }
        } else {
          for j in 0..<product.columns { c[row + j] += factor * b[other + j * bSteps.column] }
        }
      }
    }
  }

  /// The same order on pointers, without bounds checks, so that the compiler can vectorize.
  static func unsafe(_ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let (aSteps, bSteps) = (product.stepsOfA, product.stepsOfB)
    withPointers(a, b, &c) { a, b, c in
      c.update(repeating: 0, count: product.rows * product.columns)
      for i in 0..<product.rows {
        let row = c + i * product.columns
        for k in 0..<product.inner {
          let factor = a[i * aSteps.row + k * aSteps.column]
          let other = b + k * bSteps.row
          if bSteps.column == 1 {
            for j in 0..<product.columns { row[j] += factor * other[j] }
          } else {
            for j in 0..<product.columns { row[j] += factor * other[j * bSteps.column] }
          }
        }
      }
    }
  }

  private static func withPointers(
    _ a: [Float], _ b: [Float], _ c: inout [Float],
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          body(a, b, c)
        }
      }
    }
  }

  // MARK: Cache-blocked

  /// The rows of a block of B. Blocks of `panelWidth` columns are copied, so that they stay in the
  /// first-level cache for all rows of A, four of which are handled at a time with sums in registers.
  private static let blockDepth = 256
  private typealias Panel = SIMD8<Float>
  private static let panelWidth = Panel.scalarCount
  private static let tileHeight = 4

  /// Blocked for caches and registers. Faster if B exceeds the caches or has few columns; the copying is
  /// wasted if A has a single row.
  static func blocked(_ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let (aSteps, bSteps) = (product.stepsOfA, product.stepsOfB)
    withPointersAndPanel(a, b, &c) { a, b, c, panel in
      c.update(repeating: 0, count: product.rows * product.columns)
      for first in stride(from: 0, to: product.inner, by: blockDepth) {
        let depth = min(blockDepth, product.inner - first)
        for j in stride(from: 0, to: product.columns, by: panelWidth) {
          let width = min(panelWidth, product.columns - j)
          for k in 0..<depth {
            let row = b + (first + k) * bSteps.row + j * bSteps.column
            var packed = Panel.zero
            for lane in 0..<width { packed[lane] = row[lane * bSteps.column] }
            panel[k] = packed
          }
          for i in stride(from: 0, to: product.rows, by: tileHeight) {
            addTile(
              a + i * aSteps.row + first * aSteps.column, steps: aSteps, panel, depth: depth,
              to: c + i * product.columns + j, rowStep: product.columns,
              height: min(tileHeight, product.rows - i), width: width)
          }
        }
      }
    }
  }

  /// Calls `body` with pointers and uninitialized memory for a block of B.
  private static func withPointersAndPanel(
    _ a: [Float], _ b: [Float], _ c: inout [Float],
    _ body: (
      UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>,
      UnsafeMutablePointer<Panel>
    ) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Panel.self, capacity: blockDepth) { panel in
      guard let panel = panel.baseAddress else { return }
      withPointers(a, b, &c) { body($0, $1, $2, panel) }
    }
  }

  /// Adds up to four rows of A times a panel of B to a tile of C.
  @inline(__always)
  private static func addTile(
    _ a: UnsafePointer<Float>, steps: (row: Int, column: Int),
    _ panel: UnsafePointer<Panel>, depth: Int,
    to c: UnsafeMutablePointer<Float>, rowStep: Int, height: Int, width: Int
  ) {
    var sums = (Panel.zero, Panel.zero, Panel.zero, Panel.zero)
    if height == tileHeight {
      for k in 0..<depth {
        let (column, b) = (a + k * steps.column, panel[k])
        sums.0 += column[0] * b
        sums.1 += column[steps.row] * b
        sums.2 += column[2 * steps.row] * b
        sums.3 += column[3 * steps.row] * b
      }
    } else {
      for k in 0..<depth {
        let (column, b) = (a + k * steps.column, panel[k])
        sums.0 += column[0] * b
        if height > 1 { sums.1 += column[steps.row] * b }
        if height > 2 { sums.2 += column[2 * steps.row] * b }
      }
    }
    withUnsafeBytes(of: sums) { bytes in
      let sums = bytes.bindMemory(to: Float.self)
      for row in 0..<height {
        for lane in 0..<width { c[row * rowStep + lane] += sums[row * panelWidth + lane] }
      }
    }
  }
}
