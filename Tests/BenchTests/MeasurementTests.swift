import Testing

@testable import bench

@Suite("Measurements")
struct MeasurementTests {
  @Test("Quantiles lie between the nearest two numbers in proportion")
  func quantiles() {
    #expect(quantile([1, 2, 3, 4, 5], 0.5) == 3)
    #expect(quantile([1, 2], 0.25) == 1.25)
    #expect(quantile([7], 0.75) == 7)
    #expect(quantile([], 0.5).isNaN)
  }
}
