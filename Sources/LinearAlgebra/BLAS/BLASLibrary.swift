internal import CPerceptronOpenBLAS

/// What is known of the BLAS that this process is linked with.
public enum BLASLibrary {
  /// OpenBLAS's own description of its build: version and options.
  public static var configuration: String { text(openblas_get_config()) }

  /// The processor kernel that OpenBLAS picked at run time, such as `Cooperlake` or `Haswell`.
  public static var core: String { text(openblas_get_corename()) }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0).trimmingSuffix(while: \.isWhitespace) } ?? "unknown"
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    guard let last = lastIndex(where: { !predicate($0) }) else { return "" }
    return String(self[...last])
  }
}
