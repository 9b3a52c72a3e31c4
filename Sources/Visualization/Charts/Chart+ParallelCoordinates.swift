extension Chart {
  /// A line for each of some things across several axes, coloured by a value.
  public struct ParallelCoordinates: Hashable, Sendable {
    /// A vertical axis.
    public struct Dimension: Hashable, Sendable {
      /// A place on an axis with what is written there.
      public struct Tick: Hashable, Sendable {
        /// The place, 0 at the bottom to 1 at the top.
        public var position: Double
        /// What is written there.
        public var label: String

        /// The given tick.
        public init(_ position: Double, _ label: String) {
          self.position = position
          self.label = label
        }
      }

      /// What it is of.
      public var name: String
      /// What is written along it.
      public var ticks: [Tick]

      /// The given axis.
      public init(_ name: String, ticks: [Tick]) {
        self.name = name
        self.ticks = ticks
      }
    }

    /// One thing's line.
    public struct Line: Hashable, Sendable {
      /// What it is called in the data.
      public var name: String
      /// Its place on each axis, 0 to 1; nil where it has none.
      public var positions: [Double?]
      /// What it is coloured by; nil for a faint grey one.
      public var value: Double?
      /// What is told where the pointer stands on it, a line each; empty for its name and its value.
      public var details: [String]

      /// The given line.
      public init(
        _ name: String, positions: [Double?], value: Double?, details: [String] = []
      ) {
        self.name = name
        self.positions = positions
        self.value = value
        self.details = details
      }
    }

    /// The axes from left to right.
    public var dimensions: [Dimension]
    /// The lines, the last ones in front.
    public var lines: [Line]
    /// What the values are.
    public var valueLabel: String
    /// What the first and the last colour mean; nil for the least and the largest of the values.
    public var range: ClosedRange<Double>?

    /// The given axes and lines.
    ///
    /// - Precondition: each line has a position, or nil, for each axis.
    public init(
      dimensions: [Dimension], lines: [Line], valueLabel: String,
      range: ClosedRange<Double>? = nil
    ) {
      precondition(
        lines.allSatisfy { $0.positions.count == dimensions.count },
        "ParallelCoordinates: \(lines.map(\.positions.count)) positions for \(dimensions.count) axes"
      )
      self.dimensions = dimensions
      self.lines = lines
      self.valueLabel = valueLabel
      self.range = range
    }
  }
}
