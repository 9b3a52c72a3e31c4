import PerceptronFiles
import PerceptronLinearAlgebra

/// The standardization of targets that are numbers: networks learn (target − mean) / deviation, and what
/// they predict is converted back to the targets' own units.
///
/// Columns in different units then count equally in the loss.
public struct TargetScaling: Hashable, Codable, Sendable {
  /// The mean of each column over the training rows.
  public let means: [Double]
  /// The standard deviation of each column over the training rows, above 0; 1 for a constant column.
  public let deviations: [Double]

  /// A scaling with these means and deviations.
  ///
  /// - Precondition: as many of each, all finite, deviations above 0.
  public init(means: [Double], deviations: [Double]) {
    (self.means, self.deviations) = (means, deviations)
    if let problem { fatalError("TargetScaling: \(problem)") }
  }

  /// Decodes means and deviations; throws `DecodingError` where they are not what
  /// ``init(means:deviations:)`` takes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    means = try values.decode([Double].self, forKey: .means)
    deviations = try values.decode([Double].self, forKey: .deviations)
    if let problem {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem))
    }
  }

  private var problem: String? {
    if means.count != deviations.count {
      return "\(means.count) means and \(deviations.count) deviations"
    }
    if let column = means.firstIndex(where: { !$0.isFinite }) {
      return "the mean of target \(column) is not a finite number"
    }
    return deviations.firstIndex { !($0.isFinite && $0 > 0) }.map {
      "the deviation of target \($0) is not a finite number above 0"
    }
  }

  /// The weighted means and standard deviations of a data set's numbers (divided by the sum of weights, as
  /// scikit-learn's `StandardScaler`); nil for other targets and for no weight at all.
  ///
  /// - Throws: ``DatasetError`` for numbers whose squares are too large to add up.
  init?(fittedTo dataset: Dataset) throws {
    guard case .numbers(let values, let names) = dataset.targets else { return nil }
    let weights = dataset.weights
    let total = weights?.reduce(0, +) ?? Double(dataset.count)
    if !(total > 0) { return nil }
    func weightedMean(_ column: Int, _ number: (Double) -> Double) -> Double {
      var sum = 0.0
      for row in 0..<dataset.count {
        let weight = weights?[row] ?? 1
        if weight > 0 { sum += weight * number(values[row * names.count + column]) }
      }
      return sum / total
    }
    let means = names.indices.map { weightedMean($0) { $0 } }
    let spreads = names.indices.map { column in
      let mean = means[column]
      return weightedMean(column) { ($0 - mean) * ($0 - mean) }.squareRoot()
    }
    // Rounding of the mean leaves a constant column a deviation that is not 0.
    let deviations = names.indices.map { column in
      let first = values[column]
      let isConstant = stride(from: column, to: values.count, by: names.count).allSatisfy {
        values[$0] == first
      }
      return spreads[column] > 0 && !isConstant ? spreads[column] : 1
    }
    for (name, (mean, deviation)) in zip(names, zip(means, spreads))
    where !mean.isFinite || !deviation.isFinite {
      throw DatasetError("the targets \(name) are too large to standardize; divide them")
    }
    (self.means, self.deviations) = (means, deviations)
  }

  /// (value − mean) / deviation of values in rows of ``means``' columns.
  func scaled(_ values: [Double]) -> [Double] {
    require(
      values.count % max(means.count, 1) == 0,
      "TargetScaling: \(values.count) values for \(means.count) columns")
    return values.enumerated().map { index, value in
      let column = index % means.count
      return (value - means[column]) / deviations[column]
    }
  }

  /// The outputs of a network in the targets' own units.
  ///
  /// - Parameter outputs: [rows, columns].
  public func unscaled<Scalar>(_ outputs: Tensor<Scalar>) -> Tensor<Double> {
    require(
      outputs.shape.columnCount == means.count,
      "TargetScaling: outputs \(outputs.shape) for \(means.count) columns")
    let numbers = outputs.elements.enumerated().map { index, output in
      Double(output) * deviations[index % means.count] + means[index % means.count]
    }
    return Tensor(numbers, shape: outputs.shape)
  }
}
