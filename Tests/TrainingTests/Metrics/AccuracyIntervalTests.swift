import PerceptronTraining
import TestSupport
import Testing

@Suite("Confidence interval of an accuracy")
struct AccuracyIntervalTests {
  // scipy.stats.binomtest(k, n).proportion_ci(method="wilson") of SciPy.
  @Test(
    "The interval of an accuracy is Wilson's, as SciPy has it",
    arguments: [
      (194, 200, 0.9361057075454807, 0.9861796856598887),
      (8835, 10000, 0.8770641934867991, 0.8896412797628919),
      (0, 10, 0, 0.2775327998628892),
      (10, 10, 0.7224672001371106, 1),
    ]) func intervalAccuracyWilsonsSciPy(
      right: Int, rows: Int, lower: Double, upper: Double
    ) throws
  {
    let interval = try #require(
      accuracyInterval(Double(right) / Double(rows), rowCount: rows))
    expectClose(interval.lowerBound, lower, tolerance: 1e-14)
    expectClose(interval.upperBound, upper, tolerance: 1e-14)
  }

  @Test("Without rows, or outside 0…1, there is no interval")
  func noRowsNoShareNo() {
    #expect(accuracyInterval(.nan, rowCount: 0) == nil)
    #expect(accuracyInterval(.nan, rowCount: 10) == nil)
    #expect(accuracyInterval(1.5, rowCount: 10) == nil)
  }
}
