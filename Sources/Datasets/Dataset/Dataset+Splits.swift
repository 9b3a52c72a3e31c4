import PerceptronFiles
import PerceptronLinearAlgebra

/// A data set in two parts, which share its features.
public struct DatasetSplit: Sendable {
  /// The training set.
  public let training: Dataset
  /// The validation set.
  public let validation: Dataset
}

/// Which rows of a data set are held out for validation.
public enum ValidationSplit: Codable, Hashable, Sendable {
  /// The last ones, as in many published splits.
  case last
  /// Rows drawn at random so that every class has its share, by a stream that `seed` alone decides.
  case stratified(seed: UInt64)
}

extension Dataset {
  /// `count` examples for validation, chosen as `rule` says, the others for training; both keep the
  /// order of the whole.
  ///
  /// - Complexity: O(`self.count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `count` < the number of examples, and where a class has
  ///   rows for validation and none to train on.
  public func split(_ count: Int, by rule: ValidationSplit) throws -> DatasetSplit {
    let split: DatasetSplit
    switch rule {
    case .last: split = try splitLast(count)
    case .stratified(let seed):
      var random = SeededRandom(seed: seed, purpose: "validation split")
      split = try splitStratified(count, using: &random)
    }
    let counts = zip(split.training.classCounts, split.validation.classCounts)
    for (name, (learned, held)) in zip(classNames, counts) where learned == 0 && held > 0 {
      throw DatasetError(
        "class \(name) has no rows to train on: all \(held) of them are among the \(count) rows held "
          + "out for validation"
          + (rule == .last ? ", the last ones; a stratified split keeps some of every class" : ""))
    }
    return split
  }

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
  /// than one example, and at least one example of every class is left for training where `count`
  /// allows that. Both parts keep the order of the whole.
  ///
  /// - Complexity: O(`self.count` + `classCount` · log `classCount`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `count` < the number of examples.
  public func splitStratified(
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
  /// those with the largest remainders (Hamilton's method). Where `count` allows it no part is as large
  /// as its size; those that would be have one less, and the rest is shared among the others.
  private func shares(of count: Int, among sizes: [Int]) -> [Int] {
    let sparing = sizes.map { max($0 - 1, 0) }
    let limits = sparing.reduce(0, +) >= count ? sparing : sizes
    var shares = [Int](repeating: 0, count: sizes.count)
    var open = Array(sizes.indices)
    var rest = count
    while true {
      let total = open.reduce(0) { $0 + sizes[$1] }
      let full = open.filter { sizes[$0] * rest > limits[$0] * total }
      if full.isEmpty { break }
      for index in full {
        shares[index] = limits[index]
        rest -= limits[index]
      }
      open.removeAll(where: full.contains)
    }
    let total = open.reduce(0) { $0 + sizes[$1] }
    if total == 0 { return shares }
    for index in open { shares[index] = sizes[index] * rest / total }
    var missing = count - shares.reduce(0, +)
    let remainders = sizes.map { $0 * rest % total }
    let order = open.stablySorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
    while missing > 0 {
      for index in order where missing > 0 && shares[index] < limits[index] {
        shares[index] += 1
        missing -= 1
      }
    }
    return shares
  }
}
