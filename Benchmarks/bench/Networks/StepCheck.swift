import Perceptron

/// Holds the steps that are timed against those of loops in double precision.
struct StepCheck {
  private let size: NetworkSize
  private let data: Dataset
  private let settings: TrainerSettings

  /// - Parameters:
  ///   - data: bytes, of which ``NetworkSize/preprocessing`` makes features.
  ///   - settings: what the steps should be made with.
  init(_ size: NetworkSize, on data: Dataset, settings: TrainerSettings) {
    self.size = size
    self.data = data
    self.settings = settings
  }

  private static let steps = 3

  /// Takes three steps, compares losses, gradients and what became of the parameters, and then the
  /// gradients of the first batch once more, phase by phase.
  ///
  /// - Throws: `WrongResult` for the first that is another than the reference's.
  func run(_ work: TrainingWork<Float>) throws {
    var reference = PlainNetwork(size.network(of: Double.self))
    let start = reference.parameters
    for step in 0..<Self.steps {
      work.gather(batch: step)
      let loss = Double(work.computeGradients())
      let (x, labels) = batch(step)
      let expected = reference.step(x, labels, settings)
      try compare(loss, work, with: expected, "of step \(step)")
      try WrongResult.check(
        "\(size), loss taken in step \(step)", Double(work.take(batch: step)), near: loss,
        tolerance: 1e-5)
    }
    for (index, name) in PlainNetwork.names.enumerated() {
      let found = work.parameters[name].elements.map { Double($0) }
      let expected = reference.parameters[index]
      let change = norm(zip(expected, start[index]).map { $0 - $1 })
      let difference = norm(zip(found, expected).map { $0 - $1 })
      if difference <= 0.01 * change { continue }
      throw WrongResult(
        "\(size), \(name) after \(Self.steps) steps", expected: "a change of norm \(change)",
        found: "one that is off by \(difference)")
    }
    work.reset()
    work.gather(batch: 0)
    let (x, labels) = batch(0)
    let expected = PlainNetwork(size.network(of: Double.self))
      .lossAndGradients(x, labels, settings.penalty.l2)
    let loss = work.computeGradients(marking: Laps(Array(StepContenders.phases[2...4])))
    try compare(Double(loss), work, with: expected, "phase by phase")
    try compare(Double(work.computeGradients()), work, with: expected, "of a batch that stays")
  }

  private func compare(
    _ loss: Double, _ work: TrainingWork<Float>,
    with expected: (loss: Double, gradients: [[Double]]), _ when: String
  ) throws {
    try WrongResult.check(
      "\(size), loss \(when)", loss, near: expected.loss, tolerance: 1e-4)
    try WrongResult.check(
      "\(size), gradients' norm \(when)", Double(work.gradientNorm),
      near: norm(expected.gradients.joined()), tolerance: 1e-3)
  }

  /// The features and labels of a batch; batches follow each other through the data.
  private func batch(_ number: Int) -> (x: [Double], labels: [Int]) {
    guard case .bytes(let bytes) = data.features.storage else {
      preconditionFailure("StepCheck: data of bytes is needed")
    }
    let rows = (0..<size.batch).map { (number * size.batch + $0) % data.count }
    let x = rows.flatMap { row in
      bytes[row * size.inputs..<(row + 1) * size.inputs].map {
        Double($0) / NetworkSize.preprocessing.divisor
      }
    }
    return (x, rows.map { data.labels[$0] })
  }
}
