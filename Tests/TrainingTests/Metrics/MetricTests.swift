import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing

/// Drawn rows with ties and weights of 0; the expected numbers are scikit-learn 1.9.1's.
@Suite("Metrics of predictions")
struct MetricTests {
  static let weights = [
    0.9, 1.68, 1.22, 0.0, 1.15, 2.31, 1.24, 2.04, 0.0, 0.23, 2.19, 2.02, 2.41, 0.45,
  ]
  static let tolerance = 1e-12

  @Test("Balanced accuracy is scikit-learn's, also where a class does not occur")
  func balanced() {
    let predicted = [1, 2, 2, 1, 2, 2, 0, 1, 0, 1, 0, 0, 0, 2]
    func check(_ labels: [Int], _ plain: Double, _ weighted: Double) {
      expectClose(
        balancedAccuracy(of: predicted, labels: labels), plain, tolerance: Self.tolerance)
      expectClose(
        balancedAccuracy(of: predicted, labels: labels, weights: Self.weights), weighted,
        tolerance: Self.tolerance)
    }
    check([1, 0, 2, 0, 1, 1, 0, 1, 0, 0, 0, 2, 0, 0], 0.5, 0.5160377772759209)
    check([1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0], 0.5, 0.5732189685314686)
    #expect(balancedAccuracy(of: [], labels: []).isNaN)
    #expect(balancedAccuracy(of: [0], labels: [0], weights: [0]).isNaN)
  }

  @Test("The log loss is scikit-learn's, also where a class was ruled out")
  func logarithmic() {
    let probabilities: Tensor<Double> = [
      [0.355, 0.316, 0.329], [0.492, 0.318, 0.19], [0.042, 0.503, 0.45499999999999996],
      [0.405, 0.004, 0.591], [0.268, 0.049, 0.6829999999999999], [0.364, 0.259, 0.377],
      [0.44100000000000006, 0.36600000000000005, 0.19299999999999998], [0.282, 0.591, 0.127],
      [0.235, 0.229, 0.536], [0.325, 0.267, 0.40800000000000003],
      [0.793, 0.074, 0.13299999999999995], [0.429, 0.2, 0.37099999999999994],
      [0.069, 0.129, 0.802], [0.293, 0.083, 0.6240000000000001],
    ]
    let labels = [1, 0, 2, 0, 1, 1, 0, 1, 0, 0, 0, 2, 0, 0]
    expectClose(
      logLoss(of: probabilities, labels: labels), 1.2114960101871137, tolerance: Self.tolerance)
    expectClose(
      logLoss(of: probabilities, labels: labels, weights: Self.weights), 1.2125256412359828,
      tolerance: Self.tolerance)
    let certain: Tensor<Double> = [[1, 0], [1, 0]]
    expectClose(
      logLoss(of: certain, labels: [0, 1]), 18.021826694558577, tolerance: Self.tolerance)
    #expect(logLoss(of: certain, labels: [0, 1], weights: [1, 0]) < 1e-15)
  }

  @Test("The area under the ROC is scikit-learn's, with ties and weights")
  func area() {
    let labels = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1]
    let scores = [0.9, 0, 0.8, 0.2, 0.7, 0.2, 0.7, 1, 1, 0.7, 0.2, 0.4, 0.3, 1]
    expectClose(
      areaUnderROC(of: scores, labels: labels), 0.6326530612244898, tolerance: Self.tolerance)
    expectClose(
      areaUnderROC(of: scores, labels: labels, weights: Self.weights), 0.6210626042442071,
      tolerance: Self.tolerance)
    #expect(areaUnderROC(of: [1, 1, 1], labels: [0, 1, 0]) == 0.5)
    #expect(areaUnderROC(of: [-.infinity, .infinity], labels: [0, 1]) == 1)
    #expect(areaUnderROC(of: [0.1, 0.2], labels: [1, 1]).isNaN)
    #expect(areaUnderROC(of: [0.1, 0.2], labels: [0, 1], weights: [0, 1]).isNaN)
    #expect(areaUnderROC(of: [0.1, .nan], labels: [0, 1]).isNaN)
    #expect(areaUnderROC(of: [], labels: []).isNaN)
  }

  @Test("Errors of numbers and R² are scikit-learn's")
  func numbers() {
    let targets = [
      3.19, -1.26, 7.19, -0.42, 5.86, -6.01, 0.92, 0.25, -7.57, -1.94, -3.68, -4.22, -2.26, -3.51,
    ]
    let predictions = [
      3.52, -0.8, 7.46, -1.25, 5.38, -4.33, 0.58, 0.23, -8.16, -1.41, -2.79, -3.42, -1.83, -2.8,
    ]
    func check(_ weights: [Double]?, _ absolute: Double, _ root: Double, _ determined: Double) {
      expectClose(
        meanAbsoluteError(of: predictions, targets: targets, weights: weights), absolute,
        tolerance: Self.tolerance)
      expectClose(
        rootMeanSquaredError(of: predictions, targets: targets, weights: weights), root,
        tolerance: Self.tolerance)
      expectClose(
        coefficientOfDetermination(of: predictions, targets: targets, weights: weights),
        determined, tolerance: Self.tolerance)
    }
    check(nil, 0.5971428571428571, 0.7071673877419081, 0.9698108288845818)
    check(Self.weights, 0.6354932735426008, 0.7936074472111878, 0.9569302900270527)
  }

  @Test("R² of equal targets is 1 or 0, and of a single row NaN")
  func equalTargets() {
    #expect(coefficientOfDetermination(of: [2, 2], targets: [2, 2]) == 1)
    #expect(coefficientOfDetermination(of: [2, 3], targets: [2, 2]) == 0)
    #expect(coefficientOfDetermination(of: [.nan, 2], targets: [2, 2]).isNaN)
    #expect(coefficientOfDetermination(of: [2], targets: [2]).isNaN)
    #expect(coefficientOfDetermination(of: [2, 5], targets: [2, 3], weights: [1, 0]).isNaN)
    #expect(meanAbsoluteError(of: [], targets: []).isNaN)
    // A row without weight may have any number.
    #expect(meanAbsoluteError(of: [1, .nan], targets: [3, 0], weights: [2, 0]) == 2)
  }

  @Test("Metrics trap on other numbers of rows and on weights that are none")
  func mistakes() async {
    var result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = meanAbsoluteError(of: [1, 2], targets: [1])
    }
    expectMessage(result, "meanAbsoluteError: 1 targets for 2 rows")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = areaUnderROC(of: [1, 2], labels: [0, 1], weights: [1, -1])
    }
    expectMessage(result, "areaUnderROC: weight -1.0 of row 1, expected a finite number from 0 up")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = areaUnderROC(of: [1, 2], labels: [0, 2])
    }
    expectMessage(result, "areaUnderROC: a label that is not 0 or 1")
    result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = logLoss(of: Tensor<Double>.zeros([1, 2]), labels: [2])
    }
    expectMessage(result, "logLoss: label 2 of row 0, of 2 classes")
  }
}
