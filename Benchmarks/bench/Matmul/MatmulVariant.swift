import Perceptron

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
