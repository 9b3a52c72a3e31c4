import CommandSupport
import Foundation
import Perceptron
import Serialization

/// Shows how a training run goes: a line, on a terminal with curves below it.
struct ProgressReporter {
  private let start = ContinuousClock.now
  /// Iterations that were made before, in a run that goes on.
  private let earlier: Int
  private var status = StatusLine()
  private var lastEpoch: History.Epoch?
  private var last: TrainingProgress?
  /// Nil where nothing is redrawn.
  private var curves: ProgressCurves?

  /// A reporter of a run that has recorded so much before.
  init(after history: History = History()) {
    earlier = history.loss.count
    curves = Console.redrawsErrors ? ProgressCurves(history) : nil
  }

  /// Takes note of an iteration and shows a line when one is due.
  mutating func update(_ progress: TrainingProgress) {
    if let epoch = progress.epoch { lastEpoch = epoch }
    last = progress
    curves?.update(progress)
    if status.isDue { status.show(text(progress)) }
  }

  /// Clears the line on a terminal; elsewhere leaves one that tells how the run ended.
  func finish() { status.finish(last.map { line($0, isFinal: true).text }) }

  private func text(_ progress: TrainingProgress) -> String {
    let line = line(progress).text
    let below = curves?.text(
      columns: min(Console.redrawnColumns, 79), characters: .suitingLocale)
    return [line, below].compactMap { $0 }.joined(separator: "\n")
  }

  private func line(_ progress: TrainingProgress, isFinal: Bool = false) -> ProgressLine {
    ProgressLine(
      done: progress.iteration + 1, earlier: earlier, iterations: progress.iterations,
      elapsed: start.duration(to: .now).seconds, loss: progress.loss,
      // The last evaluation may be almost an epoch old: the summary has the figures of the end.
      batchAccuracy: isFinal ? nil : lastEpoch?.trainAccuracy,
      validationAccuracy: isFinal ? nil : lastEpoch?.validationAccuracy, isFinal: isFinal)
  }
}

/// What a progress line tells, in 79 columns at most.
struct ProgressLine {
  /// Iterations that have been made, and that are to be made.
  var done: Int
  /// Iterations that the elapsed time is not of.
  var earlier = 0
  var iterations: Int
  /// Seconds since the first of them began.
  var elapsed: Double
  var loss: Double
  var batchAccuracy: Double?
  var validationAccuracy: Double?
  /// Whether there is nothing more to come: it tells the time that was taken, not what is left.
  var isFinal = false

  /// The line's text; the parts that matter least are left out where all would be too long.
  var text: String {
    let rate = Double(done - earlier) / elapsed
    let left = Double(iterations - done) / rate
    let count = "\(done)/\(iterations)"
    let speed = "\(decimal(rate, rate < 10 ? 1 : 0))/s"
    let loss = "loss " + readableNumber(loss)
    let batch = batchAccuracy.map { "batch \(decimal($0, 3))" }
    let validation = validationAccuracy.map { "validation \(decimal($0, 3))" }
    let end = isFinal ? "in \(readableTime(elapsed))" : "\(readableTime(left)) left"
    return [
      [count, speed, loss, batch, validation, end], [count, speed, loss, validation, end],
      [count, loss, validation, end],
    ].map { $0.compactMap { $0 }.joined(separator: "  ") }.first { $0.count <= 79 }
      ?? "\(count)  \(loss)"
  }
}
