extension Chart {
  /// A field of coloured cells, the first row at the top.
  public struct HeatMap: Hashable, Sendable {
    /// What is in the columns and in the rows.
    public var columnLabel: String, rowLabel: String
    /// What each column and each row is called.
    public var columns: [String], rows: [String]
    /// The cells: [rows][columns]; nil for an empty one.
    public var values: [[Double?]]
    /// What the values are.
    public var valueLabel: String
    /// How many digits after the point are written into the cells; nil for bare colours.
    public var digits: Int?
    /// What the first and the last colour mean; nil for the least and the largest of the values.
    public var range: ClosedRange<Double>?

    /// The given cells.
    ///
    /// - Precondition: a row of cells for each row, with one for each column.
    public init(
      columnLabel: String, columns: [String], rowLabel: String, rows: [String],
      values: [[Double?]], valueLabel: String, digits: Int? = 3, range: ClosedRange<Double>? = nil
    ) {
      precondition(
        values.count == rows.count && values.allSatisfy { $0.count == columns.count },
        "HeatMap: \(values.map(\.count)) cells for \(rows.count) rows and \(columns.count) columns")
      self.columnLabel = columnLabel
      self.columns = columns
      self.rowLabel = rowLabel
      self.rows = rows
      self.values = values
      self.valueLabel = valueLabel
      self.digits = digits
      self.range = range
    }
  }
}
