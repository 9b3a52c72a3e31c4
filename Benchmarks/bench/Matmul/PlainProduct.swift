internal import CPerceptronOpenBLAS

extension Product {
  /// Writes op(A)·op(B) to `c`, rows × columns, by one plain call of `cblas_sgemm`: nothing of the
  /// library is in the way, so that its own slowness shows beside this.
  func callBLAS(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>
  ) {
    if rows == 0 || columns == 0 { return }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
      Int32(max(transposeA ? rows : inner, 1)), b, Int32(max(transposeB ? inner : columns, 1)), 0,
      c, Int32(columns))
  }
}

/// A product with memory of its own, for what is timed against a plain call of BLAS.
final class PlainProduct {
  private let product: Product
  private let a: UnsafeMutablePointer<Float>
  private let b: UnsafeMutablePointer<Float>
  private let c: UnsafeMutablePointer<Float>

  init(_ product: Product) {
    self.product = product
    func buffer(_ rows: Int, _ columns: Int) -> UnsafeMutablePointer<Float> {
      let count = rows * columns
      // Aligned as the library's tensors are, to a line of the cache.
      let buffer = UnsafeMutableRawPointer.allocate(byteCount: 4 * max(count, 1), alignment: 64)
        .bindMemory(to: Float.self, capacity: count)
      for index in 0..<count { buffer[index] = Float(index % 251) / 251 }
      return buffer
    }
    a = buffer(product.rows, product.inner)
    b = buffer(product.inner, product.columns)
    c = buffer(product.rows, product.columns)
  }

  deinit {
    for buffer in [a, b, c] { UnsafeMutableRawPointer(buffer).deallocate() }
  }

  func run() { product.callBLAS(a, b, c) }
}
