import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The class whose mean is nearest: the least Euclidean distance to the weighted mean of a class's training
/// rows, in prepared features, as scikit-learn's `NearestCentroid`. Of equal distances the first class wins.
///
/// Distances to means are linear in a row but for ‖x‖², which all classes share: ``network`` has the same
/// predictions, and can be saved as any other.
public struct NearestCentroid<Scalar: BLASScalar>: Sendable {
  /// The mean of each class, [classes, features]; 0 of a class without rows, which is never predicted.
  public let centroids: Tensor<Double>
  /// A layer of the scores x·c − ‖c‖²/2, but for a number that all classes share.
  public let network: Network<Scalar>

  /// The means of the classes of some rows.
  ///
  /// - Precondition: the targets are classes, and some row has a weight above 0.
  public init(_ training: PreparedDataset<Scalar>) {
    let (classCount, featureCount) = (training.classCount, training.featureCount)
    var totals = [Double](repeating: 0, count: classCount)
    var sums = [Double](repeating: 0, count: classCount * featureCount)
    training.features.forEachBlock(of: 1024) { range, block in
      block.withRows { block in
        for row in range {
          let (label, weight) = (training.labels[row], training.dataset.weights?[row] ?? 1)
          totals[label] += weight
          addRow(
            block.base + (row - range.lowerBound) * featureCount, count: featureCount,
            weight: weight, to: &sums, at: label * featureCount)
        }
      }
    }
    let total = totals.reduce(0, +)
    require(total > 0, "NearestCentroid: no training row has a weight above 0")
    let mean = (0..<featureCount).map { column in
      (0..<classCount).reduce(0) { $0 + sums[$1 * featureCount + column] } / total
    }
    for label in 0..<classCount where totals[label] > 0 {
      for column in 0..<featureCount { sums[label * featureCount + column] /= totals[label] }
    }
    centroids = Tensor(sums, shape: [classCount, featureCount])
    network = Self.network(centroids, isUsed: totals.map { $0 > 0 }, center: mean)
  }

  /// The layer of scores, from centroids less a center, so that a large common mean costs no digits.
  private static func network(
    _ centroids: Tensor<Double>, isUsed: [Bool], center: [Double]
  ) -> Network<Scalar> {
    let (classCount, featureCount) = (centroids.shape[0], centroids.shape[1])
    var weights = [Scalar](repeating: 0, count: featureCount * classCount)
    var bias = [Scalar](repeating: -.greatestFiniteMagnitude, count: classCount)
    for label in 0..<classCount where isUsed[label] {
      var constant = 0.0
      for column in 0..<featureCount {
        let difference = centroids[label, column] - center[column]
        weights[column * classCount + label] = Scalar(difference)
        constant -= difference * (center[column] + difference / 2)
      }
      bias[label] = Scalar(constant)
    }
    return Network(
      inputSize: featureCount,
      layers: [
        Affine(weights: Tensor(weights, shape: [featureCount, classCount]), bias: Tensor(bias))
      ], loss: Hinge())
  }

  /// The class of each row.
  public func predictions(
    of rows: PreparedFeatures<Scalar>, as schema: TargetSchema
  ) -> Predictions { network.predictions(of: rows, as: schema) }
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func addRow<Scalar: BLASScalar>(
  _ row: UnsafePointer<Scalar>, count: Int, weight: Double, to sums: inout [Double], at start: Int
) {
  sums.withUnsafeMutableBufferPointer { sums in
    for column in 0..<count { sums[start + column] += weight * Double(row[column]) }
  }
}
