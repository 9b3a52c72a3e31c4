import LinearAlgebra

/// A network's loss on one batch as a function of a single parameter entry, for measuring its
/// slope by differences.
struct LossLine<Network: GradientCheckable> {
  /// A slope, and how far it may be off.
  struct Slope {
    let value: Double
    let uncertainty: Double
  }

  private var network: Network
  private let x: Tensor<Double>
  private let labels: [Int]
  private let regularization: Double
  private var name = ""
  private var position = 0
  /// Whether the penalty depends on the parameter: then its rounding counts.
  private var isPenalised = false

  init(_ network: Network, x: Tensor<Double>, labels: [Int], regularization: Double) {
    self.network = network
    self.x = x
    self.labels = labels
    self.regularization = regularization
  }

  /// Makes entry `position` of parameter `name` the variable.
  mutating func move(to name: String, _ position: Int) {
    if name != self.name {
      isPenalised = changesPenalty(name, position)
    }
    self.name = name
    self.position = position
  }

  /// Whether a great change of an entry shows in the penalty; a small one may be lost in its
  /// rounding.
  private mutating func changesPenalty(_ name: String, _ position: Int) -> Bool {
    let original = network.parameters[name][position: position]
    defer { network.parameters[name][position: position] = original }
    let before = network.probe(x, labels: labels, regularization: regularization).penalty
    network.parameters[name][position: position] = 1e8 * max(1, original.magnitude)
    return network.probe(x, labels: labels, regularization: regularization).penalty != before
  }

  /// The centred difference over `step` to either side, with a bound on what rounding does to it;
  /// nil where a ReLU has a kink in between.
  mutating func slope(step: Double) -> Slope? {
    let original = network.parameters[name][position: position]
    defer { network.parameters[name][position: position] = original }
    network.parameters[name][position: position] = original + step
    let above = network.probe(x, labels: labels, regularization: regularization)
    network.parameters[name][position: position] = original - step
    let below = network.probe(x, labels: labels, regularization: regularization)
    for (upper, lower) in zip(above.preActivations, below.preActivations)
    where Self.changesSign(upper, lower) {
      return nil
    }
    let lossChange =
      (above.rowLosses - below.rowLosses).mean() + (above.penalty - below.penalty)
    // The distance that the rounded sums really have.
    let distance = (original + step) - (original - step)
    var magnitude = max(1, above.magnitude, largestMagnitude(above.rowLosses))
    if isPenalised { magnitude += above.penalty.magnitude }
    return Slope(
      value: lossChange / distance, uncertainty: 8 * Double.ulpOfOne * magnitude / distance)
  }

  /// The slope by centred differences over one, two and four times `step`, extrapolated to a step
  /// of zero by Richardson's rule (Ridders 1982), with a bound on its error: what the last
  /// extrapolation changed, and the rounding of the losses. Nil where a kink is in between.
  mutating func extrapolatedSlope(step: Double) -> Slope? {
    guard let wide = slope(step: 4 * step), let middle = slope(step: 2 * step),
      let narrow = slope(step: step)
    else { return nil }
    let coarse = (4 * middle.value - wide.value) / 3
    let fine = (4 * narrow.value - middle.value) / 3
    let value = (16 * fine - coarse) / 15
    return Slope(
      value: value, uncertainty: (value - fine).magnitude + narrow.uncertainty)
  }

  private static func changesSign(_ upper: Tensor<Double>, _ lower: Tensor<Double>) -> Bool {
    upper.withUnsafeElements { upper in
      lower.withUnsafeElements { lower in
        zip(upper, lower).contains { ($0 > 0) != ($1 > 0) }
      }
    }
  }
}
