import Perceptron

/// What is timed of gradient checks: a whole check, and one of the losses that it computes.
enum GradcheckContenders {
  static let check = "check"
  static let loss = "loss"

  private static let regularization = 0.05

  /// - Parameters:
  ///   - network: what is checked, of the given size.
  ///   - sample: how many entries of each parameter are checked; nil for all.
  /// - Throws: `WrongResult` where the check does not pass.
  static func make(
    _ size: NetworkSize, _ network: TwoLayerNet<Double>, sample: Int?
  ) throws -> [Contender] {
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
      Contender(subject: size.description, variant: check, usesAllThreads: true) { _ = run() },
      Contender(subject: size.description, variant: loss, usesAllThreads: true) {
        _ = network.loss(of: x, labels: data.labels, regularization: regularization)
      },
    ]
  }
}
