import ArgumentParser
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench step`.
struct StepCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time training steps by phase, against their products and the peak.",
    discussion: """
      A step draws a batch of \(steps[0].batch), gathers it from \(grouped(steps[0].rows)) rows of bytes, \
      runs the forward pass, the loss, the backward pass and the update, in single precision. Losses, \
      gradients and parameters of the first steps are compared with plain loops in double precision \
      before timing. The table shows the products' operations as shares of the multiply-add peak, and \
      steps computed with OpenBLAS beside those with kernels. With --scaling, times whole steps of \
      networks and batches of growing size instead and fits straight lines to them. Takes \
      \(decimal(seconds, 0)) s, or --seconds, and the time of the checks.
      """)

  static let examples = [
    CommandExample(
      "Time the steps of all networks.",
      "swift run -c release bench step"),
    CommandExample(
      "Show how step times grow with batch, inputs and widths.",
      "swift run -c release bench step --scaling"),
  ]

  @OptionGroup var options: MeasuringOptions
  @Flag(help: "Time steps of growing batches, inputs and widths.")
  var scaling = false

  private static let seconds = 20.0
  private static let steps =
    [50, 100, 150].map {
      NetworkSize(inputs: 3072, hidden: $0, classes: 10)
    } + [NetworkSize(inputs: 784, hidden: 100, classes: 10)]
  private static let gradients = NetworkSize(inputs: 24, hidden: 8, classes: 2, rows: 200)

  func run() throws {
    try options.checkOutput()
    try scaling ? timeScaling() : timeParts()
  }

  private func timeParts() throws {
    let sizes = try options.filtered(Self.steps + [Self.gradients], name: \.description)
    var data: [Int: Dataset] = [:]
    var status = StatusLine()
    let benchmarks = try sizes.flatMap { size in
      if status.isDue { status.show("checking \(size)") }
      let rows = data[size.inputs] ?? size.data()
      data[size.inputs] = rows
      let network = size.network(of: Float.self)
      return size == Self.gradients
        ? try StepBenchmarks.lossAndGradients(size, network, on: rows)
        : try StepBenchmarks.steps(size, network, on: rows)
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(benchmarks)
    var report = BenchReport(command: "step", timings)
    report.peak = PeakShares(timings, of: sizes)
    let texts = [report.head, StepTable(timings, of: Self.steps[0]).text, report.peak?.text]
    try options.publish(report, texts.compactMap { $0 }.joined(separator: "\n\n"))
  }

  private func timeScaling() throws {
    // Networks in two lines are timed once.
    var names: Set<String> = []
    let all = ScalingLine.all.flatMap(\.points).filter { names.insert($0.name).inserted }
    var data: [Int: Dataset] = [:]
    var status = StatusLine()
    let benchmarks = try options.filtered(all, name: \.name).map { point in
      if status.isDue { status.show("checking \(point.name)") }
      let rows = data[point.size.inputs] ?? point.size.data()
      data[point.size.inputs] = rows
      return try StepBenchmarks.wholeSteps(
        point.size, point.size.network(of: Float.self), on: rows, as: point.name)
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(benchmarks)
    let report = BenchReport(command: "step --scaling", timings)
    try options.publish(report, "\(report.head)\n\n\(ScalingTable(timings).text)")
  }
}

/// The table of `bench step`, with a line for each network.
struct StepTable {
  private let timings: [Timing]
  private let size: NetworkSize

  /// - Parameter size: one of the networks; all have the same numbers of rows.
  init(_ timings: [Timing], of size: NetworkSize) {
    self.timings = timings
    self.size = size
  }

  var text: String {
    var table = TextTable(
      [.words("network"), .figures("median"), .figures("spread")]
        + StepBenchmarks.phases.map { .figures($0) }
        + [.figures("2 gemms"), .figures("ratio"), .figures("mallocs")])
    for (variant, heading) in [
      (StepBenchmarks.whole, "A step, batch \(size.batch) of \(grouped(size.rows)) rows"),
      (StepBenchmarks.gradients, "Loss and gradient of one batch of \(size.batch)"),
    ] {
      let wholes = timings.filter { $0.variant == variant }
      if !wholes.isEmpty { table.addHeading(heading) }
      for whole in wholes { table.add(cells(whole)) }
    }
    return """
      \(table.text)

      2 gemms: X·W1 and Xᵀ·dH as plain calls of BLAS, timed in turn with the steps; ratio: the step's
      median over theirs. Phases are timed in steps of their own, the clock read between them.
      \(Allocations.method)
      """
  }

  private func cells(_ whole: Timing) -> [String] {
    func time(_ variant: String) -> Double? {
      timings[whole.subject, variant]?.median
    }
    let products = time(StepBenchmarks.products)
    return [whole.subject, readableTime(whole.median), percent(whole.spread)]
      + StepBenchmarks.phases.map { time($0).map(readableTime) ?? "–" }
      + [
        products.map(readableTime) ?? "–",
        products.map { decimal(whole.median / $0, 2) } ?? "–",
        whole.allocations.map { decimal($0.count, 1) } ?? "–",
      ]
  }
}
