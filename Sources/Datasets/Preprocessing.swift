import LinearAlgebra

/// What happens to every feature before a network sees it: x / divisor − mean.
///
/// Fitted to training data and stored with the model, so that later data is treated alike.
public struct Preprocessing: Hashable, Codable, Sendable {
  /// What each feature is divided by, finite and above 0: 255 turns bytes into 0…1.
  public let divisor: Double
  /// What is subtracted after the division, one number per feature; nil for nothing.
  public let mean: [Double]?

  /// Features as they are.
  public static let none = Preprocessing()

  /// Division by `divisor`, then subtraction of `mean`.
  ///
  /// - Precondition: the divisor is finite and above 0, the means are finite.
  public init(divisor: Double = 1, mean: [Double]? = nil) {
    if let problem = Preprocessing.problem(divisor: divisor, mean: mean) {
      fatalError("Preprocessing: \(problem)")
    }
    self.divisor = divisor
    self.mean = mean
  }

  /// Decodes `divisor` and `mean`.
  ///
  /// - Throws: `DecodingError` also where the values are not what ``init(divisor:mean:)`` takes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    divisor = try container.decode(Double.self, forKey: .divisor)
    mean = try container.decodeIfPresent([Double].self, forKey: .mean)
    if let problem = Preprocessing.problem(divisor: divisor, mean: mean) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem))
    }
  }

  private static func problem(divisor: Double, mean: [Double]?) -> String? {
    if !(divisor.isFinite && divisor > 0) { return "the divisor \(divisor) is not above 0" }
    if let index = mean?.firstIndex(where: { !$0.isFinite }) {
      return "the mean of feature \(index) is not a finite number"
    }
    return nil
  }
}

// MARK: - Fitting

extension Preprocessing {
  /// The preprocessing with the given divisor and, where `subtractMean` is set, the mean of the
  /// divided features over all examples, summed in double precision; exact for bytes.
  ///
  /// - Throws: ``DatasetError`` where a feature is infinite or not a number (with its row and
  ///   column), a sum overflows, or there are no examples to take the mean of.
  /// - Precondition: the divisor is finite and above 0.
  public static func fitted(
    to dataset: Dataset, divisor: Double, subtractMean: Bool
  ) throws -> Preprocessing {
    let features = dataset.features
    try features.checkFinite()
    if !subtractMean { return Preprocessing(divisor: divisor) }
    if features.count == 0 { throw DatasetError("the mean of no examples") }
    let scale = Double(features.count)
    let mean = features.columnSums().map { $0 / scale / divisor }
    if let column = mean.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError("the sum of the features in column \(column) is too large")
    }
    return Preprocessing(divisor: divisor, mean: mean)
  }
}

extension Features {
  /// Refuses infinities and NaN. Bytes are neither.
  ///
  /// - Throws: ``DatasetError`` with the first such feature's row and column.
  public func checkFinite() throws {
    switch storage {
    case .bytes: return
    case .floats(let elements): try checkFinite(elements)
    case .doubles(let elements): try checkFinite(elements)
    }
  }

  private func checkFinite<Scalar: BLASScalar>(_ elements: [Scalar]) throws {
    try elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      for row in 0..<count {
        let first = base + storedRow(row) * featureCount
        guard let column = Scalar.indexOfNonFinite(count: featureCount, first) else { continue }
        throw DatasetError(
          "the feature in row \(row), column \(column) is \(first[column]), not a finite number")
      }
    }
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
