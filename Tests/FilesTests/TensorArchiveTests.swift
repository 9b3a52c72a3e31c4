import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Tensor archives")
struct TensorArchiveTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("Every bit comes back: NaN payloads, signed zeros, infinities, subnormal numbers")
  func bits() throws {
    try Fixture.archive.write(to: directory.file("a"))
    let copy = try TensorArchive(readingFrom: directory.file("a"))
    #expect(copy.metadata == Fixture.archive.metadata)
    #expect(copy.names == ["an \"é\"\n", "bias", "empty", "scalar", "weights"])
    let weights = try copy.tensor(named: "weights", as: Float.self, shape: [2, 3])
    #expect(weights.elements.map(\.bitPattern) == Fixture.weightBits)
    let bias = try copy.tensor(named: "bias", as: Double.self)
    #expect(bias.elements.map(\.bitPattern) == Fixture.biasBits)
    #expect(try copy.tensor(named: "scalar", as: Float.self).shape == [])
    #expect(try copy.tensor(named: "empty", as: Float.self).shape == [0, 3])
    #expect(copy.dataType(of: "bias") == .float64)
    #expect(copy.dataType(of: "none") == nil)
  }

  @Test("A file written here is, byte for byte, what Python's safetensors writes")
  func pythonBytes() throws {
    try Fixture.archive.write(to: directory.file("a"))
    #expect(try directory.bytes(of: "a") == Fixture.python)
  }

  @Test("A file written by Python's safetensors is read")
  func readsPython() throws {
    let path = try directory.write(Fixture.python, to: "a")
    let archive = try TensorArchive(readingFrom: path)
    try archive.write(to: directory.file("b"))
    let again = try TensorArchive(readingFrom: directory.file("b"))
    #expect(try again.hasSameBits(as: archive))
  }

  @Test("The bytes do not depend on the order in which tensors are added")
  func deterministic() throws {
    var one = TensorArchive(metadata: ["x": "1", "y": "2", "z": "3"])
    var two = TensorArchive(metadata: ["z": "3", "y": "2", "x": "1"])
    let names = ["b", "a", "c", "ä", "Z"]
    for name in names { one.add(Tensor<Float>([1, 2]), named: name) }
    for name in names.reversed() { two.add(Tensor<Float>([1, 2]), named: name) }
    try one.write(to: directory.file("1"))
    try two.write(to: directory.file("2"))
    #expect(try directory.bytes(of: "1") == directory.bytes(of: "2"))
    #expect(one.names == two.names.reversed(), "the archives themselves keep the order")
  }

  @Test("The data begins at a multiple of 8", arguments: 0..<17)
  func alignment(length: Int) throws {
    var archive = TensorArchive()
    archive.add(Tensor<Float>([1]), named: String(repeating: "n", count: length))
    try archive.write(to: directory.file("a"))
    let bytes = try directory.bytes(of: "a")
    #expect(bytes[0] % 8 == 0)
    #expect(bytes.count == 8 + Int(bytes[0]) + 4)
    #expect(try TensorArchive(readingFrom: directory.file("a")).hasSameBits(as: archive))
  }

  @Test("An archive without tensors is a file too")
  func empty() throws {
    try TensorArchive().write(to: directory.file("a"))
    #expect(try TensorArchive(readingFrom: directory.file("a")).names.isEmpty)
  }

  @Test("A row slice is stored as the rows that it is")
  func slice() throws {
    let whole = Tensor<Double>([1, 2, 3, 4, 5, 6], shape: [3, 2])
    var archive = TensorArchive()
    archive.add(whole[rows: 1..<2], named: "row")
    try archive.write(to: directory.file("a"))
    let copy = try TensorArchive(readingFrom: directory.file("a"))
    #expect(try copy.tensor(named: "row", as: Double.self) == [[3, 4]])
  }

  @Test("A tensor that is missing, or of another type or shape, is named")
  func mismatches() throws {
    let archive = Fixture.archive
    let missing = #expect(throws: FileError.self) {
      try archive.tensor(named: "gain", as: Float.self)
    }
    #expect(missing?.message.hasPrefix("expected a tensor named gain, found weights") == true)
    let type = #expect(throws: FileError.self) { try archive.tensor(named: "bias", as: Float.self) }
    #expect(type?.message == "tensor bias: expected elements of type Float, found F64")
    let shape = #expect(throws: FileError.self) {
      try archive.tensor(named: "bias", as: Double.self, shape: [3])
    }
    #expect(shape?.message == "tensor bias: expected the shape [3], found [2]")
  }

  @Test("A failed write leaves the old file as it was")
  func failedWrite() throws {
    let folder = try directory.makeDirectory("folder")
    #expect(throws: FileError.self) { try Fixture.archive.write(to: folder) }
    #expect(try directory.names == ["folder"])
  }

  @Test("A name can be used once, and not that of the notes")
  func names() async {
    let twice = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var archive = TensorArchive()
      archive.add(Tensor<Float>([1]), named: "a")
      archive.add(Tensor<Float>([1]), named: "a")
    }
    expectMessage(twice, "there is already a tensor named a")
    let notes = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var archive = TensorArchive()
      archive.add(Tensor<Float>([1]), named: "__metadata__")
    }
    expectMessage(notes, "the name __metadata__ has another meaning")
  }
}
