extension Chart {
  /// A horizontal bar for each of some things, the first at the top.
  public struct Bars: Hashable, Sendable {
    /// The axis of the values.
    public var axis: Axis
    /// What each bar is called.
    public var names: [String]
    /// Its length; a bar that is not finite is left out.
    public var values: [Double]
    /// How many digits after the point are written beside a bar.
    public var digits: Int

    /// The given bars.
    ///
    /// - Precondition: as many values as names.
    public init(axis: Axis, names: [String], values: [Double], digits: Int = 2) {
      precondition(
        names.count == values.count, "Bars: \(values.count) values for \(names.count) names")
      self.axis = axis
      self.names = names
      self.values = values
      self.digits = digits
    }
  }
}
