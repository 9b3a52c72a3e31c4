/// A chart as a value: what it shows, not how it is drawn.
///
/// ``svg(_:)`` draws it with gnuplot, ``csv`` has all its data.
public struct Chart: Hashable, Sendable {
  /// What stands above it.
  public var title: String
  /// What can be seen in it, in a sentence or two, for who cannot see it.
  public var summary: String
  /// What is drawn.
  public var content: Content

  /// The kinds of charts.
  public enum Content: Hashable, Sendable {
    /// Curves over a common axis.
    case curves(Curves)
    /// A bar for each of some things.
    case bars(Bars)
    /// A field of coloured cells.
    case heatMap(HeatMap)
    /// A line for each of some things across several axes.
    case parallelCoordinates(ParallelCoordinates)
    /// When each of some things began and ended.
    case timeline(Timeline)
  }

  /// The given chart.
  public init(title: String, summary: String, _ content: Content) {
    self.title = title
    self.summary = summary
    self.content = content
  }
}

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
    /// The names of two curves whose difference is filled and named, as the gap between training and
    /// validation; nil for none.
    public var gap: Gap?

    /// The area between two curves.
    public struct Gap: Hashable, Sendable {
      /// What the legend calls it.
      public var name: String
      /// The two curves' positions in ``Curves/series``.
      public var between: [Int]

      /// The area between the curves at two positions.
      public init(_ name: String, between first: Int, and second: Int) {
        self.name = name
        between = [first, second]
      }
    }

    /// The given curves.
    public init(x: Axis, y: Axis, series: [Series], gap: Gap? = nil) {
      self.x = x
      self.y = y
      self.series = series
      self.gap = gap
    }
  }

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

  /// A field of coloured cells, the first row at the top.
  public struct HeatMap: Hashable, Sendable {
    /// What is in the columns and in the rows.
    public var columnLabel: String, rowLabel: String
    /// What each column and each row is called.
    public var columns: [String], rows: [String]
    /// The cells: [rows][columns]; nil for an empty one.
    public var values: [[Double?]]
    /// What the values are.
    public var valueLabel: String
    /// How many digits after the point are written into the cells; nil for bare colours.
    public var digits: Int?

    /// The given cells.
    ///
    /// - Precondition: a row of cells for each row, with one for each column.
    public init(
      columnLabel: String, columns: [String], rowLabel: String, rows: [String],
      values: [[Double?]], valueLabel: String, digits: Int? = 3
    ) {
      precondition(
        values.count == rows.count && values.allSatisfy { $0.count == columns.count },
        "HeatMap: \(values.map(\.count)) cells for \(rows.count) rows and \(columns.count) columns")
      self.columnLabel = columnLabel
      self.columns = columns
      self.rowLabel = rowLabel
      self.rows = rows
      self.values = values
      self.valueLabel = valueLabel
      self.digits = digits
    }
  }

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

      /// The given line.
      public init(_ name: String, positions: [Double?], value: Double?) {
        self.name = name
        self.positions = positions
        self.value = value
      }
    }

    /// The axes from left to right.
    public var dimensions: [Dimension]
    /// The lines, the last ones in front.
    public var lines: [Line]
    /// What the values are.
    public var valueLabel: String

    /// The given axes and lines.
    ///
    /// - Precondition: each line has a position, or nil, for each axis.
    public init(dimensions: [Dimension], lines: [Line], valueLabel: String) {
      precondition(
        lines.allSatisfy { $0.positions.count == dimensions.count },
        "ParallelCoordinates: \(lines.map(\.positions.count)) positions for \(dimensions.count) axes"
      )
      self.dimensions = dimensions
      self.lines = lines
      self.valueLabel = valueLabel
    }
  }

  /// When each of some things began and ended, the first at the top.
  public struct Timeline: Hashable, Sendable {
    /// One thing's time.
    public struct Span: Hashable, Sendable {
      /// What it is called in the data.
      public var name: String
      /// When it began and ended, in seconds.
      public var seconds: ClosedRange<Double>
      /// Which of ``Timeline/kinds`` it is of.
      public var kind: Int

      /// The given span.
      public init(_ name: String, seconds: ClosedRange<Double>, kind: Int) {
        self.name = name
        self.seconds = seconds
        self.kind = kind
      }
    }

    /// What the spans are of, such as `trial`.
    public var label: String
    /// What the legend calls the kinds of spans.
    public var kinds: [String]
    /// The spans.
    public var spans: [Span]

    /// The given spans.
    public init(label: String, kinds: [String], spans: [Span]) {
      self.label = label
      self.kinds = kinds
      self.spans = spans
    }
  }
}
