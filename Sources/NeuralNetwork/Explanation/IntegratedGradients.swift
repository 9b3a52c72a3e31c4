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
  public var sum: Scalar { Scalar(contributions.elements.reduce(0) { $0 + Double($1) }) }
}

extension Network {
  /// Integrated gradients: the input less the baseline, times the mean gradient of an output, or of the
  /// difference of two, along the straight line between them, as at inference. They add up to the
  /// difference that the line makes: see ``Attribution/difference``.
  ///
  /// Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017). The mean is taken by
  /// a rule on intervals that are halved where the rule misses the true change of the value, which is
  /// known at their ends: the midpoint rule where activations have kinks, which the halving isolates,
  /// and Gauss's three-point rule elsewhere.
  ///
  /// If a value on the line is not finite, every contribution is NaN.
  ///
  /// - Parameters:
  ///   - row: the example, [inputs] or [1, inputs].
  ///   - baseline: the reference input, in the same shape; nil for zeros.
  ///   - explained: the output, or the difference.
  ///   - tolerance: what the sum of the contributions may miss, as a share of the difference; of a
  ///     thousandth of all the rises and falls on the line where the difference is smaller. The
  ///     rounding of the values sets a lower bound.
  /// - Precondition: as for ``saliency(of:for:)``.
  /// - Complexity: a few hundred forward and backward passes of a row, some 50 more for each kink, and
  ///   about 50,000 at most, whatever the tolerance.
  public func integratedGradients(
    of row: Tensor<Scalar>, from baseline: Tensor<Scalar>? = nil, for explained: ExplainedOutput,
    tolerance: Double = 1e-6
  ) -> Attribution<Scalar> {
    let end = requireRow(row, "integratedGradients")
    let start = baseline.map { requireRow($0, "integratedGradients") } ?? .zeros([1, inputSize])
    requireOutput(explained, end, "integratedGradients")
    let ends = explained.value(
      of: outputs(of: Tensor(start.elements + end.elements, shape: [2, inputSize])))
    var path = Path(from: start.elements, to: end.elements)
    let count = 64
    let knots = (0...count).map { Double($0) / Double(count) }
    let outputs = outputs(of: path.points(at: knots))
    let values = explained.value(of: outputs).map { Double($0) }
    var pending = (0..<count).map {
      Path.Interval(from: knots[$0], to: knots[$0 + 1], values: (values[$0], values[$0 + 1]))
    }
    let allowance = Allowance(tolerance: tolerance, values: values, outputs: outputs)
    let rule: Rule = layers.contains { $0.traits.hasKinkAtZero } ? .midpoint : .gauss
    var measuredCount = 0
    while !pending.isEmpty {
      // What is left when the passes are used up is short, and taken as it is.
      let isLast = measuredCount >= 1 << 14
      measuredCount += pending.count * rule.nodes.count
      pending = measure(pending, by: rule, on: &path, explained, isLast ? nil : allowance)
    }
    return Attribution(
      contributions: Tensor(path.sums.map { Scalar($0) }), value: ends[1], baselineValue: ends[0])
  }

  /// Adds the intervals that the rule fits to the path's sums, and returns the halves of the others;
  /// adds all of them where there is no allowance.
  private func measure(
    _ intervals: [Path.Interval], by rule: Rule, on path: inout Path, _ explained: ExplainedOutput,
    _ allowance: Allowance?
  ) -> [Path.Interval] {
    var halves: [Path.Interval] = []
    let nodeCount = rule.nodes.count
    let blockSize = 256 / nodeCount
    for first in stride(from: 0, to: intervals.count, by: blockSize) {
      let block = intervals[first..<min(first + blockSize, intervals.count)]
      let places = block.flatMap { interval in
        rule.nodes.map { interval.from + interval.length * $0.place }
      }
      let (values, gradients) = slopes(of: path.points(at: places), for: explained)
      gradients.withUnsafeElements { gradients in
        for (index, interval) in block.enumerated() {
          let rows = gradients[index * nodeCount * inputSize..<(index + 1) * nodeCount * inputSize]
          let rises = path.rises(along: UnsafeBufferPointer(rebasing: rows), by: rule)
          let miss = interval.change - interval.length * rises.reduce(0, +)
          if let allowance, miss.isFinite, interval.length > Path.shortest,
            miss.magnitude > allowance.miss(length: interval.length)
          {
            halves += interval.halves(at: Double(values[index * nodeCount + nodeCount / 2]))
          } else {
            path.add(miss.isFinite ? rises : rises.map { _ in .nan }, over: interval.length)
          }
        }
      }
    }
    return halves
  }

