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

    /// The statistics of the columns of a matrix; nil for those without numbers. NaN is left out.
    ///
    /// - Parameters:
    ///   - numbers: [rows, width], row-major.
    ///   - parts: the number of the histograms' parts, at least 1.
    /// - Complexity: O(n), in two passes over the rows.
    static func ofColumns(
      _ numbers: some Collection<Double>, width: Int, parts: Int
    ) -> [Statistics?] {
      let none = Statistics(
        minimum: .infinity, maximum: -.infinity, mean: 0,
        histogram: [Int](repeating: 0, count: parts))
      var found = [Statistics](repeating: none, count: width)
      var counts = [Int](repeating: 0, count: width)
      func forEach(_ body: (_ column: Int, Double) -> Void) {
        var column = 0
        for number in numbers {
          if !number.isNaN { body(column, number) }
          column = column + 1 == width ? 0 : column + 1
        }
      }
      forEach { column, number in
        found[column].minimum = min(found[column].minimum, number)
        found[column].maximum = max(found[column].maximum, number)
        // A running mean, since the sum of large numbers would overflow.
        counts[column] += 1
        let count = Double(counts[column])
        found[column].mean += number / count - found[column].mean / count
      }
      forEach { column, number in
        // Halved, since the range may be wider than the greatest number.
        let least = found[column].minimum / 2
        let width = found[column].maximum / 2 - least
        let share = width > 0 ? (number / 2 - least) / width : 0
        found[column].histogram[min(Int(share * Double(parts)), parts - 1)] += 1
      }
      return zip(found, counts).map { $1 == 0 ? nil : $0 }
    }
  }
}
