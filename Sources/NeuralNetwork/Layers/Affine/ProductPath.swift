import Foundation

/// What computes the products of affine layers.
public enum ProductPath: String, Sendable, CaseIterable, Codable {
  /// The kernels of this library: those for small layers, and those for weights that stay packed.
  case kernels
  /// OpenBLAS, for every product.
  case blas

  /// The name of the environment variable that chooses: `PERCEPTRON_PRODUCTS=blas`.
  public static let variable = "PERCEPTRON_PRODUCTS"

  /// The path of this process: ``blas`` where the environment asks for it, else ``kernels``.
  ///
  /// Traps where the variable is set to anything else; see ``requested(in:)``.
  public static let chosen: ProductPath = {
    do {
      return try requested()
    } catch {
      fatalError("\(error)")
    }
  }()

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
}

// MARK: - Layers

/// What computes the three products of one affine layer.
public enum LayerProducts: String, Sendable, CaseIterable, Codable {
  /// Kernels for layers of up to 64 × 64, which keep the weights in registers.
  case small
  /// Kernels for larger layers, whose weights stay packed from step to step.
  case packed
  /// OpenBLAS.
  case blas
}

extension ProductPath {
  /// What computes the products of a layer of this size.
  ///
  /// Measured in 196 sizes up to 64 × 64 and in both scalar types, with AVX-512: with 32 rows or more
  /// the three products of the kernels for small layers together take less time than OpenBLAS's in
  /// every one. Fewer rows go the same way, so that a row's numbers do not depend on how many there
  /// are.
  public func products(inputs: Int, outputs: Int) -> LayerProducts {
    switch self {
    case .blas: .blas
    case .kernels: inputs <= 64 && outputs <= 64 ? .small : .packed
    }
  }
}
