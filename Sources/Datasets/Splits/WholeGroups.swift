import PerceptronFiles
import PerceptronLinearAlgebra

/// The groups of a split's rows, none of which may be divided.
struct WholeGroups {
  /// The number of rows of one class in a group.
  private struct Part {
    let label: Int
    let count: Int
  }

  /// The number of rows of all groups.
  private let rowCount: Int
  /// The rows of each group in their order; groups in the order in which they first occur.
  private let members: [[Int]]
  /// The classes that occur in each group; a single one where there are no classes.
  private let parts: [[Part]]
  /// The number of rows of each class.
  private let classSizes: [Int]

  /// - Precondition: `rows` has groups.
  init(of rows: SplitRows) {
    var places: [Int: Int] = [:]
    var members: [[Int]] = []
    for (row, group) in (rows.groups ?? []).enumerated() {
      if let place = places[group] {
        members[place].append(row)
      } else {
        places[group] = members.count
        members.append([row])
      }
    }
    self.members = members
    rowCount = rows.count
    var classSizes = [Int](repeating: 0, count: (rows.classes?.max() ?? 0) + 1)
    parts = members.map { members in
      guard let classes = rows.classes else { return [Part(label: 0, count: members.count)] }
      var counts: [Int: Int] = [:]
      for row in members { counts[classes[row], default: 0] += 1 }
      return counts.map { Part(label: $0, count: $1) }.stablySorted { $0.label < $1.label }
    }
    for part in parts.joined() { classSizes[part.label] += part.count }
    self.classSizes = classSizes
  }
}

// MARK: - Held-out groups

extension WholeGroups {
  /// The rows of the last groups, about `size` of them.
  ///
  /// - Precondition: 0 < `size` < the number of rows.
  func last(_ size: Int) throws -> [Int] {
    try checkDivisible()
    var groupEndingAt = [Int?](repeating: nil, count: rowCount)
    for (group, rows) in members.enumerated() { groupEndingAt[rows[rows.count - 1]] = group }
    var choice = Choice(of: self, size: size)
    for group in groupEndingAt.reversed().compactMap(\.self).dropLast() {
      if choice.rowCount > 0 && !choice.isCloser(with: group) { break }
      choice.take(group)
    }
    return choice.rows
  }

  /// The rows of groups drawn at random, about `size` of them, with the shares of the classes.
  ///
  /// - Precondition: 0 < `size` < the number of rows.
  func drawn(_ size: Int, using random: inout some RandomStream) throws -> [Int] {
    try checkDivisible()
    let order = random.permutation(members.count)
    var choice = Choice(of: self, size: size)
    for group in order
    where choice.isCloser(with: group) && choice.isMoreEven(with: group)
      && choice.keepsClasses(without: group)
    {
      choice.take(group)
    }
    for group in order
    where !choice.isTaken[group] && choice.isCloser(with: group)
      && choice.keepsClasses(without: group)
    {
      choice.take(group)
    }
    if choice.rowCount == 0 {
      let sparing = order.filter { choice.keepsClasses(without: $0) }
      let smallest = (sparing.isEmpty ? order : sparing).min {
        members[$0].count < members[$1].count
      }
      if let smallest { choice.take(smallest) }
    }
    return choice.rows
  }

  private func checkDivisible() throws {
    if members.count < 2 {
      throw DatasetError(
        "cannot set rows aside: all \(rowCount) are of one group, which stays whole; expected 2 "
          + "groups or more")
    }
  }

  /// Groups chosen for a held-out part.
  private struct Choice {
    private let groups: WholeGroups
    /// The number of rows that is asked for.
    private let size: Int
    /// Whether each group is chosen.
    private(set) var isTaken: [Bool]
    /// The number of rows chosen.
    private(set) var rowCount = 0
    /// The number of rows chosen of each class.
    private var classCounts: [Int]

    init(of groups: WholeGroups, size: Int) {
      self.groups = groups
      self.size = size
      isTaken = [Bool](repeating: false, count: groups.members.count)
      classCounts = [Int](repeating: 0, count: groups.classSizes.count)
    }

    /// The rows chosen, in their order.
    var rows: [Int] {
      groups.members.indices.filter { isTaken[$0] }.flatMap { groups.members[$0] }.sorted()
    }

    mutating func take(_ group: Int) {
      isTaken[group] = true
      rowCount += groups.members[group].count
      for part in groups.parts[group] { classCounts[part.label] += part.count }
    }

    /// Whether the number of rows is closer to `size` with `group`.
    func isCloser(with group: Int) -> Bool {
      abs(rowCount + groups.members[group].count - size) < abs(rowCount - size)
    }

    /// Whether the classes are closer to their shares of `size` with `group`: Σ (found − wanted)² /
    /// (rows of the class) falls.
    func isMoreEven(with group: Int) -> Bool {
      let share = Double(size) / Double(groups.rowCount)
      let growth = groups.parts[group].reduce(0.0) { sum, part in
        let total = Double(groups.classSizes[part.label])
        let found = Double(classCounts[part.label])
        let added = Double(part.count)
        return sum + added * (2 * (found - share * total) + added) / total
      }
      return growth < 0
    }

    /// Whether every class has rows that are not chosen when `group` is.
    func keepsClasses(without group: Int) -> Bool {
      groups.parts[group].allSatisfy { part in
        classCounts[part.label] + part.count < groups.classSizes[part.label]
      }
    }
  }
}

// MARK: - Folds

extension WholeGroups {
  /// The fold of each row; of groups of one size, the one that occurs first comes first.
  func folds(_ foldCount: Int) throws -> [Int] {
    try folds(foldCount, order: Array(members.indices))
  }

  /// The fold of each row; groups of one size come in random order.
  func folds(_ foldCount: Int, using random: inout some RandomStream) throws -> [Int] {
    try folds(foldCount, order: random.permutation(members.count))
  }

  private func folds(_ foldCount: Int, order: [Int]) throws -> [Int] {
    if members.count < foldCount {
      throw DatasetError(
        "cannot make \(foldCount) folds of \(counted(members.count, "group")), which stay whole: "
          + "expected at most as many folds as groups")
    }
    let classCount = classSizes.count
    let scales = classSizes.map { 1 / (Double($0) * Double($0)) }
    // [foldCount, classCount]
    var classCounts = [Int](repeating: 0, count: foldCount * classCount)
    var rowCounts = [Int](repeating: 0, count: foldCount)
    var folds = [Int](repeating: 0, count: rowCount)
    var ordersBySize = [[Int]](repeating: [], count: (members.map(\.count).max() ?? 0) + 1)
    for group in order { ordersBySize[members[group].count].append(group) }
    for group in ordersBySize.reversed().joined() {
      // With g rows of a class of t joining the c of a fold, the sum of squares Σ (c / t)² grows by
      // g (2 c + g) / t², of which only g c / t² differs among the folds.
      var best = (growth: Double.infinity, rows: Int.max, fold: 0)
      for fold in 0..<foldCount {
        var growth = 0.0
        for part in parts[group] {
          let found = classCounts[fold * classCount + part.label]
          growth += Double(part.count) * Double(found) * scales[part.label]
        }
        if (growth, rowCounts[fold]) < (best.growth, best.rows) {
          best = (growth, rowCounts[fold], fold)
        }
      }
      for part in parts[group] { classCounts[best.fold * classCount + part.label] += part.count }
      rowCounts[best.fold] += members[group].count
      for row in members[group] { folds[row] = best.fold }
    }
    return folds
  }
}
