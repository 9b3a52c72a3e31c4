import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Tables")
struct TableTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String) throws -> String {
    try directory.write(Array(text.utf8), to: "table.csv")
  }

  private func table(
    _ text: String, weights: String? = nil, groups: String? = nil, expected: [FeatureColumn]? = nil,
    _ set: (inout ReadingOptions) -> Void = { _ in }
  ) throws -> Table {
    var options = ReadingOptions.none
    set(&options)
    return try Table(
      readingFrom: write(text), options: options, weights: weights, groups: groups,
      expected: expected)
  }

  private func error(
    _ text: String, task: TargetKind? = nil, weights: String? = nil, groups: String? = nil,
    expected: [FeatureColumn]? = nil, _ set: (inout ReadingOptions) -> Void = { _ in }
  ) -> String? {
    let error = #expect(throws: FileError.self) {
      _ = try table(text, weights: weights, groups: groups, expected: expected, set)
        .dataset(task: task)
    }
    return error?.message
  }

  private func numbers(_ features: Features) -> [Double] {
    guard case .doubles(let numbers) = features.storage else { return [] }
    return numbers
  }

  /// The numbers with -1 for each NaN.
  private func withoutNaN(_ numbers: [Double]) -> [Double] { numbers.map { $0.isNaN ? -1 : $0 } }

  /// A table of one column of features and `cells` as the target `t`.
  private func targets(_ cells: [String], task: TargetKind? = nil) throws -> DatasetTargets {
    let text = "x,t\n" + cells.map { "1,\($0)\n" }.joined()
    return try table(text) { $0.targets = ["t"] }.dataset(task: task).targets
  }

  // MARK: - Columns

  @Test("Numbers and categories are told apart, with missing cells among the features")
  func types() throws {
    let table = try table("size,city,is big,t\n1.5,Rome,true,a\nNA,Oslo,,b\n3,Rome,false,a\n") {
      $0.targets = ["t"]
    }
    #expect(table.rowCount == 3)
    #expect(table.columns.map(\.name) == ["size", "city", "is big", "t"])
    #expect(table.columns.map(\.type) == [.number, .category, .category, .category])
    #expect(table.columns.map(\.role) == [.feature, .feature, .feature, .target])
    #expect(table.columns.map(\.missingCount) == [1, 0, 1, 0])
    #expect(table.columns[1].categories == ["Oslo", "Rome"])
    let cells = numbers(table.features)
    #expect(withoutNaN(cells) == [1.5, 1, 1, -1, 0, -1, 3, 1, 0])
    #expect(
      table.features.columns == [
        FeatureColumn(name: "size"), FeatureColumn(name: "city", categories: ["Oslo", "Rome"]),
        FeatureColumn(name: "is big", categories: ["false", "true"]),
      ])
    #expect(try table.dataset().targets == .classes([0, 1, 0], names: ["a", "b"]))
  }

  @Test("Columns are chosen by name, by position, and in their order; the others are not read")
  func choosing() throws {
    let text = "a,b,3,d\n1,x y z,2,3\n4,?,5,6\n"
    let chosen = try table(text) { ($0.columns, $0.targets) = (["4", "a"], ["3"]) }
    #expect(chosen.columns.map(\.role) == [.feature, .ignored, .target, .feature])
    #expect(numbers(chosen.features) == [3, 1, 6, 4])
    #expect(try chosen.dataset().targets == .classes([0, 1], names: ["2", "5"]))
    let ignored = try table(text) { ($0.ignored, $0.targets) = (["b", "1"], ["d"]) }
    #expect(ignored.features.columns?.map(\.name) == ["3"])
  }

  @Test("A header can be missing: columns are then called by their numbers")
  func withoutHeader() throws {
    let table = try table("5.1,3.5,setosa\n4.9,3,virginica\n") { $0.targets = ["3"] }
    #expect(table.columns.map(\.name) == ["1", "2", "3"])
    #expect(try table.dataset().classNames == ["setosa", "virginica"])
  }

  @Test("A target is found by its name where none is chosen")
  func namedTarget() throws {
    for name in ["target", "Label", "CLASS", "y"] {
      #expect(try table("a,\(name)\n1,0\n2,1\n").dataset().featureCount == 1)
    }
    #expect(
      error("a,label,class\n1,0,2\n")
        == "expected a column of targets to be chosen (`target`), found the columns a, label, class"
    )
  }

  @Test(
    "Types can be chosen: numbers as categories, also many of them, and texts that look like dates")
  func chosenTypes() throws {
    let rows = (0..<1500).map { "\($0 % 3),t\($0),2026-11-29,0\n" }.joined()
    let table = try table("zip,name,day,t\n" + rows) {
      $0.targets = ["t"]
      $0.types = ["zip": .category, "2": .category, "day": .category]
    }
    #expect(table.columns[0].categories == ["0", "1", "2"])
    #expect(table.columns[1].categories?.count == 1500)
    #expect(table.columns[2].categories == ["2026-11-29"])
  }

  @Test("Weights and groups are read; groups are numbered as they come")
  func weightsAndGroups() throws {
    let set = try table(
      "x,w,who,t\n1,0.5,Bo,0\n2,0,Al,1\n3,2,Bo,1\n4,1,7,0\n", weights: "w", groups: "3"
    ) { $0.targets = ["t"] }.dataset()
    #expect(set.featureCount == 1)
    #expect(set.weights == [0.5, 0, 2, 1])
    #expect(set.groups == [0, 1, 0, 2])
  }

  @Test("The features that a model takes are found by name, with its types and in its order")
  func expected() throws {
    let columns = [FeatureColumn(name: "b", categories: ["7", "8"]), FeatureColumn(name: "a")]
    let text = "a,extra,b,t\n1,2026-01-01,9,0\n,x,7,1\n"
    let table = try table(text, expected: columns) { $0.targets = ["t"] }
    #expect(
      table.features.columns == [
        FeatureColumn(name: "b", categories: ["7", "9"]), FeatureColumn(name: "a"),
      ])
    #expect(withoutNaN(numbers(table.features)) == [1, 1, 0, -1])
    let features = try Table.features(readingFrom: write(text), columns: columns)
    #expect(features.columns == table.features.columns)
    #expect(withoutNaN(numbers(features)) == [1, 1, 0, -1])
    let further = columns + [FeatureColumn(name: "c"), FeatureColumn(name: "d")]
    #expect(
      error(text, expected: further)
        == "expected the columns c, d, found the columns a, extra, b, t")
  }

  @Test("What a further file of a model lacks does not matter where it is left out")
  func furtherFile() throws {
    let columns = [FeatureColumn(name: "a")]
    let table = try table("a,t\n1,0\n", expected: columns) {
      ($0.ignored, $0.types, $0.targets) = (["id", "t"], ["zip": .category], [])
    }
    #expect(table.columns.map(\.role) == [.feature, .ignored])
    #expect(
      error("a,t\n1,0\n", expected: columns) { $0.targets = ["a"] }
        == "column a is one of the model's features, and chosen as target")
  }

  @Test("Features come in blocks, also from a pipe")
  func blocks() throws {
    let rows = (0..<200).map { "\($0),n\($0 % 3)\n" }.joined()
    let path = try write("a,b\n" + rows)
    let columns = [FeatureColumn(name: "b", categories: []), FeatureColumn(name: "a")]
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    for blocks in [
      try FeatureBlocks(path: path, columns: columns, blockSize: 64),
      try FeatureBlocks(
        descriptor: descriptor, name: "standard input", columns: columns, blockSize: 64),
    ] {
      var found: [String] = []
      while let block = try blocks.next() {
        let names = block.columns?[0].categories ?? []
        let cells = numbers(block)
        for row in 0..<block.count {
          found.append("\(Int(cells[2 * row + 1])),\(names[Int(cells[2 * row])])\n")
        }
      }
      #expect(found.joined() == rows)
    }
    #expect(throws: FileError.self) {
      try FeatureBlocks(path: path, columns: [FeatureColumn(name: "c")])
    }
  }

  // MARK: - Targets

  @Test("A column of targets is classes, numbers or a label by its values and the task")
  func oneTarget() throws {
    #expect(try targets(["b", "10", "a"]) == .classes([2, 0, 1], names: ["10", "a", "b"]))
    #expect(try targets(["10", "9", "1e1"]) == .classes([1, 0, 1], names: ["9", "10"]))
    #expect(try targets(["1.0", "-1", "0"]) == .classes([2, 0, 1], names: ["-1", "0", "1"]))
    #expect(try targets(["1.5", "2", "3"]) == .numbers([1.5, 2, 3], names: ["t"]))
    let many = (0..<21).map { "\($0)" }
    #expect(try targets(many).schema.kind == .numbers)
    #expect(try targets(many.dropLast()).schema.names == many.dropLast())
    #expect(try targets(many, task: .classes).schema.names == many)
    #expect(try targets(["0", "1"], task: .numbers) == .numbers([0, 1], names: ["t"]))
    #expect(try targets(["0", "1"], task: .labels) == .labels([0, 1], names: ["t"]))
    #expect(try targets(["Yes", "no"], task: .labels) == .labels([1, 0], names: ["t"]))
    #expect(try targets(["Yes", "no"]) == .classes([0, 1], names: ["Yes", "no"]))
  }

  @Test("Several columns of targets are labels where all are true or false, else numbers")
  func severalTargets() throws {
    func several(_ text: String, task: TargetKind? = nil) throws -> DatasetTargets {
      try table("x,s,t\n" + text) { $0.targets = ["t", "s"] }.dataset(task: task).targets
    }
    #expect(try several("1,0,1\n1,0,0\n") == .labels([1, 0, 0, 0], names: ["t", "s"]))
    #expect(try several("1,0,True\n1,1,False\n") == .labels([1, 0, 0, 1], names: ["t", "s"]))
    #expect(try several("1,0,no\n1,1,no\n") == .labels([0, 0, 0, 1], names: ["t", "s"]))
    #expect(try several("1,0,1.5\n1,0,0\n") == .numbers([1.5, 0, 0, 0], names: ["t", "s"]))
    #expect(try several("1,0,1\n1,0,0\n", task: .numbers).schema.kind == .numbers)
    #expect(throws: FileError.self) { try several("1,0,a\n1,0,b\n") }
    #expect(throws: FileError.self) { try several("1,0,2\n1,0,1\n", task: .labels) }
    #expect(throws: FileError.self) { try several("1,0,2\n1,0,1\n", task: .classes) }
  }

  @Test("Targets that the task does not allow are refused with the value")
  func wrongTargets() {
    func refusal(_ cells: String, _ task: TargetKind) -> String? {
      error("x,t\n" + cells.split(separator: " ").map { "1,\($0)\n" }.joined(), task: task) {
        $0.targets = ["t"]
      }
    }
    #expect(refusal("a b", .numbers) == "column t: expected numbers, found a")
    #expect(
      refusal("1.5 2", .classes)
        == "column t: expected classes, at most 65536 whole numbers, found 1.5")
    #expect(
      refusal("0 2", .labels)
        == "column t: expected labels, each 0 or 1, false or true, or no or yes, found 2")
    #expect(refusal("a b", .labels)?.hasSuffix("found a") == true)
  }

  // MARK: - Errors

  @Test("Missing targets, weights and groups are refused with their line")
  func missingTargets() {
    #expect(
      error("x,t\n1,2\n3,\n") { $0.targets = ["t"] }
        == "line 3, column t: expected a target in every row, found nothing")
    #expect(
      error("x,t\n1,a\n3,NA\n") { $0.targets = ["t"] }
        == "line 3, column t: expected a target in every row, found \"NA\"")
    let text = "x,w,t\n1,1,2\n3,,4\n"
    #expect(
      error(text, weights: "w") { $0.targets = ["t"] }
        == "line 3, column w: expected a weight, a number from 0 up, found nothing")
    #expect(
      error(text, groups: "w") { $0.targets = ["t"] }
        == "line 3, column w: expected a group, found nothing")
    #expect(
      error("x,w,t\n1,1,2\n3,-1,4\n", weights: "w") { $0.targets = ["t"] }
        == "line 3, column w: expected a weight, a number from 0 up, found \"-1\"")
    #expect(
      error("x,w,t\n1,0,2\n", weights: "w") { $0.targets = ["t"] }
        == "expected a weight above 0, found only 0")
  }

  @Test("Columns that do not exist, have two roles, or share a name are refused")
  func wrongColumns() {
    let text = "a,b,t\n1,2,3\n"
    #expect(
      error(text) { $0.targets = ["c"] }
        == "expected a column c as target, found the columns a, b, t")
    #expect(error(text) { $0.ignored = ["4"] }?.hasPrefix("expected a column 4") == true)
    #expect(
      error(text) { ($0.targets, $0.columns) = (["t"], ["a", "3"]) }
        == "column t is chosen as feature, and as target")
    #expect(
      error(text) { $0.targets = ["t", "t"] } == "column t is chosen twice as target"
    )
    #expect(
      error("a,b,a,t\n1,2,3,4\n") { $0.targets = ["t"] }
        == "expected columns of different names, found columns 1 and 3 called a; rename one of them, "
        + "or leave it out by its position")
    #expect(
      error("a,b,a,t\n1,2,3,4\n") { ($0.targets, $0.columns) = (["t"], ["a"]) }?
        .hasSuffix("choose it by its position") == true)
    #expect(
      error("t\n1\n") { $0.targets = ["t"] }
        == "expected a column of features, found the column t")
  }

  @Test("Two columns of one name are fine where one of them is left out")
  func sameName() throws {
    let table = try table("a,b,a,t\n1,2,3,4\n") { ($0.targets, $0.ignored) = (["t"], ["3"]) }
    #expect(numbers(table.features) == [1, 2])
  }

  @Test("A column of missing cells alone is refused, and one whose first cells are missing is read")
  func missingColumns() throws {
    #expect(
      error("a,b,t\n1,,0\n2,NA,1\n") { $0.targets = ["t"] }
        == "column b: expected numbers or categories, found only missing cells; leave the column out (`ignore`)"
    )
    let empty = String(repeating: "1,,0\n", count: 300_000)
    let late = try table("a,b,t\n\(empty)2,red,1\n") { $0.targets = ["t"] }
    #expect(late.columns[1].categories == ["red"])
    #expect(late.columns[1].missingCount == 300_000)
    #expect(
      error("a,b,t\n\(empty)2,2026-11-29,1\n") { $0.targets = ["t"] }?.hasPrefix(
        "line 300002, column b: expected a number or a category, found \"2026-11-29\"; ") == true)
  }

  @Test(
    "Dates and times are refused with advice",
    arguments: [
      "2026-11-29", "2026/11/29", "29.11.2026", "11/29/26", "2026-11-29 16:45", "29 Nov 2026",
      "2026-11-29T16:45:00.5Z", "2026-11-29T16:45:00+02:00", "November 29, 2026", "7:05 PM",
      "16:45:09",
    ])
  func dates(text: String) {
    #expect(
      error("a,t\n\"\(text)\",0\n") { $0.targets = ["t"] }?.hasPrefix(
        "line 2, column a: expected a number or a category, found \"\(text)\"; dates are not read")
        == true)
  }

  @Test(
    "Categories that look a little like dates are categories",
    arguments: ["1-2-3-4", "a:b", "10:99", "2026-13-01", "May", "3/4", "A.1.2", "market 7"])
  func noDates(text: String) throws {
    #expect(try table("a,t\n\"\(text)\",0\n") { $0.targets = ["t"] }.columns[0].type == .category)
  }

  @Test("Texts among numbers, decimal commas and free text are refused with advice")
  func advice() {
    func refusal(_ cells: [String]) -> String? {
      error("a;t\n" + cells.map { "\($0);0\n" }.joined()) { $0.targets = ["t"] }
    }
    #expect(
      refusal(["1", "2", "?", "4"])
        == "line 4, column a: expected a number, as in most rows, found \"?\"; name it as a missing "
        + "value (`missing`), or choose the column's type category (`types`)")
    #expect(
      refusal(["1,5", "2,5"])
        == "line 2, column a: expected a number, found \"1,5\"; write numbers with a decimal point and "
        + "without thousands separators, or choose the column's type category (`types`)")
    #expect(refusal(["999", "1,234"])?.contains("found \"1,234\"; write numbers") == true)
    #expect(
      refusal((0..<60).map { "text \($0 % 31)" })
        == "column a: expected categories, found 31 different texts in 60 rows; leave the column out (`ignore`), "
        + "or choose its type category (`types`)")
    #expect(
      refusal((0..<5000).map { "text \($0 % 1001)" })
        == "column a: expected categories, found more than 1,000 different texts; leave the column "
        + "out (`ignore`), or choose its type category (`types`)")
  }

  @Test("Up to 1,000 categories, and one for every second row, are read")
  func manyCategories() throws {
    for (rows, names) in [(60, 30), (50, 50), (5000, 1000)] {
      let text = "a,t\n" + (0..<rows).map { "text \($0 % names),0\n" }.joined()
      let table = try table(text) { $0.targets = ["t"] }
      #expect(table.columns[0].categories?.count == names)
    }
  }

  @Test("A text below the first rows of a column of numbers is refused with advice")
  func lateText() {
    let rows = String(repeating: "1,0\n", count: 300_000)
    #expect(
      error("a,t\n\(rows)abc,1\n") { $0.targets = ["t"] }
        == "line 300002, column a: expected a number, as in the rows before, found \"abc\"; name it as "
        + "a missing value (`missing`), or choose the column's type category (`types`)")
  }

  @Test("A header alone, and a separator that is none, are refused")
  func other() {
    #expect(
      error("a,t\n") { $0.targets = ["t"] } == "expected a row below the header, found none")
    #expect(
      error("a,t\n1,2\n") { $0.separator = "::" }
        == "expected a separator of one character that stands in no number or text, such as a semicolon, found \"::\""
    )
  }

  @Test("100,000 columns are read")
  func wide() throws {
    let names = (0..<100_000).map { "c\($0)" }.joined(separator: ",")
    let row = (0..<100_000).map { "\($0 % 10)" }.joined(separator: ",")
    let table = try table("\(names)\n\(row)\n\(row)\n") { $0.targets = ["c99999"] }
    #expect(table.features.featureCount == 99_999)
    let sum = numbers(table.features).reduce(0, +)
    #expect(sum == 899_982)
  }

  // MARK: - Statistics

  @Test("The statistics of numbers leave missing cells out")
  func statistics() throws {
    let table = try table("a,b,c,t\n1,x,5,0.5\n,y,5,1.5\n4,x,5,2.5\n2,x,5,3.5\n") {
      $0.targets = ["t"]
    }
    let found = table.statistics(parts: 3)
    #expect(found[0]?.minimum == 1)
    #expect(found[0]?.maximum == 4)
    expectClose(found[0]?.mean ?? .nan, 7.0 / 3, tolerance: 1e-15)
    #expect(found[0]?.histogram == [1, 1, 1])
    #expect(found[1] == nil)
    #expect(found[2]?.histogram == [4, 0, 0])
    #expect(found[3]?.mean == 2)
  }
}
