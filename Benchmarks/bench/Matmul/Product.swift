/// The shape of a matrix product C = op(A)·op(B), where op transposes or not.
struct Product: Hashable, CustomStringConvertible {
  /// The product's name in a network, such as `X·W1`; empty for other shapes.
  let name: String
  /// The extents of the result, and of the sums.
  let rows: Int
  let inner: Int
  let columns: Int
  /// Whether A is stored as inner × rows, and B as columns × inner.
  var transposeA = false
  var transposeB = false

  /// `X·W1 200×3072×50`: rows × inner × columns.
  var description: String {
    name + (name.isEmpty ? "" : " ") + "\(rows)×\(inner)×\(columns)"
  }
  /// Floating-point operations: a multiplication and an addition per term of each element.
  var operations: Double { 2 * Double(rows) * Double(inner) * Double(columns) }
  var isSquare: Bool { rows == inner && rows == columns }
  /// Whether this is large enough for BLAS to show the machine's peak.
  var showsPeak: Bool { isSquare && rows >= Self.leastPeakSize }
  static let leastPeakSize = 512

  /// The strides of op(A) from row to row and from column to column.
  var stepsOfA: (row: Int, column: Int) { transposeA ? (1, rows) : (inner, 1) }
  /// The strides of op(B).
  var stepsOfB: (row: Int, column: Int) { transposeB ? (1, inner) : (columns, 1) }
}

extension Product {
  /// Products that are listed together.
  struct Group {
    let title: String
    let products: [Product]
  }

  static let squareSizes = [64, 128, 256, 512, 1024, 2048]

  /// All products that `bench matmul` measures.
  static let groups = [
    Group(
      title: "A two-layer network's products, batch 200, 3072 inputs, 10 classes",
      products: inputProducts(3072)),
    Group(title: "The same with 784 inputs", products: inputProducts(784)),
    Group(title: "Its products with the second layer's weights", products: outputProducts),
    Group(
      title: "Squares",
      products: squareSizes.map { Product(name: "", rows: $0, inner: $0, columns: $0) }),
    Group(
      title: "Odd sizes",
      products: [
        (17, 31, 23), (127, 129, 131), (1, 3072, 50), (199, 3071, 49), (1000, 1, 1000),
      ].map { Product(name: "", rows: $0, inner: $1, columns: $2) }),
  ]

  private static let hiddenSizes = [50, 100, 150]

  private static func inputProducts(_ inputs: Int) -> [Product] {
    hiddenSizes.map { Product(name: "X·W1", rows: 200, inner: inputs, columns: $0) }
      + hiddenSizes.map {
        Product(name: "Xᵀ·dH", rows: inputs, inner: 200, columns: $0, transposeA: true)
      }
  }

  private static let outputProducts =
    hiddenSizes.map { Product(name: "hidden·W2", rows: 200, inner: $0, columns: 10) }
    + hiddenSizes.map {
      Product(name: "hiddenᵀ·dS", rows: $0, inner: 200, columns: 10, transposeA: true)
    }
    + hiddenSizes.map {
      Product(name: "dS·W2ᵀ", rows: 200, inner: 10, columns: $0, transposeB: true)
    }
}

internal import CPerceptronOpenBLAS

extension Product {
  /// Writes op(A)·op(B) to `c`, rows × columns, by one direct call of `cblas_sgemm`, to show the
  /// library's overhead.
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

/// A product with its own memory, for comparisons with a direct call of BLAS.
final class PlainProduct {
  private let product: Product
  private let a: UnsafeMutablePointer<Float>
  private let b: UnsafeMutablePointer<Float>
  private let c: UnsafeMutablePointer<Float>

  init(_ product: Product) {
    self.product = product
    func buffer(_ rows: Int, _ columns: Int) -> UnsafeMutablePointer<Float> {
      let count = rows * columns
      // Aligned to a cache line, as the library's tensors are.
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
