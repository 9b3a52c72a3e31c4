import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@testable import PerceptronDatasets

@Suite("Data sets of NumPy arrays")
struct NumPyDatasetTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes an archive of some arrays of doubles, bytes or integers, and returns its path.
  private func archive(_ arrays: [(String, Values)]) throws -> String {
    let path = directory.file("data.npz")
    try NumPyArchive.write(to: path) { archive in
      for (name, values) in arrays { try values.add(to: &archive, named: name) }
    }
    return path
  }

  /// Writes each array to a file of its own in the folder, and returns the folder's path.
  private func folder(_ arrays: [(String, Values)]) throws -> String {
    for (name, values) in arrays { try values.write(to: directory.file(name + ".npy")) }
    return directory.path
  }

  private func error(
    _ path: String, _ options: ReadingOptions = .none, weights: String? = nil,
    groups: String? = nil, task: TargetKind? = nil
  ) -> FileError? {
    #expect(throws: FileError.self) {
      try DatasetLibrary.load(
        path, task: task, weights: weights, groups: groups, reading: options)
    }
  }

  private static let rows = Values.floats([1, 2, 3, 4, 5, 6], [3, 2])
  private static let labels = Values.integers([0, 1, 1], [3])
  private static let testRows = Values.floats([7, 8], [1, 2])
  private static let testLabels = Values.integers([1], [1])

  private static func options(
    features: String? = nil, target: String? = nil, column: Int? = nil
  ) -> ReadingOptions {
    var options = ReadingOptions()
    options.features = features
    options.targets = target.map { [$0] } ?? []
    options.targetColumn = column
    return options
  }

  // MARK: - Names

  @Test(
    "Features and targets of both sets are found by their names, in archives and folders",
    arguments: [
      ("x_train", "y_train", "x_test", "y_test"), ("X_train", "Y_train", "X_test", "Y_test"),
      ("train_images", "train_labels", "test_images", "test_labels"),
      ("train-data", "train-targets", "test-data", "test-targets"),
      ("xtrain", "ytrain", "xtest", "ytest"), ("X", "y", "X_test", "y_test"),
      ("features.training", "target.training", "features.testing", "target.testing"),
    ])
  func names(names: (String, String, String, String)) throws {
    let arrays = [
      (names.0, Self.rows), (names.1, Self.labels), (names.2, Self.testRows),
      (names.3, Self.testLabels), ("trainer", Values.integers([7], [1])),
      ("latest", Values.integers([7], [1])),
    ]
    for path in [try archive(arrays), try folder(arrays)] {
      let data = try DatasetLibrary.load(path)
      #expect(data.kind == .own && data.validationCount == 0)
      #expect(data.training.featureRows == [[1, 2], [3, 4], [5, 6]])
      #expect(data.training.labels == [0, 1, 1])
      #expect(data.test?.featureRows == [[7, 8]])
      #expect(data.test?.labels == [1])
    }
  }

  @Test("An archive or a folder may have a single set")
  func single() throws {
    let whole = try DatasetLibrary.load(archive([("data", Self.rows), ("target", Self.labels)]))
    #expect(whole.training.count == 3 && whole.test == nil)
    let path = try archive([("x_test", Self.rows), ("y_test", Self.labels)])
    #expect(try DatasetLibrary.loadTest(path).count == 3)
    #expect(error(path)?.message == "expected training files, found only a test set")
    let inFolder = try DatasetLibrary.load(folder([("X", Self.rows), ("y", Self.labels)]))
    #expect(inFolder.training.labels == [0, 1, 1])
  }

  @Test("Rows for validation are the last ones of the training set")
  func validation() throws {
    let data = try DatasetLibrary.load(
      archive([
        ("train_images", Self.rows), ("train_labels", Self.labels),
        ("val_images", .doubles([9, 10], [1, 2])), ("val_labels", .integers([2], [1, 1])),
        ("test_images", Self.testRows), ("test_labels", Self.testLabels),
      ]))
    #expect(data.training.featureRows == [[1, 2], [3, 4], [5, 6], [9, 10]])
    #expect(data.training.labels == [0, 1, 1, 2] && data.validationCount == 1)
    #expect(data.training.classNames == ["0", "1", "2"])
    #expect(data.test?.classNames == ["0", "1", "2"])
  }

  @Test("A file of features goes with a file of targets, from anywhere or beside it")
  func files() throws {
    _ = try folder([("measurements", Self.rows), ("outcomes", Self.labels)])
    let path = directory.file("measurements.npy")
    for target in [directory.file("outcomes.npy"), "outcomes.npy"] {
      let data = try DatasetLibrary.load(path, reading: Self.options(target: target))
      #expect(data.training.labels == [0, 1, 1])
    }
    #expect(
      error(path)?.message
        == "expected an array of targets, such as y_train, found measurements; choose one with `target`"
    )
    try directory.write(directory.gzip(directory.bytes(of: "measurements.npy")), to: "m.npy.gz")
    let data = try DatasetLibrary.load(
      directory.file("m.npy.gz"), reading: Self.options(target: "outcomes.npy"))
    #expect(data.training.featureRows == [[1, 2], [3, 4], [5, 6]])
  }

  @Test("Arrays are chosen by name; those named alike are the test set")
  func chosen() throws {
    let arrays = [
      ("small_train", Self.rows), ("small_test", Self.testRows),
      ("large_train", Values.floats([1, 2, 3], [3, 1])), ("y_train", Self.labels),
      ("y_test", Self.testLabels), ("age", Values.doubles([20.5, 30, 40], [3])),
    ]
    for (path, suffix) in [(try archive(arrays), ""), (try folder(arrays), ".npy")] {
      let small = Self.options(features: "small_train" + suffix)
      let data = try DatasetLibrary.load(path, format: .numpy, reading: small)
      #expect(data.training.labels == [0, 1, 1] && data.test?.featureRows == [[7, 8]])
      // There is no large_test, and no age of the test set.
      let large = Self.options(features: "large_train" + suffix)
      #expect(try DatasetLibrary.load(path, format: .numpy, reading: large).test == nil)
      let age = Self.options(features: "small_train" + suffix, target: "age" + suffix)
      let numbers = try DatasetLibrary.load(path, format: .numpy, reading: age)
      #expect(numbers.training.targets == .numbers([20.5, 30, 40], names: ["value"]))
      #expect(numbers.test == nil)
      let test = Self.options(features: "small_test", target: "y_test")
      let swapped = try DatasetLibrary.load(path, format: .numpy, reading: test)
      #expect(swapped.training.featureRows == [[7, 8]] && swapped.test == nil)
    }
  }

  @Test("Arrays that are missing or too many are told with what there is")
  func missing() throws {
    let y = ("y_train", Self.labels)
    let x = ("x_train", Self.rows)
    for (arrays, message) in [
      (
        [("a", Self.rows), ("b", Self.labels)],
        "expected an array of features, such as x_train, found a, b; choose one with `features`"
      ),
      (
        [x, ("b", Self.labels)],
        "expected an array of targets, such as y_train, found x_train, b; choose one with `target`"
      ),
      (
        [x, y, ("x_test", Self.rows)],
        "found x_test, expected its targets beside it, found x_train, y_train, x_test; choose an array "
          + "with `target`"
      ),
      (
        [x, y, ("train_images", Self.rows)],
        "expected one array of features, found x_train, train_images; choose one with `features`"
      ),
      (
        [x, y, ("X_train", Self.rows)],
        "expected one array of features, found x_train, X_train; choose one with `features`"
      ),
      (
        [("x_val", Self.rows), ("y_val", Self.labels)],
        "expected arrays of a training or a test set, found x_val, y_val"
      ),
      (
        [],
        "expected an array of features, such as x_train, found no arrays; choose one with `features`"
      ),
    ] as [([(String, Values)], String)] {
      #expect(error(try archive(arrays))?.message == message)
    }
    let path = try archive([x, y])
    #expect(
      error(path, Self.options(target: "z"))?.message
        == "expected an array named z, found x_train, y_train")
    var two = ReadingOptions()
    two.targets = ["a", "b"]
    #expect(
      error(path, two)?.message.hasPrefix("expected one array of targets, found a, b") == true)
    var separator = ReadingOptions()
    separator.separator = ","
    #expect(throws: UnsuitableOption(option: "separator", path: path, format: "NumPy arrays")) {
      try DatasetLibrary.load(path, reading: separator)
    }
  }

  // MARK: - Features

  /// A `.npy` file of two rows that NumPy wrote; `doubles` are the bits of its numbers.
  private struct Vector: Decodable {
    var name: String
    var file: Data
    var shape: [Int]
    var type: String
    private var doubles: String

    var bits: [UInt64] { doubles.split(separator: " ").compactMap { UInt64($0, radix: 16) } }

    static var all: [Vector] {
      struct Vectors: Decodable { var arrays: [Vector] }
      return Resource.decode(Vectors.self, from: "numpy").arrays.filter { $0.shape.first == 2 }
    }
  }

  @Test(
    "Features keep their bytes, and others become floats or doubles by their type, mapped or not")
  func types() throws {
    let small = ["bool", "int8", "int16", "uint16", "float16", "float32"]
    let vectors = Vector.all
    #expect(Set(vectors.map(\.type)).count == 12)
    for vector in vectors {
      let path = try directory.write([UInt8](vector.file), to: "x.npy")
      let part = try NumPyFeatures(NumPyArray(readingFrom: path))
      for isMapped in [false, true] {
        let features = try NumPyFeatures.read([part, part], isMapped: isMapped)
        let isInFile = if case .mapped = features.storage { true } else { false }
        #expect(isInFile == (isMapped && !part.array.isFortranOrder))
        let type: Features.ElementType =
          vector.type == "uint8" ? .bytes : small.contains(vector.type) ? .floats : .doubles
        #expect(features.elementType == type, "\(vector.name)")
        #expect(features.count == 4 && features.exampleShape == Array(vector.shape.dropFirst()))
        let numbers = (0..<4).flatMap { row in
          (0..<features.featureCount).map { features.number(row, $0).bitPattern }
        }
        #expect(numbers == vector.bits + vector.bits, "\(vector.name), mapped: \(isMapped)")
      }
    }
  }

  @Test("Files with different types of numbers are joined in the wider one, and not mapped")
  func mixedTypes() throws {
    try Values.floats([1, 2], [1, 2]).write(to: directory.file("a.npy"))
    try Values.doubles([0.1, 3], [1, 2]).write(to: directory.file("b.npy"))
    let parts = try ["a.npy", "b.npy"].map {
      try NumPyFeatures(NumPyArray(readingFrom: directory.file($0)))
    }
    let features = try NumPyFeatures.read(parts, isMapped: true)
    guard case .doubles(let elements) = features.storage else {
      Issue.record("expected doubles, found \(features)")
      return
    }
    #expect(elements == [1, 2, 0.1, 3])
  }

  @Test("A file that goes on after its numbers is not mapped")
  func mappedTrailing() throws {
    try Values.floats([1, 2], [1, 2]).write(to: directory.file("a.npy"))
    let path = try directory.write(directory.bytes(of: "a.npy") + [0], to: "b.npy")
    let failed = #expect(throws: FileError.self) {
      try NumPyFeatures.read([NumPyFeatures(NumPyArray(readingFrom: path))], isMapped: true)
    }
    #expect(
      failed?.description.hasSuffix("byte 136: expected the end of the file, found 1 more bytes")
        == true)
  }

  @Test(
    "Rows of two or three extents are pictures, where the shape can be one's",
    arguments: [
      ([2], [1], nil), ([2, 5], [5], nil), ([2, 4, 3], [4, 3], ImageShape(width: 3, height: 4)),
      ([2, 3, 4, 5], [3, 4, 5], ImageShape(width: 5, height: 4, channels: 3)),
      ([2, 1, 4, 5], [1, 4, 5], ImageShape(width: 5, height: 4, channels: 1)),
      (
        [2, 4, 5, 3], [4, 5, 3],
        ImageShape(width: 5, height: 4, channels: 3, layout: .interleaved)
      ),
      ([2, 4, 5, 6], [4, 5, 6], nil), ([2, 2, 2, 2, 2], [2, 2, 2, 2], nil),
    ] as [([Int], [Int], ImageShape?)])
  func shapes(shape: [Int], exampleShape: [Int], image: ImageShape?) throws {
    let bytes = [UInt8](repeating: 7, count: shape.reduce(1, *))
    let path = try archive([("x", .bytes(bytes, shape)), ("y", .integers([0, 1], [2]))])
    let training = try DatasetLibrary.load(path).training
    #expect(training.exampleShape == exampleShape && training.image == image)
    #expect(training.count == 2)
  }

  @Test("NaN in rows of numbers are missing cells of a table, and not in pictures")
  func missingCells() throws {
    let nan = Double.nan
    let path = try archive([
      ("x_train", .doubles([1, 2, 3, 4], [2, 2])), ("y_train", .integers([0, 1], [2])),
      ("x_test", .doubles([1, nan], [1, 2])), ("y_test", .integers([0], [1])),
    ])
    let columns = [FeatureColumn(name: "1"), FeatureColumn(name: "2")]
    let data = try DatasetLibrary.load(path)
    #expect(data.training.features.columns == columns && data.test?.features.columns == columns)
    #expect(data.test?.featureRows[0][1].isNaN == true)
    let complete = try archive([
      ("x", .doubles([1, 2, 3, 4], [2, 2])), ("y", .integers([0, 1], [2])),
    ])
    #expect(try DatasetLibrary.load(complete).training.features.columns == nil)
    let pictures = try archive([
      ("x", .doubles([1, nan, 3, 4], [1, 2, 2])), ("y", .integers([0], [1])),
    ])
    #expect(try DatasetLibrary.load(pictures).training.features.columns == nil)
  }

  @Test("The columns of a model are taken for those of arrays, unless they have categories")
  func expectedColumns() throws {
    let path = try archive([("x", Self.rows), ("y", Self.labels)])
    var request = DataRequest(path)
    request.expected.columns = [FeatureColumn(name: "age"), FeatureColumn(name: "height")]
    let data = try DatasetLibrary.load(request)
    #expect(data.training.features.columns?.map(\.name) == ["age", "height"])
    let alone = try DatasetLibrary.readFeatures(path, like: request.expected)
    #expect(alone.features.columns?.map(\.name) == ["age", "height"])
    request.expected.columns?[1].categories = ["short", "tall"]
    let failed = #expect(throws: FileError.self) { try DatasetLibrary.load(request) }
    #expect(failed?.message.hasPrefix("column height has categories") == true)
  }

  @Test("Numbers of rows, shapes and types that do not fit name both arrays")
  func mismatches() throws {
    let y = ("y_train", Self.labels)
    let x = ("x_train", Self.rows)
    let testLabels = ("y_test", Self.testLabels)
    for (arrays, message) in [
      (
        [x, ("y_train", .integers([0, 1], [2]))],
        "expected as many rows of features as of targets, found 3 in x_train and 2 in y_train"
      ),
      (
        [x, y, ("x_test", .floats([1, 2, 3], [1, 3])), testLabels],
        "expected examples of the shape [2], as in PATH/x_train.npy, found [3]"
      ),
      (
        [x, y, ("x_test", .bytes([1, 2], [1, 2])), testLabels],
        "expected numbers of the type float32, as in PATH/x_train.npy, found uint8"
      ),
      (
        [x, y, ("x_test", Self.testRows), ("y_test", .integers([0, 1], [1, 2]))],
        "expected targets of 1 column, as in PATH/y_train.npy, found 2"
      ),
      (
        [("x", .floats([1], [])), ("y", .integers([1], [1]))],
        "expected rows of features, found the shape []"
      ),
      (
        [("x", .floats([], [3, 0])), ("y", Self.labels)],
        "expected rows of features, found the shape [3, 0]"
      ),
      (
        [("x", Self.rows), ("y", .integers([1, 1, 1], [3, 1, 1]))],
        "expected targets, of rank 1 or with columns, found the shape [3, 1, 1]"
      ),
      (
        [("x", Self.rows), ("y", .integers([], [3, 0]))],
        "expected targets, of rank 1 or with columns, found the shape [3, 0]"
      ),
      (
        [("x", .floats([], [0, 2])), ("y", .integers([], [0]))], "the training set has no examples"
      ),
    ] as [([(String, Values)], String)] {
      let path = try archive(arrays)
      #expect(error(path)?.message == message.replacingOccurrences(of: "PATH", with: path))
    }
  }

  // MARK: - Prediction

  @Test("The features of a file are read alone")
  func featuresAlone() throws {
    func values(_ path: String, _ options: ReadingOptions = .none) throws -> Features.Storage {
      try DatasetLibrary.readFeatures(path, options: options).features.storage
    }
    let path = try archive([("x_test", Self.testRows), ("y_test", Self.testLabels)])
    #expect(try values(path).count == 2)
    #expect(try values(archive([("anything", Self.rows)])).count == 6)
    let both = try archive([("x_train", Self.rows), ("x_test", Self.testRows)])
    #expect(try values(both, Self.options(features: "x_test")).count == 2)
    let failed = #expect(throws: FileError.self) { try values(both) }
    #expect(
      failed?.message
        == "expected one array of features, found x_train, x_test; choose one with `features`")
    try Self.rows.write(to: directory.file("new.npy"))
    #expect(try values(directory.file("new.npy"), Self.options(features: "x_train")).count == 6)
  }

  // MARK: - Weights and groups

  @Test("Weights and groups are arrays by name, or files")
  func weights() throws {
    let arrays = [
      ("x", Self.rows), ("y", Self.labels), ("w", Values.floats([1, 0.5, 0], [3])),
      ("patient", Values.integers([7, -7, 7], [3])),
    ]
    for path in [try archive(arrays), try folder(arrays)] {
      let training = try DatasetLibrary.load(path, weights: "w", groups: "patient").training
      #expect(training.weights == [1, 0.5, 0] && training.groups == [7, -7, 7])
      let file = try DatasetLibrary.load(path, weights: directory.file("w.npy"), groups: nil)
      #expect(file.training.weights == [1, 0.5, 0] && file.training.groups == nil)
    }
  }

  @Test("Weights and groups that do not fit are refused with their array")
  func wrongWeights() throws {
    let path = try archive([
      ("x", Self.rows), ("y", Self.labels), ("short", .floats([1, 2], [2])),
      ("negative", .doubles([1, -2, 0], [3])), ("zero", .doubles([0, 0, 0], [3])),
      ("halves", .doubles([1, 1.5, 2], [3])),
    ])
    for (name, message) in [
      ("short", "expected a weight for each of the 3 training rows, found the shape [2]"),
      ("negative", "row 1: expected a weight, finite and 0 or more, found -2"),
      ("zero", "expected a weight above 0, found only 0"),
    ] {
      #expect(error(path, weights: name)?.description == "\(path)/\(name).npy: \(message)")
    }
    #expect(
      error(path, groups: "halves")?.description
        == "\(path)/halves.npy: expected integers, found float64")
    #expect(error(path, weights: "v")?.message.hasPrefix("expected an array named v") == true)
  }
}

