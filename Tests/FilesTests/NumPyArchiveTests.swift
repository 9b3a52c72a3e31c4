import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("NumPy archives")
struct NumPyArchiveTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Reads every array of an archive whose bytes are given.
  @discardableResult
  private func read(_ bytes: [UInt8]) throws -> [String: [Double]] {
    let path = try directory.write(bytes, to: "a.npz")
    let archive = try NumPyArchive(readingFrom: path)
    let arrays = try archive.names.map { ($0, try archive.array(named: $0).doubles()) }
    return Dictionary(uniqueKeysWithValues: arrays)
  }

  private func error(_ bytes: [UInt8]) -> FileError? {
    #expect(throws: FileError.self) { try read(bytes) }
  }

  private static let expected = ["x": (0..<12).map { Double($0) }, "y": [0, 1, 1, 0]]

  // MARK: - Reading

  @Test("Archives of every kind are read", arguments: NumPyVectors.all.archives)
  func archives(vector: NumPyVectors.Archive) throws {
    let path = try directory.write([UInt8](vector.file), to: "a.npz")
    let archive = try NumPyArchive(readingFrom: path)
    #expect(archive.names == ["x", "y"])
    let x = try archive.array(named: "x")
    #expect(x.shape == [4, 3] && x.typeName == "float32" && x.path == "\(path)/x.npy")
    #expect(try x.tensor(as: Float.self).elements == (0..<12).map { Float($0) })
    #expect(try archive.array(named: "y").integers() == [0, 1, 1, 0])
  }

  @Test(
    "What cannot be read is refused with the reason", arguments: NumPyVectors.all.refusedArchives)
  func refused(vector: NumPyVectors.Refused) throws {
    let message = error([UInt8](vector.file))?.message ?? "none"
    #expect(message.contains(vector.message), "\(message)")
  }

  @Test("An archive cut anywhere is refused", arguments: NumPyVectors.all.archives)
  func cuts(vector: NumPyVectors.Archive) throws {
    for damage in Damage.cuts(of: [UInt8](vector.file)) {
      #expect(error(damage.bytes) != nil, "\(damage)")
    }
  }

  @Test(
    "Any changed byte is refused or harmless",
    arguments: ["savez_compressed", "sizes behind the data", "sizes of 64 bits throughout"])
  func flips(name: String) throws {
    let vector = try #require(NumPyVectors.all.archives.first { $0.name == name })
    let bytes = [UInt8](vector.file)
    for damage in Damage.flips(of: bytes, in: 0..<bytes.count) {
      do {
        // Names in the directory are not under a checksum: an array may be lost, not changed.
        for (name, numbers) in try read(damage.bytes) {
          #expect(Self.expected[name] ?? numbers == numbers, "\(damage): \(name)")
        }
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
  }

  /// An archive of an array by the fields of its header.
  private func archive(
    _ type: String, shape: String, order: String = "False", _ data: [UInt8]
  ) throws -> NumPyArchive {
    let header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
    let head = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    let path = directory.file("a.npz")
    try NumPyArchive.write(to: path) {
      try $0.add(file: head + Array(header.utf8) + data, named: "x")
    }
    return try NumPyArchive(readingFrom: path)
  }

  @Test("Texts are read in both byte orders; other types and numbers of no character are refused")
  func texts() throws {
    let big = try archive(
      ">U2", shape: "(2,)", [0, 0, 0, 97, 0, 1, 0xF6, 0, 0, 0, 0, 99, 0, 0, 0, 0])
    #expect(try big.texts(named: "x").texts == ["a😀", "c"])
    let refused: [(type: String, shape: String, order: String, data: [UInt8], String)] = [
      ("<U1", "(2,)", "False", [97, 0, 0, 0, 0, 0xD8, 0, 0], "text 1: 55296 is no character"),
      ("<U0", "(1,)", "False", [], "expected texts, found another type (<U0)"),
      ("<f4", "(1,)", "False", [0, 0, 0, 0], "expected texts, found another type (<f4)"),
      ("|S1", "(1,)", "False", [97], "expected texts, found another type (|S1)"),
      ("<U1", "(2, 1)", "True", [97, 0, 0, 0, 98, 0, 0, 0], "expected texts in C order"),
      ("<U2", "(1,)", "False", [97, 0, 0, 0], "expected 8 bytes"),
      ("<U1", "(1,)", "False", [97, 0, 0, 0, 0], "expected the end"),
    ]
    for (type, shape, order, data, sentence) in refused {
      let error = try #require(throws: FileError.self) {
        try archive(type, shape: shape, order: order, data).texts(named: "x")
      }
      #expect(error.message.contains(sentence), "\(error)")
    }
    #expect(throws: FileError.self) { try big.array(named: "x") }
  }

  @Test("A missing array is named beside those that are there")
  func missing() throws {
    let path = try directory.write([UInt8](NumPyVectors.all.archives[0].file), to: "a.npz")
    let failed = #expect(throws: FileError.self) {
      try NumPyArchive(readingFrom: path).array(named: "z")
    }
    #expect(failed?.message == "expected an array named z, found x, y")
  }

  @Test("A member of several megabytes is inflated, and every damage in it is found")
  func large() throws {
    let numbers: [Int] = (0..<400_000).map { (index: Int) in (index &* 0x1E37_79B9_7F4A_7C15) >> 20
    }
    try NumPyArray.write(integers: numbers, shape: [400, 1000], to: directory.file("x.npy"))
    let bytes = try directory.bytes(of: "x.npy")
    let archive = try ZipFixture(name: "x.npy", gzipped: directory.gzip(bytes))
    let path = try directory.write(archive.bytes, to: "a.npz")
    let array = try NumPyArchive(readingFrom: path).array(named: "x")
    #expect(try array.integers() == numbers)
    #expect(try array.floats() == numbers.map { Float($0) })

    var changed = archive
    changed.data[1_000_000] ^= 1
    #expect(error(changed.bytes)?.message.hasPrefix("the ") == true)
    for (size, message) in [
      (bytes.count + 1, "expected the end of the member, found 1 more bytes"),
      (bytes.count - 1, "expected 3200000 bytes for int64 [400, 1000], found at most 3199999"),
    ] {
      changed = archive
      changed.size = size
      #expect(error(changed.bytes)?.message.contains(message) == true)
    }
    // Compressed data that ends before the member does, and after it.
    changed = archive
    changed.data.removeLast(20)
    #expect(error(changed.bytes)?.message.hasPrefix("the compressed data is damaged") == true)
    changed = archive
    changed.data.append(0)
    #expect(
      error(changed.bytes)?.message == "the compressed data is damaged: it goes on after "
        + "\(bytes.count) bytes")
    changed = archive
    changed.checksum ^= 1
    #expect(
      error(changed.bytes)?.message.hasPrefix("the data is damaged: expected the CRC-32") == true)
  }

  @Test("A size that cannot come from the compressed bytes is refused when the member is opened")
  func bomb() throws {
    let bytes = [UInt8](NumPyVectors.array("a vector").file)
    var archive = try ZipFixture(name: "x.npy", gzipped: directory.gzip(bytes))
    archive.size = 4_000_000_000
    let message = error(archive.bytes)?.message
    #expect(message?.contains("4000000000 bytes cannot come from") == true, "\(message ?? "none")")
  }

  @Test("An archive without arrays is read, and a file that is none is named for what it is")
  func empty() throws {
    try NumPyArchive.write(to: directory.file("a.npz")) { _ in }
    #expect(try NumPyArchive(readingFrom: directory.file("a.npz")).names.isEmpty)
    #expect(try directory.bytes(of: "a.npz").count == 22)
    #expect(error([])?.message == "the file is empty")
    #expect(error([7])?.message == "expected a zip archive, found other bytes")
    #expect(throws: FileError.self) { try NumPyArchive(readingFrom: directory.path) }
  }

  // MARK: - Writing

  @Test(
    "What is written is read back, with 32 and with 64 bits for sizes and places",
    arguments: [UInt64(UInt32.max), 1, 200, 700])
  func roundTrip(wideLimit: UInt64) throws {
    let path = directory.file("a.npz")
    try NumPyArchive.write(to: path, wideLimit: wideLimit) { archive in
      try archive.add(Tensor<Float>([1.5, -0.0, .infinity, 1], shape: [2, 2]), named: "floats")
      try archive.add(Tensor<Double>(2.5), named: "ein Wört")
      try archive.add(bytes: [0, 255], shape: [2], named: "bytes")
      try archive.add(integers: [.min, .max], shape: [1, 2], named: "integers")
      try archive.add(bytes: [], shape: [0, 5], named: "none")
      try archive.add(texts: ["", "Zürich", "a\0b", "z\0"], shape: [2, 2], named: "texts")
    }
    let archive = try NumPyArchive(readingFrom: path)
    #expect(archive.names == ["floats", "ein Wört", "bytes", "integers", "none", "texts"])
    let floats = try archive.array(named: "floats").tensor(as: Float.self)
    #expect(floats.shape == [2, 2])
    #expect(floats.elements.map(\.bitPattern) == [1.5, -0.0, .infinity, 1].map(\Float.bitPattern))
    #expect(try archive.array(named: "ein Wört").tensor(as: Double.self) == Tensor(2.5))
    #expect(try archive.array(named: "bytes").bytes() == [0, 255])
    #expect(try archive.array(named: "integers").integers() == [.min, .max])
    #expect(try archive.array(named: "none").shape == [0, 5])
    let texts = try archive.texts(named: "texts")
    #expect(texts.texts == ["", "Zürich", "a\0b", "z"] && texts.shape == [2, 2])
  }

  @Test("More arrays than 16 bits can count are written and read")
  func many() throws {
    let path = directory.file("a.npz")
    try NumPyArchive.write(to: path) { archive in
      for index in 0..<65_536 { try archive.add(bytes: [], shape: [0], named: "\(index)") }
    }
    let archive = try NumPyArchive(readingFrom: path)
    #expect(archive.names.count == 65_536 && archive.names.last == "65535")
  }

  @Test("An error while an archive is written leaves the old file as it was")
  func failedWrite() throws {
    struct Failure: Error {}
    let path = try directory.write([1], to: "a.npz")
    #expect(throws: Failure.self) {
      try NumPyArchive.write(to: path) { archive in
        try archive.add(integers: [1], shape: [1], named: "a")
        throw Failure()
      }
    }
    #expect(try directory.names == ["a.npz"])
    #expect(try directory.bytes(of: "a.npz") == [1])
  }

  @Test("A name is used once")
  func names() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try NumPyArchive.write(to: "/dev/null") { archive in
        try archive.add(integers: [1], shape: [1], named: "a")
        try archive.add(integers: [1], shape: [1], named: "a")
      }
    }
    expectMessage(result, "NumPyArchive: there is already an array named a")
  }
}

