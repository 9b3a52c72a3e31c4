import PerceptronLinearAlgebra

/// A loss as a function of a single parameter entry, for measuring its slope by differences.
struct LossLine<Objective: GradientCheckable> {
  /// A slope, and how far it may be off.
  struct Slope {
    let value: Double
    let uncertainty: Double
  }

  private var objective: Objective
  private var name = ""
  private var position = 0
  /// The entry's own value.
  private var original = 0.0
  /// Whether the penalty depends on the parameter: then its rounding counts.
  private var isPenalised = false

  init(_ objective: Objective) { self.objective = objective }

  /// Makes entry `position` of parameter `name` the variable.
  mutating func move(to name: String, _ position: Int) {
    let isOther = name != self.name
    self.name = name
    self.position = position
    original = objective.parameters[name][position: position]
    if isOther { isPenalised = changesPenalty() }
  }

  /// The loss where the entry is `value`.
  private mutating func probe(at value: Double) -> LossProbe {
    objective.setElement(position, of: name, to: value)
    defer { objective.setElement(position, of: name, to: original) }
    return objective.probe()
  }

  /// Whether a great change of an entry shows in the penalty; a small one may be lost in its
  /// rounding.
  private mutating func changesPenalty() -> Bool {
    probe(at: original).penalty != probe(at: 1e8 * max(1, original.magnitude)).penalty
  }

  /// The centred difference over `step` to either side, with a bound on what rounding does to it;
  /// nil where a ReLU has a kink in between.
  mutating func slope(step: Double) -> Slope? {
    let above = probe(at: original + step)
    let below = probe(at: original - step)
    for (upper, lower) in zip(above.kinks, below.kinks) where Self.changesSign(upper, lower) {
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
