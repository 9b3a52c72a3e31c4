import PerceptronDatasets
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Validation splits")
struct SplitTests {
  let dataset: Dataset

  init() {
    let features = Features(.doubles((0..<100).map { Double($0) }), exampleShape: [1])
    dataset = Dataset(features, labels: Samples.labels(count: 100))
  }

  /// The rows of the whole that a part has; a feature is its row's number.
  private func rows(_ part: Dataset) -> [Int] { Samples.rows(part.features).map { Int($0[0]) } }

  @Test(
    "Both parts together are the whole, in order, sharing its features",
    arguments: [
      0, 1, 10, 33, 99,
    ])
  func partition(count: Int) throws {
    var random = SeededRandom(seed: 5)
    for split in [
      try dataset.splitLast(count), try dataset.splitRandomly(count, using: &random),
      try dataset.splitStratified(count, using: &random),
    ] {
      let (training, validation) = (rows(split.training), rows(split.validation))
      #expect(validation.count == count)
      #expect((training + validation).sorted() == Array(0..<100))
      #expect(training == training.sorted() && validation == validation.sorted())
      #expect(split.training.labels == training.map { dataset.labels[$0] })
      #expect(split.validation.classNames == dataset.classNames)
      #expect(Samples.address(split.training.features) == Samples.address(dataset.features))
    }
  }

  @Test("The last rows are the last rows")
  func last() throws {
    #expect(rows(try dataset.splitLast(3).validation) == [97, 98, 99])
  }

  @Test("A random split is a function of its stream")
  func seeds() throws {
    func validation(_ seed: UInt64, stratified: Bool) throws -> [Int] {
      var random = SeededRandom(seed: seed)
      let split =
        try stratified
        ? dataset.splitStratified(20, using: &random) : dataset.splitRandomly(20, using: &random)
      return rows(split.validation)
    }
    for stratified in [true, false] {
      #expect(try validation(1, stratified: stratified) == validation(1, stratified: stratified))
      #expect(try validation(1, stratified: stratified) != validation(2, stratified: stratified))
    }
  }

  @Test("A stratified split gives every class its share to less than one row", arguments: 0..<100)
  func balance(count: Int) throws {
    var random = SeededRandom(seed: UInt64(count))
    let split = try dataset.splitStratified(count, using: &random)
    for (part, whole) in zipped(split.validation.classCounts, dataset.classCounts) {
      #expect(abs(Double(part) - Double(whole * count) / 100) < 1)
    }
  }

  @Test(
    "Every class keeps a row to train on, however few it has", arguments: [1, 2, 3, 20, 50, 94])
  func rareClasses(count: Int) throws {
    let labels = (0..<100).map { $0 < 95 ? 0 : $0 - 94 }
    let rare = Dataset(dataset.features, labels: labels)
    for seed in 0..<20 as Range<UInt64> {
      let split = try rare.split(count, by: .stratified(seed: seed))
      #expect(split.validation.count == count)
      #expect(split.training.classCounts.allSatisfy { $0 > 0 })
    }
  }

  @Test("Rows that rare classes lack are taken from the others in proportion to their sizes")
  func proportionalRest() throws {
    let labels =
      (0..<50).map { $0 } + [Int](repeating: 50, count: 10) + [Int](repeating: 51, count: 1000)
    let features = Features(.bytes([UInt8](repeating: 0, count: labels.count)), exampleShape: [1])
    let split = try Dataset(features, labels: labels).split(530, by: .stratified(seed: 0))
    #expect(split.validation.classCounts == [Int](repeating: 0, count: 50) + [5, 525])
  }

  @Test("A split by a rule is the one that the rule names")
  func rules() throws {
    #expect(rows(try dataset.split(3, by: .last).validation) == [97, 98, 99])
    var random = SeededRandom(seed: 7, purpose: "validation split")
    #expect(
      rows(try dataset.split(20, by: .stratified(seed: 7)).validation)
        == rows(try dataset.splitStratified(20, using: &random).validation))
  }

  @Test("A share holds out as many rows as its number")
  func shares() throws {
    for rule in [ValidationSplit.last, .stratified(seed: 7)] {
      let share = try dataset.split(.share(0.2), by: rule)
      #expect(rows(share.validation) == rows(try dataset.split(20, by: rule).validation))
    }
    #expect(throws: DatasetError.self) { try dataset.split(.share(1), by: .last) }
  }

  @Test("Test rows are drawn from a stream of their own")
  func heldOutTest() throws {
    let (training, test) = try dataset.holdOutTest(.rows(20), by: .stratified(seed: 7))
    #expect((rows(training) + rows(test)).sorted() == Array(0..<100))
    #expect(rows(training) == rows(training).sorted())
    var random = SeededRandom(seed: 7, purpose: "test split")
    #expect(rows(test) == rows(try dataset.splitStratified(20, using: &random).validation))
    #expect(rows(test) != rows(try dataset.split(20, by: .stratified(seed: 7)).validation))
    #expect(rows(try dataset.holdOutTest(.share(0.03), by: .last).test) == [97, 98, 99])
  }

  @Test("Numbers and several labels are shuffled without regard to their values")
  func otherTargets() throws {
    for targets in [
      DatasetTargets.numbers((0..<100).map { Double($0) }, names: ["value"]),
      .labels((0..<200).map { Double($0 % 2) }, names: ["a", "b"]),
    ] {
      let dataset = Dataset(dataset.features, targets: targets)
      var random = SeededRandom(seed: 7, purpose: "validation split")
      let split = try dataset.split(20, by: .stratified(seed: 7))
      #expect(
        rows(split.validation)
          == rows(try dataset.splitRandomly(20, using: &random).validation))
      #expect(split.training.count == 80)
    }
  }

  @Test("A class of which only the held-out rows are left is refused by name")
  func noTrainingRows() throws {
    let sorted = Dataset(dataset.features, labels: (0..<100).map { $0 / 10 })
    let error = #expect(throws: DatasetError.self) { try sorted.split(20, by: .last) }
    #expect(
      error?.message
        == "class 8 has no rows to train on: all 10 of them are among the 20 rows held "
        + "out for validation, the last ones; a stratified split keeps some of every class")
    _ = try sorted.split(20, by: .stratified(seed: 0))
    // A class of which there are no rows at all is no fault of the split.
    _ = try sorted.naming(classes: (0..<11).map(String.init)).split(5, by: .last)
  }

  @Test("A class that has no rows stays without")
  func emptyClass() throws {
    var random = SeededRandom(seed: 1)
    let named = dataset.naming(classes: ["a", "b", "c", "d"])
    let split = try named.splitStratified(50, using: &random)
    #expect(split.validation.classCounts[3] == 0)
  }

  @Test(
    "A count that leaves nothing to train on is refused with both counts",
    arguments: [
      -1, 100, 101, Int.max, Int.min,
    ])
  func badCounts(count: Int) {
    var random = SeededRandom(seed: 1)
    let error = #expect(throws: DatasetError.self) { try dataset.splitLast(count) }
    #expect(error?.message.contains("cannot set \(count) of 100 examples aside") == true)
    #expect(error?.localizedDescription == error?.message)
    #expect(throws: DatasetError.self) { try dataset.splitRandomly(count, using: &random) }
    #expect(throws: DatasetError.self) { try dataset.splitStratified(count, using: &random) }
    #expect(throws: DatasetError.self) { try dataset[rows: 0..<0].splitLast(0) }
  }
}
