import Perceptron
import PerceptronCommandSupport

/// Chooses what is timed of the products: every variant that is fast enough, after its check.
struct MatmulContenders {
  /// Runs that would take longer than this are left out.
  let longestRun: Double
  /// Operations a second of each variant, by its last check.
  private var rates: [MatmulVariant: Double] = [:]
  private var status = StatusLine()

  init(longestRun: Double) { self.longestRun = longestRun }

  /// The contenders of all products and variants for which `admits` says so.
  ///
  /// - Throws: `WrongResult` where a variant's result is wrong.
  mutating func make(
    of products: [Product], variants: [MatmulVariant],
    where admits: (Product, MatmulVariant) -> Bool
  ) throws -> [Contender] {
    try estimateRates(variants)
    var contenders: [Contender] = []
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
        contenders.append(
          Contender(
            subject: product.description, variant: variant.name, operations: product.operations,
            usesAllThreads: variant.usesAllThreads, expectedSeconds: seconds,
            prepare: variant.prepare, run: { work.run(variant) }))
      }
      work.forgetReference()
    }
    status.finish()
    return contenders
  }

  /// First rates from a small product; they change with every product that is checked.
  private mutating func estimateRates(_ variants: [MatmulVariant]) throws {
    let work = MatmulWork(Product(name: "", rows: 64, inner: 64, columns: 64))
    for variant in variants {
      let seconds = try work.check(variant)
      rates[variant] = work.product.operations / seconds
    }
  }

  /// BLAS always is: how it does at large products is what the rest is compared with.
  ///
  /// - Parameter allowance: how many times too slow it may seem, as rates from other products are
  ///   guesses.
  private func isFastEnough(
    _ variant: MatmulVariant, _ product: Product, allowance: Double
  ) -> Bool {
    if case .openBLAS = variant { return true }
    return product.operations / (rates[variant] ?? .infinity) <= allowance * longestRun
  }
}

/// A way to compute a product.
enum MatmulVariant: Hashable {
  case ijk, ikj, unsafe, blocked
  /// OpenBLAS with as many threads as this.
  case openBLAS(threads: Int)

  /// All of them on this machine; OpenBLAS with one thread, and with all where that is more.
  static func all(threads: Int) -> [MatmulVariant] {
    [.ijk, .ikj, .unsafe, .blocked]
      + (threads > 1 ? [1, threads] : [1]).map(MatmulVariant.openBLAS)
  }

  /// What heads its column.
  var name: String {
    switch self {
    case .ijk: "ijk"
    case .ikj: "ikj"
    case .unsafe: "unsafe"
    case .blocked: "block"
    case .openBLAS(let threads): "BLAS \(threads)"
    }
  }

  /// What it is, for a legend.
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

  /// Whether other threads than the calling one may work too.
  var usesAllThreads: Bool {
    if case .openBLAS(let threads) = self { threads > 1 } else { false }
  }

  /// Makes BLAS use this variant's number of threads.
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
