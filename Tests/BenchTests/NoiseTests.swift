import Foundation
import Perceptron
import Testing
@testable import PerceptronBench

/// Simulated runs of bench, hundreds of pairs from fixed seeds: how many are marked that are of the
/// same build, and how many that are not.
@Suite("bench compare under noise")
struct NoiseTests {
  /// A timing of visits whose medians are log-normal around `median`.
  private func timing(
    _ median: Double, visits: Int, noise: Double, using random: inout SeededRandom
  ) -> Timing {
    let times = (0..<visits).map { _ in
      let middle = median * exp(noise * random.normal())
      return (0..<3).map { _ in middle * (1 + 0.02 * random.normal()) }
    }
    return Timing(subject: "work", variant: "who", visits: times, runs: 3 * visits)
  }

  /// The share of five hundred pairs that `isMarked` holds for.
  private func share(
    seed: UInt64, of pair: (inout SeededRandom) -> (old: Timing, new: Timing),
    _ isMarked: (Comparison.Verdict) -> Bool
  ) -> Double {
    var random = SeededRandom(seed: seed, purpose: "pairs")
    let count = 500
    let marked = (0..<count).count { _ in
      let (old, new) = pair(&random)
      return isMarked(Comparison(old, new).verdict)
    }
    return Double(marked) / Double(count)
  }

  @Test(
    "At most 2 % of pairs of the same build are marked, however few their visits",
    arguments: [3, 5, 7, 40], [0.1, 0.3])
  func sameBuild(visits: Int, noise: Double) {
    let marked = share(seed: UInt64(visits)) { random in
      (
        timing(1e-3, visits: visits, noise: noise, using: &random),
        timing(1e-3, visits: visits, noise: noise, using: &random)
      )
    } _: {
      $0 != .same
    }
    #expect(marked <= 0.02)
  }

  @Test("A fifth more time is found in 40 visits of moderate noise", arguments: [0.02, 0.05, 0.08])
  func planted(noise: Double) {
    let found = share(seed: 1) { random in
      (
        timing(1e-3, visits: 40, noise: noise, using: &random),
        timing(1.2e-3, visits: 40, noise: noise, using: &random)
      )
    } _: {
      $0 == .slower
    }
    #expect(found >= 0.95)
  }

  /// Files of the same build taken together, each process faster or slower by its own `offset`.
  private func merged(
    _ median: Double, files: Int, offset: Double, using random: inout SeededRandom
  ) -> Timing {
    let timings = (0..<files).map { _ in
      timing(
        median * exp(offset * random.normal()), visits: 10, noise: 0.05, using: &random)
    }
    return timings.dropFirst().reduce(timings[0]) { $0.merged(with: $1) }
  }

  @Test(
    "At most 2 % of files of the same build are marked, however much processes differ",
    arguments: [(2, 2), (3, 3), (1, 3)], [0.03, 0.12])
  func sameBuildFiles(files: (old: Int, new: Int), offset: Double) {
    let marked = share(seed: 2) { random in
      (
        merged(1e-3, files: files.old, offset: offset, using: &random),
        merged(1e-3, files: files.new, offset: offset, using: &random)
      )
    } _: {
      $0 != .same
    }
    #expect(marked <= 0.02)
  }

  @Test("A fifth more time is found in three files each of processes that differ little")
  func plantedInFiles() {
    let found = share(seed: 3) { random in
      (
        merged(1e-3, files: 3, offset: 0.01, using: &random),
        merged(1.2e-3, files: 3, offset: 0.01, using: &random)
      )
    } _: {
      $0 == .slower
    }
    #expect(found >= 0.95)
  }

  @Test(
    "Student's quantiles agree with tables",
    arguments: [(1, 63.66), (2, 9.92), (4, 4.60), (10, 3.17), (12, 3.05), (20, 2.85), (120, 2.62)])
  func student(degrees: Int, expected: Double) {
    #expect(abs(Uncertainty.studentsFactor(degrees: degrees) - expected) < 0.02)
  }
}
