import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension Features {
  /// The number of a row and a column as it came.
  ///
  /// - Precondition: `row` lies within 0..<count, `column` within 0..<featureCount.
  @inline(__always)
  func number(_ row: Int, _ column: Int) -> Double {
    let index = storedRow(row) * featureCount + column
    return switch storage {
    case .bytes(let elements): Double(elements[index])
    case .floats(let elements): Double(elements[index])
    case .doubles(let elements): elements[index]
    }
  }

  /// Refuses infinities and NaN; NaN is a missing cell of a table, and allowed there. Bytes are neither.
  ///
  /// - Throws: ``DatasetError`` with the first such feature's row and column.
  public func checkFinite() throws { try checkFinite(allowingMissing: columns != nil) }

  func checkFinite(allowingMissing: Bool) throws {
    switch storage {
    case .bytes: return
    case .floats(let elements): try checkFinite(elements, allowingMissing)
    case .doubles(let elements): try checkFinite(elements, allowingMissing)
    }
  }

  private func checkFinite<Scalar: BLASScalar>(
    _ elements: [Scalar], _ allowingMissing: Bool
  ) throws {
    try elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      for row in 0..<count {
        let first = base + storedRow(row) * featureCount
        var next = 0
        while let found = Scalar.indexOfNonFinite(count: featureCount - next, first + next) {
          let column = next + found
          if !allowingMissing || !first[column].isNaN {
            throw DatasetError(nonFinite(first[column], row, column))
          }
          next = column + 1
        }
      }
    }
  }

  private func nonFinite(_ value: some BLASScalar, _ row: Int, _ column: Int) -> String {
    let name = columns?[column].name
    if value.isNaN, let name {
      return
        "row \(row), column \(name): the cell is missing, and no number is chosen for missing cells"
    }
    return
      "the feature in row \(row), column \(name ?? "\(column)") is \(value), not a finite number"
  }

  /// Refuses numbers whose ln(1 + x) is not a number.
  func checkLogarithms(of columns: [Int]) throws {
    for row in 0..<count {
      for column in columns where number(row, column) <= -1 {
        let name = self.columns?[column].name ?? "\(column)"
        throw DatasetError(
          "the feature in row \(row), column \(name) is \(wholeOrPlain(number(row, column))), "
            + "expected a number above -1 to take the logarithm ln(1 + x) of")
      }
    }
  }

  /// The median over about a thousand rows of the largest magnitude in a row: single outliers and dark
  /// pictures do not change it. Nil for no rows.
  public var magnitude: Double? {
    let largest = stride(from: 0, to: count, by: max(1, count / 1000)).map { row in
      let elements = storedRow(row) * featureCount..<(storedRow(row) + 1) * featureCount
      return switch storage {
      case .bytes(let all): all[elements].reduce(0) { max($0, Double($1)) }
      case .floats(let all): all[elements].reduce(0) { max($0, Double($1.magnitude)) }
      case .doubles(let all): all[elements].reduce(0) { max($0, $1.magnitude) }
      }
    }
    return median(largest)
  }

  /// The sum of each column over all rows.
  func columnSums() -> [Double] {
    switch storage {
    case .bytes(let elements):
      columnSums(elements, from: 0 as UInt64) { $0 &+= UInt64($1) }.map { Double($0) }
    case .floats(let elements): columnSums(elements, from: 0 as Double) { $0 += Double($1) }
    case .doubles(let elements): columnSums(elements, from: 0 as Double) { $0 += $1 }
    }
  }

  /// The sum of each column over all rows, each times its weight.
  func columnSums(weights: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: featureCount)
    func add<Element>(_ elements: [Element], _ number: (Element) -> Double) {
      for row in 0..<count where weights[row] > 0 {
        let first = storedRow(row) * featureCount
        for column in 0..<featureCount {
          sums[column] += weights[row] * number(elements[first + column])
        }
      }
    }
    switch storage {
    case .bytes(let elements): add(elements) { Double($0) }
    case .floats(let elements): add(elements) { Double($0) }
    case .doubles(let elements): add(elements) { $0 }
    }
    return sums
  }

  @inline(__always)
  private func columnSums<Element, Sum>(
    _ elements: [Element], from zero: Sum, _ add: (inout Sum, Element) -> Void
  ) -> [Sum] {
    var sums = [Sum](repeating: zero, count: featureCount)
    sums.withUnsafeMutableBufferPointer { sums in
      elements.withUnsafeBufferPointer { elements in
        for row in 0..<count {
          let first = storedRow(row) * featureCount
          for column in 0..<featureCount { add(&sums[column], elements[first + column]) }
        }
      }
    }
    return sums
  }
}
