// What has no value, a quotient of zeros, is nil, and is left out of averages, as scikit-learn does
// with `zero_division=nan`.

extension ConfusionMatrix {
  /// How many rows were counted.
  public var count: Int { support.reduce(0, +) }

  /// The share of rows whose class is predicted; NaN for no rows.
  public var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(count)
  }

  /// How many rows each class has.
  public var support: [Int] { counts.map { $0.reduce(0, +) } }

  /// How many rows each class is predicted for.
  public var predictedCounts: [Int] {
    counts.indices.map { predicted in counts.reduce(0) { $0 + $1[predicted] } }
  }

  /// Of the rows that each class is predicted for, the share that are of it; nil for a class that is
  /// never predicted.
  public var precision: [Double?] { shares(of: predictedCounts) }

  /// Of the rows of each class, the share that it is predicted for; nil for a class that never
  /// occurs.
  public var recall: [Double?] { shares(of: support) }

  /// The harmonic mean of precision and recall, 2·right / (occurring + predicted): 0 for a class that
  /// is never predicted rightly, nil for one that neither occurs nor is predicted.
  public var f1: [Double?] {
    shares(of: zip(support, predictedCounts).map(+)).map { $0.map { 2 * $0 } }
  }

  /// The mean precision of the classes that have one; nil where none has.
  public var macroPrecision: Double? { mean(precision) }
  /// The mean recall of the classes that have one; nil where none has.
  public var macroRecall: Double? { mean(recall) }
  /// The mean F1 of the classes that have one; nil where none has.
  public var macroF1: Double? { mean(f1) }

  /// The rightly predicted rows of each class by `totals`, nil where the total is 0.
  private func shares(of totals: [Int]) -> [Double?] {
    totals.enumerated().map { label, total in
      total == 0 ? nil : Double(counts[label][label]) / Double(total)
    }
  }

  private func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
