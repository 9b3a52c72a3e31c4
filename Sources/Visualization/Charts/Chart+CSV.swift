import PerceptronFiles

extension Chart {
  /// All of the chart's data as comma-separated values under a line of names: every point, also where
  /// fewer are drawn, and every name in full.
  public var csv: String {
    switch content {
    case .curves(let curves):
      return CSV.text(
        [["series", curves.x.label, curves.y.label]]
          + curves.series.flatMap { series in
            series.points.map { [series.name, plain($0.x), plain($0.y)] }
          })
    case .bars(let bars):
      return CSV.text(
        [["name", bars.axis.label]] + zip(bars.names, bars.values).map { [$0, plain($1)] })
    case .heatMap(let map):
      return CSV.text(
        [[map.rowLabel, map.columnLabel, map.valueLabel]]
          + zip(map.rows, map.values).flatMap { row, cells in
            zip(map.columns, cells).map { [row, $0, $1.map(plain) ?? ""] }
          })
    case .parallelCoordinates(let chart):
      return CSV.text(
        [["name"] + chart.dimensions.map(\.name) + [chart.valueLabel]]
          + chart.lines.map { line in
            [line.name] + line.positions.map { $0.map(plain) ?? "" }
              + [line.value.map(plain) ?? ""]
          })
    case .timeline(let timeline):
      return CSV.text(
        [[timeline.label, "kind", "begin (seconds)", "end (seconds)"]]
          + timeline.spans.map { span in
            [
              span.name,
              timeline.kinds.indices.contains(span.kind) ? timeline.kinds[span.kind] : "",
              plain(span.seconds.lowerBound), plain(span.seconds.upperBound),
            ]
          })
    }
  }
}
