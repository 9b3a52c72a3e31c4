import Foundation
import Perceptron
import Serialization

/// A data set in files whose reading is timed.
struct LoadWork {
  static let reading = "read"
  static let bytesAlone = "bytes alone"

  let subject: String
  /// Makes the files where need be, reads them and checks what was read.
  let prepare: () throws -> Void
  /// Bytes of what is read, uncompressed.
  private let bytes: Int
  private let paths: [String]
  private let read: () throws -> Void

  /// CIFAR-10 in `folder`, which is made, and Fashion-MNIST where it is installed.
  static func available(in folder: String, records: Int) throws -> [LoadWork] {
    let fashion = try FileManager.default.fileExists(atPath: FashionMNIST.directory)
      ? [fashionMNIST()] : []
    return [cifar10(in: folder, records: records)] + fashion
  }

  var contenders: [Contender] {
    [
      Contender(
        subject: subject, variant: Self.reading, bytes: Double(bytes),
        run: { succeed(read) }),
      Contender(
        subject: subject, variant: Self.bytesAlone, bytes: Double(bytes),
        run: { succeed { for path in paths { try Self.readBytes(path) } } }),
    ]
  }

  private static func readBytes(_ path: String) throws {
    let reader = try ByteReader(path: path)
    try reader.forEachChunk { _ in }
  }
}

// MARK: - The data sets

extension LoadWork {
  private static func cifar10(in folder: String, records: Int) -> LoadWork {
    let paths = (1...5).map { "\(folder)/data_batch_\($0).bin" }
    return LoadWork(
      subject: "CIFAR-10, 5 × \(records)",
      prepare: {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        for (index, path) in paths.enumerated() {
          try AtomicFile.write(Self.records(records, file: index), to: path)
        }
        try checkCIFAR10(in: folder, records: records)
      },
      bytes: 5 * records * 3073, paths: paths,
      read: { _ = try CIFAR10.readDirectory(folder) })
  }

  /// Records with random pixels, as CIFAR-10's file `index` has them.
  private static func records(_ count: Int, file index: Int) -> [UInt8] {
    var random = SeededRandom(seed: 0, purpose: "bench records", index: UInt64(index))
    var bytes = SyntheticData.bytes(count: count * 3073, using: &random)
    for record in 0..<count { bytes[record * 3073] %= 10 }
    return bytes
  }

  private static func checkCIFAR10(in folder: String, records count: Int) throws {
    let training = try CIFAR10.readDirectory(folder).training
    let expected = records(count, file: 4)
    guard let training, training.count == 5 * count,
      case .bytes(let pixels) = training.features.storage
    else {
      throw WrongResult("CIFAR-10", expected: "\(5 * count) records", found: training?.count ?? 0)
    }
    for record in 0..<count {
      let row = 4 * count + record
      let isSame =
        training.labels[row] == expected[record * 3073]
        && pixels[row * 3072..<(row + 1) * 3072]
          .elementsEqual(expected[record * 3073 + 1..<(record + 1) * 3073])
      if !isSame {
        throw WrongResult("CIFAR-10", expected: "record \(row) as written", found: "another")
      }
    }
  }

  private static func fashionMNIST() throws -> LoadWork {
    let folder = FashionMNIST.directory
    let paths = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix("ubyte.gz") }.sorted().map { "\(folder)/\($0)" }
    return LoadWork(
      subject: "Fashion-MNIST, gzipped",
      prepare: {
        let files = try FashionMNIST.read()
        let found = [files.training?.count, files.test?.count]
        if found != [60_000, 10_000] {
          throw WrongResult("Fashion-MNIST", expected: "60000 and 10000 rows", found: found)
        }
      },
      bytes: 70_000 * 785, paths: paths, read: { _ = try FashionMNIST.read() })
  }
}

/// Runs what has succeeded before.
private func succeed(_ body: () throws -> Void) {
  do { try body() } catch { fatalError("\(error), though it could be read before") }
}
