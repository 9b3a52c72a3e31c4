import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// Shows the progress of a training run: a line, and on a terminal curves below it.
struct ProgressReporter {
  private let start = ContinuousClock.now
  /// Iterations that were made before the run was resumed.
  private let earlier: Int
  private var status = StatusLine()
  private var lastEpoch: History.Epoch?
  private var last: TrainingProgress?
  /// Nil where the output is no terminal.
  private var curves: ProgressCurves?

  /// A reporter of a run with an earlier history.
  init(after history: History = History()) {
    earlier = history.loss.count
    curves = Console.redrawsErrors ? ProgressCurves(history) : nil
  }

  /// Records an iteration and shows a line when one is due.
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

/// The contents of a progress line.
struct ProgressLine {
  /// Iterations made.
  var done: Int
  /// Those among them that the elapsed time does not include.
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

/// The losses and validation accuracies so far as small curves in one line.
struct ProgressCurves {
  private var loss = ThinnedSeries()
  private var validation = ThinnedSeries()

  /// The curves of an earlier history.
  init(_ history: History) {
    for value in history.loss { loss.append(value) }
    for value in history.validationAccuracy { validation.append(value) }
  }

  /// Records an iteration.
  mutating func update(_ progress: TrainingProgress) {
    loss.append(progress.loss)
    if let accuracy = progress.epoch?.validationAccuracy { validation.append(accuracy) }
  }

  /// The line, of at most `columns` columns.
  func text(columns: Int, characters: TextCurve.Characters) -> String {
    let hasBoth = !validation.values.isEmpty
    let titles = "loss ".count + (hasBoth ? "  validation ".count : 0)
    let width = (columns - titles) / (hasBoth ? 2 : 1)
    if width < 1 { return "" }
    func curve(_ values: [Double], isLogarithmic: Bool = false) -> String {
      TextCurve(
        values, width: width, isLogarithmic: isLogarithmic, characters: characters
      ).rows[0]
    }
    let losses = "loss " + curve(loss.values, isLogarithmic: spansMagnitudes(loss.values))
    return hasBoth ? losses + "  validation " + curve(validation.values) : losses
  }
}

/// A series of any length in bounded memory: the means of groups of neighbours.
struct ThinnedSeries {
  /// The largest number of values.
  static let limit = 512

  /// The means, first to last; the newest values may still be missing.
  private(set) var values: [Double] = []
  /// The number of values per mean.
  private var span = 1
  private var sum = 0.0
  private var count = 0

  /// Appends a value.
  mutating func append(_ value: Double) {
    sum += value
    count += 1
    if count < span { return }
    values.append(sum / Double(span))
    (sum, count) = (0, 0)
    if values.count < Self.limit { return }
    let pairs = stride(from: 0, to: Self.limit, by: 2)
    values = pairs.map { (first: Int) -> Double in values[first] / 2 + values[first + 1] / 2 }
    span *= 2
  }
}
