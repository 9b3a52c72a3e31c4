import Perceptron
import PerceptronCommandSupport
import Synchronization

/// Shows the progress of a search: two lines that are redrawn on a terminal, plain lines elsewhere.
final class TuneReporter: Sendable {
  private struct State {
    var status = StatusLine()
    var last: SearchProgress?
  }

  private let study: Study
  private let state = Mutex(State())

  init(_ study: Study) { self.study = study }

  /// Records the progress, and shows it if that is due.
  func update(_ progress: SearchProgress) {
    state.withLock { state in
      state.last = progress
      if !state.status.isDue { return }
      state.status.show(
        line(progress).text(
          Console.errorStyle, columns: Console.redrawsErrors ? Console.redrawnColumns : nil))
    }
  }

  /// Clears the lines on a terminal; elsewhere prints a last line.
  func finish() {
    state.withLock { state in
      state.status.finish(state.last.map { line($0, isFinal: true).text(.plain) })
    }
  }

  private func line(_ progress: SearchProgress, isFinal: Bool = false) -> TuneLine {
    // Until a point is done, the leading one.
    let best =
      study.bestConfiguration
      ?? study.leaderboard.configurations.first {
        $0.value != nil && $0.state != .diverged && $0.state != .failed
      }
    return TuneLine(
      counts: study.counts, networks: progress.networks, seconds: progress.seconds,
      secondsLeft: progress.share < 1 ? progress.secondsLeft : nil,
      operationsPerSecond: progress.operationsPerSecond,
      best: best?.value.map(study.definition.goal.text), isDone: best?.result != nil,
      parameters: best?.parameters, isFinal: isFinal)
  }
}

struct TuneLine {
  var counts: [Trial.State: Int]
  /// Networks in training.
  var networks: Int
  var seconds: Double
  var secondsLeft: Double?
  var operationsPerSecond: Double
  /// The best result so far; until a trial is done, the best intermediate value.
  var best: String?
  var isDone = true
  /// The best trial's parameters.
  var parameters: Assignment?
  /// Whether the search is over: the line has the elapsed time, not the time left.
  var isFinal = false

  /// The text; on a terminal the best so far has a line of its own. Lines longer than `columns` lose
  /// their least important parts.
  func text(_ style: Console.Style, columns: Int? = nil) -> String {
    let ended = counts.filter(\.key.isFinal).values.reduce(0, +)
    let total = counts.values.reduce(0, +)
    let speed = operationsPerSecond / 1e9
    let progress: [LinePart] = [
      LinePart("\(ended)/\(total) trials"),
      counts[.diverged].map { LinePart("\($0) diverged", rank: 2, .red) },
      counts[.failed].map { LinePart("\($0) failed", rank: 2, .red) },
      counts[.pruned].map { LinePart("\($0) pruned", rank: 3) },
      isFinal || networks == 0 ? nil : LinePart("\(networks) training", rank: 4),
      isFinal || speed == 0
        ? nil : LinePart("\(decimal(speed, speed < 10 ? 1 : 0)) GFLOP/s", rank: 5),
      isFinal
        ? LinePart("in \(readableTime(seconds))", rank: 1)
        : secondsLeft.map { LinePart("\(readableTime($0)) left", rank: 1) },
    ].compactMap { $0 }
    let settings = (parameters?.entries ?? []).map {
      LinePart("\($0.name) \($0.value.shortDescription)", rank: 1)
    }
    let found = best.map {
      [LinePart((isDone ? "best " : "best so far ") + $0, .green)] + settings
    }
    let lines =
      style == .plain && columns == nil
      ? [progress + (found ?? [])] : [progress, found].compactMap { $0 }
    return lines.map { LinePart.line($0, style, columns) }.joined(separator: "\n")
  }
}
