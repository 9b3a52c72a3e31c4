import PerceptronLinearAlgebra
import TestSupport

@testable import PerceptronTraining

/// What scikit-learn's simple models make of drawn rows: the output of scripts/make-baseline-vectors.
struct BaselineVectors: Decodable, Sendable {
  struct Fit: Decodable, Sendable {
    let penalty: Double
    let weights: [[Double]], intercept: [Double], predicted: [[Double]]
  }

  struct Numbers: Decodable, Sendable {
    let rows: [[Double]], targets: [[Double]], tests: [[Double]], weights: [Double]?
    let mean: [Double]
    /// The means of the neighbours' targets by k, without weights.
    let neighbors: [String: [[Double]]]
    let ridge: [Fit]
  }

  struct ClassFit: Decodable, Sendable {
    let penalty: Double
    let predicted: [Int]
  }

  struct Classes: Decodable, Sendable {
    let rows: [[Double]], labels: [Int], tests: [[Double]], classes: Int, weights: [Double]?
    let shares: [Double], most: Int
    /// Without weights, as the neighbours.
    let centroids: [[Double]], nearestCentroid: [Int]
    let nearest: [[Int]], distances: [[Double]], shareOfNeighbors: [[Double]]
    let ridge: [ClassFit]
  }

  let numbers: [Numbers], classes: [Classes]

  static let all = Resource.decode(BaselineVectors.self, from: "baselines")
}

/// Rows as features that are not prepared.
func unprepared<Scalar>(
  _ rows: [[Double]], as _: Scalar.Type = Scalar.self
) -> PreparedFeatures<Scalar> { Features(Tensor(rows)).prepared(with: .none) }

/// Rows with targets and weights that are not prepared.
func unprepared<Scalar>(
  _ rows: [[Double]], _ targets: DatasetTargets, weights: [Double]? = nil,
  as _: Scalar.Type = Scalar.self
) -> PreparedDataset<Scalar> {
  Dataset(Features(Tensor(rows)), targets: targets, weights: weights).prepared(with: .none)
}