extension Dataset {
  /// The features of each row.
  fileprivate var featureRows: [[Double]] {
    (0..<count).map { row in (0..<featureCount).map { features.number(row, $0) } }
  }
}

/// The elements and the shape of an array that tests write.
enum Values: Sendable {
  case floats([Float], [Int])
  case doubles([Double], [Int])
  case bytes([UInt8], [Int])
  case integers([Int], [Int])

  func add(to archive: inout NumPyArchive.Writer, named name: String) throws {
    switch self {
    case .floats(let elements, let shape):
      try archive.add(Tensor(elements, shape: Shape(shape)), named: name)
    case .doubles(let elements, let shape):
      try archive.add(Tensor(elements, shape: Shape(shape)), named: name)
    case .bytes(let elements, let shape):
      try archive.add(bytes: elements, shape: shape, named: name)
    case .integers(let elements, let shape):
      try archive.add(integers: elements, shape: shape, named: name)
    }
  }

  func write(to path: String) throws {
    switch self {
    case .floats(let elements, let shape):
      try NumPyArray.write(Tensor(elements, shape: Shape(shape)), to: path)
    case .doubles(let elements, let shape):
      try NumPyArray.write(Tensor(elements, shape: Shape(shape)), to: path)
    case .bytes(let elements, let shape):
      try NumPyArray.write(bytes: elements, shape: shape, to: path)
    case .integers(let elements, let shape):
      try NumPyArray.write(integers: elements, shape: shape, to: path)
    }
  }
}
