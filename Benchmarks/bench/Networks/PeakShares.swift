import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// The arithmetic of steps as shares of the multiply-add peak, and its implementation.
struct PeakShares: Codable {
  /// The implementation of products: this library's kernels or OpenBLAS.
  let path: ProductPath
  /// The instruction set of the kernels.
  let kernels: KernelLevel
  /// The peak: independent multiply-adds on all workers, in billions of operations per second.
  let gigaflops: Double
  let networks: [Network]

  /// The shares of one network's step.
  struct Network: Codable {
    let name: String
    /// The implementation of each layer's products.
    let layers: [LayerProducts]
    /// For each phase, the whole step and the two products alone: the rate of the products' operations
    /// relative to the peak.
    let shares: [String: Double]
    /// The median of the step with all products by OpenBLAS, in seconds; nil if OpenBLAS is used anyway.
    let secondsByBLAS: Double?
    /// The step's median over ``secondsByBLAS``.
    let ratioToBLAS: Double?
  }

  /// The shares of the sizes that were timed; nil if the peak was not.
  init?(_ timings: [Timing], of sizes: [NetworkSize]) {
    guard let peak = timings[ReferenceBenchmarks.subject, ReferenceBenchmarks.peak]?.gigaflops
    else { return nil }
    path = .chosen
    kernels = .current
    gigaflops = peak
    networks = sizes.compactMap { size in
      let own = timings.filter { $0.subject == size.description }
      guard let whole = own.first(where: { StepBenchmarks.wholes.contains($0.variant) }) else {
        return nil
      }
      let seconds = own[size, StepBenchmarks.byBLAS]?.median
      return Network(
        name: size.description, layers: size.products(),
        shares: own.reduce(into: [:]) { shares, timing in
          shares[timing.variant] = timing.gigaflops.map { $0 / peak }
        },
        secondsByBLAS: seconds, ratioToBLAS: seconds.map { whole.median / $0 })
    }
  }
}

// MARK: - As a table

extension PeakShares {
  /// A line for each network.
  var text: String {
    let phases = StepBenchmarks.phases.filter { phase in
      networks.contains { $0.shares[phase] != nil }
    }
    var table = TextTable(
      [.words("network"), .words("layers")] + phases.map { .figures($0) }
        + ["whole", "2 gemms", "by OpenBLAS", "ratio"].map { .figures($0) })
    table.addHeading(
      "Shares of the peak, \(decimal(gigaflops, 0)) GFLOP/s with \(kernels.rawValue)")
    for network in networks {
      func share(_ variants: [String]) -> String {
        variants.compactMap { network.shares[$0] }.first.map(percent) ?? "–"
      }
      table.add(
        [network.name, network.layers.map(\.rawValue).joined(separator: ", ")]
          + phases.map { share([$0]) } + [
            share(StepBenchmarks.wholes), share([StepBenchmarks.products]),
            network.secondsByBLAS.map(readableTime) ?? "–",
            network.ratioToBLAS.map { decimal($0, 2) } ?? "–",
          ])
    }
    return """
      \(table.text)

      The peak: independent multiply-adds in single precision on all workers, timed in turn with the
      steps. Shares count the operations of products alone: forward, for the input gradients backward,
      for the weight gradients in the update.
      \(Self.legend(path))
      """
  }

  private static func legend(_ path: ProductPath) -> String {
    let variable = "\(ProductPath.variable)=\(ProductPath.blas.rawValue)"
    return switch path {
    case .kernels:
      """
      Layers: small, up to 64 × 64, by kernels that keep the weights in registers; packed, larger ones,
      by kernels for weights that stay packed from step to step. By OpenBLAS: the step's median with
      \(variable); ratio: that of kernels over it.
      """
    case .blas: "Layers: all by OpenBLAS, as \(variable) asks."
    }
  }
}
