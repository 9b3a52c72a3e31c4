import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Targets in NumPy arrays")
struct NumPyTargetTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func archive(_ training: Values, test: Values? = nil) throws -> String {
    let path = directory.file("data.npz")
    try NumPyArchive.write(to: path) { archive in
      for (part, values) in [("train", training), ("test", test)] {
        guard let values else { continue }
        let count = values.shape[0]
        let features = [UInt8](repeating: 1, count: count)
        try archive.add(bytes: features, shape: [count, 1], named: "x_\(part)")
        try values.add(to: &archive, named: "y_\(part)")
      }
    }
    return path
  }

  private func targets(
    _ training: Values, task: TargetKind? = nil, column: Int? = nil, classNames: [String]? = nil
  ) throws -> DatasetTargets {
    var request = DataRequest(try archive(training), task: task)
    request.reading.targetColumn = column
    request.expected.classNames = classNames
    return try DatasetLibrary.load(request).training.targets
  }

  private func error(
    _ training: Values, task: TargetKind? = nil, column: Int? = nil, classNames: [String]? = nil
  ) -> String? {
    let error = #expect(throws: FileError.self) {
      try targets(training, task: task, column: column, classNames: classNames)
    }
    #expect(error?.path == directory.file("data.npz/y_train.npy"))
    return error?.message
  }

  @Test("Integers are classes or labels by their shape, or what the task says")
  func integers() throws {
    let classes = DatasetTargets.classes([1, 0, 3], names: ["0", "1", "2", "3"])
    for values: Values in [
      .integers([1, 0, 3], [3]), .integers([1, 0, 3], [3, 1]), .bytes([1, 0, 3], [3]),
    ] {
      #expect(try targets(values) == classes)
      #expect(try targets(values, task: .classes) == classes)
      #expect(try targets(values, task: .numbers) == .numbers([1, 0, 3], names: ["value"]))
    }
    let columns = Values.integers([1, 0, 1, 1, 0, 0], [3, 2])
    #expect(try targets(columns) == .labels([1, 0, 1, 1, 0, 0], names: ["0", "1"]))
    #expect(
      try targets(columns, task: .numbers) == .numbers([1, 0, 1, 1, 0, 0], names: ["0", "1"]))
    #expect(try targets(.bytes([1, 0], [2]), task: .labels) == .labels([1, 0], names: ["0"]))
  }

  @Test("Floats are numbers, unless all are whole with up to 20 values")
  func floats() throws {
    let numbers = DatasetTargets.numbers([1, 0.5, 3], names: ["value"])
    #expect(try targets(.floats([1, 0.5, 3], [3])) == numbers)
    #expect(try targets(.doubles([1, 0.5, 3], [3, 1])) == numbers)
    let whole = Values.doubles([5, 0, -0.0, 5], [4])
    #expect(try targets(whole) == .classes([1, 0, 0, 1], names: ["0", "5"]))
    #expect(try targets(whole, task: .numbers) == .numbers([5, 0, 0, 5], names: ["value"]))
    let twenty = (0..<40).map { Double($0 % 20) }
    #expect(
      try targets(.doubles(twenty, [40]))
        == .classes((0..<40).map { $0 % 20 }, names: (0..<20).map(String.init)))
    let more = (0..<21).map { Double($0) }
    #expect(try targets(.doubles(more, [21])) == .numbers(more, names: ["value"]))
    #expect(try targets(.doubles(more, [21]), task: .classes).schema.names.count == 21)
    let columns = Values.doubles([1, 2.5, 0, 1], [2, 2])
    #expect(try targets(columns) == .numbers([1, 2.5, 0, 1], names: ["0", "1"]))
    #expect(
      try targets(.doubles([1, 0, 1, 1], [2, 2])) == .labels([1, 0, 1, 1], names: ["0", "1"]))
  }

  @Test("Rows with one 1 each are labels, or classes where the task says so")
  func oneHot() throws {
    for values: Values in [
      .integers([0, 1, 0, 0, 0, 1], [2, 3]), .floats([0, 1, 0, 0, 0, 1], [2, 3]),
    ] {
      let names = ["0", "1", "2"]
      #expect(try targets(values) == .labels([0, 1, 0, 0, 0, 1], names: names))
      #expect(try targets(values, task: .classes) == .classes([1, 2], names: names))
    }
    #expect(
      error(.integers([0, 1, 1, 1], [2, 2]), task: .classes)
        == "row 1: expected one 1 and else 0, for classes, found 2 that are 1")
    #expect(
      error(.integers([0, 1, 0, 0], [2, 2]), task: .classes)
        == "row 1: expected one 1 and else 0, for classes, found 0 that are 1")
    #expect(
      error(.integers([0, 1, 0, 2], [2, 2]), task: .classes)
        == "row 1, column 1: expected one 1 and else 0 in each row, for classes, found 2")
  }

  @Test("Classes that do not begin at 0 are named by their values, in their order")
  func otherClasses() throws {
    #expect(
      try targets(.integers([1, -1, 1], [3])) == .classes([1, 0, 1], names: ["-1", "1"]))
    #expect(
      try targets(.integers([26, 1, 3], [3])) == .classes([2, 0, 1], names: ["1", "3", "26"]))
    #expect(try targets(.doubles([-1, 1], [2])) == .classes([0, 1], names: ["-1", "1"]))
    #expect(
      try targets(.integers([0, 100_000], [2])) == .classes([0, 1], names: ["0", "100000"]))
  }

  @Test("The classes of both sets have the same names, and the training set tells the kind")
  func bothSets() throws {
    let classes = try DatasetLibrary.load(
      archive(.integers([1, 3], [2]), test: .integers([2, 3, 1], [3])))
    #expect(classes.training.targets == .classes([0, 2], names: ["1", "2", "3"]))
    #expect(classes.test?.targets == .classes([1, 2, 0], names: ["1", "2", "3"]))
    let numbered = try DatasetLibrary.load(
      archive(.integers([0, 1], [2]), test: .integers([4], [1])))
    #expect(numbered.training.classCount == 5 && numbered.test?.labels == [4])
    let numbers = try DatasetLibrary.load(
      archive(.doubles([1, 0.5], [2]), test: .doubles([1], [1])))
    #expect(numbers.test?.targets == .numbers([1], names: ["value"]))
    let path = try archive(.doubles([1, 2], [2]), test: .doubles([1, 0.5], [2]))
    let failed = #expect(throws: FileError.self) { try DatasetLibrary.load(path) }
    #expect(
      failed?.description
        == "\(path)/y_test.npy: row 1: expected a class, a whole number, found 0.5")
  }

  @Test("The classes of a model are found by name, or by number where names are no numbers")
  func expectedClasses() throws {
    let numbers = ["-1", "0", "1"]
    #expect(
      try targets(.integers([1, -1], [2]), classNames: numbers) == .classes([2, 0], names: numbers))
    let digits = (0..<10).map(String.init)
    #expect(
      try targets(.doubles([3, 9], [2]), classNames: digits) == .classes([3, 9], names: digits))
    let texts = ["cat", "dog", "owl"]
    #expect(
      try targets(.integers([1, 2], [2]), classNames: texts) == .classes([1, 2], names: texts))
    #expect(
      error(.integers([0, 2], [2]), classNames: numbers)
        == "expected one of the classes -1, 0, 1, or their numbers, found 2")
    #expect(
      error(.integers([0, 3], [2]), classNames: texts)
        == "expected one of the classes cat, dog, owl, or their numbers, found 3")
  }

  @Test("One column of several is learned")
  func column() throws {
    let values = Values.integers([5, 0, 6, 1, 7, 1], [3, 2])
    #expect(try targets(values, column: 1) == .classes([0, 1, 1], names: ["0", "1"]))
    #expect(try targets(values, column: 0) == .classes([0, 1, 2], names: ["5", "6", "7"]))
    #expect(error(values, column: 2) == "expected a column 2, counted from 0, found 2 columns")
  }

  @Test("Targets that are not what the task needs are refused with their row")
  func wrong() throws {
    #expect(
      error(.integers([0, 1, 2, 0], [2, 2]))
        == "row 1, column 0: expected labels, each 0 or 1, found 2; choose the task `numbers` where "
        + "they are numbers")
    #expect(
      error(.integers([0, 2], [2]), task: .labels) == "row 1: expected labels, each 0 or 1, found 2"
    )
    #expect(error(.doubles([1, .nan], [2])) == "row 1: expected a finite number, found nan")
    #expect(
      error(.doubles([1, .infinity, 2.5], [3])) == "row 1: expected a finite number, found inf")
    #expect(
      error(.doubles([1, 2.5], [2]), task: .classes)
        == "row 1: expected a class, a whole number, found 2.5")
    #expect(
      error(.integers([0, 1 << 53], [2]))?.hasPrefix("row 1: expected a class, a whole number")
        == true)
    let many = (1...65_537).map { $0 }
    #expect(
      error(.integers(many, [many.count]))
        == "expected at most 65536 classes, found 65537; choose the task `numbers` where they are numbers"
    )
  }
}

extension Values {
  fileprivate var shape: [Int] {
    switch self {
    case .floats(_, let shape), .doubles(_, let shape), .bytes(_, let shape),
      .integers(_, let shape):
      shape
    }
  }
}
