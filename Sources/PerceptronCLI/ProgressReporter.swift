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
    let text = line(progress, elapsed: start.duration(to: now).seconds)
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

  private func line(_ progress: TrainingProgress, elapsed: Double) -> String {
    let done = progress.iteration + 1
    let rate = Double(done) / elapsed
    let left = Double(progress.iterations - done) / rate
    var parts = [
      "\(done)/\(progress.iterations) iterations", "\(decimal(rate, rate < 10 ? 1 : 0))/s",
      "loss \(decimal(progress.loss, 4))",
    ]
    if let epoch = lastEpoch {
      parts.append("training accuracy \(decimal(epoch.trainAccuracy, 3))")
      if let validation = epoch.validationAccuracy {
        parts.append("validation accuracy \(decimal(validation, 3))")
      }
    }
    parts.append("\(readableTime(left)) left")
    return parts.joined(separator: "  ")
  }
}

extension Duration {
  /// This duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
