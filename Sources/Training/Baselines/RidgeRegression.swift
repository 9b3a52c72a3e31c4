import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Least squares with a penalty on the weights, in closed form: the W and b of the least
/// Σ wᵢ‖xᵢ·W + b − yᵢ‖² + λ‖W‖², as scikit-learn's `Ridge` and `RidgeClassifier`. The intercept b is not
/// penalized.
///
///     let ridge = try RidgeRegression(training, penalty: 1)
///     print(ridge.network.evaluate(on: validation).accuracy)
///
/// Of classes the targets are 1 for a row's class and −1 for the others, and the largest output is predicted;
/// of labels they are 0 and 1, and outputs above ½ are; of numbers they are standardized, as networks learn
/// them. The model is a ``network`` of one layer, and can be saved as any other.
public struct RidgeRegression<Scalar: BLASScalar>: Sendable {
  /// W, [features, outputs].
  public let weights: Tensor<Double>
  /// b, [outputs].
  public let intercept: Tensor<Double>
  /// λ.
  public let penalty: Double
  /// The layer x·W + b with a loss that suits the targets.
  public let network: Network<Scalar>

  /// The regression of some rows.
  ///
  /// - Parameter penalty: λ, above 0.
  /// - Throws: `DatasetError` where no row has a weight above 0; `LAPACKError` where products are too large, and
  ///   where λ is so small that rounding leaves a matrix that is not positive definite.
  public init(_ training: PreparedDataset<Scalar>, penalty: Double) throws {
    self = try RidgeEquations(training).solution(penalty: penalty)
  }

  fileprivate init(
    _ weights: Tensor<Double>, _ intercept: Tensor<Double>, penalty: Double, kind: TargetKind
  ) {
    self.weights = weights
    self.intercept = intercept
    self.penalty = penalty
    let loss: any Loss<Scalar> = kind == .classes ? Hinge() : SquaredError()
    network = Network(
      inputSize: weights.shape[0],
      layers: [Affine(weights: Tensor<Scalar>(weights), bias: Tensor<Scalar>(intercept))],
      loss: loss)
  }

  /// The predictions for some rows.
  public func predictions(
    of rows: PreparedFeatures<Scalar>, as schema: TargetSchema
  ) -> Predictions { network.predictions(of: rows, as: schema) }
}

/// The equations of a ridge regression, made in one pass over the rows and then solved for any λ: with A the
/// centered rows times the roots of their weights, (AᵀA + λI)·W = AᵀY, or where there are fewer rows than
/// columns W = Aᵀ(AAᵀ + λI)⁻¹·Y.
struct RidgeEquations<Scalar: BLASScalar>: Sendable {
  /// AᵀA or AAᵀ.
  private let products: Tensor<Double>
  /// AᵀY or Y.
  private let rightSide: Tensor<Double>
  /// A, where there are fewer rows than columns; nil where products are those of columns.
  private let rows: Tensor<Double>?
  private let featureMean: Tensor<Double>
  private let targetMean: Tensor<Double>
  private let kind: TargetKind

  /// The equations of some rows: bytes are converted to single precision, other numbers to double precision.
  init(_ training: PreparedDataset<Scalar>) throws {
    if !(training.dataset.weights?.contains { $0 > 0 } ?? (training.count > 0)) {
      throw DatasetError("ridge regression: no row has a weight above 0")
    }
    let features = training.dataset.features
    if training.count <= training.featureCount {
      self.init(dual: training)
    } else if features.isBytes && training.preprocessing.projection == nil {
      self.init(training, features.prepared(with: training.preprocessing, as: Float.self))
    } else {
      self.init(training, features.prepared(with: training.preprocessing, as: Double.self))
    }
  }

  private init<Number: BLASScalar>(
    _ training: PreparedDataset<Scalar>, _ rows: PreparedFeatures<Number>
  ) {
    let (featureCount, outputs) = (training.featureCount, training.schema.names.count)
    let columns = featureCount + outputs
    // Features and targets side by side, so that one covariance has all products.
    var moments = RowMoments(columnCount: columns)
    rows.forEachBlock(of: min(max((1 << 23) / columns, 64), 2048)) { range, block in
      let targets = Tensor<Number>(training.ridgeTargets(range))
      moments.add(
        concatenate([block, targets], axis: 1),
        weights: training.dataset.weights.map { Array($0[range]) })
    }
    let sum =
      moments.count < 2 ? 0 : moments.weight * Double(moments.count - 1) / Double(moments.count)
    let all = moments.count < 2 ? .zeros([columns, columns]) : moments.covariance
    products = all[0..<featureCount, 0..<featureCount] * sum
    rightSide = all[0..<featureCount, featureCount..<columns] * sum
    self.rows = nil
    featureMean = moments.mean[0..<featureCount]
    targetMean = moments.mean[featureCount..<columns]
    kind = training.schema.kind
  }

  private init(dual training: PreparedDataset<Scalar>) {
    let features = training.dataset.features.prepared(
      with: training.preprocessing, as: Double.self)
    var rows = features.block(0..<training.count)
    var targets = training.ridgeTargets(0..<training.count)
    let weights = Tensor<Double>(
      training.dataset.weights ?? [Double](repeating: 1, count: training.count))
    let total = weights.sum()
    featureMean = matmul(weights, rows) / total
    targetMean = matmul(weights, targets) / total
    let roots = sqrt(weights).expanded(axis: 1)
    rows = (rows - featureMean) * roots
    targets = (targets - targetMean) * roots
    products = matmul(rows, rows, transposeB: true)
    rightSide = targets
    self.rows = rows
    kind = training.schema.kind
  }

  /// The regression with a λ above 0.
  ///
  /// - Throws: `LAPACKError`, as ``RidgeRegression/init(_:penalty:)``.
  func solution(penalty: Double) throws(LAPACKError) -> RidgeRegression<Scalar> {
    require(
      penalty > 0 && penalty.isFinite,
      "RidgeRegression: a penalty of \(penalty), expected a finite number above 0")
    var matrix = products
    matrix.withMutableRows { matrix in
      for index in 0..<matrix.rows { matrix.base[index * (matrix.columns + 1)] += penalty }
    }
    var weights = try Cholesky(matrix).solve(rightSide)
    if let rows { weights = matmul(rows, weights, transposeA: true) }
    return RidgeRegression(
      weights, targetMean - matmul(featureMean, weights), penalty: penalty, kind: kind)
  }

  /// Powers of ten from 10⁻⁴ to 10² times the mean of AᵀA's diagonal, the largest first: what λ is chosen from.
  var penalties: [Double] {
    let size = max(featureMean.count, 1)
    let mean = products.diagonal().sum() / Double(size)
    let center = mean > 0 && mean.isFinite ? log10(mean).rounded() : 0
    return stride(from: 2.0, through: -4, by: -1).map { pow(10, center + $0) }
  }
}

extension PreparedDataset {
  /// The targets of a ridge regression, [rows, outputs].
  fileprivate func ridgeTargets(_ range: Range<Int>) -> Tensor<Double> {
    let columns = schema.names.count
    var values = [Double](repeating: -1, count: range.count * columns)
    if schema.kind == .classes {
      let labels = labels
      for row in range { values[(row - range.lowerBound) * columns + labels[row]] = 1 }
    } else {
      values = self.values[range.lowerBound * columns..<range.upperBound * columns].map {
        Double($0)
      }
    }
    return Tensor(values, shape: [range.count, columns])
  }
}
