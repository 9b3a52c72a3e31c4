import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `bench predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Time the prediction of many rows, against its big product.",
    discussion: """
      In single precision. From floats: all rows lie in memory as floats. From bytes: rows are made \
      floats block by block, as evaluation does it. All classes, either way, are compared with \
      double precision's before anything is timed. \
      Takes \(decimal(seconds, 0)) s beside the checks, or --seconds.
      """)

  @OptionGroup var options: MeasuringOptions
  @Option(help: "How many rows are predicted.") var rows = 10_000

  private static let seconds = 10.0

  func validate() throws { try require("--rows", rows, in: 1...100_000) }

  func run() throws {
    try options.checkOutput()
    let all = [(3072, 50), (3072, 150), (784, 100)].map {
      NetworkSize(inputs: $0, hidden: $1, classes: 10, rows: rows)
    }
    let sizes = try options.filtered(all, name: \.description)
    var status = StatusLine()
    let contenders = try sizes.flatMap { size in
      if status.isDue { status.show("checking \(size)") }
      return try PredictContenders.make(size, size.network(of: Float.self))
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(contenders)
    let report = BenchReport(command: "predict", timings)
    var table = TextTable(
      [.words("network")]
        + ["from floats", "spread", "rows/s", "from bytes", "X·W1", "ratio"]
        .map { .figures($0) })
    for size in sizes {
      guard let floats = timings[size, PredictContenders.floats],
        let bytes = timings[size, PredictContenders.bytes],
        let product = timings[size, PredictContenders.product]
      else { continue }
      table.add([
        size.description, readableTime(floats.median), percent(floats.spread),
        decimal(Double(size.rows) / floats.median, 0), readableTime(bytes.median),
        readableTime(product.median), decimal(floats.median / product.median, 2),
      ])
    }
    try options.publish(
      report,
      """
      \(report.head)

      \(table.text)

      The class of each of \(grouped(rows)) rows. X·W1: the big product as one plain call of \
      BLAS, timed in
      turn; ratio: the median from floats over that.
      """)
  }
}
