import PerceptronFiles
import PerceptronTraining

/// What the best of a study is worth, on terminals and on pages.
extension Study {
  /// How many points of the space the best was chosen from.
  package var choiceCount: Int {
    configurations.count { $0.state == .done || $0.state == .pruned }
  }

  /// The 95 % interval of the best result, where it is the accuracy on a known number of rows. That of a
  /// mean over repeats is nil: their spread is told in its place.
  package var bestInterval: ClosedRange<Double>? {
    guard let best = bestConfiguration, best.trials.count == 1, let result = best.result,
      let rows = result.rowCount
    else { return nil }
    return accuracyInterval(result.value, rowCount: rows)
  }

  /// The best result with its interval, the test accuracy, and what choosing does to the former: a
  /// sentence for each without a full stop. Empty where nothing is known of the best but a number.
  package var choiceInWords: [String] {
    guard let own = bestConfiguration, let result = own.result, let rows = result.rowCount,
      let best
    else { return [] }
    let goal = definition.goal.name.replacing("_", with: " ")
    let isRepeated = own.trials.count > 1
    var words = [
      "best \(isRepeated ? "mean " : "")\(goal) \(own.valueInWords)"
        + (isRepeated ? " on \(counted(rows, "row"))" : Self.interval(result.value, rows: rows))
        + ", \(own.name)"
    ]
    if isRepeated {
      words.append(
        "the saved network is that of its best repeat, trial \(best.id), with "
          + "\(decimal(best.result?.value ?? .nan, 4))")
    }
    if let test {
      words.append(
        "its test accuracy \(decimal(test.accuracy, 4))"
          + Self.interval(test.accuracy, rows: test.rowCount))
    }
    if choiceCount > 1 {
      words.append(
        "the best of \(choiceCount) accuracies is optimistic, as it was chosen for being high"
          + (test == nil ? "" : "; the test accuracy was not used for choosing"))
    }
    return words
  }

  private static func interval(_ accuracy: Double, rows: Int) -> String {
    (accuracyIntervalText(accuracy, rowCount: rows).map { " (\($0))" } ?? "")
      + " on \(counted(rows, "row"))"
  }
}

extension Configuration {
  /// The value with four digits and, where several repeats are done, their standard deviation, such
  /// as `0.9650 ± 0.0050`; a dash where there is none.
  package var valueInWords: String {
    guard let value else { return "–" }
    return decimal(value, 4) + (deviation.map { " ± \(decimal($0, 4))" } ?? "")
  }
}
