/// A column of a table in a file.
public struct TableColumn: Hashable, Sendable {
  /// What a column is used for.
  public enum Role: String, Codable, CaseIterable, Sendable {
    /// A feature.
    case feature
    /// A target.
    case target
    /// The weights of the rows.
    case weight
    /// The groups of the rows.
    case group
    /// Nothing: it is not read.
    case ignored
  }

  /// The name in the header, or the column's number from 1 where that is empty or there is no header.
  public var name: String
  /// What it is used for.
  public var role: Role
  /// What it holds; of an ignored column, what its first rows look like.
  public var type: ColumnType
  /// The number of missing cells; 0 where it is not read.
  public var missingCount = 0
  /// The names of its categories, sorted: numerically where all are whole numbers, else by their bytes.
  /// Nil for numbers, and where it is not read or holds groups.
  public var categories: [String]?
}

extension TableColumn {
  /// What the numbers of a column are like.
  public struct Statistics: Hashable, Sendable {
    /// The least number.
    public var minimum: Double
    /// The greatest number.
    public var maximum: Double
    /// The mean.
    public var mean: Double
    /// How many numbers lie in each of equal parts of the range from the least to the greatest.
    public var histogram: [Int]

    /// The statistics of the numbers that are not NaN; nil where there are none.
    ///
    /// - Parameter parts: the number of the histogram's parts, at least 1.
    /// - Complexity: O(n).
    init?(_ numbers: some Sequence<Double>, parts: Int) {
      var (least, greatest, sum, count) = (Double.infinity, -Double.infinity, 0.0, 0)
      for number in numbers where !number.isNaN {
        least = min(least, number)
        greatest = max(greatest, number)
        count += 1
        // A running mean, since the sum of large numbers would overflow.
        sum += (number - sum) / Double(count)
      }
      if count == 0 { return nil }
      (minimum, maximum, mean) = (least, greatest, sum)
      histogram = [Int](repeating: 0, count: parts)
      // Halved, since the range may be wider than the greatest number.
      let width = greatest / 2 - least / 2
      for number in numbers where !number.isNaN {
        let share = width > 0 ? (number / 2 - least / 2) / width : 0
        histogram[min(Int(share * Double(parts)), parts - 1)] += 1
      }
    }
  }
}
