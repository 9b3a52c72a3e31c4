/// A chart as a value: what it shows, not how it is drawn.
///
/// ``svg`` draws it with gnuplot, ``csv`` has all its data.
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
