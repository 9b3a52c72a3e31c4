/// What a study compares its trials by: a number's name and which way it is to go.
public struct Goal: Codable, Equatable, Sendable {
  /// Whether more or less is better.
  public enum Direction: String, Codable, Sendable, CaseIterable {
    /// The highest value is the best.
    case maximize
    /// The lowest value is the best.
    case minimize
  }

  /// The number's name, as it heads the column of an export.
  public var name: String
  /// Whether more or less is better.
  public var direction: Direction

  /// The given goal.
  public init(_ name: String, _ direction: Direction = .maximize) {
    self.name = name
    self.direction = direction
  }

  /// The highest accuracy on the validation set.
  public static let validationAccuracy = Goal("validation_accuracy")
}

extension Goal {
  /// Whether `value` is better than `other`; one that is not finite is better than none.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    score(value) > score(other)
  }

  /// The value turned so that more is better; the least of all where it is not finite.
  func score(_ value: Double) -> Double {
    if !value.isFinite { return -.infinity }
    return direction == .maximize ? value : -value
  }

  /// Whether the trial `id` with `value` comes before another: better, or as good and earlier.
  func ranks(_ value: Double, _ id: Int, before other: Double, _ otherID: Int) -> Bool {
    let (score, otherScore) = (score(value), score(other))
    return score == otherScore ? id < otherID : score > otherScore
  }
}
