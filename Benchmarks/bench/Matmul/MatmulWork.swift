import Dispatch
import Perceptron

/// A product's operands and its reference result.
final class MatmulWork {
  let product: Product
  /// The operands as stored, possibly transposed. All elements are in 0..<1.
  private let a: [Float]
  private let b: [Float]
  private var c: [Float]
  /// The product in double precision, until ``forgetReference()``.
  private var reference: [Double]

  init(_ product: Product) {
    self.product = product
    var random = SeededRandom(seed: 0, purpose: "bench products")
    func uniform(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.uniform()) } }
    a = uniform(product.rows * product.inner)
    b = uniform(product.inner * product.columns)
    c = [Float](repeating: 0, count: product.rows * product.columns)
    reference = Self.reference(product, a, b)
  }

  func run(_ variant: MatmulVariant) { run(variant, into: &c) }

  /// Writes the product to `result`, rows × columns.
  func run(_ variant: MatmulVariant, into result: inout [Float]) {
    variant.run(product, a, b, &result)
  }

  /// Frees the reference's memory after the last check.
  func forgetReference() { reference = [] }

  /// Runs a variant, checks its result and returns the time of a run in seconds.
  ///
  /// - Throws: `WrongResult` for the element furthest from the reference, if rounding cannot explain the
  ///   difference.
  func check(_ variant: MatmulVariant) throws -> Double {
    // NaN reveals elements that are not written.
    for index in c.indices { c[index] = .nan }
    variant.prepare()
    let first = time { run(variant) }
    try checkResult(of: variant.legend, c)
    return shortest(first) { run(variant) }
  }

  /// Throws unless all elements of `result` are close to the reference.
  func checkResult(of name: String, _ result: [Float]) throws {
    // All terms are positive, so that the error relative to the sum of their absolute values is the
    // relative error. Rounding errors accumulate like a random walk, with a standard deviation of
    // about √(inner / 3) half units in the last place; a missing term is far more.
    let limit = 4 * Double(Float.ulpOfOne) * Double(max(product.inner, 1)).squareRoot()
    var worst = (error: limit, index: -1)
    for index in result.indices {
      let difference = (Double(result[index]) - reference[index]).magnitude
      let error = difference / max(reference[index], .leastNormalMagnitude)
      if !(error <= worst.error) { worst = (error.isNaN ? .infinity : error, index) }
    }
    if worst.index < 0 { return }
    let (row, column) = worst.index.quotientAndRemainder(dividingBy: product.columns)
    throw WrongResult(
      "\(product), \(name), element [\(row), \(column)]", expected: reference[worst.index],
      found: result[worst.index])
  }

  /// The definition in double precision, on all cores.
  private static func reference(_ product: Product, _ a: [Float], _ b: [Float]) -> [Double] {
    let steps = product.stepsOfB
    let wideB = (0..<product.inner).flatMap { k in
      (0..<product.columns).map { j in Double(b[k * steps.row + j * steps.column]) }
    }
    var result = [Double](repeating: 0, count: product.rows * product.columns)
    result.withUnsafeMutableBufferPointer { result in
      // Each iteration writes a different row.
      nonisolated(unsafe) let result = result
      DispatchQueue.concurrentPerform(iterations: product.rows) { i in
        let row = UnsafeMutableBufferPointer(
          rebasing: result[i * product.columns..<(i + 1) * product.columns])
        wideB.withUnsafeBufferPointer { addRow(i, of: product, a, $0, to: row) }
      }
    }
    return result
  }

  /// Adds row `i` of the product to `row`, four terms of each sum at a time to load the row less often.
  ///
  /// - Parameter b: inner × columns.
  private static func addRow(
    _ i: Int, of product: Product, _ a: [Float], _ b: UnsafeBufferPointer<Double>,
    to row: UnsafeMutableBufferPointer<Double>
  ) {
    let (inner, columns, steps) = (product.inner, product.columns, product.stepsOfA)
    guard let row = row.baseAddress, let b = b.baseAddress else { return }
    func factor(_ k: Int) -> Double { Double(a[i * steps.row + k * steps.column]) }
    let whole = inner / 4 * 4
    for k in stride(from: 0, to: whole, by: 4) {
      let (f0, f1, f2, f3) = (factor(k), factor(k + 1), factor(k + 2), factor(k + 3))
      let (b0, b1) = (b + k * columns, b + (k + 1) * columns)
      let (b2, b3) = (b + (k + 2) * columns, b + (k + 3) * columns)
      for j in 0..<columns { row[j] += f0 * b0[j] + f1 * b1[j] + f2 * b2[j] + f3 * b3[j] }
    }
    for k in whole..<inner {
      for j in 0..<columns { row[j] += factor(k) * b[k * columns + j] }
    }
  }
}
