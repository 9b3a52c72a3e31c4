import PerceptronFiles
import PerceptronTraining

/// The value that a study compares its trials by.
public struct Goal: Codable, Equatable, Sendable {
  /// The direction of improvement.
  public enum Direction: String, Codable, Sendable, CaseIterable {
    /// Higher is better.
    case maximize
    /// Lower is better.
    case minimize
  }

  /// The name of the value, as in an export's column.
  public var name: String
  /// The direction of improvement.
  public var direction: Direction

  /// Creates a goal.
  public init(_ name: String, _ direction: Direction = .maximize) {
    self.name = name
    self.direction = direction
  }

  /// The best value of a metric on the validation set, such as `validation_log_loss`.
  public init(validation metric: Metric) {
    self.init(
      Self.validation + Self.columnName(metric), metric.isHigherBetter ? .maximize : .minimize)
  }

  /// The highest accuracy on the validation set.
  public static let validationAccuracy = Goal(validation: .accuracy)

  /// The metric whose value on the validation set is compared; nil for an objective of another name.
  public var metric: Metric? { Metric.allCases.first { Goal(validation: $0) == self } }

  private static let validation = "validation_"

  private static func columnName(_ metric: Metric) -> String {
    metric.rawValue.replacing("-", with: "_")
  }
}

extension Goal {
  /// Whether `value` is better than `other`; a value that is not finite is never better.
  public func isBetter(_ value: Double, than other: Double) -> Bool { score(value) > score(other) }

  /// The value with its sign such that higher is better; −∞ if it is not finite.
  func score(_ value: Double) -> Double {
    if !value.isFinite { return -.infinity }
    return direction == .maximize ? value : -value
  }

  /// Whether the trial `id` with `value` ranks before another: better, or equal and earlier.
  func ranks(_ value: Double, _ id: Int, before other: Double, _ otherID: Int) -> Bool {
    let (score, otherScore) = (score(value), score(other))
    return score == otherScore ? id < otherID : score > otherScore
  }
}

// MARK: - Display

extension Goal {
  /// The name in texts, such as `validation R²`.
  package var title: String {
    metric.map { "validation \($0.title)" } ?? name.replacing("_", with: " ")
  }

  /// The name of the same figure on training rows, such as `training R²`.
  package var trainingTitle: String { "training \((metric ?? .accuracy).title)" }

  /// The column of the same figure on training rows in an export, such as `train_r2`.
  package var trainingColumn: String { "train_" + Self.columnName(metric ?? .accuracy) }

  /// A value with four decimals; of an error or a loss, which may be of any size, as
  /// `readableNumber` writes it.
  package func text(_ value: Double) -> String {
    let isUnbounded = [.mae, .rmse, .loss, .logLoss].contains(metric)
    return isUnbounded ? readableNumber(value) : decimal(value, 4)
  }

  /// The values of several trials, such as `accuracies`.
  var plural: String { metric == .accuracy ? "accuracies" : "values" }

  /// What a chosen value is for having been chosen.
  var bias: String { direction == .maximize ? "high" : "low" }

  /// The 95 % interval of a value on some rows, for a metric of which the number of rows is enough to
  /// know it: the accuracy.
  package func interval(_ value: Double, rowCount: Int) -> ClosedRange<Double>? {
    metric == .accuracy ? accuracyInterval(value, rowCount: rowCount) : nil
  }
}
