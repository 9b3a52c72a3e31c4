import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Tasks, weights and groups of loaded data")
struct TaskTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ targets: DatasetTargets, _ part: String = "train") throws {
    let features = Features(.bytes([UInt8](repeating: 1, count: targets.count)), exampleShape: [1])
    try IDX.write(features, to: directory.file("\(part)-images"))
    try IDX.write(targets, to: directory.file("\(part)-labels"))
  }

  private func loadingError(
    task: TargetKind? = nil, weights: String? = nil, groups: String? = nil
  ) -> FileError? {
    #expect(throws: FileError.self) {
      try DatasetLibrary.load(directory.path, task: task, weights: weights, groups: groups)
    }
  }

  @Test("A folder's targets are what their files have, or what the task says")
  func folders() throws {
    try write(.numbers([1, 0, 1], names: ["value"]))
    try write(.numbers([2, 5], names: ["value"]), "test")
    let data = try DatasetLibrary.load(directory.path)
    #expect(data.training.targets == .numbers([1, 0, 1], names: ["value"]))
    let classes = try DatasetLibrary.load(directory.path, task: .classes)
    #expect(classes.training.targets == .classes([1, 0, 1], names: (0..<6).map(String.init)))
    #expect(classes.test?.labels == [2, 5])
    #expect(try DatasetLibrary.loadTest(directory.path, task: .classes).labels == [2, 5])
    #expect(loadingError(task: .labels)?.message == "expected labels, each 0 or 1, found 2")
  }

  @Test("Test targets are of the training set's kind and have as many columns")
  func testTargets() throws {
    try write(.numbers([1.5, 0, 1], names: ["value"]))
    try write(.classes([2, 5], names: (0..<6).map(String.init)), "test")
    #expect(
      try DatasetLibrary.load(directory.path).test?.targets == .numbers([2, 5], names: ["value"]))
    try write(.numbers([1, 2, 3, 4], names: ["0", "1"]), "test")
    #expect(
      loadingError()?.description
        == "\(directory.file("test-labels")): byte 4: expected targets like the training set's, "
        + "a number, found 2 numbers")
  }

  @Test("Class names that are given make the targets classes")
  func namedClasses() throws {
    try write(.numbers([1, 0], names: ["value"]))
    let files = try IDX.readDirectory(directory.path, classNames: ["a", "b"])
    #expect(files.training?.targets == .classes([1, 0], names: ["a", "b"]))
  }

  @Test("Weights and groups are files by path, or by name within the folder")
  func weights() throws {
    try write(.classes([1, 0, 1], names: ["0", "1"]))
    try IDX.write(numbers: [0.5, 0, 2], to: directory.file("weights"))
    try IDX.write(groups: [4, 4, -1], to: directory.file("groups"))
    for prefix in ["", directory.path + "/"] {
      let data = try DatasetLibrary.load(
        directory.path, weights: prefix + "weights", groups: prefix + "groups")
      #expect(data.training.weights == [0.5, 0, 2])
      #expect(data.training.groups == [4, 4, -1])
      #expect(data.training.labels == [1, 0, 1])
    }
    let plain = try DatasetLibrary.load(directory.path).training
    #expect(plain.weights == nil && plain.groups == nil)
  }

  @Test("Too few weights or groups, only zeros, and files that are missing are refused")
  func badWeights() throws {
    try write(.classes([1, 0, 1], names: ["0", "1"]))
    try IDX.write(numbers: [1, 2], to: directory.file("weights"))
    #expect(
      loadingError(weights: "weights")?.description
        == "\(directory.file("weights")): byte 4: expected a weight for each of the 3 training rows, "
        + "found 2")
    try IDX.write(groups: [1, 2, 3, 4], to: directory.file("groups"))
    #expect(
      loadingError(groups: "groups")?.message
        == "expected a group for each of the 3 training rows, found 4")
    try IDX.write(numbers: [0, 0, 0], to: directory.file("weights"))
    #expect(
      loadingError(weights: "weights")?.message == "expected a weight above 0, found only 0")
    #expect(loadingError(weights: "none")?.path == "none")
  }

  @Test("Built-in labels become numbers, and weights are added by path")
  func digits() throws {
    let weights = directory.file("weights")
    try IDX.write(numbers: (0..<1500).map { Double($0) }, to: weights)
    let data = try DatasetLibrary.load("digits", task: .numbers, weights: weights)
    #expect(
      data.training.targets
        == .numbers(Digits.training.labels.map { Double($0) }, names: ["value"]))
    #expect(data.training.weights?.last == 1499)
    #expect(data.test?.schema == TargetSchema(.numbers, names: ["value"]))
    #expect(try DatasetLibrary.loadTest("digits", task: .numbers).schema.kind == .numbers)
    let error = #expect(throws: DatasetError.self) {
      try DatasetLibrary.load("digits", task: .labels)
    }
    #expect(error?.message == "expected two classes to make a label of, found 10 classes")
  }

  // MARK: Conversion

  private func converted(_ targets: DatasetTargets, _ kind: TargetKind) throws -> DatasetTargets {
    let features = Features(.bytes([UInt8](repeating: 1, count: targets.count)), exampleShape: [1])
    let weights = (0..<targets.count).map { Double($0) }
    let dataset = Dataset(
      features, targets: targets, weights: weights, groups: weights.map { Int($0) })
    let converted = try dataset.converted(to: kind)
    #expect(converted.weights == weights && converted.groups == dataset.groups)
    return converted.targets
  }

  @Test("Targets are converted where their values allow it")
  func conversions() throws {
    let classes = DatasetTargets.classes([1, 0, 1], names: ["no", "yes"])
    let numbers = DatasetTargets.numbers([1, 0, 1], names: ["value"])
    #expect(try converted(classes, .classes) == classes)
    #expect(try converted(classes, .numbers) == numbers)
    #expect(try converted(classes, .labels) == .labels([1, 0, 1], names: ["yes"]))
    #expect(try converted(numbers, .classes) == .classes([1, 0, 1], names: ["0", "1"]))
    #expect(try converted(numbers, .labels) == .labels([1, 0, 1], names: ["value"]))
    let label = DatasetTargets.labels([0, 0, 0], names: ["a"])
    #expect(try converted(label, .classes) == .classes([0, 0, 0], names: ["0", "1"]))
    let labels = DatasetTargets.labels([0, 1, 1, 1], names: ["a", "b"])
    #expect(try converted(labels, .numbers) == .numbers([0, 1, 1, 1], names: ["a", "b"]))
    #expect(try converted(.numbers([0, 1, 1, 1], names: ["a", "b"]), .labels) == labels)
  }

  @Test("Targets whose values do not allow it are refused with value and row")
  func refused() {
    let half = DatasetTargets.numbers([1, 0, 0.5], names: ["price"])
    #expect(
      throws: DatasetError(
        "expected a class, a whole number from 0 to 65535, found 0.5 in row 2, column price")
    ) { try converted(half, .classes) }
    let columns = DatasetTargets.numbers([1, 0, 1, 2], names: ["a", "b"])
    #expect(throws: DatasetError("expected a label, 0 or 1, found 2 in row 1, column b")) {
      try converted(columns, .labels)
    }
    #expect(
      throws: DatasetError("expected one column of targets to make classes of, found 2 numbers")
    ) { try converted(columns, .classes) }
  }
}
