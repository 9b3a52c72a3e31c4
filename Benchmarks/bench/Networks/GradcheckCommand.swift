import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `bench gradcheck`.
struct GradcheckCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Time gradient checks, against the losses that they compute.",
    discussion: """
      Checks networks in double precision on \(rows) rows, as perceptron gradcheck does: every entry of \
      the small networks, \(sample) entries of each parameter of the large one. Each check has to pass \
      before it is timed. Takes \(decimal(seconds, 0)) s, or --seconds, and the time of the checks.
      """)

  static let examples = [
    CommandExample(
      "Time all checks.",
      "swift run -c release bench gradcheck"),
    CommandExample(
      "Time the check of one network.",
      "swift run -c release bench gradcheck --filter 64-20-10"),
  ]

  @OptionGroup var options: MeasuringOptions

  /// A network and the number of entries of each parameter that are checked; nil for all.
  private struct Work {
    let size: NetworkSize
    let sample: Int?
    /// The total number of entries checked.
    var entries: Int {
      [size.inputs * size.hidden, size.hidden, size.hidden * size.classes, size.classes]
        .reduce(0) { $0 + min($1, sample ?? $1) }
    }
  }

  private static let seconds = 10.0
  private static let rows = 20
  private static let sample = 50
  private static let works = [
    Work(size: NetworkSize(inputs: 24, hidden: 8, classes: 2, rows: rows), sample: nil),
    Work(size: NetworkSize(inputs: 64, hidden: 20, classes: 10, rows: rows), sample: nil),
    Work(size: NetworkSize(inputs: 3072, hidden: 50, classes: 10, rows: rows), sample: sample),
  ]

  func run() throws {
    try options.checkOutput()
    let works = try options.filtered(Self.works, name: \.size.description)
    let benchmarks = try works.flatMap {
      // At this scale no gradient is too small to compare.
      let network = $0.size.network(of: Double.self, scale: 0.1)
      return try GradcheckBenchmarks.make($0.size, network, sample: $0.sample)
    }
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(benchmarks)
    let report = BenchReport(command: "gradcheck", timings)
    var table = TextTable(
      [.words("network")]
        + ["entries", "check", "spread", "per entry", "one loss", "losses per entry"]
        .map { .figures($0) })
    for work in works {
      guard let check = timings[work.size, GradcheckBenchmarks.check],
        let loss = timings[work.size, GradcheckBenchmarks.loss]
      else { continue }
      let perEntry = check.median / Double(work.entries)
      table.add([
        work.size.description, "\(work.entries)", readableTime(check.median),
        percent(check.spread), readableTime(perEntry), readableTime(loss.median),
        decimal(perEntry / loss.median, 2),
      ])
    }
    try options.publish(
      report,
      """
      \(report.head)

      \(table.text)

      An entry takes two losses, and more where it is measured again because rounding or a kink could
      explain a difference. The gradients themselves and the choice of entries are part of the check.
      """)
  }
}

/// The benchmarks of gradient checks: a whole check, and one of the losses that it computes.
enum GradcheckBenchmarks {
  static let check = "check"
  static let loss = "loss"

  private static let regularization = 0.05

  /// - Parameters:
  ///   - network: a network of this size.
  ///   - sample: the number of entries of each parameter to check; nil for all.
  /// - Throws: `WrongResult` if the check does not pass.
  static func make(
    _ size: NetworkSize, _ network: TwoLayerNet<Double>, sample: Int?
  ) throws -> [Benchmark] {
    let data = size.data().prepared(with: NetworkSize.preprocessing, as: Double.self)
    let x = data.block(0..<size.rows)
    let gradientCheck = GradientCheck(sampleSize: sample)
    func run() -> GradientCheckReport {
      gradientCheck.run(network, on: x, labels: data.labels, regularization: regularization)
    }
    let report = run()
    if !report.passed {
      throw WrongResult("gradient check of \(size)", expected: "a pass", found: report)
    }
    return [
      Benchmark(subject: size.description, variant: check, usesAllThreads: true) { _ = run() },
      Benchmark(subject: size.description, variant: loss, usesAllThreads: true) {
        _ = network.loss(of: x, labels: data.labels, regularization: regularization)
      },
    ]
  }
}
