import PerceptronFiles
import PerceptronLinearAlgebra

/// The mean of the classes' recalls, over the classes that occur among the labels: what the accuracy
/// would be if all of them were equally frequent. NaN where none has a weight above 0.
///
/// - Parameters:
///   - predicted: a class for each row.
///   - labels: the class that each row has.
///   - weights: each row's weight, 0 or more; nil for 1 each.
/// - Precondition: as many labels as predictions, all 0 or more.
public func balancedAccuracy(
  of predicted: [Int], labels: [Int], weights: [Double]? = nil
) -> Double {
  requireRows("balancedAccuracy", predicted.count, labels.count, weights)
  require(labels.allSatisfy { $0 >= 0 }, "balancedAccuracy: a label below 0")
  var right = [Double](repeating: 0, count: (labels.max() ?? -1) + 1)
  var all = right
  for (row, label) in labels.enumerated() {
    let weight = weights?[row] ?? 1
    all[label] += weight
    if predicted[row] == label { right[label] += weight }
  }
  let recalls = zip(right, all).filter { $1 > 0 }.map { $0 / $1 }
  return (recalls.reduce(0, +) / Double(recalls.count)).withoutNaNSign
}

/// The weighted mean of −ln p, p being the probability that a row's class was given, but at least 2⁻⁵² and
/// at most 1 − 2⁻⁵², as in scikit-learn: a class that was ruled out costs 36. NaN where no row has a weight
/// above 0.
///
/// - Parameters:
///   - probabilities: [rows, classes].
///   - labels: the class of each row, 0..<classes.
///   - weights: as for ``balancedAccuracy(of:labels:weights:)``.
public func logLoss(
  of probabilities: Tensor<Double>, labels: [Int], weights: [Double]? = nil
) -> Double {
  require(
    probabilities.shape.rank == 2,
    "logLoss: probabilities \(probabilities.shape), expected [rows, classes]")
  requireRows("logLoss", probabilities.shape[0], labels.count, weights)
  let classes = probabilities.shape[1]
  var (sum, total) = (0.0, 0.0)
  for (row, label) in labels.enumerated() {
    require(
      (0..<classes).contains(label), "logLoss: label \(label) of row \(row), of \(classes) classes")
    let weight = weights?[row] ?? 1
    // A row without weight adds nothing, whatever its loss.
    if weight > 0 { sum += weight * surprise(probabilities[row, label]) }
    total += weight
  }
  return (sum / total).withoutNaNSign
}

/// −ln of a probability, which is moved by 2⁻⁵² from 0 or 1 so that no row alone decides.
func surprise(_ probability: Double) -> Double {
  if probability.isNaN { return .nan }
  return -Double.logarithm(min(max(probability, .ulpOfOne), 1 - .ulpOfOne))
}

/// The area under the receiver operating characteristic: the probability that a row of the class 1, drawn
/// by the weights, has a higher score than one of the class 0; equal scores count half (Hanley and McNeil
/// 1982). NaN where a class has no weight, or a score of a row with weight is NaN.
///
/// - Parameters:
///   - scores: higher for rows that are likelier of the class 1.
///   - labels: 0 or 1 for each row.
///   - weights: as for ``balancedAccuracy(of:labels:weights:)``.
/// - Complexity: O(n log n) for n rows.
public func areaUnderROC(
  of scores: [Double], labels: [Int], weights: [Double]? = nil
) -> Double {
  ScoreLevels("areaUnderROC", scores, labels: labels, weights: weights).area
}

/// Traps unless there are as many targets, and weights if any, as rows, and each weight is finite and 0 or
/// more.
func requireRows(_ metric: String, _ rows: Int, _ targets: Int, _ weights: [Double]?) {
  require(targets == rows, "\(metric): \(targets) targets for \(rows) rows")
  guard let weights else { return }
  require(weights.count == rows, "\(metric): \(weights.count) weights for \(rows) rows")
  if let row = weights.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
    fatalError(
      "\(metric): weight \(weights[row]) of row \(row), expected a finite number from 0 up")
  }
}
