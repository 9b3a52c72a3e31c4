import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `bench load`.
struct LoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Time the reading of data sets, against the reading of their bytes alone.",
    discussion: """
      Random records in the size of CIFAR-10's five training batches (\(megabytes) MB, written to a \
      folder for temporary files and removed), and Fashion-MNIST's four gzipped files where they are \
      installed. The last file's records are compared with what was written, and the number of \
      Fashion-MNIST's pictures with what is published, before anything is timed. The \
      files are in the system's cache: what is measured is the reader, not the disk. \
      Takes \(decimal(seconds, 0)) s beside the checks, or --seconds.
      """)

  @OptionGroup var options: MeasuringOptions
  @Option(help: "Records in each of the five files.") var records = defaultRecords

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
      let contenders = try admitted.flatMap { work in
        try work.makeFiles(in: folder)
        return try work.contenders(in: folder)
      }
      return try Sampler(seconds: options.seconds ?? Self.seconds).measure(contenders)
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
