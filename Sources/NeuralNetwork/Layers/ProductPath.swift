import Foundation

/// Who computes the products of affine layers.
public enum ProductPath: String, Sendable, CaseIterable {
  /// The kernels of this library: those for small layers, and those for weights that stay packed.
  case kernels
  /// OpenBLAS, for every product.
  case blas

  /// The name of the environment variable that chooses: `PERCEPTRON_PRODUCTS=blas`.
  public static let variable = "PERCEPTRON_PRODUCTS"

  /// The path of this process: ``blas`` where the environment asks for it, else ``kernels``.
  public static let chosen: ProductPath = {
    guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
      return .kernels
    }
    guard let path = ProductPath(rawValue: text) else {
      fatalError("\(variable) is \"\(text)\", expected \"kernels\" or \"blas\"")
    }
    return path
  }()
}
