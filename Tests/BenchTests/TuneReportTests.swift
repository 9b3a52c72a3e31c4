import Foundation
import PerceptronCommandSupport
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("The comparison of perceptron tune with NumPy")
struct TuneReportTests {
  private func report() throws -> TuneReport {
    let steps = PeerWorks.presetSteps.map {
      Timing(subject: $0.title, variant: "NumPy f32", visits: [[1e-3]], runs: 1)
    }
    let predictions = PeerWorks.presetPredictions.map {
      Timing(subject: $0.title, variant: "NumPy f32", visits: [[0.02]], runs: 1)
    }
    let tuning = try JSONDecoder().decode(
      TuningRun.self,
      from: Data(
        #"{"seconds": 33.3, "peakBytes": 4e8, "states": {"done": 144, "diverged": 36}, "best": 0.53}"#
          .utf8))
    return TuneReport(
      measured: BenchReport(command: "tune", steps + predictions), tuning: tuning, peak: 400e9)
  }

  @Test("NumPy's time is that of all steps and predictions of the preset's 180 runs")
  func numPy() throws {
    let report = try report()
    // 180 runs of 1750 steps on average, and 180 times 50,000 rows.
    #expect(abs(report.stepSeconds - 180 * 1750 * 1e-3) < 1e-9)
    #expect(abs(report.predictionSeconds - 180 * 5 * 0.02) < 1e-9)
  }

  @Test("The operations of the preset are those of two products per step")
  func operations() throws {
    // 105,000 steps of each width: 4 · 200 · 3072 · (50 + 100 + 150) operations.
    #expect(TuneReport.operations == 105_000 * 4 * 200 * 3072 * 300)
    #expect(abs(try report().peakSeconds - 77.4144e12 / 400e9) < 1e-6)
  }

  @Test("The table has the command's share of each time")
  func table() throws {
    let text = try report().text
    #expect(text.contains("| perceptron tune --preset cs231n | 33.3 s |  |"))
    #expect(text.contains("| NumPy f32, run by run (computed) | 333 s | 0.100 of it |"))
    #expect(text.contains("| 77.4 TFLOP at a large product's rate | 194 s | 0.172 of it |"))
    #expect(text.contains("36 diverged, 144 done; best validation accuracy 0.5300"))
    #expect(text.contains("peak memory 400 MB"))
  }
}
