import PerceptronLinearAlgebra

/// Compares analytic gradients with centred differences of the loss,
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
  /// The relative error that every parameter must stay below to pass.
  public let tolerance: Double
  /// How many entries of each parameter are checked; nil checks all of them.
  public let sampleSize: Int?
  /// Decides which entries are checked when there are more than `sampleSize`.
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
      let gradients = analytic[name]
      require(
        gradients.shape == tensor.shape,
        "GradientCheck: \(name) has shape \(tensor.shape), its gradient \(gradients.shape)")
      // Beside gradients of this size, what is below the floor of the relative error is nothing.
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

  /// Holds one analytic entry against the loss's slope along it.
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
  private func bestSlope<Objective>(
    along line: inout LossLine<Objective>, analytic: Double
  ) -> LossLine<Objective>.Slope? {
    var best: LossLine<Objective>.Slope?
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
  private func isZero<Objective>(
    _ analytic: Double, along line: inout LossLine<Objective>
  ) -> Bool {
    for step in [1, 0.1, 0.01] {
      guard let slope = line.slope(step: step) else { continue }
      return max(analytic.magnitude, slope.value.magnitude) <= slope.uncertainty
    }
    return false
  }

  /// How certain a slope has to be to show the tolerance.
  private func resolution<Objective>(_ analytic: Double, _ slope: LossLine<Objective>.Slope)
    -> Double
  {
    tolerance * max(GradientCheckReport.floor, analytic.magnitude + slope.value.magnitude)
  }

  /// The entries to check, in order.
  private func positions(of count: Int, parameter: String) -> [Int] {
    guard let sampleSize, sampleSize < count else { return Array(0..<count) }
    var random = SeededRandom(seed: seed, purpose: "gradient check of \(parameter)")
    return random.permutation(count).prefix(sampleSize).sorted()
  }
}
