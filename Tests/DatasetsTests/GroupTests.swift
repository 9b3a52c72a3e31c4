import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Groups in splits and folds")
struct GroupTests {
  /// Drawn rows: groups of different sizes, of which some are mostly of one class.
  struct Case {
    var rows: SplitRows
    var groupCount: Int

    init(_ index: Int, hasClasses: Bool) {
      var random = SeededRandom(seed: UInt64(index), purpose: "groups")
      let most = 2 + random.index(below: 60)
      let count = 2 + random.index(below: 300)
      let classCount = 1 + random.index(below: 5)
      // Squared, so that sizes differ; identifiers are any numbers.
      var groups = (0..<count).map { _ in
        let draw = random.uniform()
        return Int(draw * draw * Double(most)) * 1_000_003 - 17
      }
      groups[0] = -17
      groups[1] = 2_000_000
      let classes = groups.map { group in
        random.uniform() < 0.5 ? abs(group) % classCount : random.index(below: classCount)
      }
      rows = SplitRows(count: count, classes: hasClasses ? classes : nil, groups: groups)
      groupCount = Set(groups).count
    }
  }

  private func heldOut(_ rows: SplitRows, _ size: Int, seed: UInt64) throws -> [Int] {
    var random = SeededRandom(seed: seed)
    return try rows.heldOut(size, using: &random)
  }

  private func folds(_ rows: SplitRows, _ count: Int, seed: UInt64) throws -> [Int] {
    var random = SeededRandom(seed: seed)
    return try rows.folds(count, using: &random)
  }

  private func sizes(_ values: some Sequence<Int>) -> [Int: Int] {
    values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test("No group is in two folds, and no fold is empty", arguments: 0..<200)
  func foldsKeepGroups(index: Int) throws {
    for hasClasses in [true, false] {
      let sample = Case(index, hasClasses: hasClasses)
      let groups = try #require(sample.rows.groups)
      for foldCount in Set([2, 3, 5, sample.groupCount]) where foldCount <= sample.groupCount {
        let drawn = try folds(sample.rows, foldCount, seed: UInt64(index))
        for folds in [drawn, try sample.rows.foldsInOrder(foldCount)] {
          #expect(folds.count == sample.rows.count)
          #expect(Set(folds) == Set(0..<foldCount))
          let foldsOfGroup = zip(groups, folds).reduce(into: [Int: Set<Int>]()) {
            $0[$1.0, default: []].insert($1.1)
          }
          #expect(foldsOfGroup.values.allSatisfy { $0.count == 1 })
        }
      }
    }
  }

  @Test(
    "Without classes, folds differ by no more rows than the largest group has", arguments: 0..<100)
  func evenRows(index: Int) throws {
    let sample = Case(index, hasClasses: false)
    let largest = try #require(sizes(sample.rows.groups ?? []).values.max())
    for foldCount in [2, 3, 5] where foldCount <= sample.groupCount {
      for folds in [
        try folds(sample.rows, foldCount, seed: 1), try sample.rows.foldsInOrder(foldCount),
      ] {
        let counts = sizes(folds).values
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= largest)
      }
    }
  }

  @Test("Groups of one row are dealt as evenly as rows without groups", arguments: 0..<50)
  func singleRows(index: Int) throws {
    var random = SeededRandom(seed: UInt64(index), purpose: "single")
    let count = 20 + random.index(below: 200)
    let classes = (0..<count).map { _ in random.index(below: 3) }
    let rows = SplitRows(count: count, classes: classes, groups: Array(0..<count))
    let folds = try folds(rows, 4, seed: UInt64(index))
    for label in 0..<3 {
      let counts = sizes(zip(folds, classes).filter { $1 == label }.map(\.0))
      let all = (0..<4).map { counts[$0] ?? 0 }
      #expect((all.max() ?? 0) - (all.min() ?? 0) <= 1)
    }
  }

