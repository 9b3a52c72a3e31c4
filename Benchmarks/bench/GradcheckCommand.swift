import ArgumentParser
import CommandSupport
import Perceptron

/// `bench gradcheck`.
struct GradcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Time gradient checks, against the losses that they compute.",
    discussion: """
      In double precision on 20 rows, like perceptron gradcheck: every entry of the small networks, \
      50 of each parameter of the large one. Each check has to pass before it is timed. \
      Takes 10 s beside the checks, or --seconds.
      """)

  @OptionGroup var options: MeasuringOptions

  /// A network and how many entries of each parameter are checked; nil for all.
  private struct Work {
    let size: NetworkSize
    let sample: Int?
    /// How many entries are checked altogether.
    var entries: Int {
      [size.inputs * size.hidden, size.hidden, size.hidden * size.classes, size.classes]
        .reduce(0) { $0 + min($1, sample ?? $1) }
    }
  }

  private static let works = [
    Work(size: NetworkSize(inputs: 24, hidden: 8, classes: 2, batch: 20, rows: 20), sample: nil),
    Work(size: NetworkSize(inputs: 64, hidden: 20, classes: 10, batch: 20, rows: 20), sample: nil),
    Work(size: NetworkSize(inputs: 3072, hidden: 50, classes: 10, batch: 20, rows: 20), sample: 50),
  ]

  func run() throws {
    try options.checkOutput()
    let works = try options.filtered(Self.works, name: \.size.description)
    let contenders = try works.flatMap(contenders)
    let timings = try Sampler(seconds: options.seconds ?? 10).measure(contenders)
    let report = Report(command: "gradcheck", timings)
    var table = TextTable(
      [.words("network")]
        + ["entries", "check", "spread", "per entry", "one loss", "losses per entry"]
        .map { .figures($0) })
    for work in works {
      let own = timings.filter { $0.subject == work.size.description }
      guard let check = own.first(where: { $0.variant == "check" }),
        let loss = own.first(where: { $0.variant == "loss" })
      else { continue }
      let perEntry = check.median / Double(work.entries)
      table.add([
        work.size.description, "\(work.entries)", readableTime(check.median),
        percent(check.spread), readableTime(perEntry), readableTime(loss.median),
        decimal(perEntry / loss.median, 2),
      ])
    }
    try Console.output(
      """
      \(report.head)

      \(table.text)

      An entry takes two losses, and more where it is measured again because rounding or a kink could
      explain a difference. The gradients themselves and the choice of entries are part of the check.
      """)
    try options.write(report)
  }

  private func contenders(_ work: Work) throws -> [Contender] {
    let size = work.size
    var random = SeededRandom(seed: 0, purpose: "weights")
    let network = TwoLayerNet<Double>(
      inputSize: size.inputs, hiddenSize: size.hidden, classCount: size.classes, scale: 0.1,
      using: &random)
    let data = SyntheticData.make(rows: size.rows, features: size.inputs, classes: size.classes)
      .prepared(with: Preprocessing(divisor: 255), as: Double.self)
    let x = data.block(0..<size.rows)
    let check = GradientCheck(sampleSize: work.sample)
    let report = check.run(network, on: x, labels: data.labels, regularization: 0.05)
    if !report.passed {
      throw WrongResult("gradient check of \(size)", expected: "a pass", found: report)
    }
    return [
      Contender(subject: size.description, variant: "check") {
        _ = check.run(network, on: x, labels: data.labels, regularization: 0.05)
      },
      Contender(subject: size.description, variant: "loss") {
        _ = network.loss(of: x, labels: data.labels, regularization: 0.05)
      },
    ]
  }
}
