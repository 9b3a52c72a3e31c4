import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Interchange with NumPy", .mayHang)
struct NumPyInterchangeTests {
  private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

  private static func run(_ arguments: [String]) throws -> Int32 {
    try Command.run(program: "/usr/bin/env", arguments).status
  }

  private static func hasNumPy() -> Bool { (try? run([python, "-c", "import numpy"])) == 0 }

  @Test(
    "Arrays and archives go through NumPy and back bit for bit",
    .requires(.numPy, hasNumPy(), "PYTHON has no package numpy"),
    arguments: [UInt64(UInt32.max), 1, 300])
  func roundTrip(wideLimit: UInt64) throws {
    let directory = try TemporaryDirectory()
    let floats = Tensor<Float>(
      [1.5, -0.0, .nan, .infinity, .leastNonzeroMagnitude, -1], shape: [3, 2])
    let doubles = Tensor<Double>([1 / 3, .leastNonzeroMagnitude, -.infinity], shape: [1, 3, 1])
    try NumPyArray.write(floats, to: directory.file("floats.npy"))
    try NumPyArray.write(doubles, to: directory.file("doubles.npy"))
    try NumPyArray.write(bytes: [0, 255], shape: [2], to: directory.file("bytes.npy"))
    try NumPyArray.write(
      integers: [.min, .max], shape: [2, 1], to: directory.file("integers.npy"))
    try NumPyArray.write(Tensor<Double>(7), to: directory.file("scalar.npy"))
    try NumPyArray.write(Tensor<Float>.zeros([0, 4]), to: directory.file("empty.npy"))
    let files = try directory.names
    try NumPyArchive.write(to: directory.file("all.npz"), wideLimit: wideLimit) { archive in
      try archive.add(floats, named: "floats")
      try archive.add(doubles, named: "ein Wört")
      try archive.add(bytes: [0, 255], shape: [2], named: "bytes")
      try archive.add(integers: [.min, .max], shape: [2, 1], named: "integers")
    }
    try NumPyArchive.write(to: directory.file("none.npz"), wideLimit: wideLimit) { _ in }

    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts/check-files").path
    #expect(try Self.run([Self.python, script, "--reread", directory.path]) == 0)
    for file in files {
      #expect(try directory.bytes(of: file) == directory.bytes(of: "python/" + file), "\(file)")
    }
    let archive = try NumPyArchive(readingFrom: directory.file("python/all.npz"))
    #expect(archive.names == ["floats", "ein Wört", "bytes", "integers"])
    let copy = try archive.array(named: "floats").tensor(as: Float.self)
    #expect(copy.shape == [3, 2])
    #expect(copy.elements.map(\.bitPattern) == floats.elements.map(\.bitPattern))
    #expect(try archive.array(named: "ein Wört").tensor(as: Double.self) == doubles)
    #expect(try archive.array(named: "bytes").bytes() == [0, 255])
    #expect(try archive.array(named: "integers").integers() == [.min, .max])
    let none = try NumPyArchive(readingFrom: directory.file("python/none.npz"))
    #expect(none.names.isEmpty)
  }
}
