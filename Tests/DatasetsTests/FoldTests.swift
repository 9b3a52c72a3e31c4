import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Folds")
struct FoldTests {
  /// A drawn number of rows, of classes of very different sizes, and of folds.
  struct Case {
    var rows: SplitRows
    var foldCount: Int

    init(_ index: Int, hasClasses: Bool = true) {
      var random = SeededRandom(seed: UInt64(index), purpose: "cases")
      foldCount = 2 + random.index(below: 9)
      let count = foldCount + random.index(below: 200)
      let classCount = 1 + random.index(below: 12)
      let classes = (0..<count).map { _ in
        min(random.index(below: classCount), random.index(below: classCount))
      }
      rows = SplitRows(count: count, classes: hasClasses ? classes : nil)
    }
  }

  private func folds(_ rows: SplitRows, _ count: Int, seed: UInt64) throws -> [Int] {
    var random = SeededRandom(seed: seed)
    return try rows.folds(count, using: &random)
  }

  private func sizes(_ folds: some Sequence<Int>, _ count: Int) -> [Int] {
    folds.reduce(into: [Int](repeating: 0, count: count)) { $0[$1] += 1 }
  }

  private func spread(_ counts: [Int]) -> Int { (counts.max() ?? 0) - (counts.min() ?? 0) }

  @Test("Fold sizes, and the counts of any class, differ by at most one", arguments: 0..<200)
  func even(index: Int) throws {
    for hasClasses in [true, false] {
      let sample = Case(index, hasClasses: hasClasses)
      let folds = try folds(sample.rows, sample.foldCount, seed: UInt64(index))
      #expect(folds.count == sample.rows.count)
      #expect(folds.allSatisfy { 0..<sample.foldCount ~= $0 })
      #expect(spread(sizes(folds, sample.foldCount)) <= 1)
      for label in Set(sample.rows.classes ?? []) {
        let ofClass = zip(folds, sample.rows.classes ?? []).filter { $1 == label }.map(\.0)
        #expect(spread(sizes(ofClass, sample.foldCount)) <= 1)
      }
    }
  }

  @Test("Folds are a function of the seed", arguments: [true, false])
  func seeds(hasClasses: Bool) throws {
    let rows = SplitRows(
      count: 100, classes: hasClasses ? Samples.labels(count: 100) : nil)
    #expect(try folds(rows, 5, seed: 1) == folds(rows, 5, seed: 1))
    #expect(try folds(rows, 5, seed: 1) != folds(rows, 5, seed: 2))
  }

  @Test("Folds in order are blocks, the larger ones first, as scikit-learn's KFold has them")
  func blocks() throws {
    #expect(
      try SplitRows(count: 11).foldsInOrder(4) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3])
    for index in 0..<50 {
      let sample = Case(index)
      let folds = try sample.rows.foldsInOrder(sample.foldCount)
      #expect(folds == folds.sorted())
      let sizes = sizes(folds, sample.foldCount)
      #expect(spread(sizes) <= 1 && sizes == sizes.sorted(by: >))
    }
  }

  @Test("As many folds as rows leave one out", arguments: [2, 3, 17])
  func leaveOneOut(count: Int) throws {
    #expect(try SplitRows(count: count).foldsInOrder(count) == Array(0..<count))
    let drawn = try folds(SplitRows(count: count), count, seed: 0)
    #expect(drawn.sorted() == Array(0..<count))
  }

  @Test(
    "Fewer than two folds, and more folds than rows, are refused",
    arguments: [
      (-1, 9, "cannot make -1 folds: expected 2 or more"),
      (1, 9, "cannot make 1 fold: expected 2 or more"),
      (10, 9, "cannot make 10 folds of 9 rows: expected at most as many folds as rows"),
      (2, 1, "cannot make 2 folds of 1 row: expected at most as many folds as rows"),
      (2, 0, "cannot make 2 folds of 0 rows: expected at most as many folds as rows"),
    ])
  func refused(foldCount: Int, rows: Int, message: String) {
    let rows = SplitRows(count: rows)
    let drawn = #expect(throws: DatasetError.self) { try folds(rows, foldCount, seed: 0) }
    let inOrder = #expect(throws: DatasetError.self) { try rows.foldsInOrder(foldCount) }
    #expect(drawn?.message == message && inOrder?.message == message)
  }

  // MARK: Of data sets

  /// A data set of which a feature is its row's number.
  private func dataset(_ targets: DatasetTargets) -> Dataset {
    let numbers = (0..<targets.count).map { Double($0) }
    return Dataset(Features(.doubles(numbers), exampleShape: [1]), targets: targets)
  }

  private func rows(_ part: Dataset) -> [Int] { Samples.rows(part.features).map { Int($0[0]) } }

  static let targets: [DatasetTargets] = [
    .classes(Samples.labels(count: 60), names: ["a", "b", "c"]),
    .numbers((0..<120).map { Double($0) / 7 }, names: ["x", "y"]),
    .labels((0..<180).map { Double($0 % 2) }, names: ["x", "y", "z"]),
  ]

  @Test("Every row is validated in one fold and trained on in the others", arguments: targets)
  func partition(targets: DatasetTargets) throws {
    let dataset = dataset(targets)
    for rule in [ValidationSplit.last, .stratified(seed: 4)] {
      let folds = try dataset.folds(7, by: rule)
      #expect(folds.count == 7)
      #expect(folds.flatMap { rows($0.validation) }.sorted() == Array(0..<60))
      for fold in folds {
        let (training, validation) = (rows(fold.training), rows(fold.validation))
        #expect((training + validation).sorted() == Array(0..<60))
        #expect(training == training.sorted() && validation == validation.sorted())
        #expect(fold.training.schema == targets.schema)
        if case .numbers(let values, _) = fold.validation.targets {
          #expect(values.first == Double(validation[0]) * 2 / 7)
        }
      }
      #expect(rule != .last || folds.flatMap { rows($0.validation) } == Array(0..<60))
    }
  }

  @Test("A class with fewer rows than folds is spread; with a single one, it is refused by name")
  func rareClass() throws {
    let few = dataset(.classes((0..<20).map { $0 < 2 ? 1 : 0 }, names: ["many", "few"]))
    let folds = try few.folds(5, by: .stratified(seed: 0))
    #expect(folds.map { $0.validation.classCounts[1] }.sorted() == [0, 0, 0, 1, 1])
    let single = dataset(.classes((0..<20).map { $0 == 19 ? 1 : 0 }, names: ["many", "single"]))
    let error = #expect(throws: DatasetError.self) { try single.folds(5, by: .last) }
    #expect(
      error?.message
        == "fold 5 of 5: class single has no rows to train on: all 1 of them are among the 4 rows "
        + "held out for validation; a stratified split keeps some of every class")
  }
}
