import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra

/// The share, by weight, of rows whose labels are all predicted.
func exactMatchAccuracy(
  _ found: Predictions, _ targets: DatasetTargets, _ weights: [Double]?
) -> Double {
  guard let predicted = found.values?.elements, let truth = targets.values else { return .nan }
  let columns = targets.schema.names.count
  let isRight = (0..<found.count).map { row in
    (row * columns..<(row + 1) * columns).allSatisfy { predicted[$0] == truth[$0] } ? 1 : 0
  }
  let ones = [Int](repeating: 1, count: found.count)
  return weightedAccuracy(of: isRight, labels: ones, weights: weights)
}

/// The mean F1 of the labels that occur or are predicted.
func macroF1(_ found: Predictions, _ targets: DatasetTargets, _ weights: [Double]?) -> Double {
  guard let predicted = found.values?.elements, let truth = targets.values else { return .nan }
  let columns = targets.schema.names.count
  let scores = (0..<columns).compactMap { column in
    let places = stride(from: column, to: truth.count, by: columns)
    return BinaryCounts(
      of: places.map { predicted[$0] }, labels: places.map { Int(truth[$0]) }, weights: weights
    ).f1
  }
  return (scores.reduce(0, +) / Double(scores.count)).withoutNaNSign
}

/// The mean over rows and labels of −ln(probability of the label's value).
func labelLogLoss(
  _ found: Predictions, _ targets: DatasetTargets, _ weights: [Double]?
) -> Double {
  guard let probabilities = found.probabilities?.elements, let truth = targets.values else {
    return .nan
  }
  let columns = targets.schema.names.count
  var (sum, total) = (0.0, 0.0)
  for row in 0..<found.count {
    let weight = weights?[row] ?? 1
    if weight > 0 {
      for place in row * columns..<(row + 1) * columns {
        let p = truth[place] == 1 ? probabilities[place] : 1 - probabilities[place]
        sum += weight * surprise(p)
      }
    }
    total += weight * Double(columns)
  }
  return (sum / total).withoutNaNSign
}
