import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension Features {
  /// Refuses infinities and NaN; NaN is a missing cell of a table, and allowed there. Bytes are neither.
  ///
  /// - Throws: ``DatasetError`` with the first such feature's row and column.
  public func checkFinite() throws { try checkFinite(allowingMissing: columns != nil) }

  func checkFinite(allowingMissing: Bool) throws {
    func check<Scalar: BLASScalar>(_ row: (Int) -> UnsafePointer<Scalar>) throws {
      for index in 0..<count {
        let first = row(index)
        if let column = firstRefused(
          in: first, count: featureCount, columns: columns, allowingMissing: allowingMissing)
        {
          throw DatasetError(nonFinite(first[column], index, column))
        }
      }
    }
    try withRows(bytes: { _ in }, floats: check, doubles: check)
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

  /// Refuses numbers whose ln(1 + x) is infinite or not a number.
  func checkLogarithms(of columns: [Int]) throws {
    for row in 0..<count {
      for column in columns where !hasLogarithm(number(row, column)) {
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
    func largest<Element>(
      _ row: (Int) -> UnsafePointer<Element>, _ magnitude: (Element) -> Double
    ) -> [Double] {
      stride(from: 0, to: count, by: max(1, count / 1000)).map { index in
        let elements = UnsafeBufferPointer(start: row(index), count: featureCount)
        return elements.reduce(0) { max($0, magnitude($1)) }
      }
    }
    return median(
      withRows(
        bytes: { largest($0) { Double($0) } }, floats: { largest($0) { Double($0.magnitude) } },
        doubles: { largest($0) { $0.magnitude } }))
  }

  /// The least and the largest finite number of all rows; nil for none.
  package var finiteRange: ClosedRange<Double>? {
    func range<Element>(
      _ row: (Int) -> UnsafePointer<Element>, _ number: (Element) -> Double
    ) -> ClosedRange<Double>? {
      var (least, largest) = (Double.infinity, -Double.infinity)
      for index in 0..<count {
        let elements = row(index)
        for column in 0..<featureCount {
          let value = number(elements[column])
          if value.isFinite { (least, largest) = (min(least, value), max(largest, value)) }
        }
      }
      return least <= largest ? least...largest : nil
    }
    return withRows(
      bytes: { range($0) { Double($0) } }, floats: { range($0) { Double($0) } },
      doubles: { range($0) { $0 } })
  }

  /// The sum of each column over all rows.
  func columnSums() -> [Double] {
    withRows(
      bytes: { columnSums($0, from: 0 as UInt64) { $0 &+= UInt64($1) }.map { Double($0) } },
      floats: { columnSums($0, from: 0 as Double) { $0 += Double($1) } },
      doubles: { columnSums($0, from: 0 as Double) { $0 += $1 } })
  }

  /// The sum of each column over all rows, each times its weight.
  func columnSums(weights: [Double]) -> [Double] {
    func sums<Element>(
      _ row: (Int) -> UnsafePointer<Element>, _ number: (Element) -> Double
    ) -> [Double] {
      var sums = [Double](repeating: 0, count: featureCount)
      for index in 0..<count where weights[index] > 0 {
        let elements = row(index)
        for column in 0..<featureCount {
          sums[column] += weights[index] * number(elements[column])
        }
      }
      return sums
    }
    return withRows(
      bytes: { sums($0) { Double($0) } }, floats: { sums($0) { Double($0) } },
      doubles: { sums($0) { $0 } })
  }

  @inline(__always)
  private func columnSums<Element, Sum>(
    _ row: (Int) -> UnsafePointer<Element>, from zero: Sum, _ add: (inout Sum, Element) -> Void
  ) -> [Sum] {
    var sums = [Sum](repeating: zero, count: featureCount)
    sums.withUnsafeMutableBufferPointer { sums in
      for index in 0..<count {
        let elements = row(index)
        for column in 0..<featureCount { add(&sums[column], elements[column]) }
      }
    }
    return sums
  }
}

// MARK: - Cells

/// Whether ln(1 + x) of a cell is a number, or the cell is missing.
func hasLogarithm(_ cell: Double) -> Bool { !(cell <= -1) }

/// The first cell of a row that is infinite, or missing where that is not allowed, or nil. A category may always be
/// missing.
func firstRefused<Scalar: BLASScalar>(
  in row: UnsafePointer<Scalar>, count: Int, columns: [FeatureColumn]?, allowingMissing: Bool
) -> Int? {
  var next = 0
  while let found = Scalar.indexOfNonFinite(count: count - next, row + next) {
    let column = next + found
    let isCategory = columns?[column].categories != nil
    if !row[column].isNaN || !(allowingMissing || isCategory) { return column }
    next = column + 1
  }
  return nil
}
