import PerceptronCommandSupport
import PerceptronFiles

/// Steps of networks that differ in one size, over a range of a factor of ten.
struct ScalingLine {
  /// The name of the size that differs.
  let unit: String
  let points: [Point]

  /// One network of the line.
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

  /// All lines. Sizes are large enough for every worker to have a part in each step.
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

/// The table of `bench step --scaling`, grouped by the size that differs.
struct ScalingTable {
  private let timings: [Timing]

  init(_ timings: [Timing]) { self.timings = timings }

  var text: String {
    var table = TextTable(
      [.words("network")]
        + ["median", "spread", "per unit", "off the line"].map { .figures($0) })
    for line in ScalingLine.all {
      let measured = line.points.compactMap { point in
        timings[point.name, StepBenchmarks.whole].map { (point: point, timing: $0) }
      }
      if measured.isEmpty { continue }
      let fit = FittedLine(measured.map { (Double($0.point.value), $0.timing.median) })
      let deviations = measured.map { point, timing in
        fit?.deviation(x: Double(point.value), y: timing.median)
      }
      table.addHeading(heading(line, fit, largest: deviations.compactMap { $0.map(abs) }.max()))
      for ((point, timing), deviation) in zip(measured, deviations) {
        table.add([
          point.name, readableTime(timing.median), percent(timing.spread),
          nanoseconds(timing.median / Double(point.value)), deviation.map(signed) ?? "–",
        ])
      }
    }
    return """
      \(table.text)

      A step of each network, all in turn. Per unit: the median over the size that differs. The line
      is the straight one, fixed part and part per unit, from which the medians are off by the least
      sum of squared shares.
      """
  }

  private func heading(_ line: ScalingLine, _ fit: FittedLine?, largest: Double?) -> String {
    guard let fit, let largest else { return "Per \(line.unit)" }
    return
      "Per \(line.unit): \(decimal(fit.start * 1e6, 0)) µs and \(nanoseconds(fit.slope)) each, "
      + "within \(percent(largest))"
  }

  /// A share with its sign, without one if it rounds to 0.
  private func signed(_ share: Double) -> String {
    let text = percent(abs(share))
    return text == percent(0) ? text : (share < 0 ? "−" : "+") + text
  }

  private func nanoseconds(_ seconds: Double) -> String { "\(decimal(seconds * 1e9, 0)) ns" }
}

/// The straight line a + b·x with the least sum of squared relative deviations.
struct FittedLine {
  /// The intercept a.
  let start: Double
  /// The slope b.
  let slope: Double

  /// Fits a line; nil with fewer than three different x, since a line fits any two points.
  ///
  /// - Parameter points: points with y above 0.
  init?(_ points: [(x: Double, y: Double)]) {
    if Set(points.map(\.x)).count < 3 { return nil }
    // Weighted least squares with weights 1/y², around the weighted means.
    let weights = points.map { 1 / ($0.y * $0.y) }
    let total = weights.reduce(0, +)
    let x = zip(points, weights).reduce(0) { $0 + $1.0.x * $1.1 } / total
    let y = zip(points, weights).reduce(0) { $0 + $1.0.y * $1.1 } / total
    var (both, square) = (0.0, 0.0)
    for (point, weight) in zip(points, weights) {
      both += weight * (point.x - x) * (point.y - y)
      square += weight * (point.x - x) * (point.x - x)
    }
    slope = both / square
    start = y - slope * x
  }

  /// The deviation of a point from the line, relative to the line's value.
  func deviation(x: Double, y: Double) -> Double { y / (start + slope * x) - 1 }
}
