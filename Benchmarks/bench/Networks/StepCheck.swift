import Foundation
import Perceptron

/// Compares the steps that are timed with loops in double precision.
struct StepCheck {
  private let size: NetworkSize
  private let data: Dataset
  private let settings: TrainerSettings

  /// - Parameters:
  ///   - data: bytes, preprocessed by ``NetworkSize/preprocessing``.
  ///   - settings: the settings of the steps.
  init(_ size: NetworkSize, on data: Dataset, settings: TrainerSettings) {
    self.size = size
    self.data = data
    self.settings = settings
  }

  private static let steps = 3

  /// Compares losses, gradients and parameters of three steps, then the gradients of the first batch
  /// phase by phase.
  ///
  /// - Throws: `WrongResult` for the first difference.
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
    let loss = work.computeGradients(marking: PhaseTimer(Array(StepBenchmarks.phases[2...4])))
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

  /// The features and labels of a batch; batches are consecutive rows of the data.
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

/// A two-layer network trained by loops over arrays in double precision, a reference independent of the
/// library's arithmetic.
struct PlainNetwork {
  private let inputs: Int
  private let hidden: Int
  private let classes: Int
  /// W1 (inputs × hidden), b1, W2 (hidden × classes), b2, row-major.
  private(set) var parameters: [[Double]]
  static let names = ["W1", "b1", "W2", "b2"]

  init(_ network: TwoLayerNet<Double>) {
    (inputs, hidden, classes) = (network.inputSize, network.hiddenSize, network.classCount)
    parameters = Self.names.map { network.parameters[$0].elements }
  }

  /// Makes a step of gradient descent and returns the loss and the gradients before it.
  mutating func step(
    _ x: [Double], _ labels: [Int], _ settings: TrainerSettings
  ) -> (loss: Double, gradients: [[Double]]) {
    let (loss, gradients) = lossAndGradients(x, labels, settings.penalty.l2)
    for index in parameters.indices {
      for element in parameters[index].indices {
        parameters[index][element] -= settings.learningRate * gradients[index][element]
      }
    }
    return (loss, gradients)
  }

  /// The mean cross-entropy + λ(ΣW1² + ΣW2²), and its gradients in the parameters' order.
  ///
  /// - Parameter x: rows × inputs, one row per label.
  func lossAndGradients(
    _ x: [Double], _ labels: [Int], _ regularization: Double
  ) -> (loss: Double, gradients: [[Double]]) {
    let (w1, b1, w2, b2) = (parameters[0], parameters[1], parameters[2], parameters[3])
    var (gradient1, bias1) = (w1.map { 2 * regularization * $0 }, b1.map { _ in 0.0 })
    var (gradient2, bias2) = (w2.map { 2 * regularization * $0 }, b2.map { _ in 0.0 })
    var loss = regularization * (w1 + w2).reduce(0) { $0 + $1 * $1 }
    for (row, label) in labels.enumerated() {
      var (h, scores) = (b1, b2)
      for i in 0..<inputs {
        let feature = x[row * inputs + i]
        for j in 0..<hidden { h[j] += feature * w1[i * hidden + j] }
      }
      for j in 0..<hidden {
        h[j] = max(h[j], 0)
        for c in 0..<classes { scores[c] += h[j] * w2[j * classes + c] }
      }
      let largest = scores.max() ?? 0
      let total = scores.reduce(0) { $0 + exp($1 - largest) }
      loss += (log(total) + largest - scores[label]) / Double(labels.count)
      for c in 0..<classes {
        let probability = exp(scores[c] - largest) / total
        // The loss's gradient with respect to the score.
        let upstream = (probability - (c == label ? 1 : 0)) / Double(labels.count)
        scores[c] = upstream
        bias2[c] += upstream
      }
      for j in 0..<hidden where h[j] > 0 {
        var upstream = 0.0
        for c in 0..<classes {
          gradient2[j * classes + c] += h[j] * scores[c]
          upstream += w2[j * classes + c] * scores[c]
        }
        h[j] = upstream
        bias1[j] += upstream
      }
      // A unit with output 0 has gradient 0.
      for i in 0..<inputs {
        let feature = x[row * inputs + i]
        for j in 0..<hidden { gradient1[i * hidden + j] += feature * h[j] }
      }
    }
    return (loss, [gradient1, bias1, gradient2, bias2])
  }
}

/// The square root of the sum of the squares.
func norm(_ numbers: some Sequence<Double>) -> Double {
  numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
