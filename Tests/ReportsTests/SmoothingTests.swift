import PerceptronVisualization
import Testing
@testable import PerceptronReports

@Suite("Smoothed losses")
struct SmoothingTests {
  @Test("A smoothed number is the mean of those around it, of fewer at the ends")
  func mean() {
    let values: [Double] = [1, 2, 6, 4]
    let smoothed = { (span: Int) in
      values.indices.map { RunPage.mean(values, around: $0, span: span) }
    }
    #expect(smoothed(1) == values)
    #expect(smoothed(3) == [1.5, 3, 4, 5])
    #expect(smoothed(100) == [3.25, 3.25, 3.25, 3.25])
    #expect(RunPage.mean([.nan, 1], around: 1, span: 1) == 1)
  }
}
