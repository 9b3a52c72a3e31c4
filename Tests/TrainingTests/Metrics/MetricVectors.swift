import TestSupport

/// What scikit-learn says of drawn rows: the output of scripts/make-metric-vectors. What has no value is
/// nil.
struct MetricVectors: Decodable, Sendable {
  struct Binary: Decodable, Sendable {
    let scores: [Double], labels: [Int], weights: [Double]?
    /// Without the first, which is infinite.
    let thresholds: [Double]
    let falsePositiveRates: [Double], truePositiveRates: [Double]
    let area: Double, brier: Double
    /// The bins that have rows, without weights.
    let observed: [Double], predicted: [Double]
    let f1: Double, precision: Double, recall: Double, accuracy: Double
  }

  struct Classes: Decodable, Sendable {
    let labels: [Int], predicted: [Int], weights: [Double]?
    let f1: Double, balanced: Double, accuracy: Double
  }

  struct Several: Decodable, Sendable {
    let scores: [[Double]], targets: [[Double]], weights: [Double]?
    let exactMatch: Double
    /// The share of the rows that have each label.
    let support: [Double]
    let precision: [Double?], recall: [Double?], f1: [Double?], accuracy: [Double], areas: [Double?]
    let macroF1: Double, macroArea: Double
  }

  struct Numbers: Decodable, Sendable {
    let targets: [Double], predicted: [Double], weights: [Double]?
    let absolute: Double, root: Double, determined: Double
  }

  let binary: [Binary], classes: [Classes], several: [Several], numbers: [Numbers]

  static let all = Resource.decode(MetricVectors.self, from: "metrics")
}
