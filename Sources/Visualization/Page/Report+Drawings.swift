extension Report {
  /// Draws the page's charts by one gnuplot.
  ///
  /// - Returns: the drawings, and what to tell where they could not be made.
  public func draw() -> (drawings: Drawings, problem: String?) {
    do {
      let drawn = try Gnuplot.draw(
        charts.map(\.chart),
        widths: charts.map { $0.isWide ? Chart.fullWidth : Chart.standardWidth })
      return (.drawn(Dictionary(zip(charts.map(\.name), drawn)) { $1 }), nil)
    } catch {
      return (.missing("\(error)"), "\(error)")
    }
  }
}
