import PerceptronLinearAlgebra

/// Compares analytic gradients with centered differences of the loss,
/// (L(p + h) − L(p − h)) / 2h, one parameter entry at a time.
///
/// The relative error of an entry is |analytic − numeric| / max(1e-8, |analytic| + |numeric|).
/// Two kinds of entries are counted apart:
/// - At a ReLU's kink, where some pre-activation changes sign between p − h and p + h, there is no
///   derivative to compare with.
/// - Where rounding or curvature could explain a disagreement, the entry is measured again with
///   other steps, extrapolated to zero. What then agrees as far as it can be measured, but not to
///   the tolerance, counts as unresolved.
///
/// A check whose compared entries all agree, but that leaves too much at kinks or unresolved, is
/// undecided: it neither passes nor says that a gradient is wrong.
///
///     let report = GradientCheck().run(net, on: x, labels: y, regularization: 0.05)
///     print(report)
///     precondition(report.passed)
public struct GradientCheck: Sendable {
  /// h, the distance to either side.
  public let step: Double
  /// A parameter passes if its largest relative error is below this.
  public let tolerance: Double
  /// The number of entries checked of each parameter; nil for all.
  public let sampleSize: Int?
  /// The seed of the sample of entries.
  public let seed: UInt64

  /// A check of every entry, or of `sampleSize` of each parameter drawn by `seed`.
  ///
  /// - Precondition: `sampleSize` is at least 1, `step` and `tolerance` are above 0 and finite.
  public init(
    sampleSize: Int? = nil, seed: UInt64 = 0, step: Double = 1e-5, tolerance: Double = 1e-7
  ) {
    require(
      sampleSize ?? 1 >= 1, "GradientCheck: a sample of \(sampleSize ?? 0) entries checks nothing")
    require(
      step > 0 && step.isFinite && tolerance > 0 && tolerance.isFinite,
      "GradientCheck: a step of \(step) and a tolerance of \(tolerance), both must be above 0")
    self.sampleSize = sampleSize
    self.seed = seed
    self.step = step
    self.tolerance = tolerance
  }

  /// Checks the gradients of an objective, such as a network's loss on one batch.
  ///
  /// - Complexity: two forward passes for each entry that is checked, up to six more for each of
  ///   six steps where an entry is measured again.
  public func run(_ objective: some GradientCheckable) -> GradientCheckReport {
    let analytic = objective.gradients()
    var line = LossLine(objective)
    let results = objective.parameters.map { name, tensor in
      var result = GradientCheckReport.Parameter(name: name, shape: tensor.shape)
      let gradients = gradient(of: name, tensor, in: analytic)
      // Relative to the parameter's largest gradient, what is below this counts as zero.
      let floor = GradientCheckReport.floor * max(1, largestMagnitude(gradients))
      for position in positions(of: tensor.count, parameter: name) {
        line.move(to: name, position)
        let gradient = gradients[position: position]
        result.record(
          compare(gradient, along: &line, floor: floor), position: position, analytic: gradient)
      }
      return result
    }
    return GradientCheckReport(parameters: results, tolerance: tolerance)
  }

  /// A parameter's gradient, checked to have its shape.
  func gradient(
    of name: String, _ parameter: Tensor<Double>, in gradients: Parameters<Double>
  ) -> Tensor<Double> {
    let gradient = gradients[name]
    require(
      gradient.shape == parameter.shape,
      "GradientCheck: \(name) has shape \(parameter.shape), its gradient \(gradient.shape)")
    return gradient
  }

  /// Compares one analytic entry with the loss's slope along it.
  private func compare(
    _ analytic: Double, along line: inout LossLine<some GradientCheckable>, floor: Double
  ) -> GradientCheckReport.Finding {
    guard let plain = line.slope(step: step) else { return .kink }
    if GradientCheckReport.relativeError(analytic, plain.value) < tolerance / 10 {
      return .compared(plain.value)
    }
    let best = bestSlope(along: &line, analytic: analytic) ?? plain
    let isClear = best.uncertainty <= resolution(analytic, best)
    let agrees = (analytic - best.value).magnitude <= best.uncertainty
    if isClear || !agrees { return .compared(best.value) }
    if isZero(analytic, along: &line) { return .zero }
    return best.uncertainty <= floor ? .unresolved : .unmeasurable
  }

  /// The most certain slope that steps from wide to narrow give, or the first that is certain
  /// enough; nil where all of them meet a kink.
  private func bestSlope(
    along line: inout LossLine<some GradientCheckable>, analytic: Double
  ) -> Slope? {
    var best: Slope?
    for factor in [100, 10, 1, 0.1, 0.01, 0.001] {
      guard let slope = line.extrapolatedSlope(step: factor * step),
        slope.uncertainty < best?.uncertainty ?? .infinity
      else { continue }
      best = slope
      if slope.uncertainty <= resolution(analytic, slope) / 4 { break }
    }
    return best
  }

