import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("IDX targets")
struct IDXTargetTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The codes of the element types and the bytes of each for some whole numbers.
  static let types: [(code: UInt8, bytes: @Sendable ([Int]) -> [UInt8])] = [
    (0x08, { $0.map { UInt8($0) } }),
    (0x09, { IDXTests.bigEndian($0.map { Int8($0) }) }),
    (0x0B, { IDXTests.bigEndian($0.map { Int16($0) }) }),
    (0x0C, { IDXTests.bigEndian($0.map { Int32($0) }) }),
    (0x0D, { IDXTests.bigEndian($0.map { Float($0).bitPattern }) }),
    (0x0E, { IDXTests.bigEndian($0.map { Double($0).bitPattern }) }),
  ]

  private func file(_ type: Int, _ extents: [UInt32], _ values: [Int]) throws -> String {
    let (code, bytes) = Self.types[type]
    return try directory.write(IDXTests.file(code, extents, bytes(values)), to: "a")
  }

  private func error(_ path: String, _ task: TargetKind? = nil) -> FileError? {
    #expect(throws: FileError.self) { try IDX.readTargets(path, task: task) }
  }

  @Test("A vector is classes or a number by its type, or what the task says", arguments: 0..<6)
  func vectors(type: Int) throws {
    let path = try file(type, [4], [1, 0, 1, 1])
    let classes = DatasetTargets.classes([1, 0, 1, 1], names: ["0", "1"])
    let numbers = DatasetTargets.numbers([1, 0, 1, 1], names: ["value"])
    #expect(try IDX.readTargets(path) == (type < 4 ? classes : numbers))
    #expect(try IDX.readTargets(path, task: .classes) == classes)
    #expect(try IDX.readTargets(path, task: .numbers) == numbers)
    #expect(
      try IDX.readTargets(path, task: .labels) == .labels([1, 0, 1, 1], names: ["0"]))
  }

  @Test("Columns are labels or numbers by their type, or what the task says", arguments: 0..<6)
  func columns(type: Int) throws {
    let path = try file(type, [2, 3], [1, 0, 1, 1, 0, 0])
    let names = ["0", "1", "2"]
    let labels = DatasetTargets.labels([1, 0, 1, 1, 0, 0], names: names)
    let numbers = DatasetTargets.numbers([1, 0, 1, 1, 0, 0], names: names)
    #expect(try IDX.readTargets(path) == (type < 4 ? labels : numbers))
    #expect(try IDX.readTargets(path, task: .labels) == labels)
    #expect(try IDX.readTargets(path, task: .numbers) == numbers)
    #expect(
      error(path, .classes)?.description
        == "\(path): byte 4: expected labels, of rank 1, found the extents [2, 3]; choose one of the "
        + "3 columns where that is the label")
  }

  @Test("One column of several is what a vector of it would be", arguments: 0..<6)
  func chosenColumn(type: Int) throws {
    let path = try file(type, [2, 3], [1, 0, 7, 1, 4, 0])
    for (column, values) in [[1, 1], [0, 4], [7, 0]].enumerated() {
      let numbers = DatasetTargets.numbers(values.map { Double($0) }, names: ["value"])
      #expect(try IDX.readTargets(path, task: .numbers, column: column) == numbers)
      let found = try IDX.readTargets(path, column: column)
      let names = (0...(values.max() ?? 0)).map { "\($0)" }
      #expect(found == (type < 4 ? .classes(values, names: names) : numbers))
    }
    let size = Self.types[type].bytes([0]).count
    let label = #expect(throws: FileError.self) {
      try IDX.readTargets(path, task: .labels, column: 1)
    }
    #expect(label?.byte == 12 + 4 * size)
    #expect(label?.message == "expected labels, each 0 or 1, found 4")
    for column in [-1, 3] {
      let missing = #expect(throws: FileError.self) { try IDX.readTargets(path, column: column) }
      #expect(
        missing?.description
          == "\(path): byte 4: expected targets with a column \(column), counted from 0, found 3 columns"
      )
    }
  }

  @Test("A column of numbers of rank 2 is one number", arguments: [4, 5])
  func oneColumn(type: Int) throws {
    let path = try file(type, [3, 1], [4, -2, 7])
    #expect(try IDX.readTargets(path) == .numbers([4, -2, 7], names: ["value"]))
  }

  @Test("Integers in columns that are not 0 or 1 are refused with advice", arguments: 0..<4)
  func integerColumns(type: Int) throws {
    let path = try file(type, [2, 2], [1, 0, 3, 1])
    let size = Self.types[type].bytes([0]).count
    let failed = error(path)
    #expect(failed?.byte == 12 + 2 * size)
    #expect(
      failed?.message
        == "expected labels, each 0 or 1, found 3; choose one of the 2 columns where that is the "
        + "label; choose the task `numbers` where they are numbers"
    )
    #expect(error(path, .labels)?.message == "expected labels, each 0 or 1, found 3")
    #expect(try IDX.readTargets(path, task: .numbers).values == [1, 0, 3, 1])
  }

  @Test(
    "Numbers that are not finite are refused with their byte", arguments: [Double.nan, .infinity])
  func notFinite(value: Double) throws {
    let doubles = IDXTests.bigEndian([1, value, 2].map(\.bitPattern))
    let double = try directory.write(IDXTests.file(0x0E, [3], doubles), to: "d")
    let floats = IDXTests.bigEndian([1, 1, 1, Float(value)].map(\.bitPattern))
    let float = try directory.write(IDXTests.file(0x0D, [2, 2], floats), to: "f")
    let found = value.isNaN ? "nan" : "inf"
    #expect(
      error(double)?.description == "\(double): byte 16: expected a finite number, found \(found)")
    #expect(error(float)?.byte == 24)
    #expect(throws: FileError.self) { try IDX.readNumbers(double) }
  }

  @Test(
    "Floats that are no classes are refused with their byte and value",
    arguments: [(1.5, "1.5"), (-1, "-1"), (65_536, "65536"), (.nan, "nan"), (1e300, "1e+300")]
      as [(Double, String)])
  func noClasses(value: Double, text: String) throws {
    let doubles = IDXTests.bigEndian([3, value].map(\.bitPattern))
    let path = try directory.write(IDXTests.file(0x0E, [2], doubles), to: "a")
    #expect(
      error(path, .classes)?.description
        == "\(path): byte 16: expected a label from 0 to 65535, found \(text)")
    let bounded = #expect(throws: FileError.self) {
      try IDX.readTargets(path, task: .classes, classCount: 3)
    }
    #expect(bounded?.description == "\(path): byte 8: expected a label from 0 to 2, found 3")
  }

  @Test("Targets of rank 3 or without columns are refused")
  func ranks() throws {
    for extents in [[2, 1, 1], [2, 0]] as [[UInt32]] {
      let values = extents.contains(0) ? [] : [1, 0]
      let path = try file(0, extents, values)
      #expect(
        error(path)?.description
          == "\(path): byte 4: expected targets, of rank 1 or with columns, found the extents "
          + "\(extents)")
    }
  }

  @Test("A file of targets cut anywhere is refused")
  func cuts() throws {
    for (code, bytes) in Self.types {
      for damage in Damage.cuts(of: IDXTests.file(code, [2, 2], bytes([1, 0, 0, 1]))) {
        let path = try directory.write(damage.bytes, to: "a")
        for task in [nil] + TargetKind.allCases {
          #expect(throws: FileError.self, "\(code) \(damage)") {
            try IDX.readTargets(path, task: task)
          }
        }
      }
    }
  }

  @Test("Weights are numbers of any type from 0", arguments: 0..<6)
  func weights(type: Int) throws {
    #expect(try IDX.readWeights(file(type, [3], [0, 2, 5])) == [0, 2, 5])
    #expect(try IDX.readNumbers(file(type, [3], [0, 2, 5])) == [0, 2, 5])
    if type > 0 {
      let path = try file(type, [3], [1, 2, -1])
      let error = #expect(throws: FileError.self) { try IDX.readWeights(path) }
      let byte = 8 + 2 * Self.types[type].bytes([0]).count
      #expect(
        error?.description
          == "\(path): byte \(byte): expected a weight, finite and 0 or more, found -1")
      #expect(try IDX.readNumbers(path) == [1, 2, -1])
    }
    let columns = try file(type, [1, 2], [1, 1])
    let error = #expect(throws: FileError.self) { try IDX.readWeights(columns) }
    #expect(error?.message == "expected weights, of rank 1, found the extents [1, 2]")
  }

  @Test("Groups are integers of any value; floats are refused", arguments: 0..<6)
  func groups(type: Int) throws {
    let values = type == 0 ? [9, 0, 9] : [9, -7, 9]
    let path = try file(type, [3], values)
    if type < 4 {
      #expect(try IDX.readGroups(path) == values)
    } else {
      let error = #expect(throws: FileError.self) { try IDX.readGroups(path) }
      #expect(error?.byte == 2)
      #expect(error?.message.hasPrefix("expected groups, which are integers, found float") == true)
    }
  }

  @Test(
    "Targets that are written are read back without a task",
    arguments: [
      .classes([2, 0, 1], names: ["0", "1", "2"]),
      .classes([300, 0], names: (0...300).map(String.init)),
      .numbers([0.1, -1e300, 3], names: ["value"]), .numbers([1, 2, 3, 4], names: ["0", "1"]),
      .labels([1, 0], names: ["0"]), .labels([1, 0, 0, 1, 1, 1], names: ["0", "1", "2"]),
    ] as [DatasetTargets])
  func writing(targets: DatasetTargets) throws {
    let path = directory.file("a")
    try IDX.write(targets, to: path)
    #expect(try IDX.readTargets(path) == targets)
  }

  @Test("Weights and groups that are written are read back")
  func writingOthers() throws {
    let path = directory.file("a")
    try IDX.write(numbers: [0.1, 0, 2], to: path)
    #expect(try IDX.readWeights(path) == [0.1, 0, 2])
    try IDX.write(groups: [3, -9, 3], to: path)
    #expect(try IDX.readGroups(path) == [3, -9, 3])
    let error = #expect(throws: FileError.self) { try IDX.write(groups: [1 << 40], to: path) }
    #expect(error?.message == "cannot write the group 1099511627776, which needs more than 32 bits")
  }
}
