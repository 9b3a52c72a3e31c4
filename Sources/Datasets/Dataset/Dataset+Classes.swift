import PerceptronLinearAlgebra

extension Dataset {
  /// The examples of each class, in their order.
  ///
  /// - Complexity: O(`count`).
  public var rowsByClass: [[Int]] {
    var rows = [[Int]](repeating: [], count: classCount)
    for (row, label) in labels.enumerated() { rows[label].append(row) }
    return rows
  }

  /// Some examples of each class, drawn at random without repeats: `count` of each, or all where
  /// there are fewer, in the order in which they are drawn. More of them begin with the same ones.
  ///
  /// - Complexity: O(`self.count`).
  /// - Precondition: `count` is 0 or more.
  public func sampleRows(
    perClass count: Int, using random: inout some RandomStream
  ) -> [[Int]] {
    require(count >= 0, "sampleRows: \(count) of each class, expected 0 or more")
    return rowsByClass.map { rows in
      random.permutation(rows.count).prefix(count).map { rows[$0] }
    }
  }
}
