import PerceptronTraining

/// The weights of rows by true and predicted class, with each class's measures: a confusion matrix of rows
/// that may have weights. Rows count 1 each where they have none.
struct ClassCounts {
  let names: [String]
  /// `counts[true][predicted]`.
  let counts: [[Double]]
  let isWeighted: Bool
  /// The counts of each class against all others.
  let classes: [BinaryCounts]

  init(labels: [Int], predicted: [Int], weights: [Double]?, names: [String]) {
    var counts = names.map { _ in names.map { _ in 0.0 } }
    for (row, (label, guess)) in zip(labels, predicted).enumerated() {
      counts[label][guess] += weights?[row] ?? 1
    }
    self.names = names
    self.counts = counts
    isWeighted = weights != nil
    classes = names.indices.map { own in
      BinaryCounts(
        of: predicted.map { $0 == own ? 1 : 0 }, labels: labels.map { $0 == own ? 1 : 0 },
        weights: weights)
    }
  }

  /// The rows of each class.
  var support: [Double] { classes.map(\.support) }

  /// The mean of a measure over the classes that have one; nil where none has.
  func mean(_ measure: (BinaryCounts) -> Double?) -> Double? {
    let known = classes.compactMap(measure)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// The number or weight of some rows as text.
  func text(_ count: Double) -> String { RunPage.text(ofRows: count, isWeighted: isWeighted) }
}

extension RunEvaluation {
  /// The counts of classes.
  var counts: ClassCounts {
    ClassCounts(
      labels: labels, predicted: predictions.classes, weights: weights, names: schema.names)
  }
}
