import ArgumentParser
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench matmul`, and `bench` alone.
struct MatmulCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "matmul",
    abstract: "Time matrix products: loops in Swift against OpenBLAS.",
    discussion: """
      Times the products of two-layer networks, square products and odd sizes, in single precision, by \
      each of the implementations in the table's columns. Every result is first compared with double \
      precision; a wrong one ends the run with exit status 1. Leaves out what would take longer than a \
      \(longestRuns)th of --seconds per run and, in a build without optimization, products of \
      \(uncheckable.text) operations and more. --filter also matches the names of columns, as in \
      --filter '64x64x64 . BLAS'. Takes \(decimal(seconds, 0)) s, or --seconds.
      """)

  static let examples = [
    CommandExample(
      "Time all products.",
      "swift run -c release bench matmul"),
    CommandExample(
      "Time square products of 256 and draw a chart.",
      "swift run -c release bench matmul --filter 256x256x256 --plot squares.svg"),
  ]

  @OptionGroup var options: MeasuringOptions
  @Flag(help: "Print all figures, with a line for each product and implementation.") var details =
    false
  @Option(
    help: .init(
      "SVG file for a chart of GFLOP/s against the size of square products; needs gnuplot. (default: none)",
      valueName: "file"))
  var plot: String?

  private static let seconds = 30.0
  /// The least number of runs that fit into --seconds.
  private static let longestRuns = 60
  /// The number of operations from which products are left out without optimization, because their
  /// reference would take minutes.
  private static let uncheckable = (count: 1e8, text: "10⁸")

  func validate() throws {
    if let plot, !plot.lowercased().hasSuffix(".svg") {
      throw ValidationError("--plot is \(plot), expected a name that ends in .svg")
    }
  }

  func run() throws {
    try options.checkOutput()
    let seconds = options.seconds ?? Self.seconds
    let threads = BLASLibrary.threadCount
    defer { BLASLibrary.threadCount = threads }
    let variants = MatmulVariant.all(threads: threads)
    let products = try checkedProducts(variants)
    let chart = try plot.map { try MatmulPlot(path: $0) }
    var maker = MatmulBenchmarks(longestRun: seconds / Double(Self.longestRuns))
    let benchmarks = try maker.make(of: products, variants: variants) {
      options.admits(name($0, $1))
    }
    let timings = try Sampler(seconds: seconds).measure(benchmarks)
    BLASLibrary.threadCount = threads
    let report = BenchReport(command: "matmul", timings)
    let table = MatmulTable(timings, groups: Product.groups, variants: variants) {
      options.admits(name($0, $1))
    }
    let leftOut =
      Build.isOptimized
      ? ""
      : "\nWithout optimization products of \(Self.uncheckable.text) operations and more are left "
        + "out."
    try options.publish(
      report, "\(report.head)\(leftOut)\n\n\(details ? table.details : table.text)")
    try chart?.draw(report, variants: variants)
  }

  private func name(_ product: Product, _ variant: MatmulVariant) -> String {
    "\(product) · \(variant.name)"
  }

  /// Whether a product's reference is fast enough for a check.
  private static func isCheckable(_ product: Product) -> Bool {
    Build.isOptimized || product.operations < uncheckable.count
  }

  /// All products that can be checked. Throws if none of them matches the filter.
  private func checkedProducts(_ variants: [MatmulVariant]) throws -> [Product] {
    let all = Product.groups.flatMap(\.products).filter(Self.isCheckable)
    let pairs = all.flatMap { product in variants.map { (product, $0) } }
    let admitted = pairs.filter { options.admits(name($0, $1)) }
    if admitted.isEmpty { _ = try options.filtered(all, name: \.description) }
    if plot != nil && !admitted.contains(where: { $0.0.name.isEmpty && $0.0.isSquare }) {
      throw ValidationError("--plot draws squares, and --filter leaves none")
    }
    return all
  }
}
