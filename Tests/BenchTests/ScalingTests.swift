import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("Scaling of steps")
struct ScalingTests {
  @Test("Points on a line are not off it, whatever the fixed part")
  func line() throws {
    for (start, slope) in [(0, 2), (5, 0.25), (-0.5, 3)] as [(Double, Double)] {
      let points = [1.0, 2, 5, 10].map { (x: $0, y: start + slope * $0) }
      let line = try #require(FittedLine(points))
      #expect(abs(line.start - start) < 1e-12 && abs(line.slope - slope) < 1e-12)
      #expect(points.allSatisfy { abs(line.deviation(x: $0.x, y: $0.y)) < 1e-12 })
    }
  }

  /// With y = 1, 2, 4 at x = 1, 2, 3 the weights 1/y² are as 16, 4, 1, and the normal equations
  /// 21a + 27b = 28 and 27a + 41b = 44.
  @Test("A line is fitted by relative deviations")
  func weights() throws {
    let line = try #require(FittedLine([(1, 1), (2, 2), (3, 4)]))
    #expect(abs(21 * line.start + 27 * line.slope - 28) < 1e-12)
    #expect(abs(27 * line.start + 41 * line.slope - 44) < 1e-12)
    let above = line.deviation(x: 3, y: 2 * (line.start + 3 * line.slope))
    #expect(abs(above - 1) < 1e-12)
  }

  @Test("Fewer than three sizes have no line")
  func tooFew() {
    #expect(FittedLine([]) == nil)
    #expect(FittedLine([(1, 1), (2, 2)]) == nil)
    #expect(FittedLine([(1, 1), (2, 2), (2, 3)]) == nil)
  }

  @Test("Every line spans a factor of ten, in one size alone")
  func sizes() {
    for line in ScalingLine.all {
      let values = line.points.map(\.value)
      #expect(values == values.sorted() && values.last == 10 * values[0])
      let sizes = line.points.map { [$0.size.batch, $0.size.inputs, $0.size.hidden] }
      #expect((0..<3).count { index in Set(sizes.map { $0[index] }).count > 1 } == 1)
    }
  }

  @Test("The table has the line and each step's deviation")
  func table() throws {
    // 100 µs and 2 µs a row, but for the last: a tenth more.
    let timings = ScalingLine.all[0].points.map { point in
      let seconds = 1e-4 + 2e-6 * Double(point.value)
      return Timing(
        subject: point.name, variant: StepBenchmarks.whole,
        visits: [[point.value == 1000 ? 1.1 * seconds : seconds]], runs: 1)
    }
    let exact = ScalingTable(Array(timings.dropLast())).text
    #expect(exact.contains("\nPer row: 100 µs and 2000 ns each, within 0 %\n"))
    #expect(!exact.contains("Per input"))
    let text = ScalingTable(timings).text
    let line = try #require(text.split(separator: "\n").first { $0.contains("batch 1000 ") })
    #expect(line.contains(/2\.31 ms +0 % +2310 ns +\+[4-9] %$/), "\(line)")
    let two = ScalingTable(Array(timings.prefix(2))).text
    #expect(two.contains("\nPer row\n") && two.contains("3000 ns             –"))
  }

  @Test("step --scaling checks and times a network of each line")
  func command() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("report.json")
    let outcome = try Command.run(
      program: Command.path(ofBuilt: "bench"),
      ["step", "--scaling", "--seconds", "0.1", "--filter", "784-50-10", "--json", path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\nPer hidden unit\n784-50-10, batch 200 "))
    let report = try BenchReport(readingFrom: path)
    #expect(report.command == "step --scaling")
    #expect(report.timings.contains { $0.subject == "784-50-10, batch 200" })
  }

  @Test("idle shows the processor time of idle workers")
  func idle() throws {
    let bench = Command.path(ofBuilt: "bench")
    let outcome = try Command.run(program: bench, ["idle", "--seconds", "0.05"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    for workers in 1...3 {
      let line = try #require(outcome.lines.dropFirst(workers).first)
      #expect(line.contains(try Regex("^ +\(workers) .* [\\d.]+ %$")), "\(line)")
    }
    let one = try Command.run(
      program: bench, ["idle", "--seconds", "0.05", "--workers", "2"])
    #expect(one.lines.count { $0.hasSuffix(" %") } == 1)
    let refused = try Command.run(program: bench, ["idle", "--seconds", "0"])
    #expect(refused.status == 2 && refused.errors.contains("--seconds is 0.0"))
  }
}
