extension Report {
  /// Draws the page's charts by one gnuplot.
  ///
  /// - Returns: the drawings, and what to tell where they could not all be made.
  public func draw() -> (drawings: Drawings, problem: String?) {
    let curves = charts.compactMap { chart -> (name: String, svg: Chart.Curves)? in
      if case .curves(let curves) = chart.chart.content { (chart.name, curves) } else { nil }
    }
    do {
      let documents = try CurvePlot.draw(curves.map(\.svg))
      let drawn = Dictionary(zip(curves.map(\.name), documents)) { $1 }
      let left = charts.count - curves.count
      return (
        .drawn(drawn),
        left == 0 ? nil : "\(left) of \(charts.count) charts are not curves and are not drawn"
      )
    } catch {
      return (.missing("\(error)"), "\(error)")
    }
  }
}
