import Foundation

/// The code that computes the products of affine layers.
public enum ProductPath: String, Sendable, CaseIterable, Codable {
  /// The kernels of this library: those for small layers, and those for weights that stay packed.
  case kernels
  /// OpenBLAS, for every product.
  case blas

  /// The name of the environment variable that chooses: `PERCEPTRON_PRODUCTS=blas`.
  public static let variable = "PERCEPTRON_PRODUCTS"

  /// The path of this process. Traps where ``requested(in:)`` throws.
  public static let chosen = InvalidSetting.trapping { try requested() }

  /// The path that an environment asks for, ``kernels`` where it asks for none.
  ///
  /// - Throws: `InvalidSetting` where the variable names no path.
  public static func requested(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> ProductPath {
    guard let text = environment[variable], !text.isEmpty else { return .kernels }
    guard let path = ProductPath(rawValue: text) else {
      throw InvalidSetting(name: variable, value: "'\(text)'", expected: "kernels or blas")
    }
    return path
  }

  /// The code that computes the products of a layer of this size.
  ///
  /// For 32 rows or more, the kernels for small layers took less time for the three products than OpenBLAS
  /// in each of 196 sizes up to 64 × 64, in both scalar types, with AVX-512. Fewer rows use them too, so
  /// that a row's numbers do not depend on how many there are.
  public func products(inputs: Int, outputs: Int) -> LayerProducts {
    switch self {
    case .blas: .blas
    case .kernels: inputs <= 64 && outputs <= 64 ? .small : .packed
    }
  }
}

/// The code that computes the three products of one affine layer.
public enum LayerProducts: String, Sendable, CaseIterable, Codable {
  /// Kernels for layers of up to 64 × 64, which keep the weights in registers.
  case small
  /// Kernels for larger layers, whose weights stay packed from step to step.
  case packed
  /// OpenBLAS.
  case blas
}
