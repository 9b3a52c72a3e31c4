import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("Comparing two runs of bench")
struct ComparisonTests {
  /// A timing with visits around `median`, noisy by a share of `noise`.
  private func timing(_ median: Double, noise: Double, seed: UInt64 = 0) -> Timing {
    var random = SeededRandom(seed: seed, purpose: "noise")
    let visits = (0..<10).map { _ in
      (0..<20).map { _ in median * (1 + noise * abs(random.normal())) }
    }
    return Timing(subject: "work", variant: "who", visits: visits, runs: 200)
  }

  @Test("A run compared with itself has not changed")
  func itself() {
    let comparison = Comparison(timing(1e-3, noise: 0.05), timing(1e-3, noise: 0.05))
    #expect(comparison.ratio == 1 && comparison.verdict == .same)
  }

  @Test("Noise is not a change, a difference of a fifth is", arguments: 0..<20)
  func changes(seed: UInt64) {
    let old = timing(1e-3, noise: 0.04, seed: seed)
    func verdict(_ factor: Double) -> Comparison.Verdict {
      Comparison(old, timing(factor * 1e-3, noise: 0.04, seed: seed + 100)).verdict
    }
    #expect(verdict(1) == .same && verdict(1.03) == .same && verdict(0.97) == .same)
    #expect(verdict(1.2) == .slower && verdict(0.8) == .faster)
  }

  @Test("A busy machine, on which the shortest times stay the same, is not a change")
  func busyMachine() {
    let quiet = [[Double]](repeating: [1, 1, 1, 1], count: 10)
    let busy = [[Double]](repeating: [1, 1.5, 1.5, 1.5], count: 10)
    let comparison = Comparison(
      Timing(subject: "work", variant: "who", visits: quiet, runs: 40),
      Timing(subject: "work", variant: "who", visits: busy, runs: 40))
    #expect(comparison.ratio == 1.5 && comparison.verdict == .same)
  }

  @Test("Medians that differ less than their visits do are not a change")
  func wideSpread() {
    let old = [[1.0], [2], [1], [2], [1], [2]]
    let new = [[1.2], [2.4], [1.2], [2.4], [1.2], [2.4]]
    let comparison = Comparison(
      Timing(subject: "work", variant: "who", visits: old, runs: 6),
      Timing(subject: "work", variant: "who", visits: new, runs: 6))
    #expect(abs(comparison.ratio - 1.2) < 1e-12 && comparison.verdict == .same)
    #expect(comparison.spread > 0.2)
  }

  @Test("A difference within the clock's error is not a change")
  func clockError() {
    func comparison(_ clockError: Double) -> Comparison {
      var (old, new) = (timing(1e-6, noise: 0), timing(1.4e-6, noise: 0))
      (old.clockError, new.clockError) = (0, clockError)
      return Comparison(old, new)
    }
    #expect(comparison(0.5e-6).verdict == .same && comparison(0.3e-6).verdict == .slower)
  }

  @Test("A change of the machine is not a change of the work")
  func machineDrift() throws {
    func report(_ factor: Double) -> BenchReport {
      let reference = Timing(
        subject: ReferenceBenchmarks.subject, variant: "arithmetic", visits: [[factor], [factor]],
        runs: 2)
      let work = Timing(
        subject: "work", variant: "who", visits: [[1.25 * factor], [1.25 * factor]], runs: 2)
      return BenchReport(command: "step", [work, reference])
    }
    let drifted = ReportComparison(report(1), report(1.3))
    #expect(abs(drifted.drift - log(1.3)) < 1e-12)
    #expect(drifted.comparisons.map(\.verdict) == [.unclear] && drifted.machine.count == 1)
    // The work is a quarter slower on a machine that is as it was.
    var slower = report(1)
    slower.timings[0] = Timing(subject: "work", variant: "who", visits: [[1.6], [1.6]], runs: 2)
    #expect(ReportComparison(report(1), slower).comparisons.map(\.verdict) == [.slower])
  }

  @Test("A machine that is too unsteady to measure its drift causes a warning")
  func unsteadyMachine() {
    func warnings(_ old: [[Double]], _ new: [[Double]]) -> [String] {
      let reports = [old, new].map {
        BenchReport(
          command: "step",
          [Timing(subject: ReferenceBenchmarks.subject, variant: "copying", visits: $0, runs: 1)])
      }
      return ReportComparison(reports[0], reports[1]).warnings.filter { $0.contains("unsteady") }
    }
    let steady = [[1.0], [1], [1], [1]]
    #expect(warnings(steady, steady).isEmpty)
    #expect(warnings([[1], [3], [1], [3]], steady).count == 1)
    // Longer by the median, shorter by the best.
    let found = warnings(steady, [[1.5, 1.5, 0.9], [1.5], [1.5], [1.5]])
    #expect(found.count == 1 && found[0].contains("copying") && found[0].contains("1.50 times"))
  }

  @Test("A single visit, which shows no spread, is never a change")
  func singleVisit() {
    func once(_ seconds: Double) -> Timing {
      Timing(subject: "work", variant: "who", visits: [[seconds]], runs: 1)
    }
    let comparison = Comparison(once(1), once(2))
    #expect(comparison.ratio == 2 && comparison.spread == 0 && comparison.verdict == .same)
  }

  @Test("Timings of only one run, and obstacles to a comparison, are reported")
  func differences() throws {
    let old = BenchReport(command: "step", [timing(1, noise: 0)])
    let other = Timing(subject: "other work", variant: "who", visits: [[1]], runs: 1)
    let new = BenchReport(command: "predict", [other])
    let comparison = ReportComparison(old, new)
    #expect(comparison.comparisons.isEmpty)
    #expect(comparison.onlyOld == ["work · who"] && comparison.onlyNew == ["other work · who"])
    #expect(comparison.warnings.contains("another command: step then, predict now"))
  }

  @Test("Runs of the same build count together")
  func merged() {
    func report(_ visits: [[Double]]) -> BenchReport {
      BenchReport(
        command: "step", [Timing(subject: "work", variant: "who", visits: visits, runs: 2)])
    }
    let merged = BenchReport(merging: [report([[3, 4]]), report([[1, 2], [5, 6]])]).timings[0]
    #expect(merged.runs == 4 && merged.best == 1 && merged.median == 3.5)
    #expect(merged.visits.map(\.best) == [3, 1, 5])
    #expect(merged.fileMedians == [3.5, 3.5])
  }

  @Test("Timings of only some of a build's runs count too")
  func mergedUnion() {
    func report(_ variants: [String]) -> BenchReport {
      BenchReport(
        command: "step",
        variants.map { Timing(subject: "work", variant: $0, visits: [[1]], runs: 1) })
    }
    let merged = BenchReport(merging: [report(["a"]), report(["b", "a"]), report(["b"])])
    #expect(merged.timings.map(\.variant) == ["a", "b"])
    #expect(merged.timings.map(\.visits.count) == [2, 2])
  }

  @Test("A report survives its file")
  func file() throws {
    let scratch = try TemporaryDirectory()
    var report = BenchReport(command: "step", [timing(1e-3, noise: 0.1)])
    report.timings[0].allocations = .init(count: 2, bytes: 1024)
    try report.write(to: scratch.file("report.json"))
    let read = try BenchReport(readingFrom: scratch.file("report.json"))
    #expect(read.timings == report.timings && read.machine == report.machine)
  }
}
