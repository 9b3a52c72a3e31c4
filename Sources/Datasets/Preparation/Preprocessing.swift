import PerceptronFiles
import PerceptronLinearAlgebra

/// The preprocessing of features, x / divisor − mean, and of targets that are numbers.
///
/// It is fitted to training data and stored with the model, which applies it to all later data.
public struct Preprocessing: Hashable, Codable, Sendable {
  /// The divisor of each feature, finite and above 0: 255 scales bytes to 0…1.
  public let divisor: Double
  /// The mean of each feature, subtracted after the division; nil for none.
  public let mean: [Double]?
  /// The ``Features/magnitude`` of the features that it was fitted to, before the division; nil where
  /// that is not known.
  public let magnitude: Double?
  /// The scaling of targets that are numbers, so that networks learn numbers of about ±1; nil for none.
  public let targets: TargetScaling?

  /// Features as they are.
  public static let none = Preprocessing()

  /// Division by `divisor`, then subtraction of `mean`.
  ///
  /// - Precondition: the divisor is finite and above 0, the means are finite, and so is the magnitude,
  ///   which is not negative.
  public init(
    divisor: Double = 1, mean: [Double]? = nil, magnitude: Double? = nil,
    targets: TargetScaling? = nil
  ) {
    if let problem = Preprocessing.problem(divisor: divisor, mean: mean, magnitude: magnitude) {
      fatalError("Preprocessing: \(problem)")
    }
    self.divisor = divisor
    self.mean = mean
    self.magnitude = magnitude
    self.targets = targets
  }

  /// Decodes the fields.
  ///
  /// - Throws: `DecodingError` also where the values are not what
  ///   ``init(divisor:mean:magnitude:targets:)`` takes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    divisor = try container.decode(Double.self, forKey: .divisor)
    mean = try container.decodeIfPresent([Double].self, forKey: .mean)
    magnitude = try container.decodeIfPresent(Double.self, forKey: .magnitude)
    targets = try container.decodeIfPresent(TargetScaling.self, forKey: .targets)
    if let problem = Preprocessing.problem(divisor: divisor, mean: mean, magnitude: magnitude) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem))
    }
  }

  private static func problem(
    divisor: Double, mean: [Double]?, magnitude: Double?
  ) -> String? {
    if !(divisor.isFinite && divisor > 0) { return "the divisor \(divisor) is not above 0" }
    if let index = mean?.firstIndex(where: { !$0.isFinite }) {
      return "the mean of feature \(index) is not a finite number"
    }
    if let magnitude, !(magnitude.isFinite && magnitude >= 0) {
      return "the magnitude \(magnitude) is not a finite number from 0 up"
    }
    return nil
  }
}

// MARK: - Fitting

extension Preprocessing {
  /// The preprocessing of a data set with a divisor and, where `subtractMean` is set, the mean of the
  /// divided features over all examples, by their weights where they have any, summed in double precision;
  /// exact for bytes without weights. Targets that are numbers are standardized.
  ///
  /// - Throws: ``DatasetError`` where a feature is infinite or not a number (with its row and
  ///   column), a sum overflows, or there are no examples to take the mean of.
  /// - Precondition: the divisor is finite and above 0.
  public static func fitted(
    to dataset: Dataset, divisor: Double, subtractMean: Bool
  ) throws -> Preprocessing {
    let features = dataset.features
    try features.checkFinite()
    let magnitude = features.magnitude
    let targets = try TargetScaling(fittedTo: dataset)
    if !subtractMean {
      return Preprocessing(divisor: divisor, magnitude: magnitude, targets: targets)
    }
    if features.count == 0 { throw DatasetError("the mean of no examples") }
    let scale = dataset.weights?.reduce(0, +) ?? Double(features.count)
    let sums = dataset.weights.map(features.columnSums(weights:)) ?? features.columnSums()
    let mean = sums.map { $0 / scale / divisor }
    if let column = mean.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError("the sum of the features in column \(column) is too large")
    }
    return Preprocessing(divisor: divisor, mean: mean, magnitude: magnitude, targets: targets)
  }

  /// A warning about features that seem to be scaled differently from those it was fitted to, such as
  /// bytes divided by 255 beforehand; nil if the magnitudes are within a factor of ten, 0, or not known.
  public func scaleMismatch(with features: Features) -> String? {
    guard let magnitude, magnitude > 0, let found = features.magnitude, found > 0,
      max(found / magnitude, magnitude / found) >= 10
    else { return nil }
    return "a row's largest feature is about \(significant(found, 3)), and was about "
      + "\(significant(magnitude, 3)) in the training rows"
      + (divisor == 1 ? "" : ", which were then divided by \(significant(divisor, 6))")
      + ": the rows given seem to be scaled differently"
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
