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
  /// How near the loss had to come to ``lossFloor``.
  public let lossLimit: Double
  /// The least loss that there is: above 0 where labels are smoothed.
  public let lossFloor: Double

  /// How many updates were made.
  public var iterations: Int { losses.count - 1 }
  /// Whether the loss came near its floor and every row is predicted rightly.
  public var passed: Bool { (losses.last ?? .nan) - lossFloor < lossLimit && accuracy == 1 }
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
    let floor = lossFloor > 0 ? " (with smoothed labels \(short(lossFloor)) at least)" : ""
    if passed { return "overfit check passed: \(path)\(floor)" }
    return
      "overfit check FAILED: \(path)\(floor); expected a loss below \(short(lossFloor + lossLimit)) and an "
      + "accuracy of 1. Try another learning rate and more updates; if no loss falls, check gradients, "
      + "features and labels."
  }
}
