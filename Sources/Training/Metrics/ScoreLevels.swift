import PerceptronLinearAlgebra

/// The total weight of the rows of both classes at each distinct score, the highest score first. Rows of
/// weight 0 are left out.
///
/// - Complexity: O(n log n) for n rows. The keys that are sorted stand in one array of 24 bytes a row.
struct ScoreLevels {
  struct Level {
    let score: Double
    /// The weight of the rows of the class 1 and of those of the class 0.
    var ones = 0.0, zeros = 0.0
  }

  private(set) var levels: [Level] = []
  /// The total weights of both classes, and the sums of the weights' squares.
  private(set) var ones = 0.0, zeros = 0.0, squaresOfOnes = 0.0, squaresOfZeros = 0.0
  /// Whether a row of a weight above 0 has no number as its score.
  private(set) var hasNaN = false

  /// - Parameter metric: the name in the messages of traps.
  init(_ metric: String, _ scores: [Double], labels: [Int], weights: [Double]?) {
    requireRows(metric, scores.count, labels.count, weights)
    var rows: [Row] = []
    rows.reserveCapacity(scores.count)
    for (row, score) in scores.enumerated() {
      let (label, weight) = (labels[row], weights?[row] ?? 1)
      require(label == 0 || label == 1, "\(metric): a label that is not 0 or 1")
      if weight == 0 { continue }
      if score.isNaN { hasNaN = true }
      rows.append(Row(key: Self.key(score), weight: weight, isOne: label == 1))
    }
    rows.sort { $0.key < $1.key }
    var last: UInt64?
    for row in rows {
      if row.key != last { levels.append(Level(score: Self.score(row.key))) }
      last = row.key
      let place = levels.count - 1
      if row.isOne {
        levels[place].ones += row.weight
        ones += row.weight
        squaresOfOnes += row.weight * row.weight
      } else {
        levels[place].zeros += row.weight
        zeros += row.weight
        squaresOfZeros += row.weight * row.weight
      }
    }
  }

  /// The area under the curve; NaN where a class has no weight, or a score is NaN.
  var area: Double {
    if hasNaN { return .nan }
    var (above, area) = (0.0, 0.0)
    for level in levels {
      area += level.zeros * (above + level.ones / 2)
      above += level.ones
    }
    return (area / (ones * zeros)).withoutNaNSign
  }

  private struct Row {
    let key: UInt64
    let weight: Double
    let isOne: Bool
  }

  /// Integers in the descending order of the scores. Zeros of both signs are one score.
  private static func key(_ score: Double) -> UInt64 {
    let bits = (score + 0).bitPattern
    return bits >> 63 == 0 ? ~bits & (1 << 63 - 1) : bits
  }

  private static func score(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 0 ? ~key & (1 << 63 - 1) : key)
  }
}
