import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `bench predict`.
struct PredictCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Time the prediction of many rows and of one at a time, against their products.",
    discussion: """
      In single precision, from rows of floats and from rows of bytes, which are converted block by block \
      as in evaluation; then one row at a time, as in a program that is asked for one answer after the other. \
      Before timing, all classes are compared with those in double precision. Takes \
      \(decimal(seconds, 0)) s, or --seconds, and the time of the checks.
      """)

  static let examples = [
    CommandExample(
      "Time predictions of 10,000 rows.",
      "swift run -c release bench predict"),
    CommandExample(
      "Time predictions of 1,000 rows and write the figures to a file.",
      "swift run -c release bench predict --rows 1000 --json predict.json"),
  ]

  @OptionGroup var options: MeasuringOptions
  @Option(help: "Number of rows.") var rows = 10_000

  private static let seconds = 10.0

  func validate() throws { try require("--rows", rows, in: 1...100_000) }

  func run() throws {
    try options.checkOutput()
    let all = [(3072, 50), (3072, 150), (784, 100)].map {
      NetworkSize(inputs: $0, hidden: $1, classes: 10, rows: rows)
    }
    let sizes = try options.filtered(all, name: \.description)
    var status = StatusLine()
    let benchmarks = try sizes.flatMap { size in
      if status.isDue { status.show("checking \(size)") }
      let network = size.network(of: Float.self)
      return try PredictBenchmarks.make(size, network) + RowBenchmarks.make(size, network)
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(benchmarks)
    let report = BenchReport(command: "predict", timings)
    func table(
      of figures: [String], from variants: [String],
      _ cells: (_ size: NetworkSize, _ timings: [Timing]) -> [String]
    ) -> String {
      var table = TextTable([.words("network")] + figures.map { .figures($0) })
      for size in sizes {
        let found = variants.compactMap { timings[size, $0] }
        if found.count == variants.count { table.add([size.description] + cells(size, found)) }
      }
      return table.text
    }
    let blocks = table(
      of: ["from floats", "spread", "rows/s", "from bytes", "X·W1", "ratio"],
      from: [PredictBenchmarks.floats, PredictBenchmarks.bytes, PredictBenchmarks.product]
    ) { size, timings in
      let (floats, product) = (timings[0].median, timings[2].median)
      return [
        readableTime(floats), percent(timings[0].spread), decimal(Double(size.rows) / floats, 0),
        readableTime(timings[1].median), readableTime(product), decimal(floats / product, 2),
      ]
    }
    let singles = table(
      of: ["row of floats", "row of bytes", "its products", "beyond"],
      from: [RowBenchmarks.floats, RowBenchmarks.bytes, RowBenchmarks.products]
    ) { _, timings in
      timings.map { readableTime($0.median) }
        + [readableTime(max(timings[1].median - timings[2].median, 0))]
    }
    try options.publish(
      report,
      """
      \(report.head)

      \(blocks)

      The class of each of \(grouped(rows)) rows. X·W1: the big product as one plain call of \
      BLAS, timed in
      turn; ratio: the median from floats over that.

      \(singles)

      One row at a time, by RowPredictor, on one thread. Its products: those of both layers' weights as plain \
      calls of BLAS; beyond: what a row of bytes takes more.
      """)
  }
}

/// The benchmarks of prediction: from floats, from bytes, and its big product as a direct call of BLAS.
enum PredictBenchmarks {
  static let floats = "from floats"
  static let bytes = "from bytes"
  static let product = "X·W1"

  /// The number of rows that are checked at a time.
  private static let blockSize = 1000

  /// - Parameter network: a network of this size.
  /// - Throws: `WrongResult` if a predicted class differs from double precision.
  static func make(_ size: NetworkSize, _ network: TwoLayerNet<Float>) throws -> [Benchmark] {
    let data = size.data()
    let prepared = data.prepared(with: NetworkSize.preprocessing, as: Float.self)
    let x = prepared.block(0..<size.rows)
    try check(
      [(floats, network.predict(x)), (bytes, network.network.predict(prepared.features))],
      on: data, size)
    let product = PlainProduct(size.inputProduct(rows: size.rows))
    // Products of single rows are timed on one thread.
    let threads = BLASLibrary.threadCount
    var right = 0
    return [
      Benchmark(
        subject: size.description, variant: floats, countsAllocations: true, usesAllThreads: true,
        prepare: { BLASLibrary.threadCount = threads }, run: { right += network.predict(x)[0] }),
      Benchmark(
        subject: size.description, variant: bytes, countsAllocations: true, usesAllThreads: true,
        prepare: { BLASLibrary.threadCount = threads },
        run: { right += network.network.predict(prepared.features)[0] }),
      Benchmark(
        subject: size.description, variant: Self.product,
        operations: size.inputProduct(rows: size.rows).operations, usesAllThreads: true,
        prepare: { BLASLibrary.threadCount = threads }, run: product.run),
    ]
  }

  /// Compares the classes of all rows with double precision. Classes whose scores are within rounding
  /// of the best are also accepted.
  private static func check(
    _ found: [(variant: String, classes: [Int])], on data: Dataset, _ size: NetworkSize
  ) throws {
    for (variant, classes) in found where classes.count != size.rows {
      throw WrongResult(
        "\(size), \(variant)", expected: "\(size.rows) classes", found: classes.count)
    }
    let network = size.network(of: Double.self)
    let prepared = data.prepared(with: NetworkSize.preprocessing, as: Double.self)
    var first = 0
    try prepared.forEachBlock(of: blockSize) { x, labels in
      let scores = network.scores(of: x)
      let (best, chosen) = (scores.max(axis: 1), scores.argmax(axis: 1))
      for row in labels.indices.map({ $0 - labels.startIndex }) {
        let rounding = 1e-4 * scores[rows: row..<row + 1].elements.reduce(0) { max($0, abs($1)) }
        for (variant, classes) in found {
          let predicted = classes[first + row]
          if best[row] - scores[row, predicted] <= rounding { continue }
          throw WrongResult(
            "\(size), \(variant), class of row \(first + row)", expected: chosen[row],
            found: predicted)
        }
      }
      first += labels.count
    }
  }
}
