import LinearAlgebra

/// A network's loss on one batch as a function of a single parameter entry, for measuring its
/// slope by differences.
struct LossLine<Network: GradientCheckable> {
  private var network: Network
  private let x: Tensor<Double>
  private let labels: [Int]
  private let regularization: Double
  private var name = ""
  private var position = 0
  /// The largest number met in computing the loss: what rounding errors are relative to.
  private var magnitude = 1.0

  init(_ network: Network, x: Tensor<Double>, labels: [Int], regularization: Double) {
    self.network = network
    self.x = x
    self.labels = labels
    self.regularization = regularization
  }

  /// Makes entry `position` of parameter `name` the variable.
  mutating func move(to name: String, _ position: Int) {
    self.name = name
    self.position = position
  }

  /// The centred difference over `step` to either side, or nil where a ReLU has a kink in between.
  mutating func slope(step: Double) -> Double? {
    let original = network.parameters[name][position: position]
    defer { network.parameters[name][position: position] = original }
    network.parameters[name][position: position] = original + step
    let above = network.probe(x, labels: labels, regularization: regularization)
    network.parameters[name][position: position] = original - step
    let below = network.probe(x, labels: labels, regularization: regularization)
    magnitude = 1
    for (upper, lower) in zip(above.preActivations, below.preActivations) {
      if Self.changesSign(upper, lower) { return nil }
      magnitude = max(magnitude, Self.largestMagnitude(upper))
    }
    magnitude = max(magnitude, above.loss.magnitude)
    // The distance that the rounded sums really have.
    let distance = (original + step) - (original - step)
    return (above.loss - below.loss) / distance
  }

  /// The slope by centred differences over one, two and four times `step`, extrapolated to a step
  /// of zero by Richardson's rule (Ridders 1982), with a bound on its error: what the last
  /// extrapolation changed, and the rounding of the losses. Nil where a kink is in between.
  mutating func extrapolatedSlope(step: Double) -> (value: Double, uncertainty: Double)? {
    guard let wide = slope(step: 4 * step), let middle = slope(step: 2 * step),
      let narrow = slope(step: step)
    else { return nil }
    let coarse = (4 * middle - wide) / 3
    let fine = (4 * narrow - middle) / 3
    let value = (16 * fine - coarse) / 15
    let rounding = 4 * Double.ulpOfOne * magnitude / step
    return (value, (value - fine).magnitude + rounding)
  }

  private static func changesSign(_ upper: Tensor<Double>, _ lower: Tensor<Double>) -> Bool {
    upper.withUnsafeElements { upper in
      lower.withUnsafeElements { lower in
        zip(upper, lower).contains { ($0 > 0) != ($1 > 0) }
      }
    }
  }

  private static func largestMagnitude(_ tensor: Tensor<Double>) -> Double {
    tensor.withUnsafeElements { $0.reduce(0) { max($0, $1.magnitude) } }
  }
}
