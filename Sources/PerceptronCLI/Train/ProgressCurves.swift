import Perceptron

/// Small curves of a run's losses and validation accuracies so far, in one line.
struct ProgressCurves {
  private var loss = ThinnedSeries()
  private var validation = ThinnedSeries()

  /// The curves of a run that recorded so much before.
  init(_ history: History) {
    for value in history.loss { loss.append(value) }
    for value in history.validationAccuracy { validation.append(value) }
  }

  /// Takes note of an iteration.
  mutating func update(_ progress: TrainingProgress) {
    loss.append(progress.loss)
    if let accuracy = progress.epoch?.validationAccuracy { validation.append(accuracy) }
  }

  /// The line, of so many columns at most.
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
