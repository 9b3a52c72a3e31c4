import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench load`.
struct LoadCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Time the loading of data sets, against reading their bytes.",
    discussion: """
      Loads random records in the size of CIFAR-10's five training batches (\(megabytes) MB, in a \
      temporary folder) and, if installed, Fashion-MNIST's four gzipped files. Before timing, the last \
      file's records and the number of Fashion-MNIST's images are checked. All files are in the system's \
      cache, so that the reader is measured, not the disk. Takes \(decimal(seconds, 0)) s, or --seconds, \
      and the time of the checks.
      """)

  static let examples = [
    CommandExample(
      "Time all data sets.",
      "swift run -c release bench load"),
    CommandExample(
      "Time smaller files for three seconds.",
      "swift run -c release bench load --records 1000 --seconds 3"),
  ]

  @OptionGroup var options: MeasuringOptions
  @Option(help: "Number of records in each of the five files.") var records = defaultRecords

  private static let seconds = 10.0
  private static let defaultRecords = 10_000
  private static let megabytes = decimal(
    Double(CIFAR10Files(records: defaultRecords).byteCount) / 1e6, 0)

  func validate() throws { try require("--records", records, in: 1...100_000) }

  func run() throws {
    try options.checkOutput()
    let works = availableLoadWorks(records: records)
    let admitted = try options.filtered(works, name: { $0.subject })
    let timings = try withTemporaryFolder { folder in
      let benchmarks = try admitted.flatMap { work in
        try work.makeFiles(in: folder)
        return try work.benchmarks(in: folder)
      }
      return try Sampler(seconds: options.seconds ?? Self.seconds).measure(benchmarks)
    }
    let report = BenchReport(command: "load", timings)
    var table = TextTable(
      [.words("data set")]
        + ["MB", "read", "spread", "MB/s", "bytes alone", "ratio"].map { .figures($0) })
    for work in admitted {
      guard let read = timings[work.subject, LoadVariant.read],
        let raw = timings[work.subject, LoadVariant.bytesAlone], let bytes = read.bytes
      else { continue }
      table.add([
        work.subject, decimal(bytes / 1e6, 1), readableTime(read.median), percent(read.spread),
        decimal(bytes / read.median / 1e6, 0), readableTime(raw.median),
        decimal(read.median / raw.median, 2),
      ])
    }
    try options.publish(
      report,
      """
      \(report.head)

      \(table.text)

      MB: of records or pictures and labels, uncompressed. Bytes alone: the same files read, and
      uncompressed where they are gzipped, without a look at what they hold.
      """)
  }
}

/// A data set in files whose loading is timed.
protocol LoadWork {
  var subject: String { get }
  /// Uncompressed bytes.
  var byteCount: Int { get }
  /// Writes the files if necessary. Throws also if the process is asked to stop, as ``check(in:)`` does.
  func makeFiles(in folder: String) throws
  /// Throws `WrongResult` if the data read differs from what was written or published.
  func check(in folder: String) throws
  /// The paths of the files.
  func paths(in folder: String) -> [String]
  /// Loads the files as a data set.
  func read(from folder: String) throws
}

/// The benchmarks of loading a data set.
enum LoadVariant {
  static let read = "read"
  static let bytesAlone = "bytes alone"
}

/// Files of random records in the size of CIFAR-10, and Fashion-MNIST if installed.
func availableLoadWorks(records: Int) -> [any LoadWork] {
  let fashion = FashionMNISTFiles()
  return [CIFAR10Files(records: records)]
    + (FileManager.default.fileExists(atPath: fashion.directory) ? [fashion] : [])
}

extension LoadWork {
  /// Loading the files and reading their bytes, after a check of the data.
  func benchmarks(in folder: String) throws -> [Benchmark] {
    try Interruption.check()
    try check(in: folder)
    let paths = paths(in: folder)
    return [
      Benchmark(
        subject: subject, variant: LoadVariant.read, bytes: Double(byteCount),
        run: { succeed { try read(from: folder) } }),
      Benchmark(
        subject: subject, variant: LoadVariant.bytesAlone, bytes: Double(byteCount),
        run: {
          succeed { for path in paths { try ByteReader(path: path).forEachChunk { _ in } } }
        }),
    ]
  }
}

/// Runs `body`, which has succeeded before.
private func succeed(_ body: () throws -> Void) {
  do { try body() } catch { fatalError("\(error), though it could be read before") }
}

/// Five files of random records like CIFAR-10's training batches.
struct CIFAR10Files: LoadWork {
  /// The number of records in each file.
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

/// The four gzipped files of Fashion-MNIST in Debian's folder.
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
