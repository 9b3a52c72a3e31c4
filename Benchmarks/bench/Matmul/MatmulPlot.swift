import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// A chart of GFLOP/s against the size of square products.
struct MatmulPlot {
  let path: String

  /// Makes sure, before anything is measured, that the chart can be drawn.
  init(path: String) throws {
    guard Gnuplot.isInstalled else {
      throw FileError(
        "gnuplot", "--plot needs it, and it is not on the PATH: \(Gnuplot.advice)")
    }
    try OutputFile.check(path)
    self.path = path
  }

  /// Draws the squares among the timings.
  func draw(_ report: BenchReport, variants: [MatmulVariant]) throws {
    let chart = Self.chart(report.timings, variants: variants, on: report.machine.processor)
    try withTemporaryFolder { folder in
      do {
        let drawn = try Gnuplot.draw([chart], widths: [900], in: folder) {
          Interruption.isRequested
        }
        try AtomicFile.write(Array(drawn[0].file.utf8), to: path)
      } catch is CancellationError {
        try Interruption.check("gnuplot was stopped")
      }
    }
  }

  /// A curve for each variant that has a time of a square.
  static func chart(
    _ timings: [Timing], variants: [MatmulVariant], on processor: String
  ) -> Chart {
    // The legend begins with the last one, as the fastest curve is the highest.
    let series = variants.enumerated().reversed().compactMap { index, variant in
      let points = Product.squareSizes.compactMap { size -> Chart.Point? in
        let product = Product(name: "", rows: size, inner: size, columns: size)
        return timings[product, variant.name]?.gigaflops.map { Chart.Point(Double(size), $0) }
      }
      return points.isEmpty
        ? nil
        : Chart.Curves.Series(variant.legend, points, style: .linePoints, color: index)
    }
    return Chart(
      title: "Square single-precision matrix products, \(processor)",
      summary: "GFLOP/s of n × n products by the ways to compute them.",
      .curves(
        .init(
          x: .init("size n of an n × n matrix", scale: .logarithmic),
          y: .init("GFLOP/s (2n³ operations)", scale: .logarithmic), series: series)))
  }
}
