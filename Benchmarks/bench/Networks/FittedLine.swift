/// The straight line a + b·x for which the relative distances of some points have the least sum of
/// squares.
struct FittedLine {
  /// a: what is left at 0.
  let start: Double
  /// b: what each unit of x adds.
  let slope: Double

  /// - Parameter points: y above 0. Nil with fewer than three different x: two always have a line.
  init?(_ points: [(x: Double, y: Double)]) {
    if Set(points.map(\.x)).count < 3 { return nil }
    // Weighted least squares with the weights 1/y², about the weighted means.
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

  /// How far a point is above the line, or below it, as a share of the line's value there.
  func deviation(x: Double, y: Double) -> Double { y / (start + slope * x) - 1 }
}
