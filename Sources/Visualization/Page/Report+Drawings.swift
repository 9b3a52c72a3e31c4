extension Report {
  /// The page's charts, drawn, or why they could not be.
  public enum Drawings: Hashable, Sendable {
    /// The drawing for each chart's name.
    case drawn([String: DrawnChart])
    /// Why there are none, in a sentence that the page shows.
    case missing(String)
  }

  /// A chart as it is drawn.
  public struct DrawnChart: Hashable, Sendable {
    /// At its own width.
    public var svg: SVG
    /// For a page that is narrower than a wide chart's texts can be read on; nil of other charts.
    public var narrow: SVG?

    /// The given drawings.
    public init(_ svg: SVG, narrow: SVG? = nil) {
      self.svg = svg
      self.narrow = narrow
    }
  }

  /// Draws the page's charts by one gnuplot.
  ///
  /// - Returns: the drawings, and what to tell where they could not be made.
  public func draw() -> (drawings: Drawings, problem: String?) {
    let wide = charts.filter(\.isWide)
    do {
      let drawn = try Gnuplot.draw(
        (charts + wide).map(\.chart),
        widths: charts.map { $0.isWide ? Chart.fullWidth : Chart.standardWidth }
          + wide.map { _ in Chart.standardWidth })
      let narrow = Dictionary(zip(wide.map(\.name), drawn.dropFirst(charts.count))) { $1 }
      let pairs = zip(charts, drawn).map { chart, svg in
        (chart.name, DrawnChart(svg, narrow: narrow[chart.name]))
      }
      return (.drawn(Dictionary(pairs) { $1 }), nil)
    } catch {
      return (.missing("\(error)"), "\(error)")
    }
  }
}
