/// A column of a table's features: its name, and its categories if it is not one of numbers.
///
/// A cell of a column of categories holds the position of the category's name. A missing cell is NaN.
public struct FeatureColumn: Codable, Hashable, Sendable {
  /// The name, unique in the table.
  public var name: String
  /// The names of the categories; nil for a column of numbers.
  public var categories: [String]?

  /// Creates a column.
  public init(name: String, categories: [String]? = nil) {
    (self.name, self.categories) = (name, categories)
  }
}
