import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

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
  func finish() { status.finish(last.map { line($0, isFinal: true).text() }) }

  private func text(_ progress: TrainingProgress) -> String {
    let columns = Console.redrawsErrors ? Console.redrawnColumns : nil
    let line = line(progress).text(columns: columns)
    let below = curves?.text(columns: min(columns ?? 79, 79), characters: .suitingLocale)
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

/// What a progress line tells.
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

  /// The line's text; in so many columns the parts that matter least are left out where all would be
  /// too long.
  func text(columns: Int? = nil) -> String {
    let rate = Double(done - earlier) / elapsed
    let left = Double(iterations - done) / rate
    let parts: [(text: String?, rank: Int)] = [
      ("\(done)/\(iterations)", 0), ("\(decimal(rate, rate < 10 ? 1 : 0))/s", 3),
      ("loss " + readableNumber(loss), 0),
      (batchAccuracy.map { "batch \(decimal($0, 3))" }, 4),
      (validationAccuracy.map { "validation \(decimal($0, 3))" }, 2),
      (isFinal ? "in \(readableTime(elapsed))" : "\(readableTime(left)) left", 1),
    ]
    let told = parts.compactMap { part in part.text.map { (text: $0, rank: part.rank) } }
    return fittingColumns(told.map(\.text.count), ranks: told.map(\.rank), in: columns)
      .map { told[$0].text }.joined(separator: "  ")
  }
}
