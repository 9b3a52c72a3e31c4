import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `bench step`.
struct StepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time training steps, phase by phase, against their products and the peak.",
    discussion: """
      A step draws a batch of \(steps[0].batch), gathers it from \(grouped(steps[0].rows)) rows of \
      bytes, goes forward, computes the loss, goes backward and updates, in single precision. The \
      losses and gradients of the first steps and what they make of the parameters are compared \
      with plain loops in double precision before anything is timed. The products' operations \
      are shown as shares of the multiply-add peak, and steps with every product by OpenBLAS \
      beside those by kernels. \
      Takes \(decimal(seconds, 0)) s beside the checks, or --seconds. With --scaling, whole steps of \
      networks and batches of growing size are timed instead, against straight lines through them.
      """)

  @OptionGroup var options: MeasuringOptions
  @Flag(help: "Time steps of growing batches, inputs and widths: do they grow in proportion?")
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
    let contenders = try sizes.flatMap { size in
      if status.isDue { status.show("checking \(size)") }
      let rows = data[size.inputs] ?? size.data()
      data[size.inputs] = rows
      let network = size.network(of: Float.self)
      return size == Self.gradients
        ? try StepContenders.lossAndGradients(size, network, on: rows)
        : try StepContenders.steps(size, network, on: rows)
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(contenders)
    var report = BenchReport(command: "step", timings)
    report.peak = PeakShares(timings, of: sizes)
    let texts = [report.head, StepTable(timings, of: Self.steps[0]).text, report.peak?.text]
    try options.publish(report, texts.compactMap { $0 }.joined(separator: "\n\n"))
  }

  private func timeScaling() throws {
    // Networks that stand in two lines are timed once.
    var names: Set<String> = []
    let all = ScalingLine.all.flatMap(\.points).filter { names.insert($0.name).inserted }
    var data: [Int: Dataset] = [:]
    var status = StatusLine()
    let contenders = try options.filtered(all, name: \.name).map { point in
      if status.isDue { status.show("checking \(point.name)") }
      let rows = data[point.size.inputs] ?? point.size.data()
      data[point.size.inputs] = rows
      return try StepContenders.wholeSteps(
        point.size, point.size.network(of: Float.self), on: rows, as: point.name)
    }
    status.finish()
    let timings = try Sampler(seconds: options.seconds ?? Self.seconds).measure(contenders)
    let report = BenchReport(command: "step --scaling", timings)
    try options.publish(report, "\(report.head)\n\n\(ScalingTable(timings).text)")
  }
}
