import Foundation

/// What came of an attempt to learn a few rows by heart, which any network with working gradients
/// can do that is not too small: a failure points to a mistake in the network, the data or the
/// learning rate before hours are spent on all rows.
public struct OverfitCheck: Codable, Sendable, Equatable {
  /// How many rows there were.
  public let rowCount: Int
  /// The loss before each update, and after the last one.
  public let losses: [Double]
  /// The share of the rows that are predicted rightly in the end.
  public let accuracy: Double
  /// What the loss had to fall below.
  public let lossLimit: Double

  /// How many updates were made.
  public var iterations: Int { losses.count - 1 }
  /// Whether the loss fell below the limit and every row is predicted rightly.
  public var passed: Bool { (losses.last ?? .nan) < lossLimit && accuracy == 1 }
}

extension OverfitCheck: CustomStringConvertible {
  /// One sentence, or two where it failed.
  public var description: String {
    func short(_ value: Double?) -> String {
      value.map { $0.isNaN ? "nan" : String(format: "%.3g", $0) } ?? "nan"
    }
    let path =
      "\(rowCount) rows, \(iterations) updates, loss \(short(losses.first)) to "
      + "\(short(losses.last)), accuracy \(short(accuracy))"
    if passed { return "overfit check passed: \(path)" }
    return
      "overfit check FAILED: \(path); expected a loss below \(short(lossLimit)) and an accuracy "
      + "of 1. Try another learning rate and more updates; if no loss falls, check gradients, "
      + "features and labels."
  }
}
