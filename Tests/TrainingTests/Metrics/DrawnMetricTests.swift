import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing

/// Drawn rows with ties, absent classes and weights of 0; the expected numbers are scikit-learn's.
@Suite("Metrics of drawn rows")
struct DrawnMetricTests {
  private static let tolerance = 1e-12

  private func check(
    _ actual: Double?, _ expected: Double?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      actual ?? .nan, expected ?? .nan, tolerance: Self.tolerance, sourceLocation: sourceLocation)
  }

  @Test("The ROC has scikit-learn's points and area", arguments: MetricVectors.all.binary.indices)
  func curve(_ index: Int) {
    let drawn = MetricVectors.all.binary[index]
    let curve = ROCCurve(of: drawn.scores, labels: drawn.labels, weights: drawn.weights)
    #expect(curve.points.map(\.threshold) == [.infinity] + drawn.thresholds)
    for (point, rate) in zipped(curve.points, drawn.falsePositiveRates) {
      check(point.falsePositiveRate, rate)
    }
    for (point, rate) in zipped(curve.points, drawn.truePositiveRates) {
      check(point.truePositiveRate, rate)
    }
    check(curve.area, drawn.area)
    check(
      areaUnderROC(of: drawn.scores, labels: drawn.labels, weights: drawn.weights), drawn.area)
    // The trapezoids below the points.
    let trapezoids = zip(curve.points, curve.points.dropFirst()).reduce(0) { sum, pair in
      sum + (pair.1.falsePositiveRate - pair.0.falsePositiveRate)
        * (pair.1.truePositiveRate + pair.0.truePositiveRate) / 2
    }
    check(trapezoids, curve.area)
  }

  @Test("A long ROC is thinned to points near each other, with its ends")
  func thinned() {
    let scores = Tensor<Double>.sample([20_000], seed: 4).elements
    let curve = ROCCurve(of: scores, labels: scores.map { $0 > 0.3 ? 1 : 0 })
    let kept = curve.thinned(to: 500)
    #expect((200...502).contains(kept.count))
    #expect(kept.first == curve.points.first && kept.last == curve.points.last)
    #expect(curve.thinned(to: 100_000) == curve.points)
    #expect(ROCCurve(of: [.nan, 1], labels: [0, 1]).points.isEmpty)
    #expect(ROCCurve(of: [.nan, 1], labels: [0, 1], weights: [0, 1]).points.count == 2)
    #expect(ROCCurve(of: [0, -0.0], labels: [0, 1]).area == 0.5)
  }

  @Test(
    "Counts at a threshold, F1 and the Brier score are scikit-learn's",
    arguments: MetricVectors.all.binary.indices)
  func counts(_ index: Int) {
    let drawn = MetricVectors.all.binary[index]
    let counts = BinaryCounts(of: drawn.scores, labels: drawn.labels, weights: drawn.weights)
    check(counts.precision, drawn.precision)
    check(counts.recall, drawn.recall)
    check(counts.f1, drawn.f1)
    check(counts.accuracy, drawn.accuracy)
    let predicted = drawn.scores.map { $0 > 0.5 ? 1 : 0 }
    check(
      binaryF1Score(of: predicted, labels: drawn.labels, weights: drawn.weights), drawn.f1)
    check(brierScore(of: drawn.scores, labels: drawn.labels, weights: drawn.weights), drawn.brier)
  }

  @Test(
    "Calibration bins are scikit-learn's, and integer weights count as repeated rows",
    arguments: MetricVectors.all.binary.indices)
  func calibration(_ index: Int) {
    let drawn = MetricVectors.all.binary[index]
    let curve = CalibrationCurve(of: drawn.scores, labels: drawn.labels)
    let used = curve.bins.filter { $0.count > 0 }
    #expect(curve.bins.count == 10 && curve.bins.reduce(0) { $0 + $1.count } == drawn.labels.count)
    for (bin, share) in zipped(used, drawn.observed) { check(bin.observedShare, share) }
    for (bin, mean) in zipped(used, drawn.predicted) { check(bin.meanPrediction, mean) }

    let times = drawn.labels.indices.map { $0 % 4 }
    let repeated = drawn.labels.indices.flatMap { [Int](repeating: $0, count: times[$0]) }
    let weighted = CalibrationCurve(
      of: drawn.scores, labels: drawn.labels, weights: times.map(Double.init))
    let long = CalibrationCurve(
      of: repeated.map { drawn.scores[$0] }, labels: repeated.map { drawn.labels[$0] })
    for (bin, other) in zip(weighted.bins, long.bins) {
      check(bin.weight, other.weight)
      check(bin.meanPrediction, other.meanPrediction)
      check(bin.observedShare, other.observedShare)
    }
    check(weighted.expectedError, long.expectedError)
  }

  @Test("The calibration error is the bins' mean distance, and bins hold their upper ends")
  func expectedError() {
    let curve = CalibrationCurve(of: [0, 0.1, 0.2, 0.7, 0.7, 1], labels: [0, 1, 0, 1, 0, 1])
    #expect(curve.bins.map(\.count) == [2, 1, 0, 0, 0, 0, 2, 0, 0, 1])
    expectClose(
      curve.expectedError, (2 * 0.45 + 0.2 + 2 * 0.2 + 0) / 6, tolerance: Self.tolerance)
    #expect(CalibrationCurve(of: [], labels: []).expectedError.isNaN)
    #expect(
      CalibrationCurve(of: [0.2, .nan], labels: [0, 0], weights: [1, 0]).expectedError == 0.2)
  }

  @Test("The calibration of several classes is that of their confidences, as NumPy has it")
  func confidence() {
    let probabilities: [Double] = [
      0.259, 0.017, 0.054, 0.67,
      0.848, 0.003, 0.135, 0.015,
      0.036, 0.1, 0.059, 0.806,
      0.447, 0.124, 0.238, 0.191,
      0.88, 0.029, 0.083, 0.008,
      0.001, 0.387, 0.589, 0.024,
      0.981, 0.001, 0.011, 0.007,
      0.49, 0.43, 0.031, 0.049,
      0.082, 0.009, 0.243, 0.666,
      0.493, 0.464, 0.02, 0.023,
      0.002, 0.001, 0.001, 0.996,
      0.065, 0.074, 0.015, 0.846,
      0.013, 0.216, 0.055, 0.716,
      0.096, 0.025, 0.25, 0.629,
      0.306, 0.489, 0.075, 0.129,
      0.268, 0.499, 0.201, 0.033,
      0.32, 0.101, 0.009, 0.571,
      0.024, 0.161, 0.627, 0.189,
      0.792, 0.007, 0.18, 0.021,
      0.082, 0.146, 0.251, 0.521,
      0.011, 0.693, 0.29, 0.005,
      0.262, 0.588, 0.141, 0.009,
      0.006, 0.407, 0.022, 0.566,
      0.104, 0.479, 0.139, 0.279,
    ]
    let labels = [3, 0, 3, 0, 0, 3, 1, 0, 0, 0, 3, 3, 1, 2, 1, 3, 1, 3, 0, 0, 1, 1, 3, 0]
    let table = Tensor(probabilities, shape: [24, 4])
    let curve = CalibrationCurve(ofConfidence: table, labels: labels)
    let used = curve.bins.filter { $0.count > 0 }
    expectClose(
      Tensor(used.map(\.observedShare)), Tensor([2 / 3.0, 0.4, 0.4, 0.5, 1, 0.5]))
    expectClose(
      Tensor(used.map(\.meanPrediction)),
      Tensor([0.4828333333333334, 0.567, 0.657, 0.754, 0.845, 0.9885]))
    expectClose(curve.expectedError, 0.222, tolerance: 1e-12)
    expectClose(curve.maximumError ?? .nan, 0.4885, tolerance: 1e-12)
    let fine = CalibrationCurve(ofConfidence: table, labels: labels, binCount: 15)
    expectClose(fine.expectedError, 0.1959166666666666, tolerance: 1e-12)
    expectClose(fine.maximumError ?? .nan, 0.6406666666666666, tolerance: 1e-12)
    let weighted = CalibrationCurve(
      ofConfidence: table, labels: labels, weights: (0..<24).map { Double($0 % 3) })
    expectClose(weighted.expectedError, 0.24929166666666666, tolerance: 1e-12)
    expectClose(weighted.maximumError ?? .nan, 0.37157142857142855, tolerance: 1e-12)
  }

  @Test("A confidence curve needs a label of its classes for each row")
  func confidenceLabels() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CalibrationCurve(ofConfidence: Tensor([0.5, 0.5], shape: [1, 2]), labels: [2])
    }
    expectMessage(result, "CalibrationCurve: label 2 of row 0 for 2 classes")
    await #expect(processExitsWith: .failure) {
      _ = CalibrationCurve(ofConfidence: Tensor([0.5, 0.5], shape: [1, 2]), labels: [1, 1])
    }
    #expect(CalibrationCurve(ofConfidence: .zeros([0, 2]), labels: []).maximumError == nil)
  }

  @Test(
    "F1, balanced accuracy and accuracy are scikit-learn's",
    arguments: MetricVectors.all.classes.indices)
  func classes(_ index: Int) {
    let drawn = MetricVectors.all.classes[index]
    let (predicted, labels, weights) = (drawn.predicted, drawn.labels, drawn.weights)
    check(f1Score(of: predicted, labels: labels, weights: weights), drawn.f1)
    check(f1Score(of: predicted, labels: labels, weights: weights, classCount: 9), drawn.f1)
    check(balancedAccuracy(of: predicted, labels: labels, weights: weights), drawn.balanced)
    check(
      MetricInterval.accuracy(of: predicted, labels: labels, weights: weights).value,
      drawn.accuracy)
  }

  @Test(
    "Metrics of several labels are scikit-learn's", arguments: MetricVectors.all.several.indices)
  func several(_ index: Int) {
    let drawn = MetricVectors.all.several[index]
    let shape: Shape = [drawn.scores.count, drawn.support.count]
    let found = MultilabelMetrics(
      of: Tensor(drawn.scores.flatMap { $0 }, shape: shape),
      targets: Tensor(drawn.targets.flatMap { $0 }, shape: shape), weights: drawn.weights)
    check(found.exactMatch, drawn.exactMatch)
    check(found.macroF1, drawn.macroF1)
    check(found.macroAreaUnderROC, drawn.macroArea)
    for (index, label) in found.labels.enumerated() {
      check(label.counts.support / label.counts.total, drawn.support[index])
      check(label.counts.precision, drawn.precision[index])
      check(label.counts.recall, drawn.recall[index])
      check(label.counts.f1, drawn.f1[index])
      check(label.counts.accuracy, drawn.accuracy[index])
      check(label.areaUnderROC, drawn.areas[index])
    }
    #expect(drawn.areas[0] == nil && drawn.f1[0] == nil)
  }

  @Test(
    "Errors of numbers are scikit-learn's, also of equal targets",
    arguments: MetricVectors.all.numbers.indices)
  func numbers(_ index: Int) {
    let drawn = MetricVectors.all.numbers[index]
    let (predicted, targets, weights) = (drawn.predicted, drawn.targets, drawn.weights)
    check(meanAbsoluteError(of: predicted, targets: targets, weights: weights), drawn.absolute)
    check(rootMeanSquaredError(of: predicted, targets: targets, weights: weights), drawn.root)
    check(
      coefficientOfDetermination(of: predicted, targets: targets, weights: weights),
      drawn.determined)
  }

  @Test("Equal targets whose sum is rounded have no variance")
  func rounded() {
    let targets = [Double](repeating: 0.1, count: 10)
    #expect(coefficientOfDetermination(of: targets, targets: targets) == 1)
    #expect(
      coefficientOfDetermination(of: targets.map { $0 + 1 }, targets: targets) == 0)
  }

  @Test("Metrics trap on what is no class, label or probability")
  func mistakes() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = f1Score(of: [3], labels: [0], classCount: 3)
    }
    expectMessage(result, "f1Score: row 0 of class 0, predicted 3, of 3 classes")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = binaryF1Score(of: [2], labels: [0])
    }
    expectMessage(result, "binaryF1Score: class 2 of row 0, expected 0 or 1")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = CalibrationCurve(of: [1.5], labels: [0])
    }
    expectMessage(result, "CalibrationCurve: probability 1.5 of row 0, expected 0...1")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = MultilabelMetrics(of: [[0.1, 0.2]], targets: [[0, 0.5]])
    }
    expectMessage(
      result, "MultilabelMetrics: target 0.5 of row 0, label 1, expected 0 or 1")
  }
}
