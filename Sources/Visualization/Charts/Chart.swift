import PerceptronFiles

/// The contents of a chart. ``svg`` draws it with gnuplot; ``csv`` has all of its data.
public struct Chart: Hashable, Sendable {
  /// The title, and the alternative text, a sentence or two.
  public var title: String, summary: String
  /// The data.
  public var content: Content

  /// The kinds of charts.
  public enum Content: Hashable, Sendable {
    /// Curves over common axes.
    case curves(Curves)
    /// Dots, or the density of many.
    case scatter(ScatterPlot)
    /// Horizontal bars.
    case bars(Bars)
    /// The distribution of numbers.
    case histogram(Histogram)
    /// A table of colored cells.
    case heatMap(HeatMap)
    /// Lines across several axes.
    case parallelCoordinates(ParallelCoordinates)
    /// Spans of time.
    case timeline(Timeline)
  }

  /// Creates a chart.
  public init(title: String, summary: String, _ content: Content) {
    self.title = title
    self.summary = summary
    self.content = content
  }
}

extension Chart {
  /// An axis.
  public struct Axis: Hashable, Sendable {
    /// The label, with the unit.
    public var label: String
    /// The scale; a logarithmic one has no place for numbers of 0 or less.
    public var scale: Scale
    /// The ends; nil for those of the data.
    public var range: ClosedRange<Double>?

    /// Creates an axis.
    public init(_ label: String, scale: Scale = .linear, range: ClosedRange<Double>? = nil) {
      self.label = label
      self.scale = scale
      self.range = range
    }
  }

  /// The scale of an axis.
  public enum Scale: String, Hashable, Sendable {
    /// Evenly.
    case linear
    /// Evenly in their logarithms.
    case logarithmic
  }

  /// All of the chart's data as comma-separated values under a line of names, including points that
  /// are not drawn.
  public var csv: String {
    let rows: [[String]] =
      switch content {
      case .curves(let curves):
        [["series", curves.x.label, curves.y.label]]
          + curves.series.flatMap { series in
            series.points.map { [series.name, plain($0.x), plain($0.y)] }
          }
      case .scatter(let plot): plot.rows
      case .bars(let bars):
        [["name", bars.axis.label]] + zip(bars.names, bars.values).map { [$0, plain($1)] }
      case .histogram(let histogram):
        [["from", "to", histogram.countLabel]]
          + histogram.counts.enumerated().map { place, count in
            [plain(histogram.edges[place]), plain(histogram.edges[place + 1]), plain(count)]
          }
      case .heatMap(let map):
        [[map.rowLabel, map.columnLabel, map.valueLabel]]
          + zip(map.rows, map.values).flatMap { row, cells in
            zip(map.columns, cells).map { [row, $0, $1.map(plain) ?? ""] }
          }
      case .parallelCoordinates(let chart):
        [["name"] + chart.dimensions.map(\.name) + [chart.valueLabel]]
          + chart.lines.map { line in
            [line.name] + (line.positions + [line.value]).map { $0.map(plain) ?? "" }
          }
      case .timeline(let timeline):
        [[timeline.label, "kind", "begin (seconds)", "end (seconds)"]]
          + timeline.spans.map { span in
            [
              span.name, timeline.name(ofKind: span.kind) ?? "", plain(span.seconds.lowerBound),
              plain(span.seconds.upperBound),
            ]
          }
      }
    return CSV.text(rows)
  }
}
