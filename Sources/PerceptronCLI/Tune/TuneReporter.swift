import CommandSupport
import Perceptron
import Synchronization

/// Shows how a search goes: two lines that are redrawn on a terminal, plain ones elsewhere.
final class TuneReporter: Sendable {
  private struct State {
    var status = StatusLine()
    var last: SweepProgress?
  }

  private let study: Study
  private let state = Mutex(State())

  init(_ study: Study) { self.study = study }

  /// Takes note of where the search is and shows it when that is due.
  func update(_ progress: SweepProgress) {
    state.withLock { state in
      state.last = progress
      if state.status.isDue { state.status.show(line(progress).text(Console.errorStyle)) }
    }
  }

  /// Clears the lines on a terminal; elsewhere leaves one that tells how the search ended.
  func finish() {
    state.withLock { state in
      state.status.finish(
        state.last.map { last in
          var line = line(last)
          line.isFinal = true
          return line.text(.plain)
        })
    }
  }

  private func line(_ progress: SweepProgress) -> TuneLine {
    let best = study.best
    return TuneLine(
      counts: study.counts, networks: progress.networks, seconds: progress.seconds,
      secondsLeft: progress.share < 1 ? progress.secondsLeft : nil,
      operationsPerSecond: progress.operationsPerSecond,
      best: best?.result?.value, parameters: best?.parameters)
  }
}

/// What is told of a search under way.
struct TuneLine {
  var counts: [Trial.State: Int]
  /// How many networks are trained at the moment.
  var networks: Int
  var seconds: Double
  var secondsLeft: Double?
  var operationsPerSecond: Double
  /// The best result so far, and of what.
  var best: Double?
  var parameters: Assignment?
  /// Whether there is nothing more to come: it tells the time that was taken, not what is left.
  var isFinal = false

  /// The line's text: on a terminal the best so far has a line of its own.
  func text(_ style: Console.Style) -> String {
    let ended = counts.filter(\.key.isFinal).values.reduce(0, +)
    let total = counts.values.reduce(0, +)
    func count(_ state: Trial.State) -> String? {
      counts[state].map { style.paint("\($0) \(state.rawValue)", .red) }
    }
    let speed = operationsPerSecond / 1e9
    let progress = [
      "\(ended)/\(total) trials", count(.diverged), count(.failed),
      counts[.pruned].map { "\($0) pruned" },
      isFinal || networks == 0 ? nil : "\(networks) training",
      isFinal || speed == 0 ? nil : "\(decimal(speed, speed < 10 ? 1 : 0)) GFLOP/s",
      isFinal
        ? "in \(readableTime(seconds))" : secondsLeft.map { "\(readableTime($0)) left" },
    ].compactMap { $0 }
    guard let best else { return progress.joined(separator: "  ") }
    let value = "best " + decimal(best, 4)
    if style == .plain { return (progress + [value]).joined(separator: "  ") }
    let parameters = parameters.map { "  \($0)" } ?? ""
    return progress.joined(separator: "  ") + "\n" + style.paint(value, .green) + parameters
  }
}
