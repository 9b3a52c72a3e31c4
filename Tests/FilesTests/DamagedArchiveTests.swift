import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Damaged archives")
struct DamagedArchiveTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The error of reading a file of `bytes`.
  private func readingError(_ bytes: [UInt8]) throws -> FileError? {
    let path = try directory.write(bytes, to: "a")
    return #expect(throws: FileError.self) { try TensorArchive(readingFrom: path) }
  }

  /// A file with the given header and `dataSize` bytes of data.
  private func file(_ header: String, dataSize: Int) -> [UInt8] {
    let json = Array(header.utf8)
    let size = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
    return size + json + [UInt8](repeating: 0, count: dataSize)
  }

  @Test("A file cut anywhere is refused")
  func cuts() throws {
    for damage in Damage.cuts(of: Fixture.python) {
      #expect(try readingError(damage.bytes) != nil, "\(damage)")
    }
  }

  @Test("A file with bytes after its end is refused")
  func trailing() throws {
    let error = try readingError(Fixture.python + [0])
    #expect(error?.message == "expected 52 bytes after the header, found 53")
  }

  @Test("Any changed byte of the header is refused or harmless")
  func flips() throws {
    let bytes = Fixture.python
    let end = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for damage in Damage.flips(of: bytes, in: 0..<end) {
      let path = try directory.write(damage.bytes, to: "a")
      do {
        let archive = try TensorArchive(readingFrom: path)
        #expect(archive.names.count == 5, "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
  }

  @Test(
    "A header length beyond the file or the format is refused",
    arguments: [
      (UInt64.max, "at most 100000000 bytes"), (1 << 63, "at most"), (1 << 62, "at most"),
      (100_000_001, "found the length 100000001"), (100_000_000, "only 412 follow"),
      (1_000, "the header has 1000 bytes, but only 412 follow: the file is cut or not"),
    ])
  func headerLength(size: UInt64, reason: String) throws {
    var bytes = Fixture.python
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
    let error = try readingError(bytes)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "no error")")
    #expect(error?.byte == 0)
  }

  @Test(
    "A header that is not as the format has it is refused with the reason",
    arguments: [
      // Offsets
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "at offset 0, found 4"),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#, 12, "at offset 4, found 8"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
          + #""b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "at offset 8, found 4"
      ),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "ascending"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, "ascending"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "ascending"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 4, "ascending"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "expected 8 bytes"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "found 3"),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
          + #""a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8,
        #"the key "a" stands twice"#
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
          + #""\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4,
        #"the key "a" stands twice"#
      ),
      (
        #"{"a":{"dtype":"F64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4,
        #"the key "dtype" stands twice in "a""#
      ),
      (
        #"{"__metadata__":{"n":"1","n":"2"}}"#, 0, #"the key "n" stands twice in "__metadata__""#
      ),
      // Shapes
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "shape"),
      (#"{"a":{"dtype":"F32","shape":[1,1,1,1,1],"data_offsets":[0,4]}}"#, 4, "at most four"),
      (
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
        "too many"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,0,4],"data_offsets":[0,0]}}"#, 0,
        "too many"
      ),
      (#"{"a":{"dtype":"F32","shape":[1e40],"data_offsets":[0,4]}}"#, 4, "header"),
      (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "header"),
      (#"{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}"#, 4, "shape"),
      // Types
      (#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 8, "its type is I64"),
      (#"{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}"#, 2, "its type is BF16"),
      (#"{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}"#, 4, "its type is f32"),
      (#"{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}"#, 4, "dtype"),
      // Fields
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, "x is not a field"),
      (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "shape"),
      (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "dtype"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "data_offsets"),
      (#"{"a":[]}"#, 0, "header"),
      (#"{"a":null}"#, 0, "header"),
      (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__"),
      (#"{"__metadata__":[]}"#, 0, "__metadata__"),
      // JSON
      (#" {}"#, 0, "begins with {"), (#"[]"#, 0, "begins with {"), (#"{"#, 0, "header"),
      (#"{}x"#, 0, "header"), (#"{"a":}"#, 0, "header"), ("{}\0", 0, "null byte"),
      ("", 0, "begins with {"),
    ])
  func headers(header: String, dataSize: Int, reason: String) throws {
    let error = try readingError(file(header, dataSize: dataSize))
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "no error")")
  }

  @Test("A header nested too deep for the parser's stack is refused")
  func nesting() throws {
    let deep = #"{"a":"# + String(repeating: "[", count: 100_000)
    #expect(try readingError(file(deep, dataSize: 0)) != nil)
  }

  @Test("A header that is not text is refused")
  func notText() throws {
    var bytes = file(#"{"__metadata__":{"a":"x"}}"#, dataSize: 0)
    bytes[8 + 21] = 0xff
    #expect(try readingError(bytes) != nil)
  }

  @Test("An empty file, a directory and no file are refused")
  func noFile() throws {
    #expect(try readingError([])?.message == "the file is empty")
    #expect(throws: FileError.self) { try TensorArchive(readingFrom: directory.path) }
    #expect(throws: FileError.self) { try TensorArchive(readingFrom: directory.file("none")) }
  }

  @Test("An error reads as path, place and message")
  func description() {
    let message = "expected 47040000 bytes of elements, found 312"
    #expect(
      FileError("train-images.gz", atByte: 16, message).description
        == "train-images.gz: byte 16: \(message)")
    #expect(FileError("a", message).localizedDescription == "a: \(message)")
  }
}
