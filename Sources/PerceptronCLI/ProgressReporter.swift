import Foundation
import Perceptron

/// Shows how a training run goes: a line that redraws itself on a terminal, plain lines at longer
/// intervals elsewhere. Nothing is shown of runs that are over in less than two seconds elsewhere.
struct ProgressReporter {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let interval: Duration
  private var nextLine: ContinuousClock.Instant
  private var lastEpoch: History.Epoch?
  private var hasDrawn = false

  init() {
    start = clock.now
    interval = Console.redrawsErrors ? .milliseconds(100) : .seconds(2)
    nextLine = start.advanced(by: interval)
  }

  /// Takes note of an iteration and shows a line when one is due.
  mutating func update(_ progress: TrainingProgress) {
    if let epoch = progress.epoch { lastEpoch = epoch }
    let now = clock.now
    if now < nextLine { return }
    nextLine = now.advanced(by: interval)
    let text = ProgressLine(
      done: progress.iteration + 1, iterations: progress.iterations,
      elapsed: start.duration(to: now).seconds, loss: progress.loss,
      trainAccuracy: lastEpoch?.trainAccuracy, validationAccuracy: lastEpoch?.validationAccuracy
    ).text
    if Console.redrawsErrors {
      Console.redraw(text)
      hasDrawn = true
    } else {
      Console.error(text)
    }
  }

  /// Clears the line on a terminal.
  func finish() {
    if hasDrawn { Console.redraw("") }
  }
}

/// What a progress line tells, in 79 columns at most.
struct ProgressLine {
  /// Iterations that have been made, and that are to be made.
  var done: Int
  var iterations: Int
  /// Seconds since the first of them began.
  var elapsed: Double
  var loss: Double
  var trainAccuracy: Double?
  var validationAccuracy: Double?

  /// The line's text; the parts that matter least are left out where all would be too long.
  var text: String {
    let rate = Double(done) / elapsed
    let left = Double(iterations - done) / rate
    let count = "\(done)/\(iterations)"
    let speed = "\(decimal(rate, rate < 10 ? 1 : 0))/s"
    let loss = "loss " + (loss < 1e4 ? decimal(loss, 4) : scientific(loss))
    let train = trainAccuracy.map { "train \(decimal($0, 3))" }
    let validation = validationAccuracy.map { "validation \(decimal($0, 3))" }
    let end = "\(readableTime(left)) left"
    return [
      [count, speed, loss, train, validation, end], [count, speed, loss, validation, end],
      [count, loss, validation, end],
    ].map { $0.compactMap { $0 }.joined(separator: "  ") }.first { $0.count <= 79 }
      ?? "\(count)  \(loss)"
  }
}
