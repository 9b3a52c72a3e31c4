import PerceptronLinearAlgebra

/// A data set in two parts, which share its features.
public struct DatasetSplit: Sendable {
  /// The training set.
  public let training: Dataset
  /// The validation set.
  public let validation: Dataset
}

/// The choice of the rows that are held out, and of folds.
///
/// Both rules keep the rows of a group together where the data set has groups.
public enum ValidationSplit: Codable, Hashable, Sendable {
  /// The last rows, as in many published splits; as folds, consecutive blocks.
  case last
  /// Rows drawn at random by a stream that `seed` alone decides. Every class has its share; numbers
  /// and several labels are only shuffled.
  case stratified(seed: UInt64)
}

extension Dataset {
  /// `size` examples for validation, chosen as `rule` says, the others for training; both keep the
  /// order of the whole.
  ///
  /// With groups, the number of rows is as close to `size` as whole groups allow.
  ///
  /// - Complexity: O(`count`), with groups O(`count` · log `count`).
  /// - Throws: ``DatasetError`` unless the size is 0 or more and below the number of examples, for rows
  ///   of a single group, and where a class has rows for validation and none to train on.
  public func split(_ size: SplitSize, by rule: ValidationSplit) throws -> DatasetSplit {
    try holdOut(size, by: rule, for: "validation", purpose: "validation split")
  }

  /// `count` examples for validation, as ``split(_:by:)`` chooses them.
  public func split(_ count: Int, by rule: ValidationSplit) throws -> DatasetSplit {
    try split(.rows(count), by: rule)
  }

  /// `size` examples for a test, chosen as `rule` says, and the others for training and validation; both
  /// keep the order of the whole.
  ///
  /// The rows are drawn from a stream of their own, so they do not depend on how the others are split.
  ///
  /// - Complexity: O(`count`), with groups O(`count` · log `count`).
  /// - Throws: ``DatasetError`` as ``split(_:by:)`` does.
  public func holdOutTest(
    _ size: SplitSize, by rule: ValidationSplit
  ) throws -> (training: Dataset, test: Dataset) {
    let split = try holdOut(size, by: rule, for: "the test", purpose: "test split")
    return (split.training, split.validation)
  }

  /// A split for each of `foldCount` folds: its rows for validation, all others for training, both in the
  /// order of the whole. Every example is in the validation part of exactly one.
  ///
  /// Folds are consecutive blocks or drawn at random, as `rule` says; the sizes of two folds, and drawn at
  /// random also their numbers of rows of any class, differ by at most one. With groups they are as even
  /// as whole groups allow: see ``SplitRows/folds(_:using:)``.
  ///
  /// - Complexity: O(`count` · `foldCount`), with groups O(`count` · (log `count` + `foldCount`)).
  /// - Throws: ``DatasetError`` for fewer than 2 folds, more than there are rows or groups, and where a
  ///   class has rows in the validation part of a fold and none to train on.
  public func folds(_ foldCount: Int, by rule: ValidationSplit) throws -> [DatasetSplit] {
    let folds: [Int]
    switch rule {
    case .last: folds = try splitRows.foldsInOrder(foldCount)
    case .stratified(let seed):
      var random = SeededRandom(seed: seed, purpose: "folds")
      folds = try splitRows.folds(foldCount, using: &random)
    }
    var members = [[Int]](repeating: [], count: foldCount)
    for (row, fold) in folds.enumerated() { members[fold].append(row) }
    return try members.enumerated().map { fold, rows in
      let split = split(heldOut: rows)
      try split.checkClasses(
        heldOutFor: "validation", by: rule, in: "fold \(fold + 1) of \(foldCount)")
      return split
    }
  }

  private func holdOut(
    _ size: SplitSize, by rule: ValidationSplit, for use: String, purpose: String
  ) throws -> DatasetSplit {
    let rows = try size.rows(of: count)
    let split: DatasetSplit
    switch rule {
    case .last: split = try splitLast(rows)
    case .stratified(let seed):
      var random = SeededRandom(seed: seed, purpose: purpose)
      split = try splitStratified(rows, using: &random)
    }
    try split.checkClasses(heldOutFor: use, by: rule)
    return split
  }
}

// MARK: - With a stream of one's own

extension Dataset {
  /// The last `size` examples for validation, the others for training; of groups, the last ones.
  ///
  /// - Complexity: O(`count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `size` < the number of examples, and for rows of a single
  ///   group.
  public func splitLast(_ size: Int) throws -> DatasetSplit {
    let rows = try splitRows.heldOutLast(size)
    if groups != nil { return split(heldOut: rows) }
    let border = count - size
    return DatasetSplit(training: self[rows: 0..<border], validation: self[rows: border..<count])
  }

  /// `size` examples chosen at random for validation, the others for training; both keep the order
  /// of the whole, and groups stay together.
  ///
  /// - Complexity: O(`count`), with groups O(`count` · log `count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `size` < the number of examples, and for rows of a single
  ///   group.
  public func splitRandomly(
    _ size: Int, using random: inout some RandomStream
  ) throws -> DatasetSplit {
    let rows = SplitRows(count: count, groups: groups)
    return split(heldOut: try rows.heldOut(size, using: &random))
  }

  /// `size` examples chosen at random for validation so that every class has its share, to less
  /// than one example, and at least one example of every class is left for training where `size`
  /// allows that. Both parts keep the order of the whole.
  ///
  /// Groups stay together, with shares as close as that allows; see ``SplitRows/heldOut(_:using:)``.
  /// Without classes this is ``splitRandomly(_:using:)``.
  ///
  /// - Complexity: O(`count` + `classCount` · log `classCount`), with groups O(`count` · log `count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `size` < the number of examples, and for rows of a single
  ///   group.
  public func splitStratified(
    _ size: Int, using random: inout some RandomStream
  ) throws -> DatasetSplit {
    split(heldOut: try splitRows.heldOut(size, using: &random))
  }

  /// What a split needs to know of the rows.
  public var splitRows: SplitRows {
    guard case .classes(let labels, _) = targets else {
      return SplitRows(count: count, groups: groups)
    }
    return SplitRows(count: count, classes: labels, groups: groups)
  }

  /// - Parameter rows: the rows held out, in their order.
  private func split(heldOut rows: [Int]) -> DatasetSplit {
    var isHeldOut = [Bool](repeating: false, count: count)
    for row in rows { isHeldOut[row] = true }
    return DatasetSplit(
      training: subset(rows: (0..<count).filter { !isHeldOut[$0] }),
      validation: subset(rows: rows))
  }
}

extension DatasetSplit {
  /// Throws ``DatasetError`` where a class has rows held out and none to train on.
  fileprivate func checkClasses(
    heldOutFor use: String, by rule: ValidationSplit, in fold: String? = nil
  ) throws {
    if training.schema.kind != .classes { return }
    let advice =
      rule == .last
      ? (fold == nil ? ", the last ones" : "") + "; a stratified split keeps some of every class"
      : ""
    let counts = zip(training.classCounts, validation.classCounts)
    for (name, (learned, held)) in zip(training.classNames, counts) where learned == 0 && held > 0 {
      throw DatasetError(
        (fold.map { "\($0): " } ?? "")
          + "class \(name) has no rows to train on: all \(held) of them are among the "
          + "\(validation.count) rows held out for \(use)"
          + advice)
    }
  }
}
