import LinearAlgebra

/// A data set in two parts, which share its features.
public struct DatasetSplit: Sendable {
  /// What a network learns from.
  public let training: Dataset
  /// What its settings are judged by.
  public let validation: Dataset
}

extension Dataset {
  /// The last `count` examples for validation, the others for training.
  ///
  /// - Complexity: O(`self.count`), for the labels are copied.
  /// - Throws: ``DatasetError`` unless 0 ≤ `count` < the number of examples.
  public func splitLast(_ count: Int) throws -> DatasetSplit {
    try checkValidationCount(count)
    let border = self.count - count
    return DatasetSplit(
      training: self[rows: 0..<border], validation: self[rows: border..<self.count])
  }

  /// `count` examples chosen at random for validation, the others for training; both keep the
  /// order of the whole.
  ///
  /// - Complexity: O(`self.count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `count` < the number of examples.
  public func splitRandomly(
    _ count: Int, using random: inout some RandomStream
  ) throws -> DatasetSplit {
    try checkValidationCount(count)
    return split(validation: random.permutation(self.count).prefix(count))
  }

  /// `count` examples chosen at random for validation so that every class has its share, to less
  /// than one example; the others for training. Both keep the order of the whole.
  ///
  /// - Complexity: O(`self.count` + `classCount` · log `classCount`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `count` < the number of examples.
  public func splitBalanced(
    _ count: Int, using random: inout some RandomStream
  ) throws -> DatasetSplit {
    try checkValidationCount(count)
    let members = rowsByClass
    let shares = shares(of: count, among: members.map(\.count))
    var chosen: [Int] = []
    for (rows, share) in zip(members, shares) {
      let order = random.permutation(rows.count)
      chosen += order.prefix(share).map { rows[$0] }
    }
    return split(validation: chosen[...])
  }

  private func checkValidationCount(_ count: Int) throws {
    if count < 0 || count >= self.count {
      throw DatasetError(
        "cannot set \(count) of \(self.count) examples aside for validation: "
          + "expected 0 or more, and at least one left for training")
    }
  }

  private func split(validation: ArraySlice<Int>) -> DatasetSplit {
    var isValidation = [Bool](repeating: false, count: count)
    for row in validation { isValidation[row] = true }
    let rows = Array(0..<count)
    return DatasetSplit(
      training: subset(rows: rows.filter { !isValidation[$0] }),
      validation: subset(rows: rows.filter { isValidation[$0] }))
  }

  /// `count` in whole parts proportional to `sizes`: the exact parts rounded down, and one more for
  /// those with the largest remainders (Hamilton's method).
  private func shares(of count: Int, among sizes: [Int]) -> [Int] {
    let total = sizes.reduce(0, +)
    var shares = sizes.map { $0 * count / total }
    let missing = count - shares.reduce(0, +)
    let remainders = sizes.map { $0 * count % total }
    let order = sizes.indices.sorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
    for index in order.prefix(missing) { shares[index] += 1 }
    return shares
  }
}
