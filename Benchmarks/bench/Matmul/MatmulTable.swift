import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// The table of `bench matmul`, with a line for each product.
struct MatmulTable {
  private let timings: [Timing]
  private let groups: [Product.Group]
  private let variants: [MatmulVariant]
  /// Whether a cell was requested, so that it is missing only because it takes too long.
  private let isWanted: (Product, MatmulVariant) -> Bool

  init(
    _ timings: [Timing], groups: [Product.Group], variants: [MatmulVariant],
    where isWanted: @escaping (Product, MatmulVariant) -> Bool = { _, _ in true }
  ) {
    self.timings = timings
    self.groups = groups
    self.variants = variants
    self.isWanted = isWanted
  }

  /// The highest rate of BLAS for large square products, in billions of operations per second.
  var peak: Double? {
    groups.flatMap(\.products).filter(\.showsPeak)
      .compactMap { timing($0, fastest)?.bestGigaflops }.max()
  }

  /// BLAS with all threads.
  private var fastest: MatmulVariant { variants[variants.count - 1] }

  private func timing(_ product: Product, _ variant: MatmulVariant) -> Timing? {
    timings[product, variant.name]
  }

  private func shareOfPeak(_ timing: Timing) -> String {
    guard let peak, let gigaflops = timing.gigaflops else { return "–" }
    return percent(gigaflops / peak)
  }

  private func speedUp(_ timing: Timing, over product: Product) -> String {
    guard Build.isOptimized, let naive = self.timing(product, .ijk) else { return "–" }
    let factor = naive.median / timing.median
    return "×" + decimal(factor, factor < 9.95 ? 1 : 0)
  }
}

// MARK: - A line for each product

extension MatmulTable {
  /// The table in at most 110 columns.
  var text: String {
    var table = TextTable(
      [.words("m×k×n")] + variants.map { .figures($0.name) }
        + ["median", "best", "spread", "peak", "gain"].map { .figures($0) })
    for group in groups {
      let measured = group.products.filter { product in
        timings.contains { $0.subject == product.description }
      }
      if !measured.isEmpty { table.addHeading(group.title) }
      for product in measured { table.add(cells(product)) }
    }
    return table.text + "\n\n" + legend
  }

  private func cells(_ product: Product) -> [String] {
    let rates = variants.map {
      timing(product, $0)?.gigaflops.map(threeDigits) ?? (isWanted(product, $0) ? "–" : "")
    }
    guard let best = timing(product, fastest) else {
      return [product.description] + rates + [String](repeating: "", count: 5)
    }
    return [product.description] + rates + [
      readableTime(best.median), readableTime(best.best), percent(best.spread),
      shareOfPeak(best), speedUp(best, over: product),
    ]
  }

  private var legend: String {
    let names = variants.map { "\($0.name): \($0.legend)" }
    let peakText =
      peak.map { "\(threeDigits($0)) GFLOP/s at the best large square" }
      ?? "unknown without a square of \(Product.leastPeakSize) or more"
    return """
      GFLOP/s: 2·m·k·n operations by the median time. –: left out, one run would take too long.
      \(names[0..<2].joined(separator: "; "))
      \(names[2..<4].joined(separator: "; "))
      \(names[4...].joined(separator: "; "))
      Right of them, of \(fastest.name): median and best time; spread, half the range of the middle half of
      all times; the share of the peak (\(peakText)); and the gain over ijk.
      Every result was compared with double precision before it was timed. --details shows all times.
      """
  }

  private func threeDigits(_ value: Double) -> String {
    decimal(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }
}

// MARK: - A line for each product and variant

extension MatmulTable {
  /// All figures.
  var details: String {
    var table = TextTable(
      [.words("m×k×n"), .words("how")]
        + ["runs", "median", "best", "spread", "GFLOP/s", "peak", "gain"].map { .figures($0) })
    for product in groups.flatMap(\.products) {
      for variant in variants {
        guard let timing = timing(product, variant) else { continue }
        table.add([
          product.description, variant.legend, "\(timing.runs)", readableTime(timing.median),
          readableTime(timing.best), percent(timing.spread),
          timing.gigaflops.map(threeDigits) ?? "–", shareOfPeak(timing),
          speedUp(timing, over: product),
        ])
      }
    }
    return table.text
  }
}

/// A chart of GFLOP/s against the size of square products.
struct MatmulPlot {
  let path: String

  /// Checks before measuring that the chart can be drawn.
  init(path: String) throws {
    guard Gnuplot.isInstalled else {
      throw FileError(
        "gnuplot", "--plot needs it, and it is not on the PATH: \(Gnuplot.advice)")
    }
    try OutputFile.check(path)
    self.path = path
  }

  /// Draws the timings of square products.
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

  /// A curve for each variant with timings of square products.
  static func chart(
    _ timings: [Timing], variants: [MatmulVariant], on processor: String
  ) -> Chart {
    // The legend lists the fastest variant, whose curve is the highest, first.
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