/// A zip file of one deflated member, whose fields can be changed.
private struct ZipFixture {
  var name: String
  /// The deflated data.
  var data: [UInt8]
  var checksum: UInt32
  var size: Int

  /// The member that gzip data without a name holds: a header of 10 bytes, the deflated data, the
  /// CRC-32, and the size.
  init(name: String, gzipped: [UInt8]) {
    self.name = name
    data = Array(gzipped.dropFirst(10).dropLast(8))
    func field(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    checksum = field(gzipped.suffix(8).prefix(4))
    size = Int(field(gzipped.suffix(4)))
  }

  var bytes: [UInt8] {
    func field(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let common =
      field(20, 2) + field(0, 2) + field(8, 2) + field(0, 4) + field(Int(checksum), 4)
      + field(data.count, 4) + field(size, 4) + field(name.utf8.count, 2) + field(0, 2)
    let member = Array("PK\u{3}\u{4}".utf8) + common + Array(name.utf8) + data
    let directory =
      Array("PK\u{1}\u{2}".utf8) + field(20, 2) + common + field(0, 14) + Array(name.utf8)
    let end =
      Array("PK\u{5}\u{6}".utf8) + field(0, 4) + field(1, 2) + field(1, 2)
      + field(directory.count, 4) + field(member.count, 4) + field(0, 2)
    return member + directory + end
  }
}
