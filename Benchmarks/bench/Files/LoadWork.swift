import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// A data set in files whose reading is timed.
protocol LoadWork {
  var subject: String { get }
  /// Bytes of what is read, uncompressed.
  var byteCount: Int { get }
  /// Makes the files where need be. Throws also where an end is asked for, as ``check(in:)`` does.
  func makeFiles(in folder: String) throws
  /// Throws `WrongResult` where what is read is not what was written or published.
  func check(in folder: String) throws
  /// The files that are read.
  func paths(in folder: String) -> [String]
  /// Reads them as a data set.
  func read(from folder: String) throws
}

/// What is timed of a data set's reading.
enum LoadVariant {
  static let read = "read"
  static let bytesAlone = "bytes alone"
}

/// CIFAR-10's size in files with random records, and Fashion-MNIST where it is installed.
func availableLoadWorks(records: Int) -> [any LoadWork] {
  let fashion = FashionMNISTFiles()
  return [CIFAR10Files(records: records)]
    + (FileManager.default.fileExists(atPath: fashion.directory) ? [fashion] : [])
}

extension LoadWork {
  /// Reading the files, and their bytes alone, after a check of what is read.
  func contenders(in folder: String) throws -> [Contender] {
    try Interruption.check()
    try check(in: folder)
    let paths = paths(in: folder)
    return [
      Contender(
        subject: subject, variant: LoadVariant.read, bytes: Double(byteCount),
        run: { succeed { try read(from: folder) } }),
      Contender(
        subject: subject, variant: LoadVariant.bytesAlone, bytes: Double(byteCount),
        run: {
          succeed { for path in paths { try ByteReader(path: path).forEachChunk { _ in } } }
        }),
    ]
  }
}

/// Runs what has succeeded before.
private func succeed(_ body: () throws -> Void) {
  do { try body() } catch { fatalError("\(error), though it could be read before") }
}

/// Five files of random records, as CIFAR-10's training batches are.
struct CIFAR10Files: LoadWork {
  /// Records in each file.
  let records: Int
  var subject: String { "CIFAR-10, 5 × \(records)" }
  var byteCount: Int { 5 * records * 3073 }

  func paths(in folder: String) -> [String] { (1...5).map { "\(folder)/data_batch_\($0).bin" } }

  func makeFiles(in folder: String) throws {
    for (index, path) in paths(in: folder).enumerated() {
      try AtomicFile.write(contents(ofFile: index), to: path)
    }
  }

  func check(in folder: String) throws {
    let training = try CIFAR10.readDirectory(folder).training
    guard let training, training.count == 5 * records,
      case .bytes(let pixels) = training.features.storage
    else {
      throw WrongResult(subject, expected: "\(5 * records) records", found: training?.count ?? 0)
    }
    try Interruption.check()
    let expected = try contents(ofFile: 4)
    for record in 0..<records {
      if record % 500 == 0 { try Interruption.check() }
      let row = 4 * records + record
      let bytes = expected[record * 3073..<(record + 1) * 3073]
      let isSame =
        training.labels[row] == Int(bytes[bytes.startIndex])
        && pixels[row * 3072..<(row + 1) * 3072].elementsEqual(bytes.dropFirst())
      if !isSame {
        throw WrongResult(subject, expected: "record \(row) as written", found: "another")
      }
    }
  }

  func read(from folder: String) throws { _ = try CIFAR10.readDirectory(folder) }

  private func contents(ofFile index: Int) throws -> [UInt8] {
    var random = SeededRandom(seed: 0, purpose: "bench records", index: UInt64(index))
    var bytes = try SyntheticData.interruptibleBytes(count: records * 3073, using: &random)
    for record in 0..<records { bytes[record * 3073] %= 10 }
    return bytes
  }
}

/// The four gzipped files of Fashion-MNIST where Debian installs them.
struct FashionMNISTFiles: LoadWork {
  var directory = FashionMNIST.directory
  var subject: String { "Fashion-MNIST, gzipped" }
  var byteCount: Int { 70_000 * 785 }

  func paths(in folder: String) -> [String] {
    ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
      .map { "\(directory)/\($0)-ubyte.gz" }
  }

  func makeFiles(in folder: String) throws {}

  func check(in folder: String) throws {
    let files = try FashionMNIST.read(from: directory)
    let found = [files.training?.count ?? 0, files.test?.count ?? 0]
    if found != [60_000, 10_000] {
      throw WrongResult(
        subject, expected: "60000 and 10000 rows", found: "\(found[0]) and \(found[1])")
    }
  }

  func read(from folder: String) throws { _ = try FashionMNIST.read(from: directory) }
}
