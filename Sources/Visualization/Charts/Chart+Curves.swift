extension Chart {
  /// A point of a curve. Where y is not finite the curve has a gap.
  public struct Point: Hashable, Sendable {
    /// The place on the horizontal axis.
    public var x: Double
    /// The place on the vertical axis.
    public var y: Double

    /// The given point.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Curves over a common axis.
  public struct Curves: Hashable, Sendable {
    /// How a curve is drawn.
    public enum Style: String, Hashable, Sendable {
      /// A line.
      case line
      /// A faint line behind the others, as of raw data behind smoothed.
      case faint
      /// A dashed line.
      case dashed
      /// A line with a dot at each point.
      case linePoints
      /// Dots.
      case points
      /// Steps: each value holds until the next point.
      case steps
    }

    /// One curve.
    public struct Series: Hashable, Sendable {
      /// What the legend calls it.
      public var name: String
      /// How it is drawn.
      public var style: Style
      /// Its points by rising x.
      public var points: [Point]
      /// Which of the chart's colours it has, counted from 0; nil for the next one.
      public var color: Int?

      /// The given curve.
      public init(_ name: String, _ points: [Point], style: Style = .line, color: Int? = nil) {
        self.name = name
        self.points = points
        self.style = style
        self.color = color
      }
    }

    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// The curves, from the rearmost to the foremost.
    public var series: [Series]
    /// The given curves.
    public init(x: Axis, y: Axis, series: [Series]) {
      self.x = x
      self.y = y
      self.series = series
    }
  }
}
