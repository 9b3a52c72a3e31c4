import PerceptronLinearAlgebra

/// Sums by the definition in double precision, and the sums of their summands' magnitudes.
struct ExpectedSums<Scalar: BLASScalar> {
  var sums: [Double] = []
  var magnitudes: [Double] = []

  mutating func append(_ summands: [Double]) {
    sums.append(summands.reduce(0, +))
    magnitudes.append(summands.reduce(0) { $0 + $1.magnitude })
  }

  /// Whether each number is as close as so many roundings of partial sums leave it.
  func isMet(by numbers: [Scalar]) -> Bool {
    numbers.count == sums.count
      && numbers.indices.allSatisfy { index in
        if sums[index].isNaN { return numbers[index].isNaN }
        if sums[index].isInfinite { return Double(numbers[index]) == sums[index] }
        let unit = Double(Scalar.ulpOfOne)
        return abs(Double(numbers[index]) - sums[index]) <= 40 * unit * magnitudes[index]
      }
  }
}
