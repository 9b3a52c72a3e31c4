import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("NumPy arrays")
struct NumPyArrayTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ vector: NumPyVectors.Array) throws -> String {
    try directory.write([UInt8](vector.file), to: "a.npy")
  }

  /// The error of reading a file of `bytes` as doubles.
  private func error(_ bytes: [UInt8], _ name: String = "a.npy") throws -> FileError? {
    let path = try directory.write(bytes, to: name)
    return #expect(throws: FileError.self) { try NumPyArray(readingFrom: path).doubles() }
  }

  /// A file with a header of its own and some zero bytes.
  private static func file(_ header: String, dataSize: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
      + text + [UInt8](repeating: 0, count: dataSize)
  }

  // MARK: - Reading

  @Test(
    "Every type is read in either order as NumPy converts it", arguments: NumPyVectors.all.arrays)
  func arrays(vector: NumPyVectors.Array) throws {
    let array = try NumPyArray(readingFrom: file(vector))
    #expect(array.shape == vector.shape)
    #expect(array.typeName == vector.type)
    #expect(try array.doubles().map(\.bitPattern) == vector.doubleBits)
    #expect(try array.floats().map(\.bitPattern) == vector.floatBits)
    if array.shape.count <= 4 {
      let doubles = try array.tensor(as: Double.self)
      #expect(doubles.shape == Shape(vector.shape))
      #expect(doubles.elements.map(\.bitPattern) == vector.doubleBits)
      #expect(try array.tensor(as: Float.self).elements.map(\.bitPattern) == vector.floatBits)
    } else {
      let failed = #expect(throws: FileError.self) { try array.tensor(as: Float.self) }
      #expect(failed?.message == "expected at most four extents, found \(vector.shape)")
    }
  }

  @Test(
    "Whole numbers are exact, and no others become integers", arguments: NumPyVectors.all.arrays)
  func integers(vector: NumPyVectors.Array) throws {
    let array = try NumPyArray(readingFrom: file(vector))
    let isFloating = vector.type.hasPrefix("float")
    if isFloating || vector.type == "uint64" {
      let failed = #expect(throws: FileError.self) { try array.integers() }
      let found = "element 3: expected an integer below 2⁶³, found 18446744073709551615"
      #expect(failed?.message == (isFloating ? "expected integers, found \(vector.type)" : found))
    } else {
      let integers = try array.integers()
      #expect(integers.map { Double($0).bitPattern } == vector.doubleBits)
      if vector.type == "int64" && vector.shape == [2, 3] {
        #expect(integers == [0, 1, .min, .max, 100, .max / 3])
      }
    }
    if ["uint8", "bool"].contains(vector.type) {
      #expect(try array.bytes().map { Double($0).bitPattern } == vector.doubleBits)
    } else {
      let failed = #expect(throws: FileError.self) { try array.bytes() }
      #expect(failed?.message == "expected unsigned bytes (uint8), found \(vector.type)")
    }
  }

  @Test(
    "Large arrays in Fortran's order are put in order piece by piece",
    arguments: [[3, 50_000], [200_000, 2], [140_000, 1], [1, 140_000], [70, 41, 53]])
  func fortran(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    // The element at C's place p is p.
    var expected = [Int32](repeating: 0, count: count)
    for position in 0..<count {
      var (rest, place) = (position, 0)
      for extent in shape {
        place = place * extent + rest % extent
        rest /= extent
      }
      expected[position] = Int32(place)
    }
    let extents = shape.map(String.init).joined(separator: ", ")
    let header = "{'descr': '<i4', 'fortran_order': True, 'shape': (\(extents))}"
    let bytes = Self.file(header) + expected.withUnsafeBytes { [UInt8]($0) }
    let path = try directory.write(bytes, to: "a.npy")
    #expect(try NumPyArray(readingFrom: path).integers() == Array(0..<count))
    #expect(try NumPyArray(readingFrom: path).doubles() == (0..<count).map { Double($0) })
  }

  @Test("A file whose name ends in .gz is decompressed")
  func compressed() throws {
    let vector = NumPyVectors.array("big-endian float32 in Fortran order")
    let path = try directory.write(directory.gzip([UInt8](vector.file)), to: "a.npy.gz")
    #expect(try NumPyArray(readingFrom: path).floats().map(\.bitPattern) == vector.floatBits)
  }

  @Test(
    "Headers are read as Python reads them",
    arguments: [
      #"{"shape":(2,),"fortran_order":False,"descr":"<f4"}"#,
      "{'descr': '=f4', 'fortran_order': False, 'shape': [2]}",
      "\n{ 'descr' : 'f4' , 'fortran_order' : True , 'shape' : ( 2 , ) , }\t\n",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L,)}",
    ])
  func headers(header: String) throws {
    let path = try directory.write(Self.file(header, dataSize: 8), to: "a.npy")
    let array = try NumPyArray(readingFrom: path)
    #expect(array.typeName == "float32")
    #expect(try array.doubles() == [0, 0])
  }

  @Test("A file that changed since it was opened is not read as it was")
  func changed() throws {
    let path = try file(NumPyVectors.array("a vector"))
    let array = try NumPyArray(readingFrom: path)
    try directory.write([UInt8](NumPyVectors.array("a single number").file), to: "a.npy")
    let failed = #expect(throws: FileError.self) { try array.doubles() }
    #expect(failed?.message == "the array became another since it was opened")
  }

  // MARK: - Errors

  @Test("What is no array of numbers is refused with advice", arguments: NumPyVectors.all.refused)
  func refused(vector: NumPyVectors.Refused) throws {
    let failed = try error([UInt8](vector.file))
    let message = failed?.message ?? "none"
    #expect(message.hasPrefix("expected numbers, \(vector.message)"), "\(message)")
    #expect(message.contains("; save "), "\(message)")
    #expect(failed?.byte == 10 || vector.name.hasSuffix("UTF-8"))
  }

  @Test("A file cut anywhere is refused", arguments: NumPyVectors.all.arrays)
  func cuts(vector: NumPyVectors.Array) throws {
    let step = vector.name == "a vector" ? 1 : 16
    for damage in Damage.cuts(of: [UInt8](vector.file), every: step) {
      #expect(try error(damage.bytes) != nil, "\(damage)")
    }
  }

  @Test("Any changed byte of the header is refused or harmless")
  func flips() throws {
    let bytes = [UInt8](NumPyVectors.array("little-endian float32 in C order").file)
    for damage in Damage.flips(of: bytes, in: 0..<128) {
      let path = try directory.write(damage.bytes, to: "a.npy")
      do {
        let array = try NumPyArray(readingFrom: path)
        #expect(try array.doubles().count == 12, "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
  }

  @Test("Bytes after the numbers are refused")
  func trailing() throws {
    let vector = NumPyVectors.array("a vector")
    let failed = try error([UInt8](vector.file) + [1, 2])
    #expect(failed?.byte == vector.file.count)
    #expect(failed?.message == "expected the end of the file, found 2 more bytes")
  }

  @Test(
    "A header that is not as the format has it is refused with its byte and the reason",
    arguments: [
      ("", 10, "expected a value"), ("7", 10, "expected a header that is a dictionary"),
      ("{'descr': '<f4'", 25, "expected , or }"),
      ("{'descr' '<f4'}", 19, "expected :"),
      ("{'descr': '<f4}", 20, "expected the end of the text that begins here"),
      ("{'descr': <f4}", 20, "expected a value"),
      ("{'descr': f4}", 20, "expected a value, found f4"),
      ("{'shape': (1 2)}", 23, "expected , or )"),
      ("{'shape': (1,,2)}", 23, "expected a value"),
      ("{} x", 13, "expected the end of the header"),
      ("{'descr': '<f4', 'fortran_order': False}", 10, "expected descr, fortran_order (True or"),
      ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", 10, "(True or False)"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", 10, "shape (a tuple)"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 10, "extents from 0 up"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': ('1',)}", 10, "extents from 0 up"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (1e3,)}", 61, "found 1e3"),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}", 61,
        "found 9223372036854775808"
      ),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)}", 10,
        "has too many elements"
      ),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}", 10,
        "has too many elements"
      ),
      ("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", 10, "once each, found others"),
      ("{'descr': '<f4', 'order': False, 'shape': (1,)}", 10, "once each, found others"),
      ("{1: '<f4'}", 10, "once each, found others"),
      ("{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}", 10, "of another type (<f3)"),
      ("{'descr': '<>f4', 'fortran_order': False, 'shape': (1,)}", 10, "of another type"),
      ("{'descr': '', 'fortran_order': False, 'shape': (1,)}", 10, "of another type ()"),
    ])
  func wrongHeaders(header: String, byte: Int, reason: String) throws {
    let failed = try error(Self.file(header, dataSize: 4))
    #expect(failed?.byte == byte)
    #expect(failed?.message.contains(reason) == true, "\(failed?.message ?? "none")")
  }

  @Test("A shape beyond the file is refused before memory is allocated for it")
  func absurdShape() throws {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 100)}"
    for name in ["a.npy", "a.npy.gz"] {
      let bytes = Self.file(header, dataSize: 8)
      let failed = try error(name == "a.npy" ? bytes : directory.gzip(bytes), name)
      let message = failed?.message ?? "none"
      #expect(message.hasPrefix("expected 800000000000000 bytes for float64 [1000000000000, 100]"))
    }
  }

  @Test("A header nested too deep for the stack, or longer than any, is refused")
  func hugeHeaders() throws {
    let deep = try error(Self.file(String(repeating: "(", count: 60_000)))
    #expect(deep?.message == "the header is nested too deep")
    let long: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 0, 0, 0, 0x10]
    let failed = try error(long)
    #expect(failed?.byte == 8)
    #expect(failed?.message == "expected a header of at most 1048576 bytes, found 268435456")
  }

  @Test("Other files are named for what they are")
  func others() throws {
    #expect(try error([0, 0, 8, 1, 0, 0, 0, 1, 0])?.message.hasSuffix("found an IDX file") == true)
    #expect(try error([1])?.message == "expected a NumPy array (.npy), found other bytes")
    #expect(try error([])?.message == "the file is empty")
    let version = [0x93] + Array("NUMPY".utf8) + [4, 0]
    #expect(
      try error(version)?.message == "expected version 1, 2 or 3 of the format, found 4.0")
    #expect(throws: FileError.self) { try NumPyArray(readingFrom: directory.path) }
    #expect(throws: FileError.self) { try NumPyArray(readingFrom: directory.file("none")) }
  }

  // MARK: - Writing

  @Test(
    "A file written here is, byte for byte, what NumPy writes",
    arguments: [
      "little-endian float32 in C order", "little-endian float64 in C order", "uint8 in C order",
      "little-endian int64 in C order", "a single number", "a vector", "no rows",
    ])
  func numPyBytes(name: String) throws {
    let vector = NumPyVectors.array(name)
    let path = directory.file("b.npy")
    let array = try NumPyArray(readingFrom: file(vector))
    switch vector.type {
    case "float32": try NumPyArray.write(array.tensor(as: Float.self), to: path)
    case "float64": try NumPyArray.write(array.tensor(as: Double.self), to: path)
    case "uint8": try NumPyArray.write(bytes: array.bytes(), shape: array.shape, to: path)
    default: try NumPyArray.write(integers: array.integers(), shape: array.shape, to: path)
    }
    #expect(try directory.bytes(of: "b.npy") == [UInt8](vector.file))
  }

  @Test("The numbers begin at a multiple of 64, whatever the shape")
  func alignment() throws {
    for rank in 0..<20 {
      let shape = [Int](repeating: 1, count: rank)
      try NumPyArray.write(integers: [7], shape: shape, to: directory.file("a.npy"))
      let array = try NumPyArray(readingFrom: directory.file("a.npy"))
      #expect(array.dataOffset % 64 == 0)
      #expect(array.shape == shape)
      #expect(try array.integers() == [7])
    }
  }

  @Test("A compressed file is not written, and a failed write leaves the old file as it was")
  func failedWrites() throws {
    let compressed = #expect(throws: FileError.self) {
      try NumPyArray.write(Tensor<Float>([1]), to: directory.file("a.npy.gz"))
    }
    #expect(compressed?.message.hasPrefix("cannot write compressed files") == true)
    let folder = try directory.makeDirectory("folder")
    #expect(throws: FileError.self) { try NumPyArray.write(Tensor<Float>([1]), to: folder) }
    #expect(try directory.names == ["folder"])
  }

  @Test("A shape of another number of elements is a programming error")
  func wrongShape() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try NumPyArray.write(integers: [1, 2, 3], shape: [2, 2], to: "/dev/null")
    }
    expectMessage(result, "NumPyArray: 3 elements for the shape [2, 2]")
  }
}