  /// Places in an interval from 0 to 1, the middle one at ½, and their weights.
  private struct Rule {
    let nodes: [(place: Double, weight: Double)]

    static var midpoint: Rule { Rule(nodes: [(0.5, 1)]) }
    /// Exact for polynomials of degree 5.
    static var gauss: Rule {
      let distance = 0.15.squareRoot()
      return Rule(
        nodes: [(0.5 - distance, 5.0 / 18), (0.5, 4.0 / 9), (0.5 + distance, 5.0 / 18)])
    }
  }

  /// How much of the explained output's change an interval may miss.
  private struct Allowance {
    private let whole: Double, rounding: Double

    /// - Parameters:
    ///   - values: the explained output's, on the whole line.
    ///   - outputs: what they were computed from.
    init(tolerance: Double, values: [Double], outputs: Tensor<Scalar>) {
      let changes = zip(values, values.dropFirst()).map { ($1 - $0).magnitude }
      let difference = (values[values.count - 1] - values[0]).magnitude
      whole = tolerance * max(difference, changes.reduce(0, +) / 1000)
      let largest = outputs.elements.reduce(0) { max($0, Double($1.magnitude)) }
      rounding = 2 * Double(Scalar.ulpOfOne) * largest
    }

    /// Half of what is allowed as the interval has of the path. The other half is for a thousand
    /// intervals around kinks, since what a rule misses there falls no faster than their length.
    func miss(length: Double) -> Double { whole * max(length, 1.0 / 1024) / 2 + rounding }
  }

  /// The straight line between a baseline and an example, and the sums along it.
  private struct Path {
    struct Interval {
      let from: Double, to: Double
      /// The explained output's values at the ends.
      let values: (Double, Double)

      var length: Double { to - from }
      var change: Double { values.1 - values.0 }

      func halves(at value: Double) -> [Interval] {
        let middle = from + length * 0.5
        return [
          Interval(from: from, to: middle, values: (values.0, value)),
          Interval(from: middle, to: to, values: (value, values.1)),
        ]
      }
    }

    /// Shorter intervals are not halved: their ends and middles are the same points.
    static var shortest: Double { 8 * Double(Scalar.ulpOfOne) }

    let start: [Scalar], end: [Scalar]
    /// The example less the baseline.
    let steps: [Double]
    /// The contribution of each input so far.
    private(set) var sums: [Double]

    init(from start: [Scalar], to end: [Scalar]) {
      (self.start, self.end) = (start, end)
      steps = zip(start, end).map { Double($1) - Double($0) }
      sums = Array(repeating: 0, count: start.count)
    }

    /// [places, inputs]; at 0 and 1 the very ends.
    func points(at places: [Double]) -> Tensor<Scalar> {
      Tensor(shape: [places.count, start.count]) { points in
        for (row, place) in places.enumerated() {
          let (before, after) = (Scalar(1 - place), Scalar(place))
          for column in start.indices {
            points[row * start.count + column] = before * start[column] + after * end[column]
          }
        }
      }
    }

    /// The change of the explained output over the whole line at a rule's mean of gradients, by input.
    func rises(along gradients: UnsafeBufferPointer<Scalar>, by rule: Rule) -> [Double] {
      var rises = [Double](repeating: 0, count: steps.count)
      for (node, (_, weight)) in rule.nodes.enumerated() {
        for column in steps.indices {
          rises[column] +=
            weight * Double(gradients[node * steps.count + column]) * steps[column]
        }
      }
      return rises
    }

    mutating func add(_ rises: [Double], over length: Double) {
      for column in rises.indices { sums[column] += length * rises[column] }
    }
  }
}
