import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@testable import PerceptronDatasets
@testable import PerceptronFiles

@Suite struct MappedRowsTests {
  /// The codes of all element types of IDX files, with the bytes of an element.
  static let types: [(code: UInt8, size: Int)] = [
    (0x08, 1), (0x09, 1), (0x0B, 2), (0x0C, 4), (0x0D, 4), (0x0E, 8),
  ]

  /// An IDX file of 7 rows of [3, 2] elements, whose bytes are drawn; of floats, finite ones.
  private func makeFile(code: UInt8, size: Int, at path: String) throws {
    var bytes: [UInt8] = [0, 0, code, 3, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 2]
    var random = SeededRandom(seed: UInt64(code), purpose: "elements")
    for _ in 0..<42 {
      switch code {
      case 0x0D: bytes += bigEndian(Float(random.uniform() * 200 - 100).bitPattern)
      case 0x0E: bytes += bigEndian((random.uniform() * 200 - 100).bitPattern)
      default: bytes += (0..<size).map { _ in UInt8(random.uniform() * 256) }
      }
    }
    try AtomicFile.write(bytes, to: path)
  }

  private func bigEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
    withUnsafeBytes(of: bits.bigEndian) { Array($0) }
  }

  @Test(
    "Mapped files give the same batches, sums, checks and digests as files that are read",
    arguments: types)
  func mappedEqualsRead(type: (code: UInt8, size: Int)) throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("features")
    try makeFile(code: type.code, size: type.size, at: path)
    let read = try IDX.readFeatures(path, isMapped: false)
    let mapped = try IDX.readFeatures(path, isMapped: true)
    #expect(mapped.exampleShape == read.exampleShape && mapped.image == read.image)
    #expect(mapped.elementType == read.elementType && mapped.magnitude == read.magnitude)
    #expect(mapped.columnSums() == read.columnSums())
    let rows = [6, 0, 3, 3]
    for (mapped, read) in [
      (mapped, read), (mapped.subset(rows: rows), read.subset(rows: rows)),
      (mapped[rows: 2..<5], read[rows: 2..<5]),
    ] {
      try mapped.checkFinite()
      let labels = [Int](repeating: 0, count: read.count)
      #expect(
        try Dataset(mapped, labels: labels).digest() == Dataset(read, labels: labels).digest())
      for scaling in [ColumnPreparation.Scaling.none, .standard] {
        let preprocessing = try Preprocessing.fitted(
          to: Dataset(read, labels: labels), divisor: 3, subtractMean: true,
          columns: ColumnPreparation(scaling: scaling))
        func block<Scalar: BLASScalar>(_ features: Features, _: Scalar.Type) -> Tensor<Scalar> {
          features.prepared(with: preprocessing, as: Scalar.self).block(0..<features.count)
        }
        #expect(block(mapped, Float.self) == block(read, Float.self))
        #expect(block(mapped, Double.self) == block(read, Double.self))
      }
    }
  }

  @Test("A file that is shorter or longer than its extents say is not mapped")
  func wrongSize() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("features")
    try makeFile(code: 8, size: 1, at: path)
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    for wrong in [Array(bytes.dropLast()), bytes + [0]] {
      try AtomicFile.write(wrong, to: path)
      let error = #expect(throws: FileError.self) {
        try IDX.readFeatures(path, isMapped: true)
      }
      #expect(
        error?.message.contains("expected 42 bytes of elements, found \(wrong.count - 16)") == true)
    }
  }

  @Test("Mapped records of several files give the pictures and labels of files that are read")
  func records() throws {
    let scratch = try TemporaryDirectory()
    let paths = try [3, 2].enumerated().map { file, count in
      let bytes = (0..<count * 3074).map { index in
        index % 3074 < 2 ? UInt8(index / 3074 + file) : UInt8(truncatingIfNeeded: index * 7 + file)
      }
      return try scratch.write(bytes, to: "part-\(file)")
    }
    let records = CIFARRecords(classCounts: [20, 100])
    let (read, labels) = try records.read(paths, label: 1, isMapped: false)
    let (mapped, mappedLabels) = try records.read(paths, label: 1, isMapped: true)
    #expect(labels == [0, 1, 2, 1, 2] && mappedLabels == labels)
    func rows(_ storage: Features.Storage) -> [UInt8] {
      let features = Features(storage, exampleShape: [3, 32, 32])
      return features.withRows(
        bytes: { row in (0..<5).flatMap { UnsafeBufferPointer(start: row($0), count: 3072) } },
        floats: { _ in [] }, doubles: { _ in [] })
    }
    #expect(rows(mapped) == rows(read) && rows(read).count == 5 * 3072)
  }
}
