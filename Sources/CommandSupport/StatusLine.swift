import PerceptronFiles

/// Says how something long goes: a line that redraws itself on a terminal, plain lines at longer
/// intervals elsewhere. Nothing is shown of what is over in less than two seconds elsewhere; of
/// anything else the final state stays, where there is one.
package struct StatusLine {
  private let clock = ContinuousClock()
  private let interval: Duration
  private var nextLine: ContinuousClock.Instant
  private var hasShown = false

  /// A line whose first interval begins now.
  package init() {
    interval = Console.redrawsErrors ? .milliseconds(100) : .seconds(2)
    nextLine = clock.now.advanced(by: interval)
  }

  /// Whether it is time for a line.
  package var isDue: Bool { clock.now >= nextLine }

  /// Shows `text`, and nothing more until the interval is over.
  package mutating func show(_ text: String) {
    nextLine = clock.now.advanced(by: interval)
    hasShown = true
    if Console.redrawsErrors {
      Console.redraw(text)
    } else {
      Console.error(text)
    }
  }

  /// Clears the line on a terminal.
  ///
  /// - Parameter final: the final state, which stays elsewhere, below earlier lines.
  package func finish(_ final: @autoclosure () -> String? = nil) {
    if Console.redrawsErrors {
      Console.clearLine()
    } else if hasShown, let text = final() {
      Console.error(text)
    }
  }
}
