import LinearAlgebra

/// A network whose analytic gradients can be compared with differences of its loss.
///
/// Everything is in `Double`: single precision cannot resolve the differences.
public protocol GradientCheckable {
  /// The parameters by name, for the check to disturb one entry at a time.
  var parameters: Parameters<Double> { get set }

  /// The loss of a batch, and every number whose sign decides a piece of a piecewise-smooth layer:
  /// the inputs of its ReLUs.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  func probe(
    _ x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> (loss: Double, preActivations: [Tensor<Double>])

  /// The gradients under test, under the parameters' names.
  func gradients(
    of x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> Parameters<Double>
}

extension TwoLayerNet: GradientCheckable where Scalar == Double {
  /// The loss of a batch, and the hidden layer before its rectifier.
  public func probe(
    _ x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> (loss: Double, preActivations: [Tensor<Double>]) {
    let preActivation = hidden.forward(x)
    let scores = output.forward(ReLU().forward(preActivation))
    let dataLoss = SoftmaxLoss().forward(scores: scores, labels: labels).loss
    return (dataLoss + penalty(regularization), [preActivation])
  }

  /// The gradients of the loss of a batch.
  public func gradients(
    of x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> Parameters<Double> {
    lossAndGradients(of: x, labels: labels, regularization: regularization).gradients
  }
}

/// Compares a network's analytic gradients with centred differences of its loss,
/// (L(p + h) − L(p − h)) / 2h, one parameter entry at a time.
///
/// The relative error of an entry is |analytic − numeric| / max(1e-8, |analytic| + |numeric|).
/// Two kinds of entries are counted apart:
/// - At a ReLU's kink, where some pre-activation changes sign between p − h and p + h, there is no
///   derivative to compare with.
/// - Where rounding could explain a disagreement, the entry is measured again with larger steps
///   extrapolated to zero, which is some hundred times more exact. What then agrees to within
///   rounding, but is too small to show the tolerance, counts as unresolved.
///
///     let report = GradientCheck().run(net, on: x, labels: y, regularization: 0.05)
///     print(report)
///     precondition(report.passed)
public struct GradientCheck: Sendable {
  /// h, the distance to either side.
  public var step = 1e-5
  /// The relative error that every parameter must stay below to pass.
  public var tolerance = 1e-7
  /// How many entries of each parameter are checked; nil checks all of them.
  public var sampleSize: Int?
  /// Decides which entries are checked when there are more than `sampleSize`.
  public var seed: UInt64 = 0

  /// A check of every entry, or of `sampleSize` of each parameter drawn by `seed`.
  ///
  /// - Precondition: `sampleSize` is at least 1.
  public init(sampleSize: Int? = nil, seed: UInt64 = 0) {
    require(
      sampleSize ?? 1 >= 1, "GradientCheck: a sample of \(sampleSize ?? 0) entries checks nothing")
    self.sampleSize = sampleSize
    self.seed = seed
  }

  /// Checks `network`'s gradients on one batch.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  /// - Complexity: two forward passes for each entry that is checked, fourteen where rounding
  ///   could explain a disagreement.
  public func run(
    _ network: some GradientCheckable, on x: Tensor<Double>, labels: [Int],
    regularization: Double
  ) -> GradientCheckReport {
    let analytic = network.gradients(of: x, labels: labels, regularization: regularization)
    var line = LossLine(network, x: x, labels: labels, regularization: regularization)
    let results = network.parameters.map { name, tensor in
      var result = GradientCheckReport.Parameter(name: name, shape: tensor.shape)
      for position in positions(of: tensor.count, parameter: name) {
        line.move(to: name, position)
        let gradient = analytic[name][position: position]
        result.record(compare(gradient, along: &line), position: position, analytic: gradient)
      }
      return result
    }
    return GradientCheckReport(parameters: results, tolerance: tolerance)
  }

  /// Holds one analytic entry against the loss's slope along it.
  private func compare(
    _ analytic: Double, along line: inout LossLine<some GradientCheckable>
  ) -> GradientCheckReport.Finding {
    guard let plain = line.slope(step: step) else { return .kink }
    let doubtful = tolerance / 10
    if GradientCheckReport.relativeError(analytic, plain) < doubtful { return .compared(plain) }
    let slopes = [100 * step, step].compactMap { line.extrapolatedSlope(step: $0) }
    guard let exact = slopes.min(by: { $0.uncertainty < $1.uncertainty }) else {
      return .compared(plain)
    }
    let scale = max(GradientCheckReport.floor, analytic.magnitude + exact.value.magnitude)
    let isTooSmall =
      exact.uncertainty > tolerance * scale && exact.uncertainty <= GradientCheckReport.floor
    let agrees = (analytic - exact.value).magnitude <= exact.uncertainty
    return agrees && isTooSmall ? .unresolved : .compared(exact.value)
  }

  /// The entries to check, in order.
  private func positions(of count: Int, parameter: String) -> [Int] {
    guard let sampleSize, sampleSize < count else { return Array(0..<count) }
    var random = SeededRandom(seed: seed, purpose: "gradient check of \(parameter)")
    return random.permutation(count).prefix(sampleSize).sorted()
  }
}
