import PerceptronCommandSupport
import PerceptronFiles
import Foundation

/// Times contenders in turn, again and again, so that all of them see the same moods of the machine.
///
/// In each round every contender is visited: it is prepared, runs once untimed, and then runs
/// timed until its slice of the round is used. Runs that are too short for the clock are timed
/// several at once. Slow contenders take part in fewer rounds, but in a few at least, from the
/// first to the last; they have no untimed run, for what is cold at first is soon warm.
///
/// Those that use one thread come first in each round and those that use all follow. BLAS's other
/// threads wait busily for a while after their work, so there is a pause before the next round.
struct Sampler {
  /// For all contenders together. More is used for pauses, and where some are too slow for a few
  /// visits in their share.
  let seconds: Double
  /// What is timed beside the contenders, to tell how the machine was.
  var yardsticks = Yardsticks.make()

  private static var rounds: Int { 40 }
  /// With fewer, only large changes would be beyond noise.
  private static var leastVisits: Int { 7 }
  /// Seconds of a run from which on it is slow.
  private static var slowRun: Double { 0.01 }
  /// OpenBLAS's threads wait busily for some 2²⁶ cycles.
  private static var pause: Double { 0.04 }
  /// A time that the clock, which takes some 25 ns to ask, tells to a thousandth.
  private static var leastSample: Double { 25e-6 }
  /// What the time of a phase can be wrong by.
  private static var lapError: Double { 0.5e-6 }

  /// - Throws: where an end was asked for while that is only noted.
  func measure(_ contenders: [Contender]) throws -> [Timing] {
    var entries = (contenders + yardsticks).map(Entry.init)
    let share = Self.fairShare(
      of: seconds, needs: entries.map { $0.secondsPerVisit * Double(Self.leastVisits) })
    let order = [false, true].flatMap { all in
      entries.indices.filter { entries[$0].contender.usesAllThreads == all }
    }
    var othersMayWait = entries.contains { $0.contender.usesAllThreads }
    var status = StatusLine()
    let start = ContinuousClock.now
    for round in 1...Self.rounds {
      for index in order where entries[index].isDue(in: round, share: share) {
        try Interruption.check()
        let usesAllThreads = entries[index].contender.usesAllThreads
        if othersMayWait && !usesAllThreads { Thread.sleep(forTimeInterval: Self.pause) }
        othersMayWait = usesAllThreads
        entries[index].visit(slice: share / Double(Self.rounds))
        if status.isDue {
          let elapsed = start.duration(to: .now).seconds
          status.show(progress(round, elapsed, entries[index].contender.name))
        }
      }
    }
    status.finish()
    return entries.flatMap(\.timings)
  }

  /// The fewest visits by the end of a round: evenly from the first round to the last.
  static func leastVisits(by round: Int) -> Int {
    (round - 1) * (leastVisits - 1) / (rounds - 1) + 1
  }

  private func progress(_ round: Int, _ elapsed: Double, _ name: String) -> String {
    let left = max(seconds - elapsed, 0)
    return "timing, round \(round) of \(Self.rounds), \(readableTime(left)) left: \(name)"
  }

  /// The time for each contender when those that need more than a fair share get what they need,
  /// and the others share the rest.
  static func fairShare(of seconds: Double, needs: [Double]) -> Double {
    var (left, count) = (seconds, needs.count)
    for need in needs.sorted(by: >) where count > 0 && need > left / Double(count) {
      left = max(left - need, 0)
      count -= 1
    }
    return left / Double(max(count, 1))
  }

  /// A contender and its times so far.
  private struct Entry {
    let contender: Contender
    private let secondsPerRun: Double
    private let runsPerSample: Int
    /// The times of a run in each visit, of each of its phases or of the whole.
    private var visits: [[[Double]]]
    private var spent = 0.0
    private var runs = 0

    init(_ contender: Contender) {
      self.contender = contender
      secondsPerRun = contender.expectedSeconds ?? Self.estimate(contender)
      let needed = Int((Sampler.leastSample / secondsPerRun).rounded(.up))
      runsPerSample = contender.laps == nil ? max(1, needed) : 1
      visits = [[[Double]]](repeating: [], count: contender.laps?.names.count ?? 1)
    }

    private static func estimate(_ contender: Contender) -> Double {
      contender.prepare()
      return shortest(time(contender.run), contender.run)
    }

    private var isSlow: Bool { secondsPerRun >= Sampler.slowRun }
    /// What a visit takes at least.
    var secondsPerVisit: Double { secondsPerRun * (isSlow ? 1 : 2) }

    /// Whether there is time left, as much as should be by this round, or too few visits were made.
    func isDue(in round: Int, share: Double) -> Bool {
      if visits[0].count < Sampler.leastVisits(by: round) { return true }
      return spent <= share * Double(round - 1) / Double(Sampler.rounds)
    }

    mutating func visit(slice: Double) {
      contender.prepare()
      if !isSlow { spent += time(contender.run) }
      for phase in visits.indices { visits[phase].append([]) }
      let visit = visits[0].count - 1
      var used = 0.0
      repeat {
        let elapsed = time {
          for _ in 0..<runsPerSample { contender.run() }
        }
        if let laps = contender.laps {
          for phase in visits.indices { visits[phase][visit].append(laps.seconds[phase]) }
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
      if let laps = contender.laps {
        return zip(laps.names, visits).map {
          var timing = Timing(subject: contender.subject, variant: $0, visits: $1, runs: runs)
          timing.clockError = Sampler.lapError
          timing.operations = laps.operations[$0]
          return timing
        }
      }
      var timing = Timing(
        subject: contender.subject, variant: contender.variant, visits: visits[0], runs: runs)
      timing.operations = contender.operations
      timing.bytes = contender.bytes
      if contender.countsAllocations {
        timing.allocations = Allocations.perRun(of: contender)
      }
      return [timing]
    }
  }
}

/// Seconds that `work` takes, by a clock that never goes back.
func time(_ work: () -> Void) -> Double {
  ContinuousClock().measure(work).seconds
}

/// The shortest of a run's `first` time and, where that is short, those of three more: a short run's
/// first time says more of the caches than of the run. At least a nanosecond.
func shortest(_ first: Double, _ run: () -> Void) -> Double {
  let times = first < 0.01 ? (0..<3).map { _ in time(run) } : []
  return max(times.min() ?? first, 1e-9)
}
