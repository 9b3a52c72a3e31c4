/// How a column of a table is read.
package struct DelimitedColumn: Sendable {
  /// What its cells become.
  package enum Content: Sendable {
    /// Numbers.
    case numbers
    /// Positions of names in the list of the column's names, which is sorted (``sortedNames(_:)``), or
    /// in the order of the rows.
    case names(isSorted: Bool)
  }

  /// Where its values go.
  package enum Place: Hashable, Sendable {
    /// To a column of the matrix.
    case matrix(Int)
    /// To one of the other columns, which are stored one after the other.
    case other(Int)
  }

  /// What errors call it.
  package var name: String
  /// What its cells become; nil to pass over them.
  package var content: Content?
  package var place = Place.matrix(0)
  /// What each cell has to hold, such as `a target`; nil where missing cells become NaN.
  package var required: String?
  /// The least number that is allowed.
  package var least = -Double.greatestFiniteMagnitude
  /// What an error says of a cell that is not what the column holds, such as
  /// `a number, as in the rows before`.
  package var expected = "a number"
  /// What an error tells to do about such a cell; nothing where empty.
  package var advice = ""
  /// The most names, and the error of more; nil for any number.
  package var nameLimit: (count: Int, message: String)?

  /// A column that is passed over.
  package init(name: String) { self.name = name }
}

/// The numbers and names of a table's columns.
package struct DelimitedTable: Sendable {
  package let rowCount: Int
  /// The columns with a place in the matrix: [rowCount, width].
  package let matrix: [Double]
  /// The other columns, one after the other: [columns, rowCount].
  package let others: [Double]
  /// The number of missing cells of each column of the file.
  package let missingCounts: [Int]
  /// The names of each column of the file that has some.
  package let names: [[String]?]
}