  /// Whether the loss does not change at all along an entry, as with a bias below a batch norm: the
  /// widest step without a kink shows nothing but rounding, and the gradient is no more than that.
  private func isZero(
    _ analytic: Double, along line: inout LossLine<some GradientCheckable>
  ) -> Bool {
    for step in [1, 0.1, 0.01] {
      guard let slope = line.slope(step: step) else { continue }
      return max(analytic.magnitude, slope.value.magnitude) <= slope.uncertainty
    }
    return false
  }

  /// The uncertainty below which a slope can show the tolerance.
  private func resolution(_ analytic: Double, _ slope: Slope) -> Double {
    tolerance * max(GradientCheckReport.floor, analytic.magnitude + slope.value.magnitude)
  }

  /// The entries to check, in order.
  private func positions(of count: Int, parameter: String) -> [Int] {
    guard let sampleSize, sampleSize < count else { return Array(0..<count) }
    var random = SeededRandom(seed: seed, purpose: "gradient check of \(parameter)")
    return random.permutation(count).prefix(sampleSize).sorted()
  }
}

/// A slope, and how far it may be off.
struct Slope {
  let value: Double
  let uncertainty: Double
}

/// A loss as a function of a single parameter entry, for measuring its slope by differences.
struct LossLine<Objective: GradientCheckable> {
  private var objective: Objective
  private var name = ""
  private var position = 0
  private var original = 0.0
  /// Whether the penalty depends on the parameter: then its rounding counts.
  private var isPenalized = false

  init(_ objective: Objective) { self.objective = objective }

  /// Makes entry `position` of parameter `name` the variable.
  mutating func move(to name: String, _ position: Int) {
    let isOther = name != self.name
    self.name = name
    self.position = position
    original = objective.parameters[name][position: position]
    if isOther { isPenalized = changesPenalty() }
  }

  /// The loss where the entry is `value`.
  private mutating func probe(at value: Double) -> LossProbe {
    objective.setElement(position, of: name, to: value)
    defer { objective.setElement(position, of: name, to: original) }
    return objective.probe()
  }

  /// Whether a large change of an entry changes the penalty; a small one may be lost to rounding.
  private mutating func changesPenalty() -> Bool {
    probe(at: original).penalty != probe(at: 1e8 * max(1, original.magnitude)).penalty
  }

  /// The losses at `step` to either side, and the centered difference between them with a bound on
  /// what rounding does to it; a slope of nil where a ReLU has a kink in between.
  mutating func difference(step: Double) -> (above: Double, below: Double, slope: Slope?) {
    let above = probe(at: original + step)
    let below = probe(at: original - step)
    return (above.loss, below.loss, slope(from: below, to: above, step: step))
  }

  /// The centered difference over `step` to either side.
  mutating func slope(step: Double) -> Slope? { difference(step: step).slope }

  private func slope(from below: LossProbe, to above: LossProbe, step: Double) -> Slope? {
    for (upper, lower) in zip(above.kinks, below.kinks) where Self.changesSign(upper, lower) {
      return nil
    }
    let change = (above.rowLosses - below.rowLosses).mean() + (above.penalty - below.penalty)
    // The distance that the rounded sums really have.
    let distance = (original + step) - (original - step)
    var magnitude = max(1, above.magnitude, largestMagnitude(above.rowLosses))
    if isPenalized { magnitude += above.penalty.magnitude }
    return Slope(
      value: change / distance, uncertainty: 8 * Double.ulpOfOne * magnitude / distance)
  }

  /// The slope by centered differences over one, two and four times `step`, extrapolated to a step
  /// of zero by Richardson's rule (Ridders 1982), with a bound on its error: what the last
  /// extrapolation changed, and the rounding of the losses. Nil where a kink is in between.
  mutating func extrapolatedSlope(step: Double) -> Slope? {
    guard let wide = slope(step: 4 * step), let middle = slope(step: 2 * step),
      let narrow = slope(step: step)
    else { return nil }
    let coarse = (4 * middle.value - wide.value) / 3
    let fine = (4 * narrow.value - middle.value) / 3
    let value = (16 * fine - coarse) / 15
    return Slope(value: value, uncertainty: (value - fine).magnitude + narrow.uncertainty)
  }

  private static func changesSign(_ upper: Tensor<Double>, _ lower: Tensor<Double>) -> Bool {
    upper.withUnsafeElements { upper in
      lower.withUnsafeElements { lower in
        zip(upper, lower).contains { ($0 > 0) != ($1 > 0) }
      }
    }
  }
}
