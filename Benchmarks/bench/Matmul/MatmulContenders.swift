import PerceptronCommandSupport
import Perceptron

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
