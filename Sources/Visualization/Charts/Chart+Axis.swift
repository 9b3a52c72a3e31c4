extension Chart {
  /// What an axis is about.
  public struct Axis: Hashable, Sendable {
    /// What it is of, with the unit.
    public var label: String
    /// How numbers lie on it. Numbers that are not above 0 have no place on a logarithmic one.
    public var scale: Scale
    /// Its ends, or nil for those of the data.
    public var range: ClosedRange<Double>?

    /// The given axis.
    public init(_ label: String, scale: Scale = .linear, range: ClosedRange<Double>? = nil) {
      self.label = label
      self.scale = scale
      self.range = range
    }
  }

  /// How numbers lie on an axis.
  public enum Scale: String, Hashable, Sendable {
    /// Evenly.
    case linear
    /// Evenly in their logarithms.
    case logarithmic
  }
}
