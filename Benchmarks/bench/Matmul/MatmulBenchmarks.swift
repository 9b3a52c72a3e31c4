import Perceptron
import PerceptronCommandSupport

/// Selects and checks the variants of each product that are fast enough to be timed.
struct MatmulBenchmarks {
  /// The longest accepted time of a run, in seconds.
  let longestRun: Double
  /// Operations per second of each variant in its last check.
  private var rates: [MatmulVariant: Double] = [:]
  private var status = StatusLine()

  init(longestRun: Double) { self.longestRun = longestRun }

  /// The benchmarks of all products and variants that `admits` accepts.
  ///
  /// - Throws: `WrongResult` if a variant's result is wrong.
  mutating func make(
    of products: [Product], variants: [MatmulVariant],
    where admits: (Product, MatmulVariant) -> Bool
  ) throws -> [Benchmark] {
    try estimateRates(variants)
    var benchmarks: [Benchmark] = []
    for (index, product) in products.enumerated() {
      let fast = variants.filter {
        admits(product, $0) && isFastEnough($0, product, allowance: 2)
      }
      if fast.isEmpty { continue }
      if status.isDue { status.show("checking product \(index + 1)/\(products.count): \(product)") }
      let work = MatmulWork(product)
      for variant in fast {
        let seconds = try work.check(variant)
        rates[variant] = product.operations / seconds
        guard isFastEnough(variant, product, allowance: 1) else { continue }
        benchmarks.append(
          Benchmark(
            subject: product.description, variant: variant.name, operations: product.operations,
            usesAllThreads: variant.usesAllThreads, expectedSeconds: seconds,
            prepare: variant.prepare, run: { work.run(variant) }))
      }
      work.forgetReference()
    }
    status.finish()
    return benchmarks
  }

  /// Estimates rates from a small product. Every check updates them.
  private mutating func estimateRates(_ variants: [MatmulVariant]) throws {
    let work = MatmulWork(Product(name: "", rows: 64, inner: 64, columns: 64))
    for variant in variants {
      let seconds = try work.check(variant)
      rates[variant] = work.product.operations / seconds
    }
  }

  /// Whether a run takes at most ``longestRun``; always true for BLAS, with which the others are compared.
  ///
  /// - Parameter allowance: a factor on the longest time, for rates estimated from other products.
  private func isFastEnough(
    _ variant: MatmulVariant, _ product: Product, allowance: Double
  ) -> Bool {
    if case .openBLAS = variant { return true }
    return product.operations / (rates[variant] ?? .infinity) <= allowance * longestRun
  }
}

/// An implementation of matrix products.
enum MatmulVariant: Hashable {
  case ijk, ikj, unsafe, blocked
  /// OpenBLAS with this number of threads.
  case openBLAS(threads: Int)

  /// All variants on this machine: OpenBLAS with one thread and, if there are more, with all.
  static func all(threads: Int) -> [MatmulVariant] {
    [.ijk, .ikj, .unsafe, .blocked]
      + (threads > 1 ? [1, threads] : [1]).map(MatmulVariant.openBLAS)
  }

  /// The heading of the variant's column.
  var name: String {
    switch self {
    case .ijk: "ijk"
    case .ikj: "ikj"
    case .unsafe: "unsafe"
    case .blocked: "block"
    case .openBLAS(let threads): "BLAS \(threads)"
    }
  }

  /// The text in a legend.
  var legend: String {
    switch self {
    case .ijk: "naive loops i-j-k on arrays"
    case .ikj: "loops i-k-j on arrays"
    case .unsafe: "loops i-k-j on pointers"
    case .blocked: "cache-blocked loops"
    case .openBLAS(1): "OpenBLAS, 1 thread"
    case .openBLAS(let threads): "OpenBLAS, \(threads) threads"
    }
  }

  /// Whether it may use threads other than the calling one.
  var usesAllThreads: Bool {
    if case .openBLAS(let threads) = self { threads > 1 } else { false }
  }

  /// Sets BLAS to this variant's number of threads.
  func prepare() {
    if case .openBLAS(let threads) = self { BLASLibrary.threadCount = threads }
  }

  /// Writes op(A)·op(B) to `c`.
  func run(_ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
    switch self {
    case .ijk: Loops.ijk(product, a, b, &c)
    case .ikj: Loops.ikj(product, a, b, &c)
    case .unsafe: Loops.unsafe(product, a, b, &c)
    case .blocked: Loops.blocked(product, a, b, &c)
    case .openBLAS: Self.callBLAS(product, a, b, &c)
    }
  }

  private static func callBLAS(
    _ product: Product, _ a: [Float], _ b: [Float], _ c: inout [Float]
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          product.callBLAS(a, b, c)
        }
      }
    }
  }
}
