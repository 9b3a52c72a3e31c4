import Foundation
import PerceptronCommandSupport
import PerceptronFiles

/// Times benchmarks in turn over several rounds, so that the machine's state affects all of them alike.
///
/// In each round every benchmark is visited: it is prepared, runs once untimed, and then runs timed
/// until its slice of the round is used. Runs that are too short for the clock are timed several at
/// once. Slow benchmarks take part in fewer rounds, evenly from the first to the last, and have no
/// untimed run, because caches matter little to them.
///
/// Benchmarks with one thread come first in each round, those with all threads follow. BLAS's threads
/// spin for a while after their work, so that there is a pause before the next round.
struct Sampler {
  /// Seconds for all benchmarks together, without pauses. More is used if benchmarks are too slow for
  /// the minimum of visits in their share.
  let seconds: Double
  /// Benchmarks that measure the machine itself.
  var references = ReferenceBenchmarks.make()

  private static var rounds: Int { 40 }
  /// With fewer visits, only large changes would be significant.
  private static var leastVisits: Int { 7 }
  /// The time in seconds from which a run counts as slow.
  private static var slowRun: Double { 0.01 }
  /// OpenBLAS's threads spin for 2²⁶ ticks of its clock, 0.1 s as measured.
  private static var pause: Double { 0.12 }
  /// A time that the clock, which takes about 25 ns to read, measures to a thousandth.
  private static var leastSample: Double { 25e-6 }
  /// The error of a phase's time, in seconds.
  private static var lapError: Double { 0.5e-6 }

  /// - Throws: `ExitCode` if the process was asked to stop.
  func measure(_ benchmarks: [Benchmark]) throws -> [Timing] {
    var entries = (benchmarks + references).map(Entry.init)
    let share = Self.fairShare(
      of: seconds, needs: entries.map { $0.secondsPerVisit * Double(Self.leastVisits) })
    let order = [false, true].flatMap { all in
      entries.indices.filter { entries[$0].benchmark.usesAllThreads == all }
    }
    var othersMayWait = entries.contains { $0.benchmark.usesAllThreads }
    var status = StatusLine()
    let start = ContinuousClock.now
    for round in 1...Self.rounds {
      for index in order where entries[index].isDue(in: round, share: share) {
        try Interruption.check()
        let usesAllThreads = entries[index].benchmark.usesAllThreads
        if othersMayWait && !usesAllThreads { Thread.sleep(forTimeInterval: Self.pause) }
        othersMayWait = usesAllThreads
        entries[index].visit(slice: share / Double(Self.rounds))
        if status.isDue {
          let elapsed = start.duration(to: .now).seconds
          status.show(progress(round, elapsed, entries[index].benchmark.name))
        }
      }
    }
    status.finish()
    return entries.flatMap(\.timings)
  }

  /// The minimum of visits by the end of a round, spread evenly over the rounds.
  static func leastVisits(by round: Int) -> Int {
    (round - 1) * (leastVisits - 1) / (rounds - 1) + 1
  }

  private func progress(_ round: Int, _ elapsed: Double, _ name: String) -> String {
    let left = max(seconds - elapsed, 0)
    return "timing, round \(round) of \(Self.rounds), \(readableTime(left)) left: \(name)"
  }

  /// The time for each benchmark: those that need more than a fair share get what they need, and the
  /// others share the rest.
  static func fairShare(of seconds: Double, needs: [Double]) -> Double {
    var (left, count) = (seconds, needs.count)
    for need in needs.sorted(by: >) where count > 0 && need > left / Double(count) {
      left = max(left - need, 0)
      count -= 1
    }
    return left / Double(max(count, 1))
  }

  /// A benchmark and its times so far.
  private struct Entry {
    let benchmark: Benchmark
    private let secondsPerRun: Double
    private let runsPerSample: Int
    /// The times of runs by visit, for each phase or for the whole.
    private var visits: [[[Double]]]
    private var spent = 0.0
    private var runs = 0

    init(_ benchmark: Benchmark) {
      self.benchmark = benchmark
      secondsPerRun = benchmark.expectedSeconds ?? Self.estimate(benchmark)
      let needed = Int((Sampler.leastSample / secondsPerRun).rounded(.up))
      runsPerSample = benchmark.timer == nil ? max(1, needed) : 1
      visits = [[[Double]]](repeating: [], count: benchmark.timer?.names.count ?? 1)
    }

    private static func estimate(_ benchmark: Benchmark) -> Double {
      benchmark.prepare()
      return shortest(time(benchmark.run), benchmark.run)
    }

    private var isSlow: Bool { secondsPerRun >= Sampler.slowRun }
    /// The minimum time of a visit.
    var secondsPerVisit: Double { secondsPerRun * (isSlow ? 1 : 2) }

    /// Whether there is time left for this round, or too few visits were made.
    func isDue(in round: Int, share: Double) -> Bool {
      if visits[0].count < Sampler.leastVisits(by: round) { return true }
      return spent <= share * Double(round - 1) / Double(Sampler.rounds)
    }

    mutating func visit(slice: Double) {
      benchmark.prepare()
      if !isSlow { spent += time(benchmark.run) }
      for phase in visits.indices { visits[phase].append([]) }
      let visit = visits[0].count - 1
      var used = 0.0
      repeat {
        let elapsed = time {
          for _ in 0..<runsPerSample { benchmark.run() }
        }
        if let timer = benchmark.timer {
          for phase in visits.indices { visits[phase][visit].append(timer.seconds[phase]) }
        } else {
          visits[0][visit].append(elapsed / Double(runsPerSample))
        }
        used += elapsed
        runs += runsPerSample
      } while used < slice
      spent += used
    }

    /// One, or one for each phase.
    var timings: [Timing] {
      if let timer = benchmark.timer {
        return zip(timer.names, visits).map {
          var timing = Timing(subject: benchmark.subject, variant: $0, visits: $1, runs: runs)
          timing.clockError = Sampler.lapError
          timing.operations = timer.operations[$0]
          return timing
        }
      }
      var timing = Timing(
        subject: benchmark.subject, variant: benchmark.variant, visits: visits[0], runs: runs)
      timing.operations = benchmark.operations
      timing.bytes = benchmark.bytes
      if benchmark.countsAllocations {
        timing.allocations = Allocations.perRun(of: benchmark)
      }
      return [timing]
    }
  }
}

/// The time of `work` in seconds, by a monotonic clock.
func time(_ work: () -> Void) -> Double {
  ContinuousClock().measure(work).seconds
}

/// The shortest of a run's `first` time and, if that is short, of three more runs, because the first
/// time of a short run depends on cold caches. At least a nanosecond.
func shortest(_ first: Double, _ run: () -> Void) -> Double {
  let times = first < 0.01 ? (0..<3).map { _ in time(run) } : []
  return max(times.min() ?? first, 1e-9)
}
