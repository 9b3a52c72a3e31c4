import Foundation
import PerceptronCommandSupport
import PerceptronFiles
import Testing
@testable import PerceptronBench

@Suite("Sampling in turn")
struct SamplerTests {
  /// Who ran, in order.
  private final class Log {
    var runs: [String] = []
    var prepared: [String] = []
  }

  @Test("Every benchmark is prepared, warmed up and visited at least seven times, in turn")
  func turns() throws {
    let log = Log()
    let benchmarks = ["a", "b"].map { name in
      Benchmark(
        subject: "work", variant: name, expectedSeconds: 1e-3,
        prepare: { log.prepared.append(name) }, run: { log.runs.append(name) })
    }
    let timings = try Sampler(seconds: 1e-9, references: []).measure(benchmarks)
    #expect(timings.map(\.variant) == ["a", "b"])
    #expect(timings.allSatisfy { $0.visits.count >= 7 && $0.runs == $0.visits.count })
    #expect(log.prepared.count == 2 * timings[0].visits.count)
    // Once untimed, once timed, before the other's turn.
    #expect(log.runs.prefix(4) == ["a", "a", "b", "b"])
    #expect(timings.allSatisfy { 0 < $0.best && $0.best <= $0.median })
  }

  @Test("Slow benchmarks are visited seven times from the first round to the last, never untimed")
  func slowBenchmarks() throws {
    let log = Log()
    let benchmark = Benchmark(
      subject: "work", variant: "slow", expectedSeconds: 1,
      run: {
        log.runs.append("slow")
        usleep(100)
      })
    let timing = try Sampler(seconds: 20e-6, references: []).measure([benchmark])[0]
    #expect(timing.visits.count == 7 && timing.runs == 7 && log.runs.count == 7)
    let rounds = (1...40).filter {
      Sampler.leastVisits(by: $0) > ($0 == 1 ? 0 : Sampler.leastVisits(by: $0 - 1))
    }
    #expect(rounds == [1, 8, 14, 21, 27, 34, 40])
  }

  @Test("Those that use one thread have their turn before those that use all")
  func threads() throws {
    let log = Log()
    let benchmarks = [("all", true), ("one", false), ("every", true), ("single", false)].map {
      (name, usesAll) in
      Benchmark(
        subject: "work", variant: name, usesAllThreads: usesAll, expectedSeconds: 1e-3,
        prepare: { log.prepared.append(name) }, run: {})
    }
    let timings = try Sampler(seconds: 1e-9, references: []).measure(benchmarks)
    #expect(timings.map(\.variant) == ["all", "one", "every", "single"])
    #expect(log.prepared.prefix(4) == ["one", "single", "all", "every"])
  }

  @Test("Runs that are too short for the clock are timed many at once")
  func shortRuns() throws {
    let log = Log()
    let benchmark = Benchmark(
      subject: "work", variant: "short", expectedSeconds: 1e-6, run: { log.runs.append("") })
    let timing = try Sampler(seconds: 1e-9, references: []).measure([benchmark])[0]
    // 25 µs at a time, so 25 of them or, by rounding, 26.
    #expect((25...26).contains(timing.runs / timing.visits.count))
    #expect(timing.clockError == 0)
    #expect(log.runs.count == timing.runs + timing.visits.count)
  }

  @Test("Those that need more than a fair share get it, and the others share the rest")
  func fairShare() {
    #expect(Sampler.fairShare(of: 12, needs: [1, 2, 3]) == 4)
    // The 8 are needed, so that 4 are left for two.
    #expect(Sampler.fairShare(of: 12, needs: [1, 8, 1.5]) == 2)
    // Once the 8 are gone, the 3 are more than a fair share too.
    #expect(Sampler.fairShare(of: 12, needs: [0.5, 8, 3]) == 1)
    #expect(Sampler.fairShare(of: 12, needs: [20, 1]) == 0)
    #expect(Sampler.fairShare(of: 12, needs: []) == 12)
  }

  @Test("Phases are measured under their own names")
  func phases() throws {
    let timer = PhaseTimer(["rest", "sleep"])
    let benchmark = Benchmark(
      subject: "work", variant: "phases", timer: timer,
      run: {
        timer.start()
        timer.mark()
        usleep(2000)
        timer.mark()
      })
    let timings = try Sampler(seconds: 1e-9, references: []).measure([benchmark])
    #expect(timings.map(\.variant) == ["rest", "sleep"])
    #expect(timings.allSatisfy { $0.clockError > 0 })
    // usleep never returns early.
    #expect(timings[1].best >= 2e-3 && timings[0].best < timings[1].best)
  }

  @Test("Statistics are those of all visits together")
  func statistics() {
    let timing = Timing(
      subject: "work", variant: "who", visits: [[5, 1], [3, 2, 4]], runs: 5)
    #expect(timing.median == 3 && timing.best == 1)
    #expect(timing.visits.map(\.best) == [1, 2])
    #expect(timing.quartiles == [2, 4] && timing.visits.map(\.median) == [3, 3])
    #expect(abs(timing.spread - 1.0 / 3) < 1e-12)
  }

  @Test("Quantiles lie between the nearest two numbers in proportion")
  func quantiles() {
    #expect(quantile([1, 2, 3, 4, 5], 0.5) == 3)
    #expect(quantile([1, 2], 0.25) == 1.25)
    #expect(quantile([7], 0.75) == 7)
    #expect(quantile([], 0.5).isNaN)
    #expect(quantile([1, 2, .infinity], 0.5) == 2)
  }

  @Test("Allocations of a run are counted", .enabled(if: Allocations.areCounted))
  func allocations() throws {
    // What nobody could see afterwards, the optimizer would not ask for.
    let seen = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 300)
    defer { seen.deallocate() }
    let benchmark = Benchmark(
      subject: "work", variant: "who", countsAllocations: true,
      run: {
        for index in stride(from: 0, to: 300, by: 3) {
          seen[index] = malloc(1000)
          seen[index + 1] = calloc(10, 100)
          seen[index + 2] = realloc(nil, 1000)
        }
        for index in 0..<300 { free(seen[index]) }
      })
    let found = try #require(Allocations.perRun(of: benchmark))
    // And whatever other tests allocate meanwhile.
    #expect(found.count >= 300 && found.bytes >= 300_000)
  }
}
