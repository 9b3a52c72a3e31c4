import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// A small problem in the plane, drawn from a seed: points with the coordinates x and y in a few classes.
///
/// Their points are those of NumPy: in each, `rs` is `numpy.random.RandomState(seed)`.
///
///     let spiral = Toy.spiral.dataset()              // 300 points in three arms
///     let other = try DatasetLibrary.load("spiral:7")  // of seed 7
public enum Toy: String, CaseIterable, Sendable {
  /// Three intertwined arms of 100 points, as CS231n's case study of a minimal network makes them:
  /// <https://cs231n.github.io/neural-networks-case-study/>.
  ///
  /// Of arm j, `r = linspace(0, 1, 100)`, `t = linspace(4j, 4(j + 1), 100) + 0.2·rs.randn(100)`, and the
  /// points are (r·sin t, r·cos t). Arm after arm is drawn.
  case spiral
  /// Two half circles that reach into each other, 100 points each, with normal noise of deviation 0.2:
  /// scikit-learn's `make_moons(200, shuffle=False, noise=0.2, random_state=seed)`.
  case moons
  /// A circle of radius 1 around one of 0.5, 100 points each, with normal noise of deviation 0.1:
  /// scikit-learn's `make_circles(200, shuffle=False, noise=0.1, random_state=seed, factor=0.5)`.
  case circles
  /// 200 points of a square, `rs.uniform(-1, 1, (200, 2))`, in two classes: whether the signs of x and y
  /// are the same, or differ.
  case xor

  /// The points of a seed, in the order of NumPy's rows.
  public func dataset(seed: UInt32 = 0) -> Dataset {
    var random = NumPyRandom(seed: seed)
    return dataset(using: &random)
  }

  /// Points drawn from a stream, which goes on behind them.
  public func dataset(using random: inout NumPyRandom) -> Dataset {
    let points: [(x: Double, y: Double)]
    let labels: [Int]
    switch self {
    case .spiral: (points, labels) = Self.spiral(using: &random)
    case .moons: (points, labels) = Self.noisy(Self.halfCircles, deviation: 0.2, using: &random)
    case .circles: (points, labels) = Self.noisy(Self.twoCircles, deviation: 0.1, using: &random)
    case .xor: (points, labels) = Self.signs(using: &random)
    }
    let features = Features(
      .doubles(points.flatMap { [$0.x, $0.y] }), exampleShape: [2],
      columns: [FeatureColumn(name: "x"), FeatureColumn(name: "y")])
    return Dataset(features, labels: labels, classNames: classNames)
  }

  /// The names of the classes.
  public var classNames: [String] {
    switch self {
    case .spiral: ["arm 0", "arm 1", "arm 2"]
    case .moons: ["upper", "lower"]
    case .circles: ["outer", "inner"]
    case .xor: ["same signs", "different signs"]
    }
  }
}

// MARK: - The points

extension Toy {
  private typealias Points = (points: [(x: Double, y: Double)], labels: [Int])

  private static func spiral(using random: inout NumPyRandom) -> Points {
    let count = 100
    var found: Points = ([], [])
    for arm in 0..<3 {
      let angles = spaced(Double(4 * arm), Double(4 * (arm + 1)), count: count)
      for (radius, angle) in zip(spaced(0, 1, count: count), angles) {
        let noisy = angle + random.normal() * 0.2
        found.points.append((radius * sin(noisy), radius * cos(noisy)))
        found.labels.append(arm)
      }
    }
    return found
  }

  /// Upper and lower half circle.
  private static var halfCircles: [[(x: Double, y: Double)]] {
    let angles = spaced(0, .pi, count: 100)
    return [
      angles.map { (cos($0), sin($0)) }, angles.map { (1 - cos($0), 1 - sin($0) - 0.5) },
    ]
  }

  /// Outer and inner circle.
  private static var twoCircles: [[(x: Double, y: Double)]] {
    let angles = (0..<100).map { Double($0) * (2 * .pi / 100) }
    return [1, 0.5].map { radius in angles.map { (cos($0) * radius, sin($0) * radius) } }
  }

  /// The points of some classes with noise, drawn for x and y of each in turn.
  private static func noisy(
    _ classes: [[(x: Double, y: Double)]], deviation: Double, using random: inout NumPyRandom
  ) -> Points {
    let points = classes.joined().map { point in
      let x = point.x + deviation * random.normal()
      return (x: x, y: point.y + deviation * random.normal())
    }
    let labels = classes.enumerated().flatMap { label, points in points.map { _ in label } }
    return (points, labels)
  }

  private static func signs(using random: inout NumPyRandom) -> Points {
    let points = (0..<200).map { _ in
      let x = -1 + 2 * random.uniform()
      return (x: x, y: -1 + 2 * random.uniform())
    }
    return (points, points.map { $0.x * $0.y < 0 ? 1 : 0 })
  }

  /// `numpy.linspace(start, end, count)`, to the last bit.
  private static func spaced(_ start: Double, _ end: Double, count: Int) -> [Double] {
    let step = (end - start) / Double(count - 1)
    return (0..<count).map { $0 == count - 1 ? end : Double($0) * step + start }
  }
}

// MARK: - Names

extension Toy {
  /// A toy and a seed by their name: `spiral` is seed 0, `spiral:7` seed 7. Nil for other names.
  ///
  /// - Throws: `FileError` for a toy's name with anything but a seed behind the colon.
  package static func named(_ source: String) throws -> (toy: Toy, seed: UInt32)? {
    let parts = source.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let toy = Toy(rawValue: String(parts[0])) else { return nil }
    if parts.count == 1 { return (toy, 0) }
    // Without a sign, which `UInt32` would take.
    guard parts[1].first?.isNumber == true, let seed = UInt32(parts[1]) else {
      throw FileError(
        source,
        "expected a seed behind the colon, a whole number from 0 to \(UInt32.max) as in "
          + "\(toy.rawValue):7, found \(parts[1].isEmpty ? "nothing" : String(parts[1]))")
    }
    return (toy, seed)
  }

  /// Whether a name is that of a toy, with or without a seed; what stands behind the colon may be wrong.
  static func isMeant(by source: String) -> Bool {
    source.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first.map {
      Toy(rawValue: String($0)) != nil
    } ?? false
  }
}
