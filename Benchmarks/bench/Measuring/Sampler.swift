import CommandSupport

/// Times contenders in turn, again and again, so that all of them see the same moods of the machine.
///
/// In each round every contender is visited: it is prepared, runs once untimed, and then runs
/// timed until its slice of the round is used. Runs that are too short for the clock are timed
/// several at once. Slow contenders take part in fewer rounds, but in a few at least.
struct Sampler {
  /// For all contenders together. More is used where some are too slow for three runs in their
  /// share.
  let seconds: Double
  /// What is timed beside the contenders, to tell how the machine was.
  var yardsticks = Yardsticks.make()

  private static var rounds: Int { 40 }
  private static var leastVisits: Int { 3 }
  /// A time that the clock, which takes some 25 ns to ask, tells to a thousandth.
  private static var leastSample: Double { 25e-6 }
  /// What the time of a phase can be wrong by.
  private static var lapError: Double { 0.5e-6 }

  /// - Throws: where an end was asked for while that is only noted.
  func measure(_ contenders: [Contender]) throws -> [Timing] {
    var entries = (contenders + yardsticks).map(Entry.init)
    let share = Self.fairShare(
      of: seconds, needs: entries.map { $0.secondsPerRun * Double(2 * Self.leastVisits) })
    var status = StatusLine()
    let start = ContinuousClock.now
    for round in 1...Self.rounds {
      for index in entries.indices where entries[index].isDue(in: round, share: share) {
        try Interruption.check()
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
    let secondsPerRun: Double
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

    /// The time of the second run, which finds its caches and threads warm.
    private static func estimate(_ contender: Contender) -> Double {
      contender.prepare()
      contender.run()
      return max(time(contender.run), 1e-9)
    }

    /// Whether there is time left, as much as should be by this round, or too few visits were made.
    func isDue(in round: Int, share: Double) -> Bool {
      let roundsLeft = Sampler.rounds - round
      if visits[0].count + roundsLeft < Sampler.leastVisits { return true }
      return spent <= share * Double(round - 1) / Double(Sampler.rounds)
    }

    mutating func visit(slice: Double) {
      contender.prepare()
      spent += time(contender.run)
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
