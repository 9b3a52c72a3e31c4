/// Steps of networks that differ in one size, over a factor of ten.
struct ScalingLine {
  /// The size that differs, in words.
  let unit: String
  let points: [Point]

  /// One of the networks.
  struct Point {
    /// The size that differs.
    let value: Int
    let size: NetworkSize

    var name: String { "\(size), batch \(size.batch)" }
  }

  private init(_ unit: String, _ values: [Int], _ size: (Int) -> NetworkSize) {
    self.unit = unit
    points = values.map { Point(value: $0, size: size($0)) }
  }

  /// All sizes are large enough for every worker to have its part in a step.
  static let all = [
    ScalingLine("row", [100, 200, 400, 600, 800, 1000]) {
      NetworkSize(inputs: 784, hidden: 100, classes: 10, batch: $0)
    },
    ScalingLine("input", [300, 600, 1200, 1800, 2400, 3000]) {
      NetworkSize(inputs: $0, hidden: 100, classes: 10)
    },
    ScalingLine("hidden unit", [50, 100, 200, 300, 400, 500]) {
      NetworkSize(inputs: 784, hidden: $0, classes: 10)
    },
  ]
}
