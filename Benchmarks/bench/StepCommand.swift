import ArgumentParser
import CommandSupport
import Perceptron

/// `bench step`.
struct StepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time training steps, phase by phase, against their two big products.",
    discussion: """
      A step draws a batch of \(steps[0].batch), gathers it from \(grouped(steps[0].rows)) rows of \
      bytes, goes forward, computes the loss, goes backward and updates, in single precision. The \
      losses and gradients of the first steps and what they make of the parameters are compared \
      with plain loops in double precision before anything is timed. \
      Takes \(decimal(seconds, 0)) s beside the checks, or --seconds.
      """)

  @OptionGroup var options: MeasuringOptions

  private static let seconds = 20.0
  private static let steps =
    [50, 100, 150].map {
      NetworkSize(inputs: 3072, hidden: $0, classes: 10)
    } + [NetworkSize(inputs: 784, hidden: 100, classes: 10)]
  private static let gradients = NetworkSize(inputs: 24, hidden: 8, classes: 2, rows: 200)

  func run() throws {
    try options.checkOutput()
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
    let report = Report(command: "step", timings)
    try options.publish(
      report, "\(report.head)\n\n\(StepTable(timings, of: Self.steps[0]).text)")
  }
}
