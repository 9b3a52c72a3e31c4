import PerceptronFiles

/// The interval in which the accuracy on all rows of a kind lies with 95 % confidence, judging by some
/// rows that were drawn at random: Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference" (1927).
///
/// With p the accuracy on n rows and z = 1.96 it is (p + z²/2n ± z√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
///
/// - Parameters:
///   - accuracy: the share of rows that are classified rightly.
///   - rowCount: how many rows that is of.
/// - Returns: nil for no rows, and for what is no share.
public func accuracyInterval(_ accuracy: Double, rowCount: Int) -> ClosedRange<Double>? {
  guard rowCount > 0, (0...1).contains(accuracy) else { return nil }
  let z = 1.959963984540054
  let rows = Double(rowCount)
  let center = accuracy + z * z / (2 * rows)
  let spread = z * (accuracy * (1 - accuracy) / rows + z * z / (4 * rows * rows)).squareRoot()
  let scale = 1 + z * z / rows
  // Rounding may leave the ends of a share of 0 or 1 outside.
  return
    (accuracy == 0 ? 0 : max(0, (center - spread) / scale))...(accuracy == 1
    ? 1 : min(1, (center + spread) / scale))
}

/// The accuracy's interval in words, such as `95 % interval 0.8770–0.8896`; nil where there is none.
package func accuracyIntervalText(_ accuracy: Double, rowCount: Int) -> String? {
  accuracyInterval(accuracy, rowCount: rowCount).map {
    "95 % interval \(decimal($0.lowerBound, 4))–\(decimal($0.upperBound, 4))"
  }
}
