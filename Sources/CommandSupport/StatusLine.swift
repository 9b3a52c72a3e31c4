/// Says how something long goes: a line that redraws itself on a terminal, plain lines at longer
/// intervals elsewhere. Nothing is shown of what is over in less than two seconds elsewhere.
package struct StatusLine {
  private let clock = ContinuousClock()
  private let interval: Duration
  private var nextLine: ContinuousClock.Instant

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
    if Console.redrawsErrors {
      Console.redraw(text)
    } else {
      Console.error(text)
    }
  }

  /// Clears the line on a terminal.
  package func finish() { Console.clearLine() }
}