  @Test("Folds of groups keep the shares of the classes better than folds of shuffled groups")
  func stratified() throws {
    // 60 groups of 10 rows, each mostly of one of three classes.
    let groups = (0..<600).map { $0 / 10 }
    let classes = (0..<600).map { $0 % 10 < 8 ? ($0 / 10) % 3 : $0 % 3 }
    func deviation(_ folds: [Int]) -> Int {
      (0..<3).map { label in
        let counts = sizes(zip(folds, classes).filter { $1 == label }.map(\.0))
        return (0..<5).map { abs((counts[$0] ?? 0) - 40) }.max() ?? 0
      }.max() ?? 0
    }
    let balanced = SplitRows(count: 600, classes: classes, groups: groups)
    let shuffled = SplitRows(count: 600, groups: groups)
    for seed in 0..<20 as Range<UInt64> {
      #expect(try deviation(folds(balanced, 5, seed: seed)) <= 8)
    }
    #expect(
      try (0..<20 as Range<UInt64>).contains { try deviation(folds(shuffled, 5, seed: $0)) > 16 })
  }

  // import numpy as np; from sklearn.model_selection import GroupKFold
  // g = np.repeat(np.arange(10), [13, 1, 7, 22, 4, 9, 2, 16, 5, 11])
  // for i, (_, test) in enumerate(GroupKFold(4).split(g, groups=g)): print(i, np.unique(g[test]))
  @Test("Folds in order are those of scikit-learn's GroupKFold")
  func groupKFold() throws {
    let counts = [13, 1, 7, 22, 4, 9, 2, 16, 5, 11]
    let groups = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    let folds = try SplitRows(count: 90, groups: groups).foldsInOrder(4)
    let expected = [2, 1, 2, 0, 2, 3, 3, 1, 1, 3]
    #expect(folds == groups.map { expected[$0] })
  }

  @Test(
    "A held-out part has whole groups, as many rows as one more group can bring closer, never all",
    arguments: 0..<200)
  func heldOutGroups(index: Int) throws {
    for hasClasses in [true, false] {
      let sample = Case(index, hasClasses: hasClasses)
      let groups = try #require(sample.rows.groups)
      let count = sample.rows.count
      for size in Set([1, count / 5, count / 2, count - 1]) where size > 0 {
        let drawn = try heldOut(sample.rows, size, seed: UInt64(index))
        for rows in [drawn, try sample.rows.heldOutLast(size)] {
          #expect(rows == rows.sorted() && !rows.isEmpty && rows.count < count)
          let outside = Set(0..<count).subtracting(rows)
          #expect(Set(rows.map { groups[$0] }).isDisjoint(with: outside.map { groups[$0] }))
          if hasClasses { continue }
          let others = sizes(outside.map { groups[$0] })
          let gap = abs(rows.count - size)
          if others.count > 1 && rows == drawn {
            #expect(others.values.allSatisfy { abs(rows.count + $0 - size) >= gap })
          }
        }
      }
      #expect(try heldOut(sample.rows, 0, seed: 0) == [])
      #expect(try sample.rows.heldOutLast(0) == [])
    }
  }

  @Test("A drawn part leaves rows of every class that is in two groups", arguments: 0..<200)
  func classesStay(index: Int) throws {
    // Every class is in at least two groups, and every group has one class.
    let groups = (0..<120).map { $0 % 24 }
    let classes = groups.map { $0 % 12 < 8 ? 0 : $0 % 12 - 7 }
    let rows = SplitRows(count: 120, classes: classes, groups: groups)
    let held = try heldOut(rows, 1 + index % 118, seed: UInt64(index))
    #expect(Set(Set(0..<120).subtracting(held).map { classes[$0] }) == Set(classes))
  }

  @Test("A drawn part has about every class's share")
  func shares() throws {
    let groups = (0..<600).map { $0 / 5 }
    let classes = groups.map { $0 % 4 == 0 ? 1 : 0 }
    let rows = SplitRows(count: 600, classes: classes, groups: groups)
    for seed in 0..<20 as Range<UInt64> {
      let held = try heldOut(rows, 120, seed: seed)
      #expect(held.count == 120)
      #expect(abs(held.count { classes[$0] == 1 } - 30) <= 5)
    }
  }

  @Test("The last groups are those whose last rows come last")
  func last() throws {
    let rows = SplitRows(count: 8, groups: [3, 1, 1, 2, 2, 3, 5, 5])
    #expect(try rows.heldOutLast(1) == [6, 7])
    #expect(try rows.heldOutLast(2) == [6, 7])
    #expect(try rows.heldOutLast(4) == [0, 5, 6, 7])
    #expect(try rows.heldOutLast(5) == [0, 5, 6, 7])
    #expect(try rows.heldOutLast(7) == [0, 3, 4, 5, 6, 7])
  }

  @Test("Splits of groups are a function of the seed")
  func seeds() throws {
    let rows = SplitRows(
      count: 200, classes: Samples.labels(count: 200), groups: (0..<200).map { $0 / 5 })
    #expect(try folds(rows, 5, seed: 1) == folds(rows, 5, seed: 1))
    #expect(try folds(rows, 5, seed: 1) != folds(rows, 5, seed: 2))
    #expect(try heldOut(rows, 40, seed: 1) == heldOut(rows, 40, seed: 1))
    #expect(try heldOut(rows, 40, seed: 1) != heldOut(rows, 40, seed: 2))
  }

  @Test("Fewer groups than folds, or a single group, are refused")
  func refused() {
    let two = SplitRows(count: 6, groups: [0, 0, 0, 4, 4, 4])
    let message =
      "cannot make 3 folds of 2 groups, which stay whole: expected at most as many folds as groups"
    #expect(throws: DatasetError(message)) { try folds(two, 3, seed: 0) }
    #expect(throws: DatasetError(message)) { try two.foldsInOrder(3) }
    let one = SplitRows(count: 6, groups: [Int](repeating: 9, count: 6))
    let single = DatasetError(
      "cannot set rows aside: all 6 are of one group, which stays whole; expected 2 groups or more")
    #expect(throws: single) { try heldOut(one, 2, seed: 0) }
    #expect(throws: single) { try one.heldOutLast(2) }
  }

  @Test("A data set's groups stay together in splits, tests and folds")
  func ofDataset() throws {
    let features = Features(.doubles((0..<60).map { Double($0) }), exampleShape: [1])
    let groups = (0..<60).map { $0 / 4 }
    let dataset = Dataset(
      features, targets: .classes(Samples.labels(count: 60), names: ["a", "b", "c"]),
      groups: groups)
    for rule in [ValidationSplit.last, .stratified(seed: 2)] {
      let (rest, test) = try dataset.holdOutTest(.share(0.2), by: rule)
      #expect(test.count == 12 && rest.count == 48)
      #expect(Set(rest.groups ?? []).isDisjoint(with: test.groups ?? []))
      let splits = try dataset.folds(4, by: rule) + [rest.split(.rows(8), by: rule)]
      for split in splits {
        let training = Set(try #require(split.training.groups))
        #expect(training.isDisjoint(with: try #require(split.validation.groups)))
      }
    }
  }
}
