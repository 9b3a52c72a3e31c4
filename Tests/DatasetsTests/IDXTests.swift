import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("IDX")
struct IDXTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// An IDX file of the given type, extents and elements.
  static func file(_ type: UInt8, _ extents: [UInt32], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(extents.count)]
      + bigEndian(extents)
      + elements
  }

  static func bigEndian<Bits: FixedWidthInteger>(_ values: [Bits]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  }

  /// All six element types: the type's code, two elements' bytes, and what they mean.
  static let elementTypes: [(UInt8, [UInt8], [Double])] = [
    (0x08, [0, 255], [0, 255]),
    (0x09, [0x80, 0x7f], [-128, 127]),
    (0x0B, bigEndian([Int16.min, 258]), [-32_768, 258]),
    (0x0C, bigEndian([Int32.min, 16_909_060]), [-2_147_483_648, 16_909_060]),
    (0x0D, bigEndian([Float(-1.5).bitPattern, Float.infinity.bitPattern]), [-1.5, .infinity]),
    (0x0E, bigEndian([Double(0.1).bitPattern, Double(-1e300).bitPattern]), [0.1, -1e300]),
  ]

  @Test("All six element types are read, plain and compressed", arguments: elementTypes)
  func types(code: UInt8, bytes: [UInt8], values: [Double]) throws {
    let data = IDXTests.file(code, [2, 1], bytes)
    let plain = try directory.write(data, to: "a")
    let compressed = try directory.write(directory.gzip(data), to: "a.gz")
    for path in [plain, compressed] {
      let features = try IDX.readFeatures(path)
      #expect(features.exampleShape == [1])
      #expect(Samples.rows(features) == values.map { [$0] })
      switch (code, features.storage) {
      case (0x08, .bytes), (0x09, .floats), (0x0B, .floats), (0x0C, .doubles), (0x0D, .floats),
        (0x0E, .doubles):
        break
      default: Issue.record("type \(code) is kept as \(features)")
      }
    }
  }

  @Test(
    "Labels of every integer type are read, those of the others refused", arguments: elementTypes)
  func labels(code: UInt8, bytes: [UInt8], values: [Double]) throws {
    let size = bytes.count / 2
    var small = [UInt8](repeating: 0, count: 2 * size)
    small[size - 1] = 7
    let path = try directory.write(IDXTests.file(code, [2], small), to: "a")
    if code < 0x0D {
      #expect(try IDX.readLabels(path) == [7, 0])
      let error = #expect(throws: FileError.self) { try IDX.readLabels(path, classCount: 7) }
      #expect(error?.byte == 8)
      #expect(error?.message == "expected a label from 0 to 6, found 7")
    } else {
      #expect(throws: FileError.self) { try IDX.readLabels(path) }
    }
  }

  @Test("A negative or absurd label is refused with its place")
  func badLabels() throws {
    for value in [-1, 65_536, .max] as [Int32] {
      let data = IDXTests.file(0x0C, [3], IDXTests.bigEndian([0, 5, value]))
      let path = try directory.write(data, to: "a")
      let error = #expect(throws: FileError.self) { try IDX.readLabels(path) }
      #expect(error?.byte == 16)
      #expect(error?.message.contains("found \(value)") == true)
    }
  }

  @Test(
    "Pictures get their layout from the extents",
    arguments: [
      ([2, 3], ImageShape(width: 3, height: 2)),
      ([3, 4, 5], ImageShape(width: 5, height: 4, channels: 3)),
      ([4, 5, 3], ImageShape(width: 5, height: 4, channels: 3, layout: .interleaved)),
      ([6], nil), ([2, 2, 2], nil),
    ])
  func images(shape: [Int], image: ImageShape?) throws {
    let count = shape.reduce(1, *)
    let data = IDXTests.file(
      0x08, [1] + shape.map { UInt32($0) }, [UInt8](repeating: 0, count: count))
    #expect(try IDX.readFeatures(directory.write(data, to: "a")).image == image)
  }

  @Test("Written data is read back", arguments: 0..<3)
  func roundTrip(storage: Int) throws {
    let whole = Samples.features(count: 9, width: 4)[storage]
    for features in [whole, whole[rows: 2..<5], whole.subset(rows: [8, 0]), whole[rows: 3..<3]] {
      try IDX.write(features, to: directory.file("a"))
      let copy = try IDX.readFeatures(directory.file("a"))
      #expect(Samples.rows(copy) == Samples.rows(features))
    }
    for labels in [[], [0, 255, 3], [0, 256, 65_535]] {
      try IDX.write(labels: labels, to: directory.file("b"))
      #expect(try IDX.readLabels(directory.file("b")) == labels)
    }
  }

  @Test("A file cut anywhere, plain or compressed, is refused")
  func cuts() throws {
    for (code, bytes, _) in IDXTests.elementTypes {
      for damage in Damage.cuts(of: IDXTests.file(code, [2, 1], bytes)) {
        let path = try directory.write(damage.bytes, to: "a")
        #expect(throws: FileError.self, "\(code) \(damage)") { try IDX.readFeatures(path) }
      }
    }
    let large = IDXTests.file(0x08, [40, 5, 5], (0..<1_000).map { UInt8(truncatingIfNeeded: $0) })
    for damage in Damage.cuts(of: large, every: 10) {
      let plain = try directory.write(damage.bytes, to: "a")
      #expect(throws: FileError.self, "\(damage)") { try IDX.readFeatures(plain) }
    }
    for damage in Damage.cuts(of: try directory.gzip(large), every: 10) {
      let path = try directory.write(damage.bytes, to: "a.gz")
      #expect(throws: FileError.self, "\(damage)") { try IDX.readFeatures(path) }
    }
  }

  @Test("Any changed byte of the head is refused or read as another whole file")
  func flips() throws {
    let data = IDXTests.file(0x08, [2, 3], [1, 2, 3, 4, 5, 6])
    for damage in Damage.flips(of: data, in: 0..<12) {
      let path = try directory.write(damage.bytes, to: "a")
      do {
        #expect(try IDX.readFeatures(path).storage.count <= 6, "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
    let labels = IDXTests.file(0x08, [3], [1, 2, 3])
    for damage in Damage.flips(of: labels, in: 0..<8) {
      let path = try directory.write(damage.bytes, to: "a")
      do {
        // One change only turns unsigned bytes into signed ones.
        #expect(try IDX.readLabels(path) == [1, 2, 3], "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
  }

  @Test(
    "Sizes that overflow, or that the file cannot hold, are refused",
    arguments: [
      [UInt32.max, .max, .max], [.max, .max], [0, .max, .max, .max], [1, 0], [2_000_000_000, 1],
    ])
  func sizes(extents: [UInt32]) throws {
    for code in [0x08, 0x0E] as [UInt8] {
      let data = IDXTests.file(code, extents, [1, 2, 3])
      let plain = try directory.write(data, to: "a")
      let compressed = try directory.write(directory.gzip(data), to: "a.gz")
      #expect(throws: FileError.self) { try IDX.readFeatures(plain) }
      #expect(throws: FileError.self) { try IDX.readFeatures(compressed) }
    }
  }

  @Test("Invalid files are refused: trailing bytes, wrong rank, empty, a directory, missing")
  func others() throws {
    let vector = IDXTests.file(0x08, [2], [1, 2])
    let matrix = IDXTests.file(0x08, [1, 2], [1, 2])
    let files = [
      (vector, "byte 4: expected rows of features, found the extents [2]"),
      (matrix + [0], "byte 14: expected the end of the file, found 1 more bytes"),
      ([], "the file is empty"),
      (try directory.gzip(matrix), "gzip data, which is read where the name ends in .gz"),
    ]
    for (bytes, reason) in files {
      let path = try directory.write(bytes, to: "a")
      let error = #expect(throws: FileError.self) { try IDX.readFeatures(path) }
      #expect(error?.description.hasSuffix(reason) == true, "\(error?.message ?? "no error")")
    }
    let path = try directory.write(matrix, to: "a")
    let error = #expect(throws: FileError.self) { try IDX.readLabels(path) }
    #expect(
      error?.description == "\(path): byte 4: expected labels, of rank 1, found the extents [1, 2]")
    for (path, reason) in [(directory.path, "directory"), (directory.file("none"), "No such")] {
      let error = #expect(throws: FileError.self) { try IDX.readFeatures(path) }
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "no error")")
    }
  }

  @Test("Data that the format cannot represent is not written")
  func unwritable() throws {
    let path = directory.file("a")
    let deep = Features(.bytes([1]), exampleShape: [Int](repeating: 1, count: 255))
    let rank = #expect(throws: FileError.self) { try IDX.write(deep, to: path) }
    #expect(rank?.message.contains("too large for the IDX format") == true)
    for label in [-1, 65_536] {
      let error = #expect(throws: FileError.self) { try IDX.write(labels: [0, label], to: path) }
      #expect(error?.message == "cannot write the label \(label), outside 0…65535")
    }
    let compressed = #expect(throws: FileError.self) {
      try IDX.write(labels: [1], to: directory.file("a.gz"))
    }
    #expect(compressed?.message == "cannot write compressed files; choose a name without .gz")
    #expect(try directory.names.isEmpty)
  }
}
