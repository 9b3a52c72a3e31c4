import PerceptronFiles
import PerceptronLinearAlgebra

/// The rows that a split divides: their number, their classes, whose shares are kept, and their groups,
/// which are kept whole.
public struct SplitRows: Sendable {
  /// The number of rows.
  public let count: Int
  /// The class of each row, 0 or more; nil where rows are drawn without regard to classes.
  public let classes: [Int]?
  /// The group of each row, any number; nil where every row stands for itself.
  public let groups: [Int]?

  /// Rows with these classes and groups.
  ///
  /// - Precondition: `count` is 0 or more, `classes` and `groups` have `count` elements each, and no
  ///   class is negative.
  public init(count: Int, classes: [Int]? = nil, groups: [Int]? = nil) {
    require(
      count >= 0 && (classes?.count ?? count) == count && (groups?.count ?? count) == count,
      "SplitRows: \(count) rows, \(classes?.count ?? count) classes, \(groups?.count ?? count) groups"
    )
    require(
      classes?.allSatisfy { $0 >= 0 } ?? true, "SplitRows: a class below 0")
    self.count = count
    self.classes = classes
    self.groups = groups
  }

  /// The rows of each class in their order; all rows where there are no classes.
  var members: [[Int]] {
    guard let classes else { return [Array(0..<count)] }
    var members = [[Int]](repeating: [], count: (classes.max() ?? -1) + 1)
    for (row, label) in classes.enumerated() { members[label].append(row) }
    return members
  }
}

// MARK: - Held-out rows

extension SplitRows {
  /// The last `size` rows, in their order.
  ///
  /// Of groups, those whose last rows come last, for as long as each brings the number of rows closer to
  /// `size`: at least one group, and never all.
  ///
  /// - Complexity: O(`count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `size` < `count`, and for a single group.
  public func heldOutLast(_ size: Int) throws -> [Int] {
    try checkSize(size)
    if size == 0 { return [] }
    guard groups != nil else { return Array(count - size..<count) }
    return try WholeGroups(of: self).last(size)
  }

  /// `size` rows drawn at random, in their order.
  ///
  /// Every class has its share to less than one row, and keeps at least one row outside where `size`
  /// allows that. Whole groups are drawn until the number of rows is as close to `size` as one more
  /// group can bring it: at least one group, and never the last of a class.
  ///
  /// - Complexity: O(`count` + c · log c) for c classes, with groups O(`count` · log `count`).
  /// - Throws: ``DatasetError`` unless 0 ≤ `size` < `count`, and for a single group.
  public func heldOut(_ size: Int, using random: inout some RandomStream) throws -> [Int] {
    try checkSize(size)
    if groups != nil {
      return size == 0 ? [] : try WholeGroups(of: self).drawn(size, using: &random)
    }
    if classes == nil { return ascending(random.permutation(count).prefix(size)) }
    let members = members
    let shares = SplitRows.shares(of: size, among: members.map(\.count))
    var chosen: [Int] = []
    for (rows, share) in zip(members, shares) {
      let order = random.permutation(rows.count)
      chosen += order.prefix(share).map { rows[$0] }
    }
    return ascending(chosen)
  }

  private func ascending(_ rows: some Sequence<Int>) -> [Int] {
    var isChosen = [Bool](repeating: false, count: count)
    for row in rows { isChosen[row] = true }
    return isChosen.indices.filter { isChosen[$0] }
  }

  private func checkSize(_ size: Int) throws {
    if size < 0 || size >= count {
      throw DatasetError(
        "cannot set \(size) of \(count) examples aside: expected 0 or more, and at least one left "
          + "for training")
    }
  }

  /// `count` in whole parts proportional to `sizes`: the exact parts rounded down, and one more for
  /// those with the largest remainders (Hamilton's method). Where `count` allows it no part is as large
  /// as its size; those that would be have one less, and the rest is shared among the others.
  private static func shares(of count: Int, among sizes: [Int]) -> [Int] {
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

// MARK: - Folds

extension SplitRows {
  /// The fold of each row, 0..<`foldCount`: consecutive blocks of rows whose sizes differ by at most
  /// one, the larger ones first.
  ///
  /// Groups go, from the largest to the smallest, to the fold with the fewest rows so far.
  ///
  /// The same as scikit-learn's `KFold` and `GroupKFold` without shuffling, except that among equal
  /// groups the one that occurs first comes first.
  ///
  /// - Complexity: O(`count`), with groups O(`count` + groups · `foldCount`).
  /// - Throws: ``DatasetError`` for fewer than 2 folds, and more than there are rows or groups.
  public func foldsInOrder(_ foldCount: Int) throws -> [Int] {
    try checkFolds(foldCount)
    if groups != nil {
      let rows = SplitRows(count: count, groups: groups)
      return try WholeGroups(of: rows).folds(foldCount)
    }
    let (size, larger) = count.quotientAndRemainder(dividingBy: foldCount)
    return (0..<foldCount).flatMap { fold in
      [Int](repeating: fold, count: size + (fold < larger ? 1 : 0))
    }
  }

  /// The fold of each row, 0..<`foldCount`, drawn at random.
  ///
  /// The sizes of two folds, and their numbers of rows of any class, differ by at most one.
  ///
  /// Groups are shuffled and go, from the largest to the smallest, to the fold that they leave most
  /// even: the one where the sum over folds and classes of the squared share of a class grows least,
  /// and among equals the one with the fewest rows. So does scikit-learn's `StratifiedGroupKFold`, which
  /// adds up standard deviations. Where no two groups have the same size, `random` makes no difference.
  ///
  /// - Complexity: O(`count`), with groups O(`count` · log `count` + p · `foldCount`) for p pairs of a
  ///   group and a class that occurs in it.
  /// - Throws: ``DatasetError`` for fewer than 2 folds, and more than there are rows or groups.
  public func folds(_ foldCount: Int, using random: inout some RandomStream) throws -> [Int] {
    try checkFolds(foldCount)
    if groups != nil { return try WholeGroups(of: self).folds(foldCount, using: &random) }
    var folds = [Int](repeating: 0, count: count)
    var dealt = 0
    for rows in members {
      for position in random.permutation(rows.count) {
        folds[rows[position]] = dealt % foldCount
        dealt += 1
      }
    }
    return folds
  }

  private func checkFolds(_ foldCount: Int) throws {
    if foldCount < 2 {
      throw DatasetError("cannot make \(counted(foldCount, "fold")): expected 2 or more")
    }
    if foldCount > count {
      throw DatasetError(
        "cannot make \(foldCount) folds of \(counted(count, "row")): expected at most as many folds "
          + "as rows")
    }
  }
}
