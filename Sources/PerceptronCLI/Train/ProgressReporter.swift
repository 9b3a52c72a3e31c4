import Perceptron
import PerceptronCommandSupport

/// Shows the progress of a training run: a line, and on a terminal curves below it.
struct ProgressReporter {
  private let start = ContinuousClock.now
  /// Iterations before the run was resumed.
  private let earlier: Int
  /// The metric shown.
  private let metric: Metric
  private var status = StatusLine()
  private var lastEpoch: History.Epoch?
  private var last: TrainingProgress?
  /// Nil if the output is not a terminal.
  private var curves: ProgressCurves?

  init(after history: History = History(), of metric: Metric = .accuracy) {
    earlier = history.loss.count
    self.metric = metric
    curves = Console.redrawsErrors ? ProgressCurves(history, of: metric) : nil
  }

  /// Records an iteration, and shows a line if one is due.
  mutating func update(_ progress: TrainingProgress) {
    if let epoch = progress.epoch { lastEpoch = epoch }
    last = progress
    curves?.update(progress)
    if status.isDue { status.show(text(progress)) }
  }

  /// Clears the line on a terminal; elsewhere prints a last line on how the run ended.
  func finish() { status.finish(last.map { line($0, isFinal: true).text() }) }

  private func text(_ progress: TrainingProgress) -> String {
    let columns = Console.redrawsErrors ? Console.redrawnColumns : nil
    let line = line(progress).text(columns: columns)
    let below = curves?.text(columns: min(columns ?? 79, 79), characters: .suitingLocale)
    return [line, below].compactMap { $0 }.joined(separator: "\n")
  }

  private func line(_ progress: TrainingProgress, isFinal: Bool = false) -> ProgressLine {
    // The last evaluation may be almost an epoch old: the summary has the figures of the end.
    let epoch = isFinal ? nil : lastEpoch
    return ProgressLine(
      done: progress.iteration + 1, earlier: earlier, iterations: progress.iterations,
      elapsed: start.duration(to: .now).seconds, loss: progress.loss,
      validationLoss: epoch?.validationLoss, metric: metric, batchValue: epoch?.batch[metric],
      validationValue: metric == .loss ? nil : epoch?.validationValue(of: metric),
      isFinal: isFinal)
  }
}

struct ProgressLine {
  /// Iterations made, and those of them before the elapsed time.
  var done: Int
  var earlier = 0
  var iterations: Int
  /// Seconds.
  var elapsed: Double
  var loss: Double
  var validationLoss: Double?
  var metric = Metric.accuracy
  /// The metric on the last batch that was evaluated, and on the validation rows.
  var batchValue: Double?
  var validationValue: Double?
  /// Whether this is the last line, which gives the time taken instead of the time left.
  var isFinal = false

  /// The line's text. If it would be longer than `columns`, the least important parts are omitted.
  func text(columns: Int? = nil) -> String {
    let rate = Double(done - earlier) / elapsed
    let left = Double(iterations - done) / rate
    // A share of 1 is clear without its name.
    func figure(_ rows: String, _ value: Double) -> String {
      metric == .accuracy
        ? "\(rows) \(decimal(value, 3))" : "\(rows) \(metric.title) \(significant(value, 4))"
    }
    let parts: [LinePart?] = [
      LinePart("\(done)/\(iterations)"),
      LinePart("\(decimal(rate, rate < 10 ? 1 : 0))/s", rank: 3),
      LinePart("loss " + readableNumber(loss)),
      validationLoss.map { LinePart("validation loss \(readableNumber($0))", rank: 4) },
      batchValue.map { LinePart(figure("batch", $0), rank: 5) },
      validationValue.map { LinePart(figure("validation", $0), rank: 2) },
      LinePart(isFinal ? "in \(readableTime(elapsed))" : "\(readableTime(left)) left", rank: 1),
    ]
    return LinePart.line(parts.compactMap { $0 }, .plain, columns)
  }
}

/// A part of a progress line, with its rank and color as for `fittingColumns` and a terminal.
struct LinePart {
  let text: String
  let rank: Int
  let color: Console.Style.Color?

  init(_ text: String, rank: Int = 0, _ color: Console.Style.Color? = nil) {
    (self.text, self.rank, self.color) = (text, rank, color)
  }

  static func line(_ parts: [LinePart], _ style: Console.Style, _ columns: Int?) -> String {
    fittingColumns(parts.map(\.text.count), ranks: parts.map(\.rank), in: columns).map { index in
      let part = parts[index]
      return part.color.map { style.paint(part.text, $0) } ?? part.text
    }.joined(separator: "  ")
  }
}

/// The losses and the values of a metric on the validation rows so far, as small curves in one line.
struct ProgressCurves {
  private let metric: Metric
  private var loss = ThinnedSeries()
  private var validation = ThinnedSeries()

  init(_ history: History, of metric: Metric = .accuracy) {
    self.metric = metric
    for value in history.loss { loss.append(value) }
    for epoch in history.epochs { add(epoch) }
  }

  private mutating func add(_ epoch: History.Epoch) {
    if let value = epoch.validationValue(of: metric) { validation.append(value) }
  }

  mutating func update(_ progress: TrainingProgress) {
    loss.append(progress.loss)
    if let epoch = progress.epoch { add(epoch) }
  }

  /// The line, of at most `columns` columns.
  func text(columns: Int, characters: TextCurve.Characters) -> String {
    let hasBoth = !validation.values.isEmpty
    let titles = "loss ".count + (hasBoth ? "  validation ".count : 0)
    let width = (columns - titles) / (hasBoth ? 2 : 1)
    if width < 1 { return "" }
    func curve(_ values: [Double], isLogarithmic: Bool = false) -> String {
      TextCurve(values, width: width, isLogarithmic: isLogarithmic, characters: characters).rows[0]
    }
    let losses = "loss " + curve(loss.values, isLogarithmic: spansMagnitudes(loss.values))
    return hasBoth ? losses + "  validation " + curve(validation.values) : losses
  }
}

/// A series of any length in bounded memory: the means of groups of adjacent values.
struct ThinnedSeries {
  /// The largest number of means.
  static let limit = 512

  /// The means, without the newest values until there are `span` of them.
  private(set) var values: [Double] = []
  /// The number of values per mean.
  private var span = 1
  private var sum = 0.0
  private var count = 0

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
