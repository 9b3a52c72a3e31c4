/// Matrix products as loops in Swift, each a step nearer to what a processor likes. They are what
/// `bench` measures, not what the library uses: that is OpenBLAS.
///
/// Each writes op(A)·op(B) to `c`, rows × columns, row-major. An element of op(A) is found by the
/// steps from row to row and from column to column, so that transposing costs nothing beforehand.
enum Loops {
  /// The definition: for each element, the sum over k. In the innermost loop B is read down a
  /// column, a whole row apart each time. Where steps are 1, they are left out as one would who
  /// writes the loops for that case.
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

  /// The same sums in another order: in the innermost loop, B and C are read along their rows.
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

  /// The same order on pointers, where no index is checked: the compiler can compute several
  /// elements of a row at a time.
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

  /// Blocks of B, as many rows as this and `panelWidth` columns wide, are copied together so that
  /// they stay in the first-level cache while all rows of A go over them, four rows at a time whose
  /// sums stay in registers.
  private static let blockDepth = 256
  private typealias Panel = SIMD8<Float>
  private static let panelWidth = Panel.scalarCount
  private static let tileHeight = 4

  /// Blocked for the caches and registers. It pays where B is too large for the caches, or its
  /// columns are few; the copying is for nothing where A has a single row.
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

  /// Pointers, and memory for a block of B that is not filled beforehand.
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
