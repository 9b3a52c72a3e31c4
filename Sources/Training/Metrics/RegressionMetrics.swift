import PerceptronLinearAlgebra

/// The weighted mean of |prediction − target|, in the targets' unit; NaN where no row has a weight above 0.
///
/// - Parameters:
///   - predictions: a number for each row.
///   - targets: the number that each row has.
///   - weights: each row's weight, 0 or more; nil for 1 each.
/// - Precondition: as many targets as predictions.
public func meanAbsoluteError(
  of predictions: [Double], targets: [Double], weights: [Double]? = nil
) -> Double {
  requireRows("meanAbsoluteError", predictions.count, targets.count, weights)
  return weightedMean(targets.count, weights) { abs(predictions[$0] - targets[$0]) }
}

/// The square root of the weighted mean of (prediction − target)², in the targets' unit; NaN where no row
/// has a weight above 0.
///
/// - Parameters: as for ``meanAbsoluteError(of:targets:weights:)``.
public func rootMeanSquaredError(
  of predictions: [Double], targets: [Double], weights: [Double]? = nil
) -> Double {
  requireRows("rootMeanSquaredError", predictions.count, targets.count, weights)
  return meanSquaredError(predictions, targets, weights).squareRoot()
}

/// R², the share of the targets' variance that the predictions explain:
/// 1 − Σw·(prediction − target)² / Σw·(target − mean)². It is 1 at best, 0 for the mean itself, and below 0
/// for predictions that are worse. Where all targets are equal it is 1 for perfect predictions and 0 for
/// others, as in scikit-learn; NaN for fewer than two rows of a weight above 0.
///
/// - Parameters: as for ``meanAbsoluteError(of:targets:weights:)``.
public func coefficientOfDetermination(
  of predictions: [Double], targets: [Double], weights: [Double]? = nil
) -> Double {
  requireRows("coefficientOfDetermination", predictions.count, targets.count, weights)
  let used = targets.indices.filter { weights?[$0] ?? 1 > 0 }
  guard used.count >= 2, let first = used.first else { return .nan }
  let mean = weightedMean(targets.count, weights) { targets[$0] }
  let error = meanSquaredError(predictions, targets, weights)
  let variance = weightedMean(targets.count, weights) {
    (targets[$0] - mean) * (targets[$0] - mean)
  }
  // The mean of equal targets may be rounded.
  if variance == 0 || used.allSatisfy({ targets[$0] == targets[first] }) {
    return error == 0 ? 1 : error.isNaN ? .nan : 0
  }
  return (1 - error / variance).withoutNaNSign
}

private func meanSquaredError(
  _ predictions: [Double], _ targets: [Double], _ weights: [Double]?
) -> Double {
  weightedMean(targets.count, weights) {
    (predictions[$0] - targets[$0]) * (predictions[$0] - targets[$0])
  }
}

/// The weighted mean of a number for each row. A row without weight adds nothing, whatever its number.
func weightedMean(
  _ count: Int, _ weights: [Double]?, _ number: (_ row: Int) -> Double
) -> Double {
  var (sum, total) = (0.0, 0.0)
  for row in 0..<count {
    let weight = weights?[row] ?? 1
    if weight > 0 { sum += weight * number(row) }
    total += weight
  }
  return (sum / total).withoutNaNSign
}
