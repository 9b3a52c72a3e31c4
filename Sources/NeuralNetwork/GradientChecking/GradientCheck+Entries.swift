import PerceptronLinearAlgebra

/// One entry of a gradient beside the centered difference of the loss.
public struct GradientCheckEntry: Sendable, Equatable {
  /// The parameter's name.
  public let parameter: String
  /// The entry's index along each dimension of the parameter.
  public let index: [Int]
  /// The entry's position in row-major order.
  public let position: Int
  /// The gradient by backpropagation.
  public let analytic: Double
  /// The loss with the entry larger by the check's step.
  public let above: Double
  /// The loss with the entry smaller by the check's step.
  public let below: Double
  /// The centered difference, (above − below) / 2h; nil where a kink lies between the two losses. It is
  /// computed from the losses' parts, and so loses fewer digits than a difference of the two.
  public let numeric: Double?

  /// |analytic − numeric| / max(1e-8, |analytic| + |numeric|); nil at a kink.
  public var relativeError: Double? {
    numeric.map { GradientCheckReport.relativeError(analytic, $0) }
  }
}

extension GradientCheck {
  /// Compares single entries with the centered difference of the loss over ``step`` to either side.
  ///
  /// - Parameter entries: parameters by name, and positions in them in row-major order.
  /// - Precondition: the parameters and the positions exist, and the gradients have their shapes.
  public func compare(
    _ entries: [(parameter: String, position: Int)], of objective: some GradientCheckable
  ) -> [GradientCheckEntry] {
    let analytic = objective.gradients()
    var line = LossLine(objective)
    return entries.map { name, position in
      let gradient = gradient(of: name, objective.parameters[name], in: analytic)
      require(
        (0..<gradient.count).contains(position),
        "GradientCheck: there is no entry \(position) in \(name) of shape \(gradient.shape)")
      line.move(to: name, position)
      let difference = line.difference(step: step)
      return GradientCheckEntry(
        parameter: name, index: indices(at: position, in: gradient.shape.dimensions),
        position: position,
        analytic: gradient[position: position], above: difference.above, below: difference.below,
        numeric: difference.slope?.value)
    }
  }

  /// The entry of the largest gradient of each parameter, and after them the next largest ones of the
  /// parameters in turn, until there are `count`; fewer where there are no more. NaN counts as largest.
  public static func largestEntries(
    of gradients: Parameters<Double>, count: Int
  ) -> [(parameter: String, position: Int)] {
    let ordered = gradients.map { name, tensor in
      let sizes = tensor.elements.map { $0.isNaN ? .infinity : $0.magnitude }
      let positions = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
      return (name, Array(positions.prefix(count)))
    }
    var entries: [(parameter: String, position: Int)] = []
    for place in 0..<count {
      for (name, positions) in ordered where place < positions.count && entries.count < count {
        entries.append((name, positions[place]))
      }
    }
    return entries
  }
}
