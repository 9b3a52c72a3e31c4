import Foundation

/// Something that is probably wrong with a network or its training.
public struct DiagnosticWarning: Codable, Sendable, Equatable {
  /// What a warning is about.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Units of a ReLU that are 0 for every row.
    case deadUnits
    /// A loss that is not finite, or far above the first one.
    case explodingLoss
    /// Updates that are large beside the weights.
    case largeUpdate
    /// Updates that are small beside the weights.
    case smallUpdate
    /// An untrained network's loss that is not that of chance.
    case startLoss
    /// An accuracy that is much better on rows trained on than on others.
    case overfitting
    /// A loss on the training rows that is higher in the end than it was at first.
    case risenLoss
    /// An accuracy on the training rows that naming a single class reaches as well.
    case nothingLearnt
    /// A learning rate that was next to nothing for half of the run or more.
    case vanishedRate
  }

  /// What it is about.
  public let kind: Kind
  /// The layer or parameter, such as `layer 1` or `W2`; nil where it is about the whole network.
  public let subject: String?
  /// The number that gave rise to it: a share, a loss, a ratio or a difference.
  public let value: Double
  /// What was seen, why it matters and what to try.
  public let message: String

  /// A number in three digits, as messages have it.
  static func short(_ value: Double) -> String {
    value.isNaN ? "nan" : String(format: "%.3g", value)
  }

  /// Whether another is of the same kind and about the same subject.
  public func isLike(_ other: DiagnosticWarning) -> Bool {
    kind == other.kind && subject == other.subject
  }
}

extension DiagnosticWarning: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
