import CommandSupport
import Foundation
import Perceptron
import Serialization

/// A chart of GFLOP/s against the size of square products, drawn by gnuplot.
struct MatmulPlot {
  let path: String

  /// Makes sure, before anything is measured, that the chart can be drawn.
  init(path: String) throws {
    guard Program.exists("gnuplot") else {
      throw FileError(
        "gnuplot", "--plot needs it, and it is not on the PATH: apt-get install gnuplot-nox")
    }
    try OutputFile.check(path)
    self.path = path
  }

  /// Draws the squares among the timings.
  func draw(_ report: BenchReport, variants: [MatmulVariant]) throws {
    let script = Self.script(report.timings, variants: variants, title: report.machine.processor)
    let svg = try Program.run("gnuplot", [], input: script)
    try AtomicFile.write(Array(svg.utf8), to: path)
  }

  /// What gnuplot is told, with the data in it.
  static func script(_ timings: [Timing], variants: [MatmulVariant], title: String) -> String {
    let curves = variants.compactMap { variant -> (variant: MatmulVariant, data: String)? in
      let points = Product.squareSizes.compactMap { size -> String? in
        let product = Product(name: "", rows: size, inner: size, columns: size)
        return timings[product, variant.name]?.gigaflops.map { "\(size) \($0)" }
      }
      return points.isEmpty ? nil : (variant, points.joined(separator: "\n"))
    }
    let data = curves.enumerated().map { "$curve\($0) << END\n\($1.data)\nEND" }
    // The legend begins with the last one, as the fastest curve is the highest.
    let plots = curves.enumerated().reversed().map { index, curve in
      "$curve\(index) with linespoints linestyle \(index + 1) title \"\(curve.variant.legend)\""
    }
    let styles = zip(1..., colours).map {
      "set style line \($0) linecolor rgb \"\($1)\" linewidth 2.5 pointtype \($0 + 4) pointsize 0.8"
    }
    let name = title.filter { $0 != "\"" && $0 != "\\" }
    return
      (data + styles + [
        "set terminal svg size 900,560 font \"sans-serif,14\" background \"white\"",
        "set title \"Square single-precision matrix products, \(name)\" noenhanced",
        "set xlabel \"size n of an n × n matrix\"",
        "set ylabel \"GFLOP/s (2n³ operations)\"",
        "set logscale x 2",
        "set logscale y 10",
        "set xtics (\(Product.squareSizes.map(String.init).joined(separator: ", ")))",
        "set xrange [56:2340]",
        "set grid ytics linecolor rgb \"#dddddd\"",
        "set border 3",
        "set tics nomirror",
        "set key outside right center reverse Left noenhanced spacing 1.4",
        "plot " + plots.joined(separator: ", \\\n  "),
      ]).joined(separator: "\n") + "\n"
  }

  /// Okabe and Ito's colours (2008), which the colour-blind can tell apart.
  private static let colours = ["#999999", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00"]
}
