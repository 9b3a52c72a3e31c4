import PerceptronLinearAlgebra

/// What each input contributes to an output, or to the difference of two, compared with a baseline.
public struct Attribution<Scalar: BLASScalar>: Sendable {
  /// The contribution of each input, [inputs].
  public let contributions: Tensor<Scalar>
  /// The output, or the difference, of the example and of the baseline.
  public let value: Scalar, baselineValue: Scalar

  /// What the contributions should add up to: the example's value less the baseline's.
  public var difference: Scalar { value - baselineValue }
  /// What they do add up to.
  public var sum: Scalar { contributions.sum() }
}

extension Network {
  /// Integrated gradients: the input less the baseline, times the mean gradient of an output, or of the
  /// difference of two, along the straight line between them, as at inference. They add up to the
  /// difference that the line makes: see ``Attribution/difference``.
  ///
  /// Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017). The mean is taken by
  /// the midpoint rule on intervals that are halved where the rule misses the true change of the value,
  /// which is known at their ends; kinks of the activations are so enclosed ever more narrowly.
  ///
  /// - Parameters:
  ///   - row: the example, [inputs] or [1, inputs].
  ///   - baseline: an example that says nothing, in the same shape; nil for zeros.
  ///   - target: the output, or the difference.
  ///   - tolerance: the misses of all intervals may add up to this share of the larger of the
  ///     difference and the two values; rounding sets a lower bound.
  /// - Precondition: as for ``saliency(of:for:)``.
  public func integratedGradients(
    of row: Tensor<Scalar>, from baseline: Tensor<Scalar>? = nil, for target: OutputDifference,
    tolerance: Double = 1e-6
  ) -> Attribution<Scalar> {
    let end = requireRow(row, "integratedGradients")
    let start = baseline.map { requireRow($0, "integratedGradients") } ?? .zeros([1, inputSize])
    requireTarget(target, end, "integratedGradients")
    let ends = target.value(
      of: outputs(of: Tensor(start.elements + end.elements, shape: [2, inputSize])))
    var path = Path(from: start.elements, to: end.elements)
    let scale = max(Double(max(abs(ends[0]), abs(ends[1]))), Double(abs(ends[1] - ends[0])))
    let allowed = max(tolerance, 64 * Double(Scalar.ulpOfOne)) * scale
    // The first intervals' ends are not known yet; a pass over them finds their values.
    let count = 32
    let knots = (0...count).map { Double($0) / Double(count) }
    let values = target.value(of: outputs(of: path.points(at: knots)))
    var pending = (0..<count).map {
      Path.Interval(
        from: knots[$0], to: knots[$0 + 1], values: (Double(values[$0]), Double(values[$0 + 1])))
    }
    while !pending.isEmpty {
      pending = measure(pending, on: &path, target, allowed: allowed)
    }
    return Attribution(
      contributions: Tensor(path.sums.map { Scalar($0) }), value: ends[1], baselineValue: ends[0])
  }

  /// Adds the intervals that the midpoint rule fits to the path's sums, and returns the halves of the
  /// others.
  private func measure(
    _ intervals: [Path.Interval], on path: inout Path, _ target: OutputDifference, allowed: Double
  ) -> [Path.Interval] {
    var halves: [Path.Interval] = []
    for first in stride(from: 0, to: intervals.count, by: 256) {
      let block = intervals[first..<min(first + 256, intervals.count)]
      let (values, gradient) = slopes(of: path.points(at: block.map(\.middle)), for: target)
      let gradients = gradient.elements
      for (index, interval) in block.enumerated() {
        let slope = gradients[index * inputSize..<(index + 1) * inputSize]
        let miss = interval.change - interval.length * path.rise(along: slope)
        // As much of what is allowed as the interval has of the path, or, around a kink, of a fixed
        // number of shares, since few intervals stay.
        let isFine = abs(miss) <= allowed * max(interval.length, 1.0 / 256)
        if isFine || interval.length < Path.shortest {
          path.add(slope, over: interval.length)
        } else {
          halves += interval.halves(at: Double(values[index]))
        }
      }
    }
    return halves
  }

  /// The straight line between a baseline and an example, and the sums along it.
  private struct Path {
    struct Interval {
      let from: Double, to: Double
      /// The target's values at the ends.
      let values: (Double, Double)

      var length: Double { to - from }
      var middle: Double { (from + to) / 2 }
      var change: Double { values.1 - values.0 }

      func halves(at value: Double) -> [Interval] {
        [
          Interval(from: from, to: middle, values: (values.0, value)),
          Interval(from: middle, to: to, values: (value, values.1)),
        ]
      }
    }

    /// Intervals this short are not halved: what they miss is below rounding.
    static var shortest: Double { max(Double(Scalar.ulpOfOne) * 16, 1e-9) }

    let start: [Scalar], steps: [Scalar]
    /// The contribution of each input so far.
    var sums: [Double]

    init(from start: [Scalar], to end: [Scalar]) {
      self.start = start
      steps = zip(start, end).map { $1 - $0 }
      sums = Array(repeating: 0, count: start.count)
    }

    func points(at shares: [Double]) -> Tensor<Scalar> {
      Tensor(
        shares.flatMap { share in
          zip(start, steps).map { $0 + Scalar(share) * $1 }
        }, shape: [shares.count, start.count])
    }

    /// The change of the target over the whole line at this gradient.
    func rise(along gradient: ArraySlice<Scalar>) -> Double {
      zip(gradient, steps).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    mutating func add(_ gradient: ArraySlice<Scalar>, over length: Double) {
      for (index, slope) in gradient.enumerated() {
        sums[index] += length * Double(slope) * Double(steps[index])
      }
    }
  }
}
